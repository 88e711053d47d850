import { parentPort, workerData } from 'node:worker_threads';
import { buildIndexes, type IndexWork, openSpace } from './indexJobs.js';
import { FileSink } from './pages/fileSink.js';

/** What a thread of `startIndexThreads` is given. */
export interface ThreadTask {
  readonly work: IndexWork;
  /** The open file that the pages go to. */
  readonly descriptor: number;
}

/** What it answers: the pages that it took and did not use, or the error that ended it. */
export type ThreadAnswer =
  | { readonly unused: readonly number[] }
  | { readonly error: { readonly message: string; readonly [detail: string]: unknown } };

/** An error as plain data, with what tells of a failed call of the system. */
function plainError(error: unknown): ThreadAnswer {
  const { message = String(error), code, syscall, errno } = error as Partial<NodeJS.ErrnoException>;
  return { error: { message, code, syscall, errno } };
}

async function build({ work, descriptor }: ThreadTask): Promise<ThreadAnswer> {
  const space = openSpace(new FileSink(descriptor), work.supply, true);
  await buildIndexes(space, work, async () => {});
  return { unused: space.leftPages };
}

parentPort?.postMessage(await build(workerData).catch(plainError));
