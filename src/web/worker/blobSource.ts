import type { PageSource } from '../../store/format/pageSource.js';

/** The part of a worker's global that is used; the types of pages do not have it. */
interface SyncReading {
  readonly FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };
}

const PIECE_BYTES = 262_144;

/** A database file of which only those pieces are read that are asked for; workers alone can do so. */
export class BlobSource implements PageSource {
  readonly byteLength: number;
  /** A log that lies beside the file is not given to the page, and is told of where the file is chosen. */
  readonly hasEmptyLog = true;
  bytes: Uint8Array = new Uint8Array(0);
  #startOffset = 0;
  readonly #reader = new (globalThis as unknown as SyncReading).FileReaderSync();

  constructor(private readonly file: Blob) {
    this.byteLength = file.size;
  }

  locate(byteOffset: number, byteLength: number): number {
    const isThere = byteOffset >= this.#startOffset && byteOffset + byteLength <= this.#startOffset + this.bytes.length;
    if (!isThere) {
      this.#startOffset = byteOffset;
      this.bytes = this.read(byteOffset, Math.min(Math.max(byteLength, PIECE_BYTES), this.byteLength - byteOffset));
    }
    return byteOffset - this.#startOffset;
  }

  read(byteOffset: number, byteLength: number): Uint8Array {
    return new Uint8Array(this.#reader.readAsArrayBuffer(this.file.slice(byteOffset, byteOffset + byteLength)));
  }
}
