import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { answerLines, type Line, type LineAnswers } from './answerLines.js';
import { packLines } from './lines.js';

const SCRIPT = new URL('./oracleThread.js', import.meta.url);

/** Of fewer lines at a time the way to a thread and back takes longer than it saves. */
const LINES_FOR_THREAD = 16;

const MOST_THREADS = 8;

/** Answers are short-lived: with more room for young objects fewer of them are copied before they die. */
const YOUNG = { maxYoungGenerationSizeMb: 64 };

/** How many lists of lines wait in a thread besides the one that it answers. */
const WAITING_PER_THREAD = 1;

/** What answers lines with the help of threads. */
export interface OracleThreads {
  /** Answers lines as `answerLines` does; of lists that are given before an earlier one is answered each has its own promise. */
  answer(lines: readonly Line[]): Promise<LineAnswers>;
  /** How many lists may be given before the first of them is answered, so that no thread stands idle. */
  readonly mostAhead: number;
  stop(): Promise<void>;
}

/** Somebody who waits for the answers of a thread. */
interface Waiting {
  resolve(answers: LineAnswers): void;
  reject(error: Error): void;
}

/** A thread, and who waits for it, in the order of the answers. */
class Helper {
  readonly #worker = new Worker(SCRIPT, { execArgv: [], resourceLimits: YOUNG });
  readonly #waiting: Waiting[] = [];

  constructor() {
    const fail = (error: Error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    this.#worker
      .on('message', (answers: LineAnswers) => this.#waiting.shift()?.resolve(answers))
      .on('error', fail)
      .on('exit', () => fail(new Error('a thread that answers lines ended without an answer')));
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Hands lines to the thread, or answers them here when they cannot be packed. */
  answer(lines: readonly Line[]): Promise<LineAnswers> {
    const packed = packLines(lines);
    if (packed === null) return Promise.resolve(answerLines(lines));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(packed, [packed.bytes.buffer]);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/**
 * Answers lists of lines by threads, as many as the machine has processors; this thread reads and writes meanwhile, and answers lists
 * of a few lines itself. A thread starts when all that there are have something to do.
 */
export function startOracleThreads(threads = Math.min(MOST_THREADS, availableParallelism())): OracleThreads {
  // Where the program was bundled into one file, the thread's own is missing.
  const mostHelpers = threads > 1 && existsSync(fileURLToPath(SCRIPT)) ? threads : 0;
  const helpers: Helper[] = [];
  return {
    mostAhead: mostHelpers * (1 + WAITING_PER_THREAD),
    async answer(lines) {
      if (mostHelpers === 0 || lines.length < LINES_FOR_THREAD) return answerLines(lines);
      let free = helpers.reduce<Helper | null>(
        (least, helper) => (least === null || helper.waitingCount < least.waitingCount ? helper : least),
        null,
      );
      if (free === null || (free.waitingCount > 0 && helpers.length < mostHelpers)) {
        free = new Helper();
        helpers.push(free);
      }
      return free.answer(lines);
    },
    stop: async () => void (await Promise.all(helpers.map((helper) => helper.stop()))),
  };
}
