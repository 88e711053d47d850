import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CopyAnswer, CopyTask } from './copyThread.js';
import type { FileLocks } from './fileLocks.js';
import { descriptorIdentity, isHeldByConnection } from './heldFiles.js';
import type { OpenedFile } from './openDatabaseFile.js';
import { TemporaryFile } from './temporaryFiles.js';

/** Below this size a file is copied before a thread has started. */
const COPY_FROM_BYTES = 64 * 1024 * 1024;

const SCRIPT = new URL('./copyThread.js', import.meta.url);

/** How a file is copied early. */
export interface EarlyCopyOptions {
  /** How many threads a run may have, its own included. */
  readonly threads: number;
  /** From which size on a file is copied; a test's. */
  readonly fromBytes?: number;
  /** SQLite's locks, where a library can take them. */
  readonly locks: FileLocks | null;
}

/**
 * A copy of a database file that is made while the run reads and plans, so that in the end only what changes has to be written. Where
 * the file system shares blocks between files it takes no time; elsewhere a thread makes it.
 *
 * The run does not depend on it: without one, the new file is written from its first byte.
 */
export class EarlyCopy {
  readonly #stop: Int32Array;
  #temporary: TemporaryFile | null;
  readonly #isWhole: Promise<boolean>;

  private constructor(temporary: TemporaryFile, isWhole: Promise<boolean>, stop: Int32Array) {
    this.#temporary = temporary;
    this.#isWhole = isWhole;
    this.#stop = stop;
  }

  /** Starts to copy a file where that pays; null where it does not, or cannot be. */
  static async start(file: OpenedFile, options: EarlyCopyOptions): Promise<EarlyCopy | null> {
    const { threads, fromBytes = COPY_FROM_BYTES, locks } = options;
    const byteLength = file.stamp.sizeBytes;
    // Where whoever uses the library bundled it into one file, the thread's own is missing.
    if (threads < 2 || byteLength < fromBytes || !existsSync(fileURLToPath(SCRIPT))) return null;
    const stop = new Int32Array(new SharedArrayBuffer(4));
    // A clone is made of a path, which is opened and closed for it.
    const cloneOf = isHeldByConnection(descriptorIdentity(file.descriptor)) ? undefined : file.path;
    const temporary = await TemporaryFile.create(file.path, { cloneOf, locks }).catch(() => null);
    if (temporary === null) return null;
    if (temporary.isClone) return new EarlyCopy(temporary, Promise.resolve(true), stop);
    file.countRead(byteLength);
    const task: CopyTask = { from: file.descriptor, to: temporary.descriptor, byteLength, stop };
    return new EarlyCopy(temporary, copyInThread(task), stop);
  }

  /** Waits for the copy and hands it over; null when it is not whole, and is gone then. */
  async take(): Promise<TemporaryFile | null> {
    const isWhole = await this.#isWhole;
    const temporary = this.#temporary;
    this.#temporary = null;
    if (isWhole) return temporary;
    temporary?.discard();
    return null;
  }

  /** Gives the copy up, unless it was handed over. To be called before the file is closed that is copied. */
  async discard(): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    await this.#isWhole;
    this.#temporary?.discard();
    this.#temporary = null;
  }
}

/** Whether the thread copied all of it; an ended thread uses no descriptor any more. */
function copyInThread(task: CopyTask): Promise<boolean> {
  const worker = new Worker(SCRIPT, { workerData: task, execArgv: [] });
  let isWhole = false;
  worker.once('message', (answer: CopyAnswer) => {
    isWhole = answer.isWhole;
  });
  // An error is told by the missing answer.
  worker.once('error', () => {});
  return new Promise((resolve) => {
    worker.once('exit', () => resolve(isWhole));
  });
}
