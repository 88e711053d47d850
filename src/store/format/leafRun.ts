import {
  LEAF_HEADER_BYTES,
  localPayloadLength,
  type PayloadLimits,
  writePageHeader,
  writeUint16,
  writeUint32,
} from './pageFormat.js';
import type { PageSpace } from './pageSpace.js';
import { varintLength, writeVarint } from './varint.js';

/** Bytes of full leaves that go to the file at once. */
const RUN_BYTES = 256 * 1024;
const LEAST_RUN_PAGES = 4;
/** One leaf of so many is full when all that it should have at the least is in it. */
const LEAST_FILLED = 3;

/** How a tree is built. */
export interface TreeOptions {
  /**
   * Bytes at the front of the tree's buffer that are the caller's own: what lies there can be copied into cells by
   * `copyWithin`, which is several times faster than any copy between two buffers of so few bytes.
   */
  readonly scratchBytes?: number;
  /** Gives the buffer of scratch and leaves, which may lie in a WebAssembly memory; the tree makes its own when left out. */
  readonly allocate?: (byteLength: number) => Uint8Array<ArrayBuffer>;
}

/**
 * Puts cells into the open leaf by itself, as many as fit.
 *
 * @param leafAt where the leaf begins in the tree's buffer
 * @param cellStart the offset of its lowest cell
 */
export type FillLeaf = (leafAt: number, cellStart: number, cellCount: number) => FilledLeaf;

/** The open leaf after it was filled. */
export interface FilledLeaf {
  readonly cellStart: number;
  readonly cellCount: number;
}

/**
 * The leaves of a b-tree as they are filled, left to right: full ones are written in runs, the last ones are still in memory.
 *
 * A leaf:
 *
 * | bytes      | what                                                       |
 * |------------|------------------------------------------------------------|
 * | 1          | 13 of a table, 10 of an index                              |
 * | 2          | first free block, 0 for none                               |
 * | 2          | number of cells                                            |
 * | 2          | offset of the lowest cell                                  |
 * | 1          | fragmented free bytes                                      |
 * | 2 per cell | offsets of the cells in order of their keys                |
 * | free       |                                                            |
 * | the rest   | the cells, from the end of the page's used part backwards  |
 *
 * The buffer is `[scratch of the caller | leaf | leaf | ...]`.
 */
export class LeafRun {
  readonly space: PageSpace;
  readonly limits: PayloadLimits;
  /** The buffer of scratch and leaves. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same buffer. */
  readonly view: DataView;
  /** Cells in the leaf that is being filled. */
  cellCount = 0;
  /** Leaves that were closed, written or not. */
  leafCount = 0;
  /** Bytes that a leaf which has cells keeps free. */
  spareBytes = 0;
  /** The page numbers of the leaves that were written. */
  leafNumbers = new Uint32Array(256);
  readonly #kind: number;
  readonly #firstLeaf: number;
  readonly #runPages: number;
  #pendingLeaves = 0;
  #readKept: ((pageNumber: number) => Uint8Array) | null = null;
  #leafAt: number;
  #cellStart: number;

