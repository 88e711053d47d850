import type { Codes, KeyColumn } from './keyColumn.js';
import type { Ranks } from './keyDictionary.js';

/** The distinct values of a column, as `KeyDictionary` holds them. */
export interface KeyValues {
  readonly count: number;
  readonly byteLength: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly typeLengths: Uint8Array;
  readonly bodyLengths: Uint32Array;
}

/** A column of an index, ready to sort by; plain data. */
export interface SortColumn extends Ranks {
  readonly values: KeyValues;
  /** The value of every row. */
  readonly codes: Codes;
}

/** Columns of an index, ready to sort by. */
export function sortColumns(columns: readonly (KeyColumn | undefined)[], places: readonly number[]): SortColumn[] {
  return places.map((place) => {
    const column = columns[place];
    if (column === undefined) throw new RangeError(`column ${place} was not read as a key`);
    const { dictionary, codes, count } = column;
    const { ranks, rankCount } = dictionary.ranks();
    return { values: dictionary.values(), codes: codes.subarray(0, count), ranks, rankCount };
  });
}
