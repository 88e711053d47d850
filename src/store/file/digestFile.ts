import { read } from 'node:fs';
import xxhash from 'xxhash-wasm';
import { readingError } from '../format/fileSource.js';

/** What is read and hashed at once, and how many such pieces are being read at a time. */
const BLOCK_BYTES = 1024 * 1024;
const BLOCKS_AHEAD = 4;

const ZERO_DIGIT = '0'.charCodeAt(0);

/** The digits of a digest. */
export const DIGEST_DIGITS = 16;

function readBlock(descriptor: number, into: Uint8Array, byteOffset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, into, 0, into.length, byteOffset, (error, count) =>
      error ? reject(readingError(error)) : resolve(count),
    );
  });
}

/** Reads a piece of a file to its end; shorter only where the file ends. */
async function readPiece(descriptor: number, into: Uint8Array, byteOffset: number): Promise<Uint8Array> {
  for (let done = 0; done < into.length; ) {
    const count = await readBlock(descriptor, into.subarray(done), byteOffset + done);
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
 * A digest of all bytes of an open file, 16 hexadecimal digits: XXH64 over the XXH64 of each block of 1 MiB. It finds out
 * what happened by chance or by other programs, not what somebody made to deceive it.
 *
 * Blocks are read by the system's threads while others are hashed.
 *
 * @param byteLength the length of the file
 * @param digestOffset where the file holds the digest itself, which counts as zeros
 * @throws SendplanError `database_error` when the disk fails
 */
export async function digestFile(descriptor: number, byteLength: number, digestOffset: number): Promise<string> {
  const { h64Raw } = await xxhash();
  const blockCount = Math.ceil(byteLength / BLOCK_BYTES);
  const digests = new DataView(new ArrayBuffer(8 * blockCount));
  const buffers = Array.from({ length: Math.min(BLOCKS_AHEAD, blockCount) }, () => new Uint8Array(BLOCK_BYTES));
  const start = (block: number) => {
    const bytes = Math.min(BLOCK_BYTES, byteLength - block * BLOCK_BYTES);
    const piece = readPiece(descriptor, buffers[block % BLOCKS_AHEAD].subarray(0, bytes), block * BLOCK_BYTES);
    // Whoever awaits a block before it is told of the error; the others must not end the process.
    piece.catch(() => {});
    return piece;
  };
  const pieces = buffers.map((_, block) => start(block));
  try {
    for (let block = 0; block < blockCount; block++) {
      const piece = await pieces[block % BLOCKS_AHEAD];
      blankDigits(piece, block * BLOCK_BYTES, digestOffset);
      digests.setBigUint64(8 * block, h64Raw(piece));
      if (block + BLOCKS_AHEAD < blockCount) pieces[block % BLOCKS_AHEAD] = start(block + BLOCKS_AHEAD);
    }
  } finally {
    // The descriptor may be closed when this returns.
    await Promise.allSettled(pieces);
  }
  return h64Raw(new Uint8Array(digests.buffer)).toString(16).padStart(DIGEST_DIGITS, '0');
}
