import { damaged, VarintReader } from '../../format/databaseImage.js';
import { bodyLength, compareBytes, decodeNumber } from '../../format/encodedValue.js';
import type { SortColumn } from './sortColumns.js';

/** A number of serial type 1 to 9, exactly. */
function exactNumber(serialType: number, bytes: Uint8Array, at: number): number | bigint {
  if (!(at + 8 <= bytes.length) && serialType < 8 && at + bodyLength(serialType) > bytes.length) {
    throw damaged('an entry of an index leaves its page');
  }
  if (serialType !== 6) return decodeNumber(serialType, bytes, at);
  return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigInt64(0);
}

/** Compares two values of records in the order of an index with the collation BINARY: NULL, numbers, texts, blobs. */
function compareValues(
  typeA: number,
  a: Uint8Array,
  startA: number,
  typeB: number,
  b: Uint8Array,
  startB: number,
): number {
  if (typeA >= 12 && typeB >= 12) {
    if (((typeA ^ typeB) & 1) !== 0) return (typeA & 1) === 1 ? -1 : 1;
    return compareBytes(a, startA, bodyLength(typeA), b, startB, bodyLength(typeB));
  }
  if (typeA >= 12 || typeB >= 12) return typeA >= 12 ? 1 : -1;
  if (typeA === 0 || typeB === 0) return Math.sign(typeA) - Math.sign(typeB);
  const numberA = exactNumber(typeA, a, startA);
  const numberB = exactNumber(typeB, b, startB);
  return numberA < numberB ? -1 : Number(numberA > numberB);
}

/** Compares rows that come, by number, with entries of an index that are there. */
export class KeyComparer {
  readonly #columns: readonly SortColumn[];
  /** The types of an entry; its bytes. */
  readonly #oldTypes: VarintReader;
  readonly #newTypes: readonly VarintReader[];

  constructor(columns: readonly SortColumn[]) {
    this.#columns = columns;
    this.#oldTypes = new VarintReader(new Uint8Array(0));
    this.#newTypes = columns.map(({ values }) => new VarintReader(values.bytes));
  }

  /**
   * Below 0 when the row comes before the entry, above 0 when it comes behind it, 0 when both agree in all columns.
   *
   * @param start where the entry's record begins in `bytes`
   */
  compare(row: number, bytes: Uint8Array, start: number): number {
    const columns = this.#columns;
    const oldTypes = this.#oldTypes;
    oldTypes.bytes = bytes;
    oldTypes.at = start;
    let body = start + oldTypes.read();
    for (let i = 0; i < columns.length; i++) {
      const { values, codes } = columns[i];
      const newTypes = this.#newTypes[i];
      newTypes.at = values.starts[codes[row]];
      const newType = newTypes.read();
      const oldType = oldTypes.read();
      const order = compareValues(newType, values.bytes, newTypes.at, oldType, bytes, body);
      if (order !== 0) return order;
      body += bodyLength(oldType);
    }
    return 0;
  }
}

/** The id of the row that an entry of an index is of. @param end where its record ends */
export function rowidOfEntry(bytes: Uint8Array, start: number, end: number): number {
  const types = new VarintReader(bytes);
  types.at = start;
  const bodiesAt = start + types.read();
  // The type of a rowid is one byte, the last one of the header.
  const type = bytes[bodiesAt - 1];
  return decodeNumber(type, bytes, end - bodyLength(type));
}
