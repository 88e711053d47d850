import { type FillLeaf, InteriorPage, LeafRun, type TreeOptions, writeOverflow } from './leafRun.js';
import { INTERIOR_HEADER_BYTES, localPayloadLength, PAGE_KIND, tablePayloadLimits, writeUint32 } from './pageFormat.js';
import type { PageSpace } from './pageSpace.js';
import { varintLength, writeVarint } from './varint.js';

/** The pages of one level of the tree, left to right, each with the largest rowid below it. */
interface Level {
  readonly count: number;
  readonly pageNumbers: Uint32Array;
  readonly lastRowids: Float64Array;
}

/**
 * Builds the b-tree of a table from rows in ascending order of rowid: full leaves as they come, the levels above them at the
 * end. What it writes depends on the rows alone.
 *
 * A leaf's cell is `varint payload length | varint rowid | payload`, and with a payload beyond `tablePayloadLimits` the number
 * of its first overflow page. An interior cell is `page number of a child in 4 bytes | varint largest rowid below it`.
 *
 * ```
 * const at = tree.beginRow(rowid, length);   // then write `length` bytes of record into tree.bytes from `at` on
 * const rootPage = tree.finish();
 * ```
 */
export class TableTreeWriter {
  readonly #leaves: LeafRun;
  readonly #space: PageSpace;
  readonly #maximumLocal: number;
  /** The buffer of scratch and leaves, into which payloads are written. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same buffer. */
  readonly view: DataView;
  #lastRowid = Number.NEGATIVE_INFINITY;
  #lastRowids = new Float64Array(256);
  #rowCount = 0;

  constructor(space: PageSpace, options: TreeOptions = {}) {
    this.#space = space;
    this.#leaves = new LeafRun(space, PAGE_KIND.tableLeaf, tablePayloadLimits(space.usableSize), options);
    this.#maximumLocal = this.#leaves.limits.maximumLocal;
    this.bytes = this.#leaves.bytes;
    this.view = this.#leaves.view;
  }

  /** The rows so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** The longest payload that `beginRow` takes; longer ones are for `addLargeRow`. */
  get maximumLocal(): number {
    return this.#maximumLocal;
  }

