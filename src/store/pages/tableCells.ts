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
  /** The bytes the row's record lies in: those of the image, or bytes of its own when it has overflow pages. */
  payload: Uint8Array;
  payloadStart = 0;
  payloadEnd = 0;
  readonly #image: DatabaseImage;
  readonly #limits: PayloadLimits;
  readonly #varints: VarintReader;
  /** The interior pages above the leaf: page starts, and the next child of each. */
  readonly #above: { readonly start: number; readonly cellCount: number; next: number }[] = [];
  #pointer = 0;
  #lastPointer = 0;
  #leafStart = 0;
  #pagesLeft: number;

  constructor(image: DatabaseImage, rootPage: number) {
    this.#image = image;
    this.payload = image.bytes;
    this.#limits = tablePayloadLimits(image.usableSize);
    this.#varints = new VarintReader(image.bytes);
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
    const { bytes } = this.#image;
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
    const { bytes } = this.#image;
    for (let level = this.#above.at(-1); level !== undefined; level = this.#above.at(-1)) {
      if (level.next > level.cellCount) {
        this.#above.pop();
        continue;
      }
      const i = level.next++;
      const pointer = level.start + INTERIOR_HEADER_BYTES + 2 * i;
      const child = i === level.cellCount ? level.start + 8 : level.start + readUint16(bytes, pointer);
      this.#descend(readUint32(bytes, child));
      return true;
    }
    return false;
  }

  /** Goes from a page to the first leaf below it. */
  #descend(pageNumber: number): void {
    const { bytes } = this.#image;
    let page = pageNumber;
    for (;;) {
      const start = this.#image.pageStart(page);
      const cellCount = readUint16(bytes, start + 3);
      if (this.#pagesLeft-- === 0) throw damaged(`the tree of page ${page} has no end`);
      if (bytes[start] === PAGE_KIND.tableLeaf) {
        this.#leafStart = start;
        this.#pointer = start + LEAF_HEADER_BYTES;
        this.#lastPointer = this.#pointer + 2 * cellCount;
        if (this.#lastPointer > start + this.#image.usableSize) throw damaged(`page ${page} has ${cellCount} cells`);
        return;
      }
      if (bytes[start] !== PAGE_KIND.tableInterior || this.#above.length === MOST_LEVELS) {
        throw damaged(`page ${page} is no page of a table`);
      }
      this.#above.push({ start, cellCount, next: 1 });
      const isLeast = cellCount === 0;
      page = readUint32(bytes, isLeast ? start + 8 : start + readUint16(bytes, start + INTERIOR_HEADER_BYTES));
    }
  }

  /** Puts the pieces of a record that has overflow pages together. */
  #gather(start: number, payloadLength: number): void {
    const { bytes, usableSize, pageCount } = this.#image;
    if (!(payloadLength <= pageCount * usableSize)) throw damaged(`row ${this.rowid} is longer than the file`);
    const local = localPayloadLength(payloadLength, this.#limits);
    if (!(start + local + 4 <= this.#leafStart + usableSize)) throw damaged(`row ${this.rowid} leaves its page`);
    const payload = new Uint8Array(payloadLength);
    payload.set(bytes.subarray(start, start + local));
    let page = readUint32(bytes, start + local);
    for (let done = local; done < payloadLength; done += usableSize - 4) {
      const from = this.#image.pageStart(page);
      const count = Math.min(usableSize - 4, payloadLength - done);
      payload.set(bytes.subarray(from + 4, from + 4 + count), done);
      page = readUint32(bytes, from);
    }
    this.payload = payload;
    this.payloadStart = 0;
    this.payloadEnd = payloadLength;
  }
}

/** A varint of nine bytes: 64 bits of two's complement. */
function signed(bytes: Uint8Array, start: number): number {
  let value = 0n;
  for (let i = 0; i < 8; i += 1) value = (value << 7n) | BigInt(bytes[start + i] & 127);
  return Number(BigInt.asIntN(64, (value << 8n) | BigInt(bytes[start + 8])));
}
