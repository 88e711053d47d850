import type { PageSource } from '../../store/format/pageSource.js';

/** The part of a worker's global that is used; the types of pages do not have it. */
interface SyncReading {
  readonly FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };
}

/** What is read at once where pages are not next to each other, and the most where they are. */
const SMALLEST_CHUNK_BYTES = 65_536;
const LARGEST_CHUNK_BYTES = 1_048_576;
const CHUNK_COUNT = 8;

/** A piece of the file in memory, which stays as it is. */
interface Chunk {
  readonly startOffset: number;
  readonly bytes: Uint8Array;
}

/**
 * A database file of which only those pieces are read that are asked for; workers alone can do so. The pieces that were used last
 * are kept, and pages that follow one another are read in ever larger pieces.
 */
export class BlobSource implements PageSource {
  readonly byteLength: number;
  /** A log that lies beside the file is not given to the page, and is told of where the file is chosen. */
  readonly hasEmptyLog = true;
  bytes: Uint8Array = new Uint8Array(0);
  readonly #reader = new (globalThis as unknown as SyncReading).FileReaderSync();
  /** The latest used last. */
  #chunks: Chunk[] = [];
  #chunkBytes = SMALLEST_CHUNK_BYTES;
  #lastEnd = 0;

  constructor(private readonly file: Blob) {
    this.byteLength = file.size;
  }

  locate(byteOffset: number, byteLength: number): number {
    const { bytes, startOffset } = this.#chunkOf(byteOffset, byteLength);
    this.bytes = bytes;
    return byteOffset - startOffset;
  }

  read(byteOffset: number, byteLength: number): Uint8Array {
    if (byteLength > LARGEST_CHUNK_BYTES) return this.#readPiece(byteOffset, byteLength);
    const { bytes, startOffset } = this.#chunkOf(byteOffset, byteLength);
    return bytes.subarray(byteOffset - startOffset, byteOffset - startOffset + byteLength);
  }

  #readPiece(byteOffset: number, byteLength: number): Uint8Array {
    return new Uint8Array(this.#reader.readAsArrayBuffer(this.file.slice(byteOffset, byteOffset + byteLength)));
  }

  #chunkOf(byteOffset: number, byteLength: number): Chunk {
    const end = byteOffset + byteLength;
    const found = this.#chunks.findIndex(
      ({ startOffset, bytes }) => startOffset <= byteOffset && end <= startOffset + bytes.length,
    );
    if (found >= 0) {
      const [chunk] = this.#chunks.splice(found, 1);
      this.#chunks.push(chunk);
      return chunk;
    }
    const isNext = byteOffset === this.#lastEnd;
    this.#chunkBytes = isNext ? Math.min(LARGEST_CHUNK_BYTES, this.#chunkBytes * 2) : SMALLEST_CHUNK_BYTES;
    const wanted = Math.min(Math.max(byteLength, this.#chunkBytes), this.byteLength - byteOffset);
    const chunk = { startOffset: byteOffset, bytes: this.#readPiece(byteOffset, wanted) };
    this.#lastEnd = byteOffset + wanted;
    this.#chunks = [...this.#chunks.slice(-(CHUNK_COUNT - 1)), chunk];
    return chunk;
  }
}
