import { SendplanError } from '../../errors.js';
import { INTERIOR_HEADER_BYTES, LEAF_HEADER_BYTES, PAGE_KIND, readUint16, readUint32 } from './pageFormat.js';
import type { PageLayout } from './pageLayout.js';
import type { PageSource } from './pageSource.js';

const FILE_HEADER_BYTES = 100;
/** What a row takes at the least: its place in the page's list, and a cell of an empty record. */
const LEAST_CELL_BYTES = 6;
/** SQLite's own limit. */
const DEEPEST_LEVEL = 20;

/** The pages of a table above its leaves. */
export interface TableBranches {
  /** Those right above leaves, from left to right. */
  readonly pages: readonly number[];
  readonly above: readonly number[];
  /** On how many levels these lie. */
  readonly depth: number;
}

/** The interior page that is being gone through on one level of the tree. */
interface Level {
  /** The pages below, from left to right. */
  readonly children: Uint32Array;
  next: number;
}

/**
 * Goes through the leaf pages of a table from left to right.
 *
 * ```
 * interior page   5  .  cell count (2)  .  .  right-most child (4)   then 2 bytes a cell: where it is
 *                 cell: left child (4), varint key
 * leaf page      13  .  cell count (2)  .  .                         then 2 bytes a cell: where it is
 * ```
 *
 * Page 1 begins behind the file's header. Everything is checked before it is used, and no page is used more often than
 * a sound table can, so that a damaged file ends in an error and not in a loop.
 */
export class TableLeaves {
  /** The open leaf; of a page that is being opened the number, for messages. */
  pageNumber = 0;
  /** What holds it, where in that it begins, its list of cells, and how many these are. */
  bytes: Uint8Array;
  pageStart = 0;
  pointers = 0;
  cellCount = 0;
  /** A bit for every page that was used, by number: a page belongs to one place only. */
  readonly usedPages: Uint8Array;
  readonly #source: PageSource;
  readonly #layout: PageLayout;
  readonly #name: string;
  readonly #root: number;
  readonly #levels: Level[] = [];
  #hasStarted = false;
  /** Where only a part of the table is read: gives the page to go on below, 0 for none. */
  #nextBranch: () => number = () => 0;
  /** On how many levels pages lie above those that are gone through. */
  #depth = 0;
  /** What was counted of it; null where nobody has asked. */
  #expectedRows: number | null = null;

  /**
   * @param name the table's name, for messages
   * @param root the number of its root page
   */
  constructor(source: PageSource, layout: PageLayout, name: string, root: number) {
    this.#source = source;
    this.#layout = layout;
    this.#name = name;
    this.#root = root;
    this.bytes = source.bytes;
    this.usedPages = new Uint8Array((layout.pageCount >> 3) + 1);
  }

  /**
   * The pages right above the leaves, and those above them; null where the root is a leaf. They count as used, so that another has to go
   * through the leaves.
   *
   * @throws SendplanError `database_error` when the file is damaged there
   */
  branches(): TableBranches | null {
    const above: number[] = [];
    let pages = [this.#root];
    for (let depth = 0; depth < DEEPEST_LEVEL; depth++) {
      const below: number[] = [];
      for (const page of pages) {
        const children = this.#open(page);
        if (children === null) return null;
        below.push(...children);
      }
      if (this.#isLeaf(below[0])) return { pages, above, depth };
      above.push(...pages);
      pages = below;
    }
    return null;
  }

  /**
   * Goes, of all leaves, only through those below some of the `branches`.
   *
   * @param nextBranch gives the next of them, 0 behind the last
   * @param part how much of the table they are expected to be, up to 1
   */
  readBelow({ above, depth }: TableBranches, nextBranch: () => number, part: number): void {
    for (const page of above) this.#use(page);
    this.#nextBranch = nextBranch;
    this.#depth = depth;
    this.#expectedRows = this.expectedRows() * part;
    this.#hasStarted = true;
  }

  /** Opens the next leaf; false when there is none. @throws SendplanError `database_error` when the file is damaged there */
  next(): boolean {
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      this.pageNumber = this.#root;
      this.#descend(this.#root);
      return true;
    }
    const levels = this.#levels;
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      if (level.next < level.children.length) {
        this.#descend(level.children[level.next++]);
        return true;
      }
      levels.pop();
    }
    const branch = this.#nextBranch();
    if (branch === 0) return false;
    this.#descend(branch);
    return true;
  }

  /** Makes the open leaf readable again after another page was. */
  reopen(): void {
    const moved = this.#locate(this.pageNumber);
    this.bytes = this.#source.bytes;
    this.pointers += moved - this.pageStart;
    this.pageStart = moved;
  }

  /** Makes a page readable in the source's bytes and counts it; returns where in them it begins. */
  visit(pageNumber: number): number {
    this.#use(pageNumber);
    return this.#locate(pageNumber);
  }

  /**
   * About how many rows there are to read, counted on the table's left-most path; a table that was filled in order has hardly more.
   *
   * It is a guess of what a sound file holds: 0 where the path does not lead to a leaf. To be asked before the first leaf is
   * opened; what it was is remembered.
   */
  expectedRows(): number {
    this.#expectedRows ??= this.#countOnPath();
    return this.#expectedRows;
  }

