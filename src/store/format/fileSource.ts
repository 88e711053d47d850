import { readSync } from 'node:fs';
import { SendplanError } from '../../errors.js';
import { fileError, isOfFileSystem } from './fileErrors.js';
import type { PageSource } from './pageSource.js';
import { PieceBuffer } from './pieceBuffer.js';

/** What is read at once where pages are not next to each other, and the most where they are. */
const SMALLEST_CHUNK_BYTES = 65536;
const LARGEST_CHUNK_BYTES = 256 * 1024;
const CHUNK_COUNT = 8;
/** Node reads at most 2 GiB at once. */
const MOST_READ_BYTES = 1024 * 1024 * 1024;

/** A piece of the file in memory. */
interface Chunk {
  readonly buffer: Uint8Array;
  start: number;
  end: number;
  lastUse: number;
}

/** What reading a database met: `database_error` for an error of the file system, any other error as it is. */
export function readingError(error: unknown): unknown {
  if (!isOfFileSystem(error)) return error;
  const hint = 'Look at the disk, and at what the system says of it.';
  return fileError('database_error', 'The database cannot be read', error, hint);
}

/** Reads bytes of a database, as many as the system gives at once. @throws SendplanError `database_error` when the disk fails */
export function readBytes(descriptor: number, into: Uint8Array, byteOffset: number): number {
  try {
    return readSync(descriptor, into, 0, into.length, byteOffset);
  } catch (error) {
    throw readingError(error);
  }
}

/**
 * A database file that is read from an open descriptor, a chunk at a time: a few chunks are kept, those that were used
 * last, and pages that follow one another are read in ever larger pieces. The descriptor stays the caller's.
 */
export class FileSource implements PageSource {
  bytes: Uint8Array = new Uint8Array(0);
  /** How many bytes were read so far, for reports. */
  bytesRead = 0;
  private readonly chunks: Chunk[] = [];
  private uses = 0;
  private chunkBytes = SMALLEST_CHUNK_BYTES;
  private lastEnd = 0;
  private readonly piece = new PieceBuffer();

  /**
   * @param byteLength the length of the file
   * @param hasEmptyLog whether nothing that belongs to the database is in a log beside it
   */
  constructor(
    readonly descriptor: number,
    readonly byteLength: number,
    readonly hasEmptyLog: boolean,
  ) {}

  locate(byteOffset: number, byteLength: number): number {
    const end = byteOffset + byteLength;
    let chunk = this.chunks.find((candidate) => candidate.start <= byteOffset && end <= candidate.end);
    chunk ??= this.readChunk(byteOffset, end);
    chunk.lastUse = ++this.uses;
    this.bytes = chunk.buffer;
    return byteOffset - chunk.start;
  }

  read(byteOffset: number, byteLength: number): Uint8Array {
    const bytes = this.piece.take(byteLength);
    this.fill(bytes, byteLength, byteOffset);
    return bytes;
  }

  private readChunk(byteOffset: number, end: number): Chunk {
    // Tables grow from the front of a file to its end, around the pages of others.
    const isNext = byteOffset >= this.lastEnd && byteOffset - this.lastEnd <= this.chunkBytes;
    this.chunkBytes = isNext ? Math.min(this.chunkBytes * 2, LARGEST_CHUNK_BYTES) : SMALLEST_CHUNK_BYTES;
    const start = byteOffset - (byteOffset % SMALLEST_CHUNK_BYTES);
    const chunkEnd = Math.min(Math.max(start + this.chunkBytes, end), this.byteLength);
    const chunk = this.freeChunk();
    // Until all of it is read the chunk holds nothing.
    chunk.end = 0;
    this.fill(chunk.buffer, chunkEnd - start, start);
    chunk.start = start;
    chunk.end = chunkEnd;
    this.lastEnd = chunkEnd;
    return chunk;
  }

  /** Reads bytes to the front of a buffer. */
  private fill(into: Uint8Array, byteLength: number, byteOffset: number): void {
    for (let done = 0; done < byteLength; ) {
      const most = Math.min(byteLength - done, MOST_READ_BYTES);
      const count = readBytes(this.descriptor, into.subarray(done, done + most), byteOffset + done);
      if (count === 0) throw changed(this.byteLength, byteOffset + done);
      done += count;
      this.bytesRead += count;
    }
  }

  private freeChunk(): Chunk {
    if (this.chunks.length < CHUNK_COUNT) {
      // Room for a page that begins at the end of a chunk.
      const buffer = new Uint8Array(LARGEST_CHUNK_BYTES + SMALLEST_CHUNK_BYTES);
      const chunk = { buffer, start: 0, end: 0, lastUse: 0 };
      this.chunks.push(chunk);
      return chunk;
    }
    return this.chunks.reduce((oldest, chunk) => (chunk.lastUse < oldest.lastUse ? chunk : oldest));
  }
}

/** What to do where another program keeps changing a file. */
export const AFTER_OTHERS =
  'Start again when nothing else writes to it, or use the driver native (--driver native), which works beside other programs.';

function changed(expected: number, found: number): SendplanError {
  return new SendplanError(
    'file_changed',
    `The database was changed by another program while it was read: it had ${expected} bytes and ends after ${found}.`,
    { hint: AFTER_OTHERS },
  );
}
