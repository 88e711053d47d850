import type { PageSpace } from './pageSpace.js';
import { RecordWriter } from './record.js';
import { varintLength, writeVarint } from './varint.js';

/** The header of a leaf; an interior page has four bytes more, for its rightmost child. */
const LEAF_HEADER_BYTES = 8;
const INTERIOR_HEADER_BYTES = 12;
const TABLE_LEAF = 13;
const TABLE_INTERIOR = 5;

/** Pages that go to the file at once. */
const CHUNK_PAGES = 64;

/** The pages of one level of the tree, left to right, each with the largest rowid below it. */
interface Level {
  readonly count: number;
  readonly pageNumbers: Uint32Array;
  readonly lastRowids: Float64Array;
}

function writeUint16(target: Uint8Array, byteOffset: number, value: number): void {
  target[byteOffset] = value >>> 8;
  target[byteOffset + 1] = value;
}

function writeUint32(target: Uint8Array, byteOffset: number, value: number): void {
  writeUint16(target, byteOffset, value >>> 16);
  writeUint16(target, byteOffset + 2, value & 65535);
}

/** Writes the header of a b-tree page that has no free blocks; `cellStart` is where its lowest cell begins. */
function writePageHeader(page: Uint8Array, at: number, kind: number, cellCount: number, cellStart: number): void {
  page[at] = kind;
  writeUint16(page, at + 1, 0);
  writeUint16(page, at + 3, cellCount);
  writeUint16(page, at + 5, cellStart);
  page[at + 7] = 0;
}

/**
 * The most bytes of a record that a table leaf holds without overflow pages.
 *
 * @param pageSize in bytes, nothing of it reserved
 */
export function maximumTableRecord(pageSize: number): number {
  return pageSize - 35;
}

/**
 * Builds the b-tree of a table from rows in ascending order of rowid: full leaves as they come, the levels above them
 * at the end.
 *
 * A page of a table's b-tree:
 *
 * | bytes       | what                                                                                            |
 * |-------------|-------------------------------------------------------------------------------------------------|
 * | 1           | 13 leaf, 5 interior                                                                             |
 * | 2           | first free block, 0 for none                                                                    |
 * | 2           | number of cells                                                                                 |
 * | 2           | offset of the lowest cell                                                                       |
 * | 1           | fragmented free bytes                                                                           |
 * | 4           | interior only: page number of the rightmost child                                               |
 * | 2 per cell  | offsets of the cells in order of rowid                                                          |
 * | free        |                                                                                                 |
 * | the rest    | the cells, from the end of the page backwards                                                   |
 *
 * A leaf's cell is varint record length, varint rowid, record. An interior cell is the page number of a child in 4
 * bytes and, as varint, the largest rowid below that child.
 *
 * ```
 * writer.record.putNull();              // id INTEGER PRIMARY KEY
 * writer.record.putText('a@example.com');
 * writer.endRow(1);
 * const rootPage = writer.finish();
 * ```
 */
export class TableWriter {
  /** The row that is being written. */
  readonly record: RecordWriter;
  private readonly space: PageSpace;
  private readonly pageSize: number;
  /** Finished leaves and the one being filled; a leaf needs no page number until something points to it. */
  private readonly chunk: Uint8Array;
  private chunkLeaves = 0;
  private leafOffset = 0;
  private cellCount = 0;
  private cellStart: number;
  private lastRowid = Number.NEGATIVE_INFINITY;
  private leafCount = 0;
  private leafNumbers = new Uint32Array(CHUNK_PAGES);
  private leafRowids = new Float64Array(CHUNK_PAGES);
  private rows = 0;

  constructor(space: PageSpace) {
    this.space = space;
    this.pageSize = space.pageSize;
    this.record = new RecordWriter(maximumTableRecord(space.pageSize));
    this.chunk = new Uint8Array(CHUNK_PAGES * space.pageSize);
    this.cellStart = space.pageSize;
  }

  /** The rows written so far. */
  get rowCount(): number {
    return this.rows;
  }

  /**
   * Takes what was put into `record` as a row, and clears the record.
   *
   * @param rowid a safe integer
   * @throws RangeError when the rowid is not above the last row's, or the record would need an overflow page
   */
  endRow(rowid: number): void {
    const { record } = this;
    const recordLength = record.byteLength;
    if (!(rowid > this.lastRowid && Number.isSafeInteger(rowid))) {
      throw new RangeError(`rowid ${rowid} after rowid ${this.lastRowid}`);
    }
    if (recordLength > record.maximumByteLength) {
      throw new RangeError(
        `row ${rowid} has ${recordLength} bytes; without overflow pages ${record.maximumByteLength} fit`,
      );
    }
    const cellLength = varintLength(recordLength) + varintLength(rowid) + recordLength;
    if (this.cellStart - cellLength < LEAF_HEADER_BYTES + 2 * (this.cellCount + 1)) this.endLeaf();
    this.cellStart -= cellLength;
    const cell = writeVarint(this.chunk, this.leafOffset + this.cellStart, recordLength);
    record.writeTo(this.chunk, writeVarint(this.chunk, cell, rowid));
    record.clear();
    writeUint16(this.chunk, this.leafOffset + LEAF_HEADER_BYTES + 2 * this.cellCount, this.cellStart);
    this.cellCount += 1;
    this.rows += 1;
    this.lastRowid = rowid;
  }

