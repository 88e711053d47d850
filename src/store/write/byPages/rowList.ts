import { sharedBytes } from '../../../columns/sharedBytes.js';

/** Rows of a table by number: first those that stay, by id, as far as they are needed, then the new ones as they would be inserted. */
export interface NumberedRows {
  /** The ids of the rows that stay, ascending. */
  readonly stayingIds: Float64Array;
  readonly newCount: number;
  /** The id of new row `i` is `newIds[i]`; when null, `firstId + i`. */
  readonly newIds: Float64Array | null;
  readonly firstId: number;
  /** The places of new rows whose ids were given, ascending by id. */
  readonly replacing: Uint32Array;
}

/** The id of a row by its number. */
export function rowidOf(keys: NumberedRows, row: number): number {
  const { stayingIds, newIds } = keys;
  const place = row - stayingIds.length;
  if (place < 0) return stayingIds[row];
  return newIds === null ? keys.firstId + place : newIds[place];
}

/**
 * Row numbers in some order. A number stands for 0, 1, 2 ... of which there are so many, a list of bytes for rows that are near their
 * place: each is what the row's number is above that.
 */
export type RowList = Uint32Array | Int8Array | number;

/** How many rows a list has. */
export function rowCountOf(rows: RowList): number {
  return typeof rows === 'number' ? rows : rows.length;
}

/** The numbers of the rows from `start` to `end` in a list, one by one; a view where it can be. */
export function rowsBetween(rows: RowList, start: number, end: number): Uint32Array {
  if (rows instanceof Uint32Array) return rows.subarray(start, end);
  const numbers = new Uint32Array(sharedBytes((end - start) * 4));
  if (typeof rows === 'number') for (let row = start; row < end; row++) numbers[row - start] = row;
  else for (let place = start; place < end; place++) numbers[place - start] = place + rows[place];
  return numbers;
}

/** The numbers of all rows but the refused ones, by id. */
export function rowsById(keys: NumberedRows, isRefused: Uint8Array | null): Uint32Array | number {
  const { stayingIds, newIds, newCount, replacing } = keys;
  const stayingCount = stayingIds.length;
  if (replacing.length === 0 && isRefused === null) return stayingCount + newCount;
  const rows = new Uint32Array(sharedBytes((stayingCount + newCount) * 4));
  let count = 0;
  let next = 0;
  const isKept = (place: number) => isRefused === null || isRefused[place] === 0;
  for (let row = 0; row <= stayingCount; row++) {
    const id = row < stayingCount ? stayingIds[row] : Number.POSITIVE_INFINITY;
    for (; next < replacing.length && newIds !== null && newIds[replacing[next]] < id; next++) {
      if (isKept(replacing[next])) rows[count++] = stayingCount + replacing[next];
    }
    if (row < stayingCount) rows[count++] = row;
  }
  const isReplacing = new Uint8Array(replacing.length > 0 ? newCount : 0);
  for (let i = 0; i < replacing.length; i++) isReplacing[replacing[i]] = 1;
  for (let place = 0; place < newCount; place++) {
    if (isReplacing[place] !== 1 && isKept(place)) rows[count++] = stayingCount + place;
  }
  return rows.subarray(0, count);
}