  /**
   * Makes room for a row and returns where in `bytes` its payload has to be written, at once and in full.
   *
   * @param rowid a safe integer
   * @throws RangeError when the rowid is not above the last row's, or the payload is longer than `maximumLocal`
   */
  beginRow(rowid: number, payloadLength: number): number {
    if (!(rowid > this.#lastRowid && Number.isSafeInteger(rowid))) {
      throw new RangeError(`rowid ${rowid} after rowid ${this.#lastRowid}`);
    }
    if (payloadLength > this.#maximumLocal) {
      throw new RangeError(`a payload of ${payloadLength} bytes; ${this.#maximumLocal} fit into a cell`);
    }
    const cell = this.#beginCell(rowid, varintLength(payloadLength) + varintLength(rowid) + payloadLength);
    return writeVarint(this.bytes, writeVarint(this.bytes, cell, payloadLength), rowid);
  }

  /**
   * Lets rows be put into the open leaf, as many as fit.
   *
   * @param fill adds rows above the last one, in ascending order of rowid
   * @param lastRowid tells, after `fill`, the rowid of the last row that it added, and is not asked when there is none
   */
  fillLeaf(fill: FillLeaf, lastRowid: () => number): void {
    const { cellCount } = this.#leaves;
    this.#leaves.fill(fill);
    const added = this.#leaves.cellCount - cellCount;
    if (added === 0) return;
    this.#rowCount += added;
    this.#lastRowid = lastRowid();
  }

  /** Ends the open leaf, which must have rows, and opens the next one. */
  closeLeaf(): void {
    this.#closeLeaf();
  }

  /** Whether the open leaf may be ended, because it is filled well enough. */
  get isLeafFilled(): boolean {
    return this.#leaves.isFilled;
  }

  /** Whether the open leaf has no rows. */
  get isLeafEmpty(): boolean {
    return this.#leaves.cellCount === 0;
  }

  /** The bytes that the open leaf's rows take. */
  get openBytes(): number {
    return this.#leaves.openBytes;
  }

  /** Bytes that a leaf which has rows keeps free, from here on. */
  set spareBytes(spareBytes: number) {
    this.#leaves.spareBytes = spareBytes;
  }

  /**
   * Goes on with a leaf that is in the file already and stays. The open leaf must be empty.
   *
   * @param lastRowid the largest rowid that may be in it; infinite for the last leaf of all
   * @param readPage gives its bytes, should it be needed once more
   */
  keepLeaf(pageNumber: number, lastRowid: number, readPage: (pageNumber: number) => Uint8Array): void {
    // Nothing is asked of the last one's.
    this.#lastRowid = Number.isFinite(lastRowid) ? lastRowid : Math.max(0, this.#lastRowid);
    this.#noteLastRowid();
    this.#leaves.keep(pageNumber, readPage);
  }

  /**
   * Adds a row whose payload does not fit into a cell.
   *
   * @throws RangeError when the rowid is not above the last row's
   */
  addLargeRow(rowid: number, payload: Uint8Array): void {
    if (!(rowid > this.#lastRowid && Number.isSafeInteger(rowid))) {
      throw new RangeError(`rowid ${rowid} after rowid ${this.#lastRowid}`);
    }
    const local = localPayloadLength(payload.length, this.#leaves.limits);
    const overflowPage = writeOverflow(this.#space, payload, local);
    const { bytes } = this;
    const cell = this.#beginCell(rowid, varintLength(payload.length) + varintLength(rowid) + local + 4);
    const at = writeVarint(bytes, writeVarint(bytes, cell, payload.length), rowid);
    bytes.set(payload.subarray(0, local), at);
    writeUint32(bytes, at + local, overflowPage);
  }

  /**
   * Writes what is left of the leaves and the levels above them, and returns the page number of the root.
   *
   * @param rootPage a page that is to be the root; a new one when left out
   */
  finish(rootPage?: number): number {
    const leaves = this.#leaves;
    if (leaves.cellCount > 0 && leaves.leafCount > 0) this.#closeLeaf();
    leaves.end();
    if (leaves.leafCount === 1) {
      const root = rootPage ?? this.#space.allocate();
      leaves.writeOnlyLeaf(root);
      return root;
    }
    let level: Level = {
      count: leaves.leafCount,
      pageNumbers: leaves.leafNumbers,
      lastRowids: this.#lastRowids,
    };
    for (;;) {
      const fanOut = this.#fanOut(level);
      if (level.count <= fanOut) {
        const root = rootPage ?? this.#space.allocate();
        this.#space.writePage(root, this.#interiorPage(level, 0, level.count));
        return root;
      }
      level = this.#parents(level, fanOut);
    }
  }

  #beginCell(rowid: number, cellLength: number): number {
    if (!this.#leaves.hasRoom(cellLength)) this.#closeLeaf();
    this.#lastRowid = rowid;
    this.#rowCount += 1;
    return this.#leaves.push(cellLength);
  }

  #closeLeaf(): void {
    this.#noteLastRowid();
    this.#leaves.close();
  }

  #noteLastRowid(): void {
    const { leafCount } = this.#leaves;
    if (leafCount === this.#lastRowids.length) {
      const rowids = new Float64Array(leafCount * 2);
      rowids.set(this.#lastRowids);
      this.#lastRowids = rowids;
    }
    this.#lastRowids[leafCount] = this.#lastRowid;
  }

  /** The children an interior page can have when every rowid is as long as the longest of the level. */
  #fanOut(level: Level): number {
    const longest = Math.max(varintLength(level.lastRowids[0]), varintLength(level.lastRowids[level.count - 1]));
    return Math.floor((this.#space.usableSize - INTERIOR_HEADER_BYTES) / (2 + 4 + longest)) + 1;
  }

  /** Shares the pages of a level evenly among parents, so that none is left with a single child. */
  #parents(level: Level, fanOut: number): Level {
    const count = Math.ceil(level.count / fanOut);
    const pageNumbers = new Uint32Array(count);
    const lastRowids = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      const start = Math.floor((level.count * i) / count);
      const end = Math.floor((level.count * (i + 1)) / count);
      this.#space.append(this.#interiorPage(level, start, end), pageNumbers, i);
      lastRowids[i] = level.lastRowids[end - 1];
    }
    return { count, pageNumbers, lastRowids };
  }

  #interiorPage(level: Level, start: number, end: number): Uint8Array {
    const page = new InteriorPage(this.#space.pageSize, this.#space.usableSize, INTERIOR_HEADER_BYTES);
    for (let i = start; i < end - 1; i += 1) {
      const rowid = level.lastRowids[i];
      const cell = page.push(4 + varintLength(rowid));
      writeUint32(page.page, cell, level.pageNumbers[i]);
      writeVarint(page.page, cell + 4, rowid);
    }
    return page.finish(PAGE_KIND.tableInterior, level.pageNumbers[end - 1]);
  }
}
