import { SendplanError } from '../../errors.js';
import { readUint16, readUint32 } from './pageFormat.js';
import { lockBytePage } from './pageSpace.js';

const HEADER = { pageSize: 16, reservedBytes: 20, freelistFirst: 32, freelistCount: 36, schemaFormat: 44 } as const;
const AUTO_VACUUM_ROOT = 52;
const TEXT_ENCODING = 56;

/** The error for a database file whose pages do not fit together. @param what what was found, as the rest of a sentence */
export function damaged(what: string): SendplanError {
  return new SendplanError('database_error', `The database is damaged: ${what}.`, {
    hint: "sqlite3 FILE 'PRAGMA integrity_check;' tells what is damaged, sqlite3 FILE .recover saves what can be saved.",
  });
}

/**
 * A SQLite database as the bytes of its file, which it does not own and which must not change.
 *
 * Pages are told by number, counted from 1; offsets are those in `bytes`.
 */
export class DatabaseImage {
  readonly bytes: Uint8Array;
  readonly pageSize: number;
  readonly reservedBytes: number;
  /** The page size less the reserved bytes. */
  readonly usableSize: number;
  /** How many pages the bytes hold. */
  readonly pageCount: number;

  /** @throws SendplanError `database_error` when the bytes are no whole pages */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const size = bytes.length < 100 ? 0 : readUint16(bytes, HEADER.pageSize);
    this.pageSize = size === 1 ? 65536 : size;
    if (this.pageSize < 512 || (this.pageSize & (this.pageSize - 1)) !== 0) {
      throw damaged(`its header tells of pages of ${this.pageSize} bytes`);
    }
    this.reservedBytes = bytes[HEADER.reservedBytes];
    this.usableSize = this.pageSize - this.reservedBytes;
    if (this.usableSize < 480) throw damaged(`only ${this.usableSize} bytes of a page are used`);
    this.pageCount = Math.floor(bytes.length / this.pageSize);
  }

  /** Whether pages tell their parents in pages of their own, which a file with auto_vacuum has. */
  get hasPointerMaps(): boolean {
    return readUint32(this.bytes, AUTO_VACUUM_ROOT) !== 0;
  }

  /** 1 to 4; from 4 on the integers 0 and 1 may be written without a byte. */
  get schemaFormat(): number {
    return readUint32(this.bytes, HEADER.schemaFormat);
  }

  /** Whether text is UTF-8. */
  get isUtf8(): boolean {
    return readUint32(this.bytes, TEXT_ENCODING) === 1;
  }

  /** Where a page begins. @throws SendplanError `database_error` when there is no such page */
  pageStart(pageNumber: number): number {
    if (pageNumber < 1 || pageNumber > this.pageCount || pageNumber === lockBytePage(this.pageSize)) {
      throw damaged(`it points to page ${pageNumber} of ${this.pageCount}`);
    }
    return (pageNumber - 1) * this.pageSize;
  }

  /**
   * Calls `visit` with the number of every free page.
   *
   * A trunk of the list is the number of the next trunk, the number of leaves, and the leaves' numbers, 4 bytes each.
   *
   * @throws SendplanError `database_error` when the list does not end
   */
  eachFreePage(visit: (pageNumber: number) => void): void {
    const { bytes } = this;
    const mostLeaves = this.usableSize / 4 - 2;
    let trunk = readUint32(bytes, HEADER.freelistFirst);
    for (let left = this.pageCount; trunk !== 0; left -= 1) {
      const start = this.pageStart(trunk);
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

  constructor(private readonly bytes: Uint8Array) {}

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
