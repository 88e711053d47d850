import { SendplanError } from '../../errors.js';
import type { PageLayout } from './pageLayout.js';
import type { PageSource } from './pageSource.js';

const LEAF = 13;
const INTERIOR = 5;
const FILE_HEADER_BYTES = 100;
const LEAF_HEADER_BYTES = 8;
const INTERIOR_HEADER_BYTES = 12;
/** Kinds of pages in a pointer map. */
const FIRST_OVERFLOW = 3;
const NEXT_OVERFLOW = 4;
/** SQLite never uses the page of this byte. */
const LOCK_BYTE = 1073741824;
/** What a row takes at the least: its place in the page's list, and a cell of an empty record. */
const LEAST_CELL_BYTES = 6;
/** SQLite's own limit. */
const DEEPEST_LEVEL = 20;
const TWO_TO_32 = 4294967296;

/** The interior page that is being gone through on one level of the tree. */
interface Level {
  /** The pages below, from left to right. */
  readonly children: Uint32Array;
  next: number;
}

/**
 * Goes through the rows of a table in the order of their rowids, from leaf page to leaf page, without SQLite.
 *
 * ```
 * interior page   5  .  cell count (2)  .  .  right-most child (4)   then 2 bytes a cell: where it is
 *                 cell: left child (4), varint key
 * leaf page      13  .  cell count (2)  .  .                         then 2 bytes a cell: where it is
 *                 cell: varint payload length, varint rowid, payload, page of the rest (4) when it does not fit
 * overflow page   next page (4), then payload to the end of what is usable
 * ```
 *
 * Page 1 begins behind the file's header. Everything is checked before it is used, and no page is used more often than
 * a sound table can, so that a damaged file ends in an error and not in a loop.
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
  /** The page that is being read, for messages. */
  pageNumber = 0;

  /** The cell of the open leaf that `next` goes to, and how many it has. */
  cell = 0;
  cellCount = 0;
  /** Where in `bytes` the leaf page begins, its list of cells, and its usable bytes end. */
  pageStart = 0;
  pointers = 0;
  pageEnd = 0;

  private readonly levels: Level[] = [];
  /** The longest row that is all in its page. */
  readonly mostLocalBytes: number;
  private readonly leastLocalBytes: number;
  /** A bit for every page that was used, by number: a page belongs to one place only. */
  private readonly visited: Uint8Array;
  private hasStarted = false;
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
    private readonly name: string,
    private readonly root: number,
  ) {
    this.bytes = source.bytes;
    this.visited = new Uint8Array((layout.pageCount >> 3) + 1);
    this.mostLocalBytes = layout.usableBytes - 35;
    this.leastLocalBytes = Math.floor(((layout.usableBytes - 12) * 32) / 255) - 23;
  }

  /**
   * Goes to a leaf that has cells left, where the open one has none; false behind the last.
   *
   * @throws SendplanError `database_error` when the file is damaged there
   */
  openCells(): boolean {
    if (this.isAssembled) this.returnToPage();
    while (this.cell === this.cellCount) if (!this.nextLeaf()) return false;
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
    this.localEnd = at + (payloadLength <= this.mostLocalBytes ? payloadLength : this.localBytesOf(payloadLength));
    // A number read from beyond the file is NaN, which no comparison holds for.
    if (!(this.localEnd <= this.pageEnd)) throw this.damage('a row reaches beyond its end');
    return true;
  }

  /**
   * About how many rows the table has, counted on its left-most path; a table that was filled in order has hardly more.
   *
   * It is a guess of what a sound file holds: 0 where the path does not lead to a leaf.
   */
  expectedRows(): number {
    const { pageBytes, pageCount, usableBytes } = this.layout;
    let rows = 1;
    let pageNumber = this.root;
    for (let depth = 0; depth < DEEPEST_LEVEL && pageNumber >= 1 && pageNumber <= pageCount; depth++) {
      const start = this.source.locate((pageNumber - 1) * pageBytes, pageBytes);
      const { bytes } = this.source;
      const header = start + (pageNumber === 1 ? FILE_HEADER_BYTES : 0);
      const cellCount = (bytes[header + 3] << 8) | bytes[header + 4];
      if (bytes[header] === LEAF) return Math.min(rows * cellCount, (pageCount * usableBytes) / LEAST_CELL_BYTES);
      if (bytes[header] !== INTERIOR || cellCount === 0) return 0;
      rows *= cellCount + 1;
      const cell = (bytes[header + INTERIOR_HEADER_BYTES] << 8) | bytes[header + INTERIOR_HEADER_BYTES + 1];
      if (cell > usableBytes - 4) return 0;
      pageNumber = readUint32(bytes, start + cell);
    }
    return 0;
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
      const at = this.visit(page);
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
    return new SendplanError(
      'database_error',
      `The database is damaged: table "${this.name}", page ${this.pageNumber}: ${found}.`,
      {
        hint: "sqlite3 FILE 'PRAGMA integrity_check;' tells what is damaged, sqlite3 FILE .recover saves what can be saved.",
      },
    );
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

  /** How much of a long payload lies in its cell: as much as makes the last overflow page full, if that fits. */
  private localBytesOf(payloadLength: number): number {
    if (payloadLength < 0) throw this.damage('a row has a length below zero');
    const { leastLocalBytes, mostLocalBytes } = this;
    const bytes = leastLocalBytes + ((payloadLength - leastLocalBytes) % (this.layout.usableBytes - 4));
    return bytes <= mostLocalBytes ? bytes : leastLocalBytes;
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
    const moved = this.source.locate((this.pageNumber - 1) * this.layout.pageBytes, this.layout.pageBytes);
    this.bytes = this.source.bytes;
    this.pointers += moved - this.pageStart;
    this.pageEnd += moved - this.pageStart;
    this.pageStart = moved;
  }

  /** Makes a page readable in the source's bytes and counts it. */
  private visit(pageNumber: number): number {
    const { pageBytes, pageCount } = this.layout;
    if (pageNumber < 1 || pageNumber > pageCount) {
      throw this.damage(`it names page ${pageNumber}, and the file has ${pageCount}`);
    }
    const bit = 1 << (pageNumber & 7);
    if ((this.visited[pageNumber >> 3] & bit) !== 0) throw this.damage(`it names page ${pageNumber}, which is in use`);
    this.visited[pageNumber >> 3] |= bit;
    return this.source.locate((pageNumber - 1) * pageBytes, pageBytes);
  }

  /** Opens the next leaf page; false when there is none. */
  private nextLeaf(): boolean {
    if (!this.hasStarted) {
      this.hasStarted = true;
      this.pageNumber = this.root;
      this.descend(this.root);
      return true;
    }
    const { levels } = this;
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      if (level.next < level.children.length) {
        this.descend(level.children[level.next++]);
        return true;
      }
      levels.pop();
    }
    return false;
  }

  /** Goes down from a page to its left-most leaf. */
  private descend(fromPage: number): void {
    let pageNumber = fromPage;
    for (;;) {
      const pageStart = this.visit(pageNumber);
      this.pageNumber = pageNumber;
      const { bytes } = this.source;
      const header = pageStart + (pageNumber === 1 ? FILE_HEADER_BYTES : 0);
      const type = bytes[header];
      if (type === LEAF) {
        this.openLeaf(pageStart, header);
        return;
      }
      if (type !== INTERIOR) throw this.damage(`it is no page of a table but of type ${type}`);
      if (this.levels.length === DEEPEST_LEVEL) throw this.damage('it lies too deep');
      const children = this.readChildren(bytes, pageStart, header);
      this.levels.push({ children, next: 1 });
      pageNumber = children[0];
    }
  }

  private openLeaf(pageStart: number, header: number): void {
    const { bytes } = this.source;
    this.bytes = bytes;
    this.pageStart = pageStart;
    this.pageEnd = pageStart + this.layout.usableBytes;
    this.pointers = header + LEAF_HEADER_BYTES;
    this.cell = 0;
    this.cellCount = (bytes[header + 3] << 8) | bytes[header + 4];
    if (this.pointers + 2 * this.cellCount > this.pageEnd) throw this.damage(`it tells of ${this.cellCount} cells`);
    if (this.cellCount === 0 && this.levels.length > 0) throw this.damage('it is empty');
  }

  private readChildren(bytes: Uint8Array, pageStart: number, header: number): Uint32Array {
    const cellCount = (bytes[header + 3] << 8) | bytes[header + 4];
    const pointers = header + INTERIOR_HEADER_BYTES;
    const lastCell = pageStart + this.layout.usableBytes - 5;
    if (pointers + 2 * cellCount > lastCell) throw this.damage(`it tells of ${cellCount} cells`);
    const children = new Uint32Array(cellCount + 1);
    for (let i = 0; i < cellCount; i++) {
      const cell = pageStart + ((bytes[pointers + 2 * i] << 8) | bytes[pointers + 2 * i + 1]);
      if (cell < pointers + 2 * cellCount || cell > lastCell) throw this.damage('a cell lies outside of it');
      children[i] = readUint32(bytes, cell);
    }
    children[cellCount] = readUint32(bytes, header + 8);
    return children;
  }
}

function readUint32(bytes: Uint8Array, byteOffset: number): number {
  const [a, b, c, d] = [bytes[byteOffset], bytes[byteOffset + 1], bytes[byteOffset + 2], bytes[byteOffset + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
