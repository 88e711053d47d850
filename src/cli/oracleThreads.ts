import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { answerLines, type Line, type LineAnswers } from './answerLines.js';
import { type PackedLines, packLines } from './lines.js';

const SCRIPT = new URL('./oracleThread.js', import.meta.url);

/** Of fewer lines at a time the way to a thread and back takes longer than it saves. */
const LINES_PER_THREAD = 16;

const MOST_THREADS = 8;

/** What answers lines with the help of threads. */
export interface OracleThreads {
  /** Answers lines as `answerLines` does, in pieces that are in order. */
  answer(lines: readonly Line[]): Promise<LineAnswers[]>;
  stop(): Promise<void>;
}

/** Hands lines to a thread. The promise is kept with the thread's answer, or broken when the thread ends. */
function answerBy(worker: Worker, lines: PackedLines): Promise<LineAnswers> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      done();
    };
    const onMessage = (answers: LineAnswers) => settle(() => resolve(answers));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = () => settle(() => reject(new Error('a thread that answers lines ended without an answer')));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(lines, [lines.bytes.buffer]);
  });
}

/**
 * Shares lines among this thread and others, which start when there are first lines enough for them, one less than the machine
 * has processors.
 */
export function startOracleThreads(threads = Math.min(MOST_THREADS, availableParallelism())): OracleThreads {
  // Where the program was bundled into one file, the thread's own is missing.
  const mostHelpers = existsSync(fileURLToPath(SCRIPT)) ? threads - 1 : 0;
  const helpers: Worker[] = [];
  return {
    async answer(lines) {
      const helping = Math.min(mostHelpers, Math.floor(lines.length / LINES_PER_THREAD) - 1);
      while (helpers.length < helping) helpers.push(new Worker(SCRIPT, { execArgv: [] }));
      if (helping < 1) return [answerLines(lines)];
      const share = Math.ceil(lines.length / (helping + 1));
      const byOthers = helpers.slice(0, helping).map((worker, i) => {
        const others = lines.slice((i + 1) * share, (i + 2) * share);
        const packed = packLines(others);
        return packed === null ? answerLines(others) : answerBy(worker, packed);
      });
      const own = answerLines(lines.slice(0, share));
      return [own, ...(await Promise.all(byOthers))];
    },
    stop: async () => void (await Promise.all(helpers.map((worker) => worker.terminate()))),
  };
}
