import { read } from 'node:fs';
import xxhash from 'xxhash-wasm';

/** What is read and hashed at once, and how many such blocks a thread reads at a time. */
export const BLOCK_BYTES = 1024 * 1024;
const BLOCKS_AHEAD = 4;

const ZERO_DIGIT = '0'.charCodeAt(0);

/** The digits of a digest. */
export const DIGEST_DIGITS = 16;

/** The blocks of an open file, to be hashed by any number of threads; plain data over shared memory. */
export interface BlockDigests {
  readonly descriptor: number;
  /** The length of the file. */
  readonly byteLength: number;
  /** Where the file holds the digest itself, which counts as zeros. */
  readonly digestOffset: number;
  /** One element: the number of blocks that were begun. */
  readonly begun: Int32Array;
  /** The XXH64 of each block. */
  readonly digests: BigUint64Array;
}

/** A block that is being read. */
interface ReadBlock {
  readonly block: number;
  readonly bytes: Promise<Uint8Array>;
}

function readSome(descriptor: number, into: Uint8Array, byteOffset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, into, 0, into.length, byteOffset, (error, count) => (error ? reject(error) : resolve(count)));
  });
}

/** Reads a piece of a file to its end; shorter only where the file ends. */
async function readPiece(descriptor: number, into: Uint8Array, byteOffset: number): Promise<Uint8Array> {
  for (let done = 0; done < into.length; ) {
    const count = await readSome(descriptor, into.subarray(done), byteOffset + done);
    if (count === 0) return into.subarray(0, done);
    done += count;
  }
  return into;
}

/** Puts zeros in the place of those of a digest's digits that lie in a piece of the file. */
function blankDigits(piece: Uint8Array, pieceOffset: number, digestOffset: number): void {
  const start = Math.max(0, digestOffset - pieceOffset);
  const end = Math.min(piece.length, digestOffset + DIGEST_DIGITS - pieceOffset);
  if (start < end) piece.fill(ZERO_DIGIT, start, end);
}

/**
 * Hashes blocks that nobody has begun until there are none left. Some are read by the system's threads while others are hashed.
 *
 * @throws the error of the file system; nothing is read any more then
 */
export async function digestBlocks({
  descriptor,
  byteLength,
  digestOffset,
  begun,
  digests,
}: BlockDigests): Promise<void> {
  const { h64Raw } = await xxhash();
  const start = (buffer: Uint8Array): ReadBlock | null => {
    const block = Atomics.add(begun, 0, 1);
    if (block >= digests.length) return null;
    const length = Math.min(BLOCK_BYTES, byteLength - block * BLOCK_BYTES);
    const bytes = readPiece(descriptor, buffer.subarray(0, length), block * BLOCK_BYTES);
    // Whoever awaits a block before it is told of the error; the others must not end the process.
    bytes.catch(() => {});
    return { block, bytes };
  };
  const buffers = Array.from({ length: Math.min(BLOCKS_AHEAD, digests.length) }, () => new Uint8Array(BLOCK_BYTES));
  const reading = buffers.map(start);
  try {
    for (let i = 0; ; i = (i + 1) % reading.length) {
      const next = reading[i];
      if (next === null || next === undefined) break;
      const bytes = await next.bytes;
      blankDigits(bytes, next.block * BLOCK_BYTES, digestOffset);
      digests[next.block] = h64Raw(bytes);
      reading[i] = start(buffers[i]);
    }
  } finally {
    // Without this thread's blocks those of others are of no use.
    Atomics.store(begun, 0, digests.length);
    // The descriptor may be closed when this returns.
    await Promise.allSettled(reading.map((block) => block?.bytes));
  }
}
