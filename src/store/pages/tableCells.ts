import { type DatabaseImage, damaged, VarintReader } from './databaseImage.js';
import {
  INTERIOR_HEADER_BYTES,
  LEAF_HEADER_BYTES,
  localPayloadLength,
  PAGE_KIND,
  type PayloadLimits,
  readUint16,
  readUint32,
  tablePayloadLimits,
} from './pageFormat.js';

const MOST_LEVELS = 20;

/**
 * Walks over the rows of a table's b-tree in order of rowid.
 *
 * ```
 * const cells = new TableCells(image, rootPage);
 * while (cells.next()) use(cells.rowid, cells.payload, cells.payloadStart, cells.payloadEnd);
 * ```
 */
export class TableCells {
  /** The row's id; beyond 2^53 it is not exact, see `isRowidSafe`. */
  rowid = 0;
  /**
   * The bytes the row's record lies in, until the next row or until somebody else asks for a page of the same source: those of
   * its page, or bytes of its own when it has overflow pages.
   */
  payload: Uint8Array;
  payloadStart = 0;
  payloadEnd = 0;
  readonly #image: DatabaseImage;
  readonly #limits: PayloadLimits;
  readonly #varints: VarintReader;
  /** The interior pages above the leaf: the pages below each, from left to right, and the next one to go to. */
  readonly #above: { readonly children: Uint32Array; next: number }[] = [];
  #leafNumber = 0;
  #bytes: Uint8Array;
  #pointer = 0;
  #lastPointer = 0;
  #leafStart = 0;
  #pagesLeft: number;

  constructor(image: DatabaseImage, rootPage: number) {
    this.#image = image;
    this.#bytes = image.bytes;
    this.payload = this.#bytes;
    this.#limits = tablePayloadLimits(image.usableSize);
    this.#varints = new VarintReader(this.#bytes);
    this.#pagesLeft = image.pageCount;
    this.#descend(rootPage);
  }

  /** Whether the rowid is one that JavaScript holds exactly. */
  get isRowidSafe(): boolean {
    return Number.isSafeInteger(this.rowid);
  }

  /**
   * Goes to the next row; false when there is none.
   *
   * @throws SendplanError `database_error` when the pages are not those of a table
   */
  next(): boolean {
    while (this.#pointer === this.#lastPointer) if (!this.#nextLeaf()) return false;
    const varints = this.#varints;
    const bytes = this.#bytes;
    varints.at = this.#leafStart + readUint16(bytes, this.#pointer);
    this.#pointer += 2;
    const payloadLength = varints.read();
    const rowidAt = varints.at;
    const rowid = varints.read();
    // A ninth byte is there when the number, as an unsigned one, needs more than 56 bits: then it may be negative.
    this.rowid = varints.at - rowidAt === 9 ? signed(bytes, rowidAt) : rowid;
    const start = varints.at;
    if (payloadLength <= this.#limits.maximumLocal) {
      this.payload = bytes;
      this.payloadStart = start;
      this.payloadEnd = start + payloadLength;
      if (!(this.payloadEnd <= this.#leafStart + this.#image.usableSize)) throw damaged(`row ${rowid} leaves its page`);
    } else {
      this.#gather(start, payloadLength);
    }
    return true;
  }

  #nextLeaf(): boolean {
    for (let level = this.#above.at(-1); level !== undefined; level = this.#above.at(-1)) {
      if (level.next < level.children.length) {
        this.#descend(level.children[level.next++]);
        return true;
      }
      this.#above.pop();
    }
    return false;
  }

  /** Goes from a page to the first leaf below it. */
  #descend(pageNumber: number): void {
    let page = pageNumber;
    for (;;) {
      const start = this.#image.page(page);
      const { bytes } = this.#image;
      const cellCount = readUint16(bytes, start + 3);
      if (this.#pagesLeft-- === 0) throw damaged(`the tree of page ${page} has no end`);
      if (bytes[start] === PAGE_KIND.tableLeaf) {
        this.#open(page, start);
        this.#pointer = start + LEAF_HEADER_BYTES;
        this.#lastPointer = this.#pointer + 2 * cellCount;
        if (this.#lastPointer > start + this.#image.usableSize) throw damaged(`page ${page} has ${cellCount} cells`);
        return;
      }
      if (bytes[start] !== PAGE_KIND.tableInterior || this.#above.length === MOST_LEVELS) {
        throw damaged(`page ${page} is no page of a table`);
      }
      const children = childrenOf(bytes, start, cellCount);
      this.#above.push({ children, next: 1 });
      page = children[0];
    }
  }

  /** Reads from a leaf from here on. */
  #open(pageNumber: number, start: number): void {
    this.#leafNumber = pageNumber;
    this.#leafStart = start;
    this.#bytes = this.#image.bytes;
    this.#varints.bytes = this.#bytes;
  }

  /** Puts the pieces of a record that has overflow pages together. */
  #gather(start: number, payloadLength: number): void {
    const bytes = this.#bytes;
    const { usableSize, pageCount } = this.#image;
    if (!(payloadLength <= pageCount * usableSize)) throw damaged(`row ${this.rowid} is longer than the file`);
    const local = localPayloadLength(payloadLength, this.#limits);
    if (!(start + local + 4 <= this.#leafStart + usableSize)) throw damaged(`row ${this.rowid} leaves its page`);
    const payload = new Uint8Array(payloadLength);
    payload.set(bytes.subarray(start, start + local));
    let page = readUint32(bytes, start + local);
    for (let done = local; done < payloadLength; done += usableSize - 4) {
      const from = this.#image.page(page);
      const count = Math.min(usableSize - 4, payloadLength - done);
      const overflow = this.#image.bytes;
      payload.set(overflow.subarray(from + 4, from + 4 + count), done);
      page = readUint32(overflow, from);
    }
    // The leaf may not be at hand any more.
    const moved = this.#image.page(this.#leafNumber);
    this.#pointer += moved - this.#leafStart;
    this.#lastPointer += moved - this.#leafStart;
    this.#open(this.#leafNumber, moved);
    this.payload = payload;
    this.payloadStart = 0;
    this.payloadEnd = payloadLength;
  }
}

/** The pages below an interior page of a table, from left to right. */
function childrenOf(bytes: Uint8Array, start: number, cellCount: number): Uint32Array {
  const children = new Uint32Array(cellCount + 1);
  const pointers = start + INTERIOR_HEADER_BYTES;
  for (let i = 0; i < cellCount; i += 1) children[i] = readUint32(bytes, start + readUint16(bytes, pointers + 2 * i));
  children[cellCount] = readUint32(bytes, start + 8);
  return children;
}

/** A varint of nine bytes: 64 bits of two's complement. */
function signed(bytes: Uint8Array, start: number): number {
  let value = 0n;
  for (let i = 0; i < 8; i += 1) value = (value << 7n) | BigInt(bytes[start + i] & 127);
  return Number(BigInt.asIntN(64, (value << 8n) | BigInt(bytes[start + 8])));
}
