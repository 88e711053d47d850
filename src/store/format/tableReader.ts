import type { SendplanError } from '../../errors.js';
import { localPayloadLength, type PayloadLimits, readUint32, tablePayloadLimits } from './pageFormat.js';
import type { PageLayout } from './pageLayout.js';
import type { PageSource } from './pageSource.js';
import { TableLeaves } from './tableLeaves.js';

/** Kinds of pages in a pointer map. */
const FIRST_OVERFLOW = 3;
const NEXT_OVERFLOW = 4;
/** SQLite never uses the page of this byte. */
const LOCK_BYTE = 1073741824;
const TWO_TO_32 = 4294967296;

/**
 * Goes through the rows of a table in the order of their rowids, from leaf page to leaf page, without SQLite.
 *
 * ```
 * leaf page       see `TableLeaves`
 *                 cell: varint payload length, varint rowid, payload, page of the rest (4) when it does not fit
 * overflow page   next page (4), then payload to the end of what is usable
 * ```
 *
 * The row stands in `bytes` from `start`; of its `payloadLength` bytes those before `localEnd` are there, the rest
 * once `loadOverflow` was called.
 */
export class TableReader {
  /** What holds the row; good until the next call of `next` or `loadOverflow`. */
  bytes: Uint8Array;
  start = 0;
  localEnd = 0;
  payloadLength = 0;
  /** Rounded when it is beyond 2^53. */
  rowid = Number.NEGATIVE_INFINITY;
  /** The cell of the open leaf that `next` goes to, and how many it has. */
  cell = 0;
  cellCount = 0;
  /** Where in `bytes` the leaf page begins, its list of cells, and its usable bytes end. */
  pageStart = 0;
  pointers = 0;
  pageEnd = 0;

  /** The leaf pages, of which the cells are read. */
  readonly leaves: TableLeaves;
  private readonly limits: PayloadLimits;
  /** An overflowing row put together. */
  private assembled = new Uint8Array(0);
  private isAssembled = false;

  /**
   * @param name the table's name, for messages
   * @param root the number of its root page
   */
  constructor(
    private readonly source: PageSource,
    private readonly layout: PageLayout,
    name: string,
    root: number,
  ) {
    this.bytes = source.bytes;
    this.leaves = new TableLeaves(source, layout, name, root);
    this.limits = tablePayloadLimits(layout.usableBytes);
  }

  /** The page that is being read. */
  get pageNumber(): number {
    return this.leaves.pageNumber;
  }

  /** The longest row that is all in its page. */
  get mostLocalBytes(): number {
    return this.limits.maximumLocal;
  }

  /**
   * Goes to a leaf that has cells left, where the open one has none; false behind the last.
   *
   * @throws SendplanError `database_error` when the file is damaged there
   */
  openCells(): boolean {
    if (this.isAssembled) this.returnToPage();
    while (this.cell === this.cellCount) {
      if (!this.leaves.next()) return false;
      this.cell = 0;
      this.cellCount = this.leaves.cellCount;
      this.takePage();
    }
    return true;
  }

  /** Notes that the cells of the open leaf up to one were read elsewhere. @param rowid that of the last row */
  passCells(cell: number, rowid: number): void {
    this.cell = cell;
    this.rowid = rowid;
  }

  /**
   * Goes to the next row; false behind the last.
   *
   * @throws SendplanError `database_error` when the file is damaged there
   */
  next(): boolean {
    if (!this.openCells()) return false;
    const { bytes } = this;
    const pointer = this.pointers + 2 * this.cell++;
    const cellOffset = (bytes[pointer] << 8) | bytes[pointer + 1];
    let at = this.pageStart + cellOffset;
    if (at < this.pointers + 2 * this.cellCount || at >= this.pageEnd) throw this.damage('a cell lies outside of it');

    let payloadLength = bytes[at++];
    if (payloadLength > 127) {
      const second = bytes[at++];
      payloadLength = (payloadLength & 127) * 128 + (second & 127);
      if (second > 127) {
        at = this.readLongVarint(at - 2);
        payloadLength = this.long;
      }
    }
    let rowid = bytes[at++];
    if (rowid > 127) {
      const second = bytes[at++];
      rowid = (rowid & 127) * 128 + (second & 127);
      if (second > 127) {
        const third = bytes[at++];
        rowid = rowid * 128 + (third & 127);
        if (third > 127) {
          const fourth = bytes[at++];
          rowid = rowid * 128 + (fourth & 127);
          if (fourth > 127) {
            at = this.readLongVarint(at - 4);
            rowid = this.long;
          }
        }
      }
    }
    if (rowid <= this.rowid && (rowid < this.rowid || Number.isSafeInteger(rowid))) {
      throw this.damage('its rows are out of order');
    }
    this.rowid = rowid;
    this.start = at;
    this.payloadLength = payloadLength;
    if (payloadLength < 0) throw this.damage('a row has a length below zero');
    this.localEnd = at + localPayloadLength(payloadLength, this.limits);
    // A number read from beyond the file is NaN, which no comparison holds for.
    if (!(this.localEnd <= this.pageEnd)) throw this.damage('a row reaches beyond its end');
    return true;
  }