  /** An error that names the table and the page. @param found a clause, such as `its rows are out of order` */
  damage(found: string): SendplanError {
    return new SendplanError(
      'database_error',
      `The database is damaged: table "${this.#name}", page ${this.pageNumber}: ${found}.`,
      {
        hint: "sqlite3 FILE 'PRAGMA integrity_check;' tells what is damaged, sqlite3 FILE .recover saves what can be saved.",
      },
    );
  }

  #countOnPath(): number {
    const { pageCount, usableBytes } = this.#layout;
    let rows = 1;
    let pageNumber = this.#root;
    for (let depth = 0; depth < DEEPEST_LEVEL && pageNumber >= 1 && pageNumber <= pageCount; depth++) {
      const start = this.#locate(pageNumber);
      const { bytes } = this.#source;
      const header = start + headerAt(pageNumber);
      const cellCount = readUint16(bytes, header + 3);
      if (bytes[header] === PAGE_KIND.tableLeaf) {
        return Math.min(rows * cellCount, (pageCount * usableBytes) / LEAST_CELL_BYTES);
      }
      if (bytes[header] !== PAGE_KIND.tableInterior || cellCount === 0) return 0;
      rows *= cellCount + 1;
      const cell = readUint16(bytes, header + INTERIOR_HEADER_BYTES);
      if (cell > usableBytes - 4) return 0;
      pageNumber = readUint32(bytes, start + cell);
    }
    return 0;
  }

  #locate(pageNumber: number): number {
    const { pageBytes } = this.#layout;
    return this.#source.locate((pageNumber - 1) * pageBytes, pageBytes);
  }

  #use(pageNumber: number): void {
    const { pageCount } = this.#layout;
    if (pageNumber < 1 || pageNumber > pageCount) {
      throw this.damage(`it names page ${pageNumber}, and the file has ${pageCount}`);
    }
    const bit = 1 << (pageNumber & 7);
    if ((this.usedPages[pageNumber >> 3] & bit) !== 0) {
      throw this.damage(`it names page ${pageNumber}, which is in use`);
    }
    this.usedPages[pageNumber >> 3] |= bit;
  }

  #isLeaf(pageNumber: number): boolean {
    if (pageNumber < 1 || pageNumber > this.#layout.pageCount) return false;
    const start = this.#locate(pageNumber);
    return this.#source.bytes[start + headerAt(pageNumber)] === PAGE_KIND.tableLeaf;
  }

  /** Goes down from a page to its left-most leaf. */
  #descend(fromPage: number): void {
    let pageNumber = fromPage;
    for (;;) {
      const children = this.#open(pageNumber);
      if (children === null) return;
      if (this.#depth + this.#levels.length === DEEPEST_LEVEL) throw this.damage('it lies too deep');
      this.#levels.push({ children, next: 1 });
      pageNumber = children[0];
    }
  }

  /** Opens a page: a leaf to read its cells, of another the pages below it. */
  #open(pageNumber: number): Uint32Array | null {
    const pageStart = this.visit(pageNumber);
    this.pageNumber = pageNumber;
    const { bytes } = this.#source;
    const header = pageStart + headerAt(pageNumber);
    const kind = bytes[header];
    if (kind === PAGE_KIND.tableLeaf) {
      this.#openLeaf(pageStart, header);
      return null;
    }
    if (kind !== PAGE_KIND.tableInterior) throw this.damage(`it is no page of a table but of type ${kind}`);
    return this.#childrenOf(pageStart, header);
  }

  #openLeaf(pageStart: number, header: number): void {
    const { bytes } = this.#source;
    this.bytes = bytes;
    this.pageStart = pageStart;
    this.pointers = header + LEAF_HEADER_BYTES;
    this.cellCount = readUint16(bytes, header + 3);
    const pageEnd = pageStart + this.#layout.usableBytes;
    if (this.pointers + 2 * this.cellCount > pageEnd) throw this.damage(`it tells of ${this.cellCount} cells`);
    if (this.cellCount === 0 && this.#levels.length > 0) throw this.damage('it is empty');
  }

  #childrenOf(pageStart: number, header: number): Uint32Array {
    const { bytes } = this.#source;
    const cellCount = readUint16(bytes, header + 3);
    const pointers = header + INTERIOR_HEADER_BYTES;
    const lastCell = pageStart + this.#layout.usableBytes - 5;
    if (pointers + 2 * cellCount > lastCell) throw this.damage(`it tells of ${cellCount} cells`);
    const children = new Uint32Array(cellCount + 1);
    for (let i = 0; i < cellCount; i++) {
      const cell = pageStart + readUint16(bytes, pointers + 2 * i);
      if (cell < pointers + 2 * cellCount || cell > lastCell) throw this.damage('a cell lies outside of it');
      children[i] = readUint32(bytes, cell);
    }
    children[cellCount] = readUint32(bytes, header + 8);
    return children;
  }
}

/** Where in a page its header begins. */
function headerAt(pageNumber: number): number {
  return pageNumber === 1 ? FILE_HEADER_BYTES : 0;
}
