import { sharedBytes } from '../../../columns/sharedBytes.js';
import { type NumberedRows, type RowList, rowCountOf, rowsBetween, rowsById } from './rowList.js';
import type { SortColumn } from './sortColumns.js';
import { type SortedRows, sortRows } from './sortRows.js';

/** Rows that agree in all columns of a unique index. */
interface Collision {
  readonly rows: readonly number[];
  /** Whether a row that is not among them agrees too. */
  readonly isTaken: boolean;
}

/**
 * The collisions among rows that are sorted by the columns; a row with a NULL in one of them collides with none.
 *
 * @param taken a 1 for each of the rows with which another row agrees; null for none
 */
function collisions(
  { rows, mayAgree }: SortedRows,
  columns: readonly SortColumn[],
  taken: Uint8Array | null,
): Collision[] {
  const found: Collision[] = [];
  if (!mayAgree && taken === null) return found;
  const sorted = rowsBetween(rows, 0, rowCountOf(rows));
  for (let start = 0, end = 1; start < sorted.length; start = end, end++) {
    while (end < sorted.length && agree(sorted[start], sorted[end], columns)) end++;
    const isTaken = taken !== null && taken[start] === 1;
    if (isTaken || (end - start > 1 && !hasNull(columns, sorted[start]))) {
      found.push({ rows: [...sorted.subarray(start, end)], isTaken });
    }
  }
  return found;
}

/** Whether a row has NULL in one of some columns. */
export function hasNull(columns: readonly SortColumn[], row: number): boolean {
  return columns.some((column) => isNull(column, row));
}

/** Whether a row has NULL in a column: its value's serial type is 0. */
function isNull({ values, codes }: SortColumn, row: number): boolean {
  return values.bytes[values.starts[codes[row]]] === 0;
}

function agree(a: number, b: number, columns: readonly SortColumn[]): boolean {
  for (let i = columns.length - 1; i >= 0; i--) {
    const { codes, ranks } = columns[i];
    if (ranks[codes[a]] !== ranks[codes[b]]) return false;
  }
  return true;
}

/** A unique index, which refuses rows. */
export interface UniqueIndex {
  /** The rows that come, and those that stay unless `findTaken` knows of them. */
  readonly numbered: NumberedRows;
  readonly columns: readonly SortColumn[];
  /** Tells with which of some rows, sorted by the columns, a row that stays agrees: a 1 for each of them; null for none. */
  readonly findTaken?: (sorted: RowList) => Uint8Array | null;
}

/** What unique indexes say of the rows. */
export interface UniqueRows {
  /** A 1 for each place of a new row that is refused; null when none is. */
  readonly isRefused: Uint8Array | null;
  /** The rows in the order of each index; null when some are refused. */
  readonly sorted: readonly RowList[] | null;
}

/**
 * Finds the new rows that unique indexes refuse: of rows that agree in the columns of one, the one that stays is there first,
 * then the one that is inserted first, if no other index refuses it.
 */
export function findRefused(newCount: number, uniqueIndexes: readonly UniqueIndex[]): UniqueRows {
  const groupsOf = new Map<number, number[]>();
  const isTaken: boolean[] = [];
  const sorted: RowList[] = [];
  for (const { numbered, columns, findTaken } of uniqueIndexes) {
    const stayingCount = numbered.stayingIds.length;
    const inOrder = sortRows(rowsById(numbered, null), columns);
    sorted.push(inOrder.rows);
    const taken = findTaken?.(inOrder.rows) ?? null;
    for (const collision of collisions(inOrder, columns, taken)) {
      const group = isTaken.push(collision.isTaken || collision.rows.some((row) => row < stayingCount)) - 1;
      for (const row of collision.rows) {
        const place = row - stayingCount;
        if (place < 0) continue;
        const groups = groupsOf.get(place);
        if (groups === undefined) groupsOf.set(place, [group]);
        else groups.push(group);
      }
    }
  }
  let isRefused: Uint8Array | null = null;
  for (const [place, groups] of [...groupsOf].sort(([a], [b]) => a - b)) {
    if (groups.some((group) => isTaken[group])) {
      isRefused ??= new Uint8Array(sharedBytes(newCount));
      isRefused[place] = 1;
    } else {
      for (const group of groups) isTaken[group] = true;
    }
  }
  return { isRefused, sorted: isRefused === null ? sorted : null };
}

/** The rows that are not refused in the order of columns; null when some agree in all of them, none of which is NULL. */
export function sortUnique(
  rows: NumberedRows,
  isRefused: Uint8Array | null,
  columns: readonly SortColumn[],
): RowList | null {
  const sorted = sortRows(rowsById(rows, isRefused), columns);
  return collisions(sorted, columns, null).length > 0 ? null : sorted.rows;
}
