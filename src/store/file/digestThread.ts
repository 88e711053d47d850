import { parentPort, workerData } from 'node:worker_threads';
import { digestBlocks } from './digestBlocks.js';

/** What a thread of `digestFile` answers: null, or what ended it. */
export type DigestAnswer = { readonly message: string; readonly code?: string; readonly syscall?: string } | null;

/** An error as plain data. */
function plainError(error: unknown): DigestAnswer {
  const { message = String(error), code, syscall } = error as Partial<NodeJS.ErrnoException>;
  return { message, code, syscall };
}

const answer: DigestAnswer = await digestBlocks(workerData).then(() => null, plainError);
parentPort?.postMessage(answer);
