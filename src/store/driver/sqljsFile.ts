import type { ChangedPages } from '../format/changedPages.js';

/** What sql.js's file system asks of the bytes of a file. */
export interface FileBytes {
  readonly length: number;
  subarray(start: number, end: number): Uint8Array;
  set(bytes: Uint8Array, position: number): void;
}

/** As long as no file is: then nobody makes room for more. */
const CAPACITY = Number.MAX_SAFE_INTEGER;

/**
 * Stands in for the bytes of a file that sql.js opens, so that neither it nor we hold them in memory.
 *
 * The file system of sql.js keeps what `slice` returns as the content of the file, reads pieces of it by `subarray`, which it
 * copies at once, and writes by `set`. It leaves it for bytes of its own when SQLite makes the file shorter: then the first
 * `subarray` is of all that is left, and no call follows. `readCount` tells whether that is so.
 */
export class SqlJsFile {
  /** The length of the file; sql.js takes it over. */
  readonly length: number;
  /** How often sql.js has read. */
  readCount = 0;
  /** What went wrong when sql.js read: it got zeros then, for it can be told no errors. */
  failure: unknown = null;

  /** @param pages the file; takes everything that SQLite writes */
  constructor(readonly pages: ChangedPages) {
    this.length = pages.byteLength;
  }

  /** The content of the file for sql.js. */
  slice(): FileBytes {
    return {
      length: CAPACITY,
      subarray: (start, end) => this.#read(start, end),
      set: (bytes, position) => this.pages.write(bytes, position),
    };
  }

  /** sql.js takes whatever has this for bytes. */
  subarray(start: number, end: number): Uint8Array {
    return this.#read(start, end);
  }

  #read(start: number, end: number): Uint8Array {
    this.readCount++;
    try {
      return this.pages.read(start, end - start);
    } catch (error) {
      this.failure ??= error;
      return new Uint8Array(end - start);
    }
  }
}
