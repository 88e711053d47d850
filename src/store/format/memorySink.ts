import type { PageSource } from './pageSource.js';
import type { PageSink } from './pageSpace.js';
import { PieceBuffer } from './pieceBuffer.js';

const CHUNK_BYTES = 1024 * 1024;
const NO_BYTES = new Uint8Array(0);

/** Collects a database in memory, in chunks, so that growing copies nothing. */
export class MemorySink implements PageSink {
  private readonly chunks: Uint8Array<ArrayBuffer>[] = [];
  private length = 0;

  /** Takes a copy of the bytes; what is never written between them is zero. */
  write(bytes: Uint8Array, byteOffset: number): void {
    const end = byteOffset + bytes.length;
    while (this.chunks.length * CHUNK_BYTES < end) this.chunks.push(new Uint8Array(CHUNK_BYTES));
    for (let done = 0; done < bytes.length; ) {
      const position = byteOffset + done;
      const inChunk = position % CHUNK_BYTES;
      const count = Math.min(bytes.length - done, CHUNK_BYTES - inChunk);
      this.chunks[Math.floor(position / CHUNK_BYTES)].set(bytes.subarray(done, done + count), inChunk);
      done += count;
    }
    this.length = Math.max(this.length, end);
  }

  /** Has the database end at a length, where it is longer. */
  cut(byteLength: number): void {
    if (byteLength >= this.length) return;
    this.length = byteLength;
    this.chunks.length = Math.ceil(byteLength / CHUNK_BYTES);
  }

  /** The bytes so far, one piece after the other, without a copy: they are the sink's until it is done with. */
  pieces(): Uint8Array<ArrayBuffer>[] {
    return this.chunks.map((chunk, i) => chunk.subarray(0, Math.min(CHUNK_BYTES, this.length - i * CHUNK_BYTES)));
  }

  /** The database that was written, to be read where it lies. */
  toPages(): PageSource {
    return new ChunkSource(this.chunks, this.length);
  }

  /** The bytes so far; the caller owns them. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.length);
    this.pieces().forEach((piece, i) => {
      bytes.set(piece, i * CHUNK_BYTES);
    });
    return bytes;
  }
}

/** A database in chunks; no page reaches over the end of one. */
class ChunkSource implements PageSource {
  readonly hasEmptyLog = false;
  bytes: Uint8Array = NO_BYTES;
  readonly #chunks: readonly Uint8Array[];
  readonly #piece = new PieceBuffer();

  constructor(
    chunks: readonly Uint8Array[],
    readonly byteLength: number,
  ) {
    this.#chunks = chunks;
  }

  locate(byteOffset: number, byteLength: number): number {
    const start = byteOffset % CHUNK_BYTES;
    if (start + byteLength <= CHUNK_BYTES) {
      this.bytes = this.#chunks[Math.floor(byteOffset / CHUNK_BYTES)];
      return start;
    }
    this.bytes = this.read(byteOffset, byteLength).slice();
    return 0;
  }

  read(byteOffset: number, byteLength: number): Uint8Array {
    const start = byteOffset % CHUNK_BYTES;
    const first = Math.floor(byteOffset / CHUNK_BYTES);
    if (start + byteLength <= CHUNK_BYTES) return this.#chunks[first].subarray(start, start + byteLength);
    const bytes = this.#piece.take(byteLength);
    for (let done = 0; done < byteLength; ) {
      const position = byteOffset + done;
      const inChunk = position % CHUNK_BYTES;
      const count = Math.min(byteLength - done, CHUNK_BYTES - inChunk);
      bytes.set(this.#chunks[Math.floor(position / CHUNK_BYTES)].subarray(inChunk, inChunk + count), done);
      done += count;
    }
    return bytes;
  }
}
