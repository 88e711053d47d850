import { parentPort, workerData } from 'node:worker_threads';
import { SendplanError, type SendplanErrorCode } from '../../../errors.js';
import { DatabaseImage } from '../../format/databaseImage.js';
import { FileSink } from '../../format/fileSink.js';
import { FileSource } from '../../format/fileSource.js';
import { type BuiltIndexes, buildIndexes, type IndexWork } from './indexJobs.js';

/** What a thread of `startIndexThreads` is given. */
export interface ThreadTask {
  readonly work: IndexWork;
  /** The open file that the pages go to. */
  readonly descriptor: number;
  /** The open file that old trees are read from; null when none are. */
  readonly source: { readonly descriptor: number; readonly byteLength: number } | null;
}

/** What it answers: what it did, or the error that ended it. */
export type ThreadAnswer =
  | BuiltIndexes
  | { readonly failure: { readonly message: string; readonly code: SendplanErrorCode; readonly hint?: string } }
  | { readonly error: { readonly message: string; readonly [detail: string]: unknown } };

/** An error as plain data: one of the domain, or with what tells of a failed call of the system. */
function plainError(error: unknown): ThreadAnswer {
  if (error instanceof SendplanError) {
    return { failure: { message: error.message, code: error.code, hint: error.hint ?? undefined } };
  }
  const { message = String(error), code, syscall, errno } = error as Partial<NodeJS.ErrnoException>;
  return { error: { message, code, syscall, errno } };
}

async function build({ work, descriptor, source }: ThreadTask): Promise<ThreadAnswer> {
  const image = source === null ? null : new DatabaseImage(new FileSource(source.descriptor, source.byteLength, true));
  return buildIndexes(new FileSink(descriptor), image, work, true, async () => {});
}

parentPort?.postMessage(await build(workerData).catch(plainError));
