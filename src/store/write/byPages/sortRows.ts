import { sharedBytes } from '../../format/sharedBytes.js';
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

/** The id of a row by its number. */
export function rowidOf(keys: NumberedRows, row: number): number {
  const { stayingIds, newIds } = keys;
  const place = row - stayingIds.length;
  if (place < 0) return stayingIds[row];
  return newIds === null ? keys.firstId + place : newIds[place];
}

/** Row numbers in some order; a number stands for 0, 1, 2 ... of which there are so many. */
export type RowList = Uint32Array | number;

/** How many rows a list has. */
export function rowCountOf(rows: RowList): number {
  return typeof rows === 'number' ? rows : rows.length;
}

/** The numbers of the rows from `start` to `end` in a list, one by one; a view where it can be. */
export function rowsBetween(rows: RowList, start: number, end: number): Uint32Array {
  if (typeof rows !== 'number') return rows.subarray(start, end);
  const numbers = new Uint32Array(sharedBytes((end - start) * 4));
  for (let row = start; row < end; row++) numbers[row - start] = row;
  return numbers;
}

/** The numbers of all rows but the refused ones, by id. */
export function rowsById(keys: NumberedRows, isRefused: Uint8Array | null): RowList {
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

/** Ranks of several columns are put into one number while there are no more of them than this. */
const MOST_BUCKETS = 65_536;
/** Rows that agree in the first column are sorted in place while there are no more of them than this on average. */
const MOST_IN_GROUP = 16;

/** A rank per row number, for one column or several that follow one another. */
interface RowRanks {
  readonly ranks: Codes;
  readonly rankCount: number;
}

function ranksOf({ codes, ranks, rankCount }: SortColumn): RowRanks {
  const count = codes.length;
  if (isIdentity(ranks)) return { ranks: codes, rankCount };
  const ofRow = rankCount <= 65_536 ? new Uint16Array(count) : new Uint32Array(count);
  for (let row = 0; row < count; row++) ofRow[row] = ranks[codes[row]];
  return { ranks: ofRow, rankCount };
}

/** Whether values came in their order, so that codes are ranks. */
function isIdentity(ranks: Uint32Array): boolean {
  for (let code = 0; code < ranks.length; code++) if (ranks[code] !== code) return false;
  return true;
}

/** Puts a column in front of others: a number that is larger where its rank is, then where theirs is. */
function prepend({ codes, ranks, rankCount }: SortColumn, next: RowRanks): RowRanks {
  const count = codes.length;
  const ofRow = new Uint16Array(count);
  for (let row = 0; row < count; row++) ofRow[row] = ranks[codes[row]] * next.rankCount + next.ranks[row];
  return { ranks: ofRow, rankCount: rankCount * next.rankCount };
}

/** The ranks to sort by, one after the other, the least important ones first. */
function sortSteps(columns: readonly SortColumn[]): RowRanks[] {
  const steps: RowRanks[] = [];
  for (const column of columns.toReversed()) {
    if (column.rankCount < 2) continue;
    const last = steps.at(-1);
    if (last !== undefined && last.rankCount * column.rankCount <= MOST_BUCKETS)
      steps.push(prepend(column, steps.pop() ?? last));
    else steps.push(ranksOf(column));
  }
  return steps;
}

/** Rows in the order of some columns. */
export interface SortedRows {
  readonly rows: RowList;
  /** False when it was seen that no two of them agree in all columns. */
  readonly mayAgree: boolean;
}

/**
 * Sorts rows by columns, the first one first, and rows that agree in all of them by their order before.
 *
 * By counting, the last columns first; rows that stand by the first column already, as those of a run do by contact, only
 * within what agrees in it.
 *
 * @param rows is used up
 */
export function sortRows(rows: RowList, columns: readonly SortColumn[]): SortedRows {
  const steps = sortSteps(columns);
  const first = steps.at(-1);
  const count = rowCountOf(rows);
  if (first === undefined) return { rows, mayAgree: true };
  if (steps.length === 2 && first.rankCount * MOST_IN_GROUP > count && isSorted(rows, first.ranks)) {
    const inOrder = rowsBetween(rows, 0, count);
    return { rows: inOrder, mayAgree: sortWithin(inOrder, first.ranks, steps[0].ranks) };
  }
  let from = rows;
  let spare: Uint32Array | null = null;
  for (const { ranks, rankCount } of steps) {
    const to: Uint32Array = spare ?? new Uint32Array(sharedBytes(count * 4));
    countingSort(from, to, ranks, rankCount);
    spare = typeof from === 'number' ? null : from;
    from = to;
  }
  return { rows: from, mayAgree: true };
}

function isSorted(rows: RowList, ranks: Codes): boolean {
  if (typeof rows === 'number') {
    for (let row = 1; row < rows; row++) if (ranks[row] < ranks[row - 1]) return false;
    return true;
  }
  for (let i = 1; i < rows.length; i++) if (ranks[rows[i]] < ranks[rows[i - 1]]) return false;
  return true;
}

/** Sorts rows by `ranks` where they agree in `groups`, by insertion. @returns whether some agree in both */
function sortWithin(rows: Uint32Array, groups: Codes, ranks: Codes): boolean {
  let someAgree = false;
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i];
    const group = groups[row];
    const rank = ranks[row];
    let at = i;
    for (; at > 0; at--) {
      const before = rows[at - 1];
      if (groups[before] !== group) break;
      if (ranks[before] <= rank) {
        if (ranks[before] === rank) someAgree = true;
        break;
      }
      rows[at] = before;
    }
    rows[at] = row;
  }
  return someAgree;
}

function countingSort(from: RowList, to: Uint32Array, ranks: Codes, rankCount: number): void {
  const starts = new Uint32Array(rankCount + 1);
  if (typeof from === 'number') {
    for (let row = 0; row < from; row++) starts[ranks[row] + 1]++;
    for (let rank = 1; rank < starts.length; rank++) starts[rank] += starts[rank - 1];
    for (let row = 0; row < from; row++) to[starts[ranks[row]]++] = row;
    return;
  }
  for (let i = 0; i < from.length; i++) starts[ranks[from[i]] + 1]++;
  for (let rank = 1; rank < starts.length; rank++) starts[rank] += starts[rank - 1];
  for (let i = 0; i < from.length; i++) {
    const row = from[i];
    to[starts[ranks[row]]++] = row;
  }
}

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