  /** The rowid of the row that `next` goes to first; infinite where there is none. Only before the first row. */
  firstRowid(): number {
    if (!this.next()) return Number.POSITIVE_INFINITY;
    const first = this.rowid;
    this.passCells(this.cell - 1, Number.NEGATIVE_INFINITY);
    return first;
  }

  /**
   * Puts the row together with what lies on overflow pages: afterwards all of it is there. Only for a row that is longer
   * than what is there of it.
   *
   * @throws SendplanError `database_error` when the chain of pages is damaged
   */
  loadOverflow(): void {
    const { source, layout, payloadLength } = this;
    if (payloadLength > layout.pageCount * layout.usableBytes) throw this.damage('a row is longer than the file');
    if (this.localEnd + 4 > this.pageEnd) throw this.damage('a row reaches beyond its end');
    // Only as much as is there of the chain is believed of the row's length, so that a wrong one costs no memory.
    let whole = this.assembled.length > 0 ? this.assembled : new Uint8Array(layout.pageBytes * 4);
    let length = this.localEnd - this.start;
    whole.set(this.bytes.subarray(this.start, this.localEnd));
    let page = readUint32(this.bytes, this.localEnd);
    let fromPage = this.pageNumber;
    const content = layout.usableBytes - 4;
    while (length < payloadLength) {
      if (layout.hasPointerMaps) this.checkPointerMap(page, fromPage);
      const at = this.leaves.visit(page);
      fromPage = page;
      const part = Math.min(content, payloadLength - length);
      if (length + part > whole.length) {
        const larger = new Uint8Array(Math.min(payloadLength, whole.length * 2) + content);
        larger.set(whole);
        whole = larger;
      }
      whole.set(source.bytes.subarray(at + 4, at + 4 + part), length);
      length += part;
      page = readUint32(source.bytes, at);
    }
    this.assembled = whole;
    this.isAssembled = true;
    this.bytes = whole;
    this.start = 0;
    this.localEnd = payloadLength;
  }

  /** The place in the file of a place in `bytes`; null when the row was put together by `loadOverflow`. */
  fileOffsetOf(at: number): number | null {
    if (this.isAssembled) return null;
    return (this.pageNumber - 1) * this.layout.pageBytes + at - this.pageStart;
  }

  /** An error that names the table and the page. @param found a clause, such as `its rows are out of order` */
  damage(found: string): SendplanError {
    return this.leaves.damage(found);
  }

  /** What `readLongVarint` read. */
  private long = 0;

  /** Reads a varint of up to 9 bytes into `long`; beyond 2^53 it comes rounded. */
  private readLongVarint(byteOffset: number): number {
    const { bytes } = this;
    // The high half is counted as a number of 32 bits with a sign, the low one without.
    let high = 0;
    let low = 0;
    let at = byteOffset;
    for (let i = 0; i < 9; i++) {
      const byte = bytes[at++];
      const bits = i === 8 ? 8 : 7;
      high = (high << bits) | (low >>> (32 - bits)) | 0;
      low = ((low << bits) | (i === 8 ? byte : byte & 127)) >>> 0;
      if (i < 8 && byte < 128) break;
    }
    this.long = high * TWO_TO_32 + low;
    return at;
  }

  /**
   * Refuses an overflow page of which the pointer map tells something else. SQLite takes short cuts by this map, so that a
   * chain that differs from it reads as one thing or the other.
   *
   * A map has 5 bytes for each of the pages behind it: what the page is, and the page that points to it (4).
   */
  private checkPointerMap(pageNumber: number, fromPage: number): void {
    const { usableBytes, pageBytes, pageCount } = this.layout;
    if (pageNumber < 3 || pageNumber > pageCount) return;
    const pagesPerMap = Math.floor(usableBytes / 5) + 1;
    let map = Math.floor((pageNumber - 2) / pagesPerMap) * pagesPerMap + 2;
    if (map === LOCK_BYTE / pageBytes + 1) map++;
    if (pageNumber <= map) throw this.damage(`it names page ${pageNumber}, which is a pointer map`);
    const entry = this.source.locate((map - 1) * pageBytes, pageBytes) + 5 * (pageNumber - map - 1);
    const { bytes } = this.source;
    const type = fromPage === this.pageNumber ? FIRST_OVERFLOW : NEXT_OVERFLOW;
    if (bytes[entry] !== type || readUint32(bytes, entry + 1) !== fromPage) {
      throw this.damage(`it names page ${pageNumber}, which belongs to another by the pointer map`);
    }
  }

  private returnToPage(): void {
    this.isAssembled = false;
    this.leaves.reopen();
    this.takePage();
  }

  /** Takes the open leaf as it lies in memory. */
  private takePage(): void {
    const { bytes, pageStart, pointers } = this.leaves;
    this.bytes = bytes;
    this.pageStart = pageStart;
    this.pointers = pointers;
    this.pageEnd = pageStart + this.layout.usableBytes;
  }
}
