import { sharedBytes } from '../../../columns/sharedBytes.js';
import type { Codes } from './keyColumn.js';
import { type RowList, rowCountOf, rowsBetween } from './rowList.js';
import type { SortColumn } from './sortColumns.js';
import { BLOCK_ROWS, type SortStep, sortSteps } from './sortSteps.js';

/** Rows that agree in the first column are sorted in place while there are no more of them than this on average. */
const MOST_IN_GROUP = 16;
/** How many places a row is moved at the most, on average, until it is seen that too many agree in the first column. */
const MOST_MOVES = 32;
/** So many rows and no more can be told by bytes where they are sorted among themselves. */
const MOST_NEAR = 128;

/** Rows in the order of some columns. */
export interface SortedRows {
  readonly rows: RowList;
  /** False when it was seen that no two of them agree in all columns. */
  readonly mayAgree: boolean;
}

/**
 * Sorts rows by columns, the first one first, and rows that agree in all of them by their order before.
 *
 * By counting, the last columns first; where few agree in the first column, as the rows of a contact do, by that one and then within
 * what agrees in it. Rows that stand by the first column already, as those of a run do, are only sorted within that.
 *
 * @param rows is used up
 */
export function sortRows(rows: Uint32Array | number, columns: readonly SortColumn[]): SortedRows {
  const steps = sortSteps(columns);
  const first = steps.at(-1);
  const count = rowCountOf(rows);
  if (first === undefined) return { rows, mayAgree: true };
  if (steps.length === 2 && first.rankCount * MOST_IN_GROUP > count) {
    const isByFirst = isSorted(rows, first);
    const near = isByFirst && typeof rows === 'number' ? sortNear(rows, first, steps[0]) : null;
    if (near !== null) return near;
    const byFirst = isByFirst ? rowsBetween(rows, 0, count) : countingSort(rows, newList(count), first);
    const mayAgree = sortWithin(byFirst, first.all, steps[0].all);
    if (mayAgree !== null) return { rows: byFirst, mayAgree };
  }
  let from = rows;
  let spare: Uint32Array | null = null;
  for (const step of steps) {
    const to = countingSort(from, spare ?? newList(count), step);
    spare = typeof from === 'number' ? null : from;
    from = to;
  }
  return { rows: from, mayAgree: true };
}

function isSorted(rows: Uint32Array | number, step: SortStep): boolean {
  let before = 0;
  for (let start = 0; start < rowCountOf(rows); start += BLOCK_ROWS) {
    for (const rank of step.block(rows, start)) {
      if (rank < before) return false;
      before = rank;
    }
  }
  return true;
}

/**
 * Sorts the rows 0, 1, 2 ... by one step where they agree in another, by which they stand, by insertion.
 *
 * @returns null where more than `MOST_NEAR` rows agree in the other
 */
function sortNear(rowCount: number, groupStep: SortStep, step: SortStep): SortedRows | null {
  const rows = new Int8Array(sharedBytes(rowCount));
  // Of the group that is being sorted.
  const group = new Uint32Array(MOST_NEAR);
  const groupRanks = new Uint32Array(MOST_NEAR);
  let groupStart = 0;
  let lastGroup = -1;
  let mayAgree = false;
  const close = (end: number) => {
    for (let place = groupStart; place < end; place++) rows[place] = group[place - groupStart] - place;
    groupStart = end;
  };
  for (let start = 0; start < rowCount; start += BLOCK_ROWS) {
    const groups = groupStep.block(rowCount, start);
    const ranks = step.block(rowCount, start);
    for (let i = 0; i < groups.length; i++) {
      const row = start + i;
      if (groups[i] !== lastGroup) {
        close(row);
        lastGroup = groups[i];
      }
      if (row - groupStart === MOST_NEAR) return null;
      let at = row - groupStart;
      for (; at > 0 && groupRanks[at - 1] > ranks[i]; at--) {
        group[at] = group[at - 1];
        groupRanks[at] = groupRanks[at - 1];
      }
      if (at > 0 && groupRanks[at - 1] === ranks[i]) mayAgree = true;
      group[at] = row;
      groupRanks[at] = ranks[i];
    }
  }
  close(rowCount);
  return { rows, mayAgree };
}

/**
 * Sorts rows by `ranks` where they agree in `groups`, by insertion.
 *
 * @returns whether some agree in both; null where it was given up because of large groups, rows that agree in both still in their order
 */
function sortWithin(rows: Uint32Array, groups: Codes, ranks: Codes): boolean | null {
  let movesLeft = rows.length * MOST_MOVES;
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
    movesLeft -= i - at;
    if (movesLeft < 0) return null;
  }
  return someAgree;
}

function newList(count: number): Uint32Array {
  return new Uint32Array(sharedBytes(count * 4));
}

function countingSort(from: Uint32Array | number, to: Uint32Array, step: SortStep): Uint32Array {
  const count = rowCountOf(from);
  const starts = new Uint32Array(step.rankCount + 1);
  for (let start = 0; start < count; start += BLOCK_ROWS) {
    const ranks = step.block(from, start);
    for (let i = 0; i < ranks.length; i++) starts[ranks[i] + 1]++;
  }
  for (let rank = 1; rank < starts.length; rank++) starts[rank] += starts[rank - 1];
  for (let start = 0; start < count; start += BLOCK_ROWS) {
    const ranks = step.block(from, start);
    for (let i = 0; i < ranks.length; i++)
      to[starts[ranks[i]]++] = typeof from === 'number' ? start + i : from[start + i];
  }
  return to;
}
