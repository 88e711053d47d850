import { type DatabaseImage, damaged, VarintReader } from './databaseImage.js';
import { LEAF_HEADER_BYTES, type PayloadLimits, readUint16, tablePayloadLimits } from './pageFormat.js';
import { gatherPayload, TreeReader } from './treeReader.js';

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
  /** The bytes the row's record lies in: those of its page, or bytes of its own when it has overflow pages. */
  payload: Uint8Array = new Uint8Array(0);
  payloadStart = 0;
  payloadEnd = 0;
  readonly #image: DatabaseImage;
  readonly #limits: PayloadLimits;
  readonly #walk: TreeReader;
  #varints = new VarintReader(this.payload);
  #cell = 0;
  #cellCount = 0;
  /** Whether overflow pages were read since the leaf was located. */
  #hasGathered = false;

  constructor(image: DatabaseImage, rootPage: number) {
    this.#image = image;
    this.#limits = tablePayloadLimits(image.usableSize);
    this.#walk = new TreeReader(image, rootPage, 'table');
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
    const walk = this.#walk;
    while (this.#cell === this.#cellCount) {
      if (!walk.next()) return false;
      this.#cell = 0;
      this.#cellCount = walk.cellCount;
      this.#varints = new VarintReader(walk.bytes);
    }
    if (this.#hasGathered) {
      walk.refresh();
      this.#varints = new VarintReader(walk.bytes);
      this.#hasGathered = false;
    }
    const { bytes, pageStart } = walk;
    const pageEnd = pageStart + this.#image.usableSize;
    const varints = this.#varints;
    varints.at = pageStart + readUint16(bytes, pageStart + LEAF_HEADER_BYTES + 2 * this.#cell++);
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
      if (!(this.payloadEnd <= pageEnd)) throw damaged(`row ${rowid} leaves its page`);
    } else {
      const page = bytes.slice(pageStart, pageEnd);
      this.payload = gatherPayload(this.#image, this.#limits, page, start - pageStart, payloadLength);
      this.payloadStart = 0;
      this.payloadEnd = payloadLength;
      this.#hasGathered = true;
    }
    return true;
  }
}

/** A varint of nine bytes: 64 bits of two's complement. */
function signed(bytes: Uint8Array, start: number): number {
  let value = 0n;
  for (let i = 0; i < 8; i += 1) value = (value << 7n) | BigInt(bytes[start + i] & 127);
  return Number(BigInt.asIntN(64, (value << 8n) | BigInt(bytes[start + 8])));
}
