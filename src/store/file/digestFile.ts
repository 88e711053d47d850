import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import xxhash from 'xxhash-wasm';
import { BLOCK_BYTES, type BlockDigests, DIGEST_DIGITS, digestBlocks } from './digestBlocks.js';
import type { DigestAnswer } from './digestThread.js';

/** Below this size a file is hashed before a thread has started. */
const THREADS_FROM_BYTES = 192 * BLOCK_BYTES;
/** More threads read no faster. */
const MOST_THREADS = 4;

const SCRIPT = new URL('./digestThread.js', import.meta.url);

/** How a file is hashed. */
export interface DigestOptions {
  /** How many threads hash, the caller's included; as many as the machine has cores, four at most, when left out. */
  readonly threads?: number;
  /** From which size on others help; a test's. */
  readonly fromBytes?: number;
}

/** Has another thread take part. @returns is over when it uses the file no more; rejected with its error */
function helpInThread(blocks: BlockDigests): Promise<void> {
  const worker = new Worker(SCRIPT, { workerData: blocks, execArgv: [] });
  let failure: unknown = new Error('a thread that hashes a file ended without an answer');
  worker.once('message', (answer: DigestAnswer) => {
    failure = answer === null ? null : Object.assign(new Error(answer.message), answer);
  });
  worker.once('error', (error) => {
    failure = error;
  });
  return new Promise((resolve, reject) => {
    worker.once('exit', () => (failure === null ? resolve() : reject(failure)));
  });
}

/**
 * A digest of all bytes of an open file, 16 hexadecimal digits: XXH64 over the XXH64 of each block of 1 MiB. It finds out
 * what happened by chance or by other programs, not what somebody made to deceive it.
 *
 * @param byteLength the length of the file
 * @param digestOffset where the file holds the digest itself, which counts as zeros
 * @throws the error of the file system
 */
export async function digestFile(
  descriptor: number,
  byteLength: number,
  digestOffset: number,
  { threads = Math.min(MOST_THREADS, availableParallelism()), fromBytes = THREADS_FROM_BYTES }: DigestOptions = {},
): Promise<string> {
  const blocks: BlockDigests = {
    descriptor,
    byteLength,
    digestOffset,
    begun: new Int32Array(new SharedArrayBuffer(4)),
    digests: new BigUint64Array(new SharedArrayBuffer(8 * Math.ceil(byteLength / BLOCK_BYTES))),
  };
  // Where whoever uses the library bundled it into one file, the thread's own is missing.
  const canHelp = byteLength >= fromBytes && existsSync(fileURLToPath(SCRIPT));
  const helpers = Array.from({ length: canHelp ? threads - 1 : 0 }, () => helpInThread(blocks));
  const ends = await Promise.allSettled([digestBlocks(blocks), ...helpers]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const { h64Raw } = await xxhash();
  const bytes = new DataView(new ArrayBuffer(8 * blocks.digests.length));
  blocks.digests.forEach((digest, block) => {
    bytes.setBigUint64(8 * block, digest);
  });
  return h64Raw(new Uint8Array(bytes.buffer)).toString(16).padStart(DIGEST_DIGITS, '0');
}