  /**
   * Writes what is left of the leaves and the levels above them, and returns the page number of the root.
   *
   * @param rootPage a page that was handed out before and is to be the root; a new one when left out
   */
  finish(rootPage?: number): number {
    this.closeLeaf();
    if (this.leafCount === 1) {
      const root = rootPage ?? this.space.allocate();
      this.space.writePage(root, this.chunk.subarray(0, this.pageSize));
      return root;
    }
    this.flushChunk();
    let level: Level = { count: this.leafCount, pageNumbers: this.leafNumbers, lastRowids: this.leafRowids };
    for (;;) {
      const fanOut = this.fanOut(level);
      if (level.count <= fanOut) {
        const root = rootPage ?? this.space.allocate();
        this.space.writePage(root, this.interiorPage(level, 0, level.count));
        return root;
      }
      level = this.parents(level, fanOut);
    }
  }

  private endLeaf(): void {
    this.closeLeaf();
    if (this.chunkLeaves === CHUNK_PAGES) this.flushChunk();
    this.leafOffset = this.chunkLeaves * this.pageSize;
    this.cellCount = 0;
    this.cellStart = this.pageSize;
  }

  private closeLeaf(): void {
    const { chunk, leafOffset } = this;
    writePageHeader(chunk, leafOffset, TABLE_LEAF, this.cellCount, this.cellStart);
    // The gap may hold cells of the leaf that lay here before.
    chunk.fill(0, leafOffset + LEAF_HEADER_BYTES + 2 * this.cellCount, leafOffset + this.cellStart);
    if (this.leafCount === this.leafRowids.length) this.growLeaves();
    this.leafRowids[this.leafCount] = this.lastRowid;
    this.leafCount += 1;
    this.chunkLeaves += 1;
  }

  private growLeaves(): void {
    const numbers = new Uint32Array(this.leafCount * 2);
    numbers.set(this.leafNumbers);
    this.leafNumbers = numbers;
    const rowids = new Float64Array(this.leafCount * 2);
    rowids.set(this.leafRowids);
    this.leafRowids = rowids;
  }

  private flushChunk(): void {
    const pages = this.chunk.subarray(0, this.chunkLeaves * this.pageSize);
    this.space.append(pages, this.leafNumbers, this.leafCount - this.chunkLeaves);
    this.chunkLeaves = 0;
  }

  /** The children an interior page can have when every rowid is as long as the longest of the level. */
  private fanOut(level: Level): number {
    const longest = Math.max(varintLength(level.lastRowids[0]), varintLength(level.lastRowids[level.count - 1]));
    return Math.floor((this.pageSize - INTERIOR_HEADER_BYTES) / (2 + 4 + longest)) + 1;
  }

  /** Shares the pages of a level evenly among parents, so that none is left with a single child. */
  private parents(level: Level, fanOut: number): Level {
    const count = Math.ceil(level.count / fanOut);
    const pageNumbers = new Uint32Array(count);
    const lastRowids = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      const start = Math.floor((level.count * i) / count);
      const end = Math.floor((level.count * (i + 1)) / count);
      this.space.append(this.interiorPage(level, start, end), pageNumbers, i);
      lastRowids[i] = level.lastRowids[end - 1];
    }
    return { count, pageNumbers, lastRowids };
  }

  private interiorPage(level: Level, start: number, end: number): Uint8Array {
    const page = new Uint8Array(this.pageSize);
    let cellStart = this.pageSize;
    for (let i = start; i < end - 1; i += 1) {
      const rowid = level.lastRowids[i];
      cellStart -= 4 + varintLength(rowid);
      writeUint32(page, cellStart, level.pageNumbers[i]);
      writeVarint(page, cellStart + 4, rowid);
      writeUint16(page, INTERIOR_HEADER_BYTES + 2 * (i - start), cellStart);
    }
    writePageHeader(page, 0, TABLE_INTERIOR, end - start - 1, cellStart);
    writeUint32(page, 8, level.pageNumbers[end - 1]);
    return page;
  }
}
