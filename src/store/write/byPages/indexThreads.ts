import type { Worker } from 'node:worker_threads';
import { SendplanError } from '../../../errors.js';
import { startWorker } from '../../format/startWorker.js';
import { type BuiltIndexes, type IndexHelpers, needsSource, type StartHelpers } from './indexJobs.js';
import type { ThreadAnswer, ThreadTask } from './indexThread.js';

/** Below this many rows the start of a thread takes longer than it saves. */
const THREADS_FROM_ROWS = 100_000;

const SCRIPT = new URL('./indexThread.js', import.meta.url);

/** How indexes are built beside the table. */
export interface ThreadOptions {
  /** How many threads write, this one included. */
  readonly threads: number;
  /** The rows from which on others help. */
  readonly fromRows?: number;
  /** The open file with the old trees; it must stay open until the threads are stopped. Without it no thread reads old trees. */
  readonly source?: NonNullable<ThreadTask['source']>;
}

function answerOf(worker: Worker): Promise<BuiltIndexes> {
  return new Promise((resolve, reject) => {
    worker.once('message', (answer: ThreadAnswer) => {
      if ('unused' in answer) resolve(answer);
      else if ('failure' in answer) {
        const { message, code, hint } = answer.failure;
        reject(new SendplanError(code, message, { hint }));
      } else reject(Object.assign(new Error(answer.error.message), answer.error));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread that builds indexes ended without an answer')));
  });
}

/**
 * Starts threads that build indexes into an open file, as many as pay.
 *
 * @param descriptor the file; it must stay open until the threads are stopped
 */
export function startIndexThreads(
  descriptor: number,
  { threads, fromRows = THREADS_FROM_ROWS, source }: ThreadOptions,
): StartHelpers {
  return (work, rowCount): IndexHelpers | null => {
    const count = Math.min(threads - 1, work.jobs.length);
    if (count < 1 || rowCount < fromRows) return null;
    if (needsSource(work) && source === undefined) return null;
    const workerData: ThreadTask = { work, descriptor, source: source ?? null };
    const started = Array.from({ length: count }, () => startWorker(SCRIPT, workerData));
    const workers = started.filter((worker) => worker !== null);
    if (workers.length === 0) return null;
    const answers = Promise.all(workers.map(answerOf));
    // Whoever waits for the answers gets their error, and nobody does when the work is given up before.
    answers.catch(() => {});
    return {
      finish: () => answers,
      stop: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
    };
  };
}
