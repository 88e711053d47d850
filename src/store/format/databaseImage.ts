import { SendplanError } from '../../errors.js';
import { LEAF_HEADER_BYTES, readUint16, readUint32 } from './pageFormat.js';
import { TEXT_ENCODING } from './pageLayout.js';
import type { PageSource } from './pageSource.js';
import { lockBytePage } from './pageSpace.js';

const HEADER_BYTES = 100;
const HEADER = { pageSize: 16, reservedBytes: 20, freelistFirst: 32, freelistCount: 36, schemaFormat: 44 } as const;
const AUTO_VACUUM_ROOT = 52;

/** The error for a database file whose pages do not fit together. @param what what was found, as the rest of a sentence */
export function damaged(what: string): SendplanError {
  return new SendplanError('database_error', `The database is damaged: ${what}.`, {
    hint: "sqlite3 FILE 'PRAGMA integrity_check;' tells what is damaged, sqlite3 FILE .recover saves what can be saved.",
  });
}

/**
 * A SQLite database as the pages of its file, which it does not own and which must not change.
 *
 * Pages are told by number, counted from 1. One page is at hand at a time, and in sources that hold all of them every page:
 *
 * ```
 * const start = image.page(pageNumber);
 * const { bytes } = image;
 * if (bytes[start] === PAGE_KIND.tableLeaf) ...
 * ```
 */
export class DatabaseImage {
  readonly source: PageSource;
  readonly pageSize: number;
  readonly reservedBytes: number;
  /** The page size less the reserved bytes. */
  readonly usableSize: number;
  /** How many whole pages the file holds. */
  readonly pageCount: number;
  readonly #header: Uint8Array;

  /** @throws SendplanError `database_error` when the file does not begin like a database */
  constructor(source: PageSource) {
    this.source = source;
    this.#header =
      source.byteLength < HEADER_BYTES ? new Uint8Array(HEADER_BYTES) : source.read(0, HEADER_BYTES).slice();
    const size = readUint16(this.#header, HEADER.pageSize);
    this.pageSize = size === 1 ? 65536 : size;
    if (this.pageSize < 512 || (this.pageSize & (this.pageSize - 1)) !== 0) {
      throw damaged(`its header tells of pages of ${this.pageSize} bytes`);
    }
    this.reservedBytes = this.#header[HEADER.reservedBytes];
    this.usableSize = this.pageSize - this.reservedBytes;
    if (this.usableSize < 480) throw damaged(`only ${this.usableSize} bytes of a page are used`);
    this.pageCount = Math.floor(source.byteLength / this.pageSize);
  }

  /** What the last page was found in, see `page`. */
  get bytes(): Uint8Array {
    return this.source.bytes;
  }

  /** Whether pages tell their parents in pages of their own, which a file with auto_vacuum has. */
  get hasPointerMaps(): boolean {
    return readUint32(this.#header, AUTO_VACUUM_ROOT) !== 0;
  }

  /** 1 to 4; from 4 on the integers 0 and 1 may be written without a byte. */
  get schemaFormat(): number {
    return readUint32(this.#header, HEADER.schemaFormat);
  }

  /** Whether text is UTF-8. */
  get isUtf8(): boolean {
    return readUint32(this.#header, TEXT_ENCODING) === 1;
  }

  /** Makes sure that there is a page of that number. @throws SendplanError `database_error` when there is none */
  requirePage(pageNumber: number): void {
    if (pageNumber < 1 || pageNumber > this.pageCount || pageNumber === lockBytePage(this.pageSize)) {
      throw damaged(`it points to page ${pageNumber} of ${this.pageCount}`);
    }
  }

  /**
   * Makes a page readable, until the next call for this source: it begins in `bytes` at the offset that is returned.
   *
   * @throws SendplanError `database_error` when there is no such page
   */
  page(pageNumber: number): number {
    this.requirePage(pageNumber);
    return this.source.locate((pageNumber - 1) * this.pageSize, this.pageSize);
  }

  /**
   * The usable bytes of a leaf, good until the next piece of the source is asked for.
   *
   * @param kind a `PAGE_KIND` of leaves
   * @throws SendplanError `database_error` when the page is no such leaf
   */
  readLeaf(pageNumber: number, kind: number): Uint8Array {
    this.requirePage(pageNumber);
    const page = this.source.read((pageNumber - 1) * this.pageSize, this.pageSize).subarray(0, this.usableSize);
    const cellCount = readUint16(page, 3);
    if (page[0] !== kind) throw damaged(`page ${pageNumber} is of the kind ${page[0]}`);
    if (LEAF_HEADER_BYTES + 2 * cellCount > page.length) throw damaged(`page ${pageNumber} has ${cellCount} cells`);
    return page;
  }

  /**
   * Calls `visit` with the number of every free page.
   *
   * A trunk of the list is the number of the next trunk, the number of leaves, and the leaves' numbers, 4 bytes each.
   *
   * @param visit must not ask for pages
   * @throws SendplanError `database_error` when the list does not end
   */
  eachFreePage(visit: (pageNumber: number) => void): void {
    const mostLeaves = this.usableSize / 4 - 2;
    let trunk = readUint32(this.#header, HEADER.freelistFirst);
    for (let left = this.pageCount; trunk !== 0; left -= 1) {
      const start = this.page(trunk);
      const { bytes } = this;
      const leafCount = readUint32(bytes, start + 4);
      if (left === 0 || leafCount > mostLeaves) throw damaged('its list of free pages is broken');
      visit(trunk);
      for (let i = 0; i < leafCount; i += 1) visit(readUint32(bytes, start + 8 + 4 * i));
      trunk = readUint32(bytes, start);
    }
  }
}

/** Reads one varint after the other, up to 2^53. */
export class VarintReader {
  /** Where the next one begins. */
  at = 0;

  /** @param bytes what is read, which may be exchanged */
  constructor(public bytes: Uint8Array) {}

  /** An unsigned number; what is beyond 2^53 comes as a larger number that is not exact. */
  read(): number {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let i = 1; i < 8; i += 1) {
      byte = bytes[this.at++];
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
    return value * 256 + bytes[this.at++];
  }
}
