import { fdatasyncSync, readSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** What a thread of `EarlyCopy` is given. */
export interface CopyTask {
  readonly from: number;
  readonly to: number;
  readonly byteLength: number;
  /** One element; the copy is given up when it is not 0. */
  readonly stop: Int32Array;
}

/** What it answers: whether the copy is whole. */
export interface CopyAnswer {
  readonly isWhole: boolean;
}

const PIECE_BYTES = 1024 * 1024;
/** What is brought to the disk at once, while nobody waits for it. */
const SYNC_BYTES = 128 * PIECE_BYTES;

/** Copies one open file into another, up to a length that it must have. */
function copy({ from, to, byteLength, stop }: CopyTask): boolean {
  const buffer = new Uint8Array(PIECE_BYTES);
  let unsynced = 0;
  for (let done = 0; done < byteLength; ) {
    if (Atomics.load(stop, 0) !== 0) return false;
    const read = readSync(from, buffer, 0, Math.min(PIECE_BYTES, byteLength - done), done);
    if (read === 0) return false;
    for (let written = 0; written < read; ) written += writeSync(to, buffer, written, read - written, done + written);
    done += read;
    unsynced += read;
    if (unsynced < SYNC_BYTES) continue;
    fdatasyncSync(to);
    unsynced = 0;
  }
  return true;
}

let isWhole = false;
try {
  isWhole = copy(workerData);
} catch {
  // A disk that is full now will be so for whoever writes the file in the usual way, and is then told with its cause.
}
parentPort?.postMessage({ isWhole } satisfies CopyAnswer);