  /** @param kind one of the leaves of `PAGE_KIND` */
  constructor(space: PageSpace, kind: number, limits: PayloadLimits, { scratchBytes = 0, allocate }: TreeOptions) {
    this.space = space;
    this.limits = limits;
    this.#kind = kind;
    this.#runPages = Math.max(LEAST_RUN_PAGES, Math.floor(RUN_BYTES / space.pageSize));
    this.#firstLeaf = scratchBytes;
    this.#leafAt = scratchBytes;
    this.#cellStart = space.usableSize;
    const byteLength = scratchBytes + this.#runPages * space.pageSize;
    this.bytes = allocate?.(byteLength) ?? new Uint8Array(byteLength);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  /** Whether the open leaf has room for a cell of that many bytes. */
  hasRoom(cellLength: number): boolean {
    const spareBytes = this.cellCount === 0 ? 0 : this.spareBytes;
    return this.#cellStart - cellLength >= LEAF_HEADER_BYTES + 2 * (this.cellCount + 1) + spareBytes;
  }

  /** The bytes that the open leaf's cells take. */
  get openBytes(): number {
    return this.space.usableSize - this.#cellStart + 2 * this.cellCount;
  }

  /** Whether the open leaf has cells, and hardly less than a third of its room is used. */
  get isFilled(): boolean {
    return this.cellCount > 0 && (this.openBytes + LEAF_HEADER_BYTES) * LEAST_FILLED >= this.space.usableSize;
  }

  /** Makes room for a cell in the open leaf, which must have it, and returns where the cell begins in `bytes`. */
  push(cellLength: number): number {
    const { bytes } = this;
    const cellStart = this.#cellStart - cellLength;
    const pointer = this.#leafAt + LEAF_HEADER_BYTES + 2 * this.cellCount;
    bytes[pointer] = cellStart >>> 8;
    bytes[pointer + 1] = cellStart;
    this.#cellStart = cellStart;
    this.cellCount += 1;
    return this.#leafAt + cellStart;
  }

  /** Lets the open leaf be filled. */
  fill(fill: FillLeaf): void {
    const { cellStart, cellCount } = fill(this.#leafAt, this.#cellStart, this.cellCount);
    this.#cellStart = cellStart;
    this.cellCount = cellCount;
  }

  /** Takes the last cell out of the open leaf again. @param cellLength its length @returns where it lies, until the next `push` */
  pop(cellLength: number): number {
    const cell = this.#leafAt + this.#cellStart;
    this.#cellStart += cellLength;
    this.cellCount -= 1;
    return cell;
  }

  /** Ends the open leaf and opens the next one. */
  close(): void {
    const { bytes, cellCount } = this;
    writePageHeader(bytes, this.#leafAt, this.#kind, cellCount, this.#cellStart);
    // The gap may hold cells of the leaf that lay here before.
    bytes.fill(0, this.#leafAt + LEAF_HEADER_BYTES + 2 * cellCount, this.#leafAt + this.#cellStart);
    this.leafCount += 1;
    this.#pendingLeaves += 1;
    if (this.#pendingLeaves === this.#runPages) this.flush();
    this.#open();
  }

  /**
   * Goes on with a leaf that is in the file already and stays. The open leaf must have no cells.
   *
   * @param readPage gives its bytes, should it be needed once more
   */
  keep(pageNumber: number, readPage: (pageNumber: number) => Uint8Array): void {
    this.flush();
    this.#reserveNumbers(this.leafCount + 1);
    this.leafNumbers[this.leafCount++] = pageNumber;
    this.#readKept = readPage;
    this.#open();
  }

  #open(): void {
    this.#leafAt = this.#firstLeaf + this.#pendingLeaves * this.space.pageSize;
    this.#cellStart = this.space.usableSize;
    this.cellCount = 0;
  }

  #reserveNumbers(count: number): void {
    if (count <= this.leafNumbers.length) return;
    const numbers = new Uint32Array(count * 2);
    numbers.set(this.leafNumbers);
    this.leafNumbers = numbers;
  }

  /** Writes the closed leaves that are still in memory. */
  flush(): void {
    this.#reserveNumbers(this.leafCount);
    const pages = this.bytes.subarray(this.#firstLeaf, this.#firstLeaf + this.#pendingLeaves * this.space.pageSize);
    this.space.append(pages, this.leafNumbers, this.leafCount - this.#pendingLeaves);
    this.#pendingLeaves = 0;
  }

  /** Ends the leaves: the open one too, unless it is empty and there are others. An only leaf is not written. */
  end(): void {
    if (this.cellCount > 0 || this.leafCount === 0) this.close();
    if (this.leafCount > 1) this.flush();
  }

  /** Writes the only leaf, when all are ended, as the root of the tree. */
  writeOnlyLeaf(rootPage: number): void {
    if (this.#pendingLeaves === 1) {
      this.space.writePage(rootPage, this.bytes.subarray(this.#firstLeaf, this.#firstLeaf + this.space.pageSize));
    } else if (this.#readKept !== null) {
      const [onlyLeaf] = this.leafNumbers;
      this.space.writePage(rootPage, this.#readKept(onlyLeaf));
      this.space.recycle(onlyLeaf);
    }
  }
}

/**
 * Writes what does not fit into a cell to overflow pages and returns the number of the first one.
 *
 * An overflow page is the number of the next one in 4 bytes, 0 at the end, and payload up to the end of its used part.
 *
 * @param start where the part that does not fit begins in `payload`
 */
export function writeOverflow(space: PageSpace, payload: Uint8Array, start: number): number {
  const room = space.usableSize - 4;
  const first = space.allocate();
  let pageNumber = first;
  for (let at = start; at < payload.length; at += room) {
    const isLast = at + room >= payload.length;
    const next = isLast ? 0 : space.allocate();
    const page = new Uint8Array(space.pageSize);
    writeUint32(page, 0, next);
    page.set(payload.subarray(at, at + room), 4);
    space.writePage(pageNumber, page);
    pageNumber = next;
  }
  return first;
}

/** The bytes of an index cell, its overflow pages written already: varint length, payload or its front, first overflow page. */
export function largeIndexCell(space: PageSpace, payload: Uint8Array, limits: PayloadLimits): Uint8Array {
  const local = localPayloadLength(payload.length, limits);
  const lengthBytes = varintLength(payload.length);
  const cell = new Uint8Array(lengthBytes + local + 4);
  writeVarint(cell, 0, payload.length);
  cell.set(payload.subarray(0, local), lengthBytes);
  writeUint32(cell, lengthBytes + local, writeOverflow(space, payload, local));
  return cell;
}

/** Writes cells into an interior page, in order, from its end backwards. */
export class InteriorPage {
  readonly page: Uint8Array;
  readonly #firstPointer: number;
  #cellStart: number;
  #cellCount = 0;

  /** @param headerBytes the length of the page's header, behind which the offsets of its cells stand */
  constructor(pageSize: number, usableSize: number, headerBytes: number) {
    this.page = new Uint8Array(pageSize);
    this.#firstPointer = headerBytes;
    this.#cellStart = usableSize;
  }

  /** Makes room for a cell behind the last one and returns where it begins. */
  push(cellLength: number): number {
    this.#cellStart -= cellLength;
    writeUint16(this.page, this.#firstPointer + 2 * this.#cellCount, this.#cellStart);
    this.#cellCount += 1;
    return this.#cellStart;
  }

  /** Writes the header and returns the page. */
  finish(kind: number, rightmostChild: number): Uint8Array {
    writePageHeader(this.page, 0, kind, this.#cellCount, this.#cellStart);
    writeUint32(this.page, 8, rightmostChild);
    return this.page;
  }
}
