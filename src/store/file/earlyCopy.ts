import { startWorker } from '../format/startWorker.js';
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
 * A copy of a database file that is made while the run plans, so that in the end only what changes has to be written. Where the file
 * system shares blocks between files it takes no time; elsewhere a thread makes it.
 *
 * The run does not depend on it: without one, the new file is written from its first byte.
 */
export class EarlyCopy {
  readonly #file: OpenedFile;
  readonly #options: EarlyCopyOptions;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  #copied: Promise<TemporaryFile | null> = Promise.resolve(null);

  constructor(file: OpenedFile, options: EarlyCopyOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Starts to copy the file, where that pays and can be. To be called once. */
  start(): void {
    const { threads, fromBytes = COPY_FROM_BYTES } = this.#options;
    if (threads < 2 || this.#file.stamp.sizeBytes < fromBytes) return;
    // Whoever writes the file in the usual way is told what is in the way of it.
    this.#copied = this.#copy().catch(() => null);
  }

  async #copy(): Promise<TemporaryFile | null> {
    const { path, descriptor, isWal, stamp } = this.#file;
    // A clone is made of a path, which is opened and closed for it; and a lock on a file in WAL mode makes files beside it.
    const cloneOf = isWal || isHeldByConnection(descriptorIdentity(descriptor)) ? undefined : path;
    const temporary = await TemporaryFile.create(path, { cloneOf, locks: this.#options.locks });
    if (temporary.isClone) return temporary;
    const byteLength = stamp.sizeBytes;
    const task = { from: descriptor, to: temporary.descriptor, byteLength, stop: this.#stop };
    if (await copyInThread(task)) {
      this.#file.countRead(byteLength);
      return temporary;
    }
    temporary.discard();
    return null;
  }

  /** Waits for the copy and hands it over; null when there is none. */
  async take(): Promise<TemporaryFile | null> {
    const temporary = await this.#copied;
    this.#copied = Promise.resolve(null);
    return temporary;
  }

  /** Gives the copy up, unless it was handed over. To be called before the file is closed that is copied. */
  async discard(): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    (await this.take())?.discard();
  }
}

/** Whether a thread copied all of it, which none does where none can be made; an ended thread uses no descriptor any more. */
async function copyInThread(task: CopyTask): Promise<boolean> {
  const worker = startWorker(SCRIPT, task);
  if (worker === null) return false;
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
