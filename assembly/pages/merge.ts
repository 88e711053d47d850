import { isDeleted } from './deleted';
import { COLUMN, columnCount, columns, frontLength, rowidOf, startEntries, take, write } from './entries';
import {
  copyBytes,
  DAMAGED,
  DONE,
  end,
  FULL,
  hasRoom,
  integerLength,
  integerType,
  LARGE,
  LEAF_HEADER,
  maximumLocal,
  placeCell,
  REACHED,
  varintLength,
  writeVarint,
} from './leaf';
import { bodyLength, compareValues, readEnd, readInteger, readVarint } from './values';

/*
 * The old leaf of a b-tree, whose rows or entries go to the open leaf as they are, those of rows that go left out. The host copies
 * one leaf after the other to `oldPage`, and a cell of an index's interior page in the form of a leaf of one cell.
 *
 *   oldPage    the leaf, and 16 readable bytes behind it
 *   oldEnd     where its used part ends, from its beginning
 *   oldCells   for each entry of an index's leaf 4 x u32: address of the cell, address of the payload, length of the payload,
 *              KEPT, GONE or LARGE_ENTRY
 *   previous   the payload of the entry before the leaf's first one; `previousLength` 0 for none
 *   oldRows    u32 rows so far, u32 of them that go, u64 sum of their mixed ids: the same for a table and each of its indexes
 *   oldStop    what `copyRows` ended at: f64 rowid, and of a payload that is not all in its cell u32 address and u32 length
 */

export let oldPage: usize = 0;
export let oldEnd: u32 = 0;
export let oldCells: usize = 0;
export let previous: usize = 0;
export let previousLength: u32 = 0;
/** 1 when the host has another batch of entries behind this one. */
export let hasMoreEntries: u32 = 0;

export const oldRows: usize = memory.data(16);
export const oldStop: usize = memory.data(16);

const CELL: u32 = 16;
const KEPT: u32 = 0;
const GONE: u32 = 1;
const LARGE_ENTRY: u32 = 2;

let lastOldId: f64 = 0;
let lastCopiedId: f64 = 0;

/** To be called before the first leaf of a tree. */
export function beginOld(): void {
  store<u64>(oldRows, 0);
  store<u64>(oldRows, 0, 8);
  previousLength = 0;
  lastOldId = -Infinity;
}

/** @inline */
function count(id: i64, isGone: bool): void {
  store<u32>(oldRows, load<u32>(oldRows) + 1);
  if (isGone) store<u32>(oldRows, load<u32>(oldRows, 4) + 1, 4);
  let mixed = (id as u64) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 29)) * 0xbf58476d1ce4e5b9;
  store<u64>(oldRows, load<u64>(oldRows, 8) + (mixed ^ (mixed >> 32)), 8);
}

/** Counts a row whose payload the host put together, and tells whether it goes. */
export function countLarge(id: f64): bool {
  const isGone = isDeleted(id);
  count(id as i64, isGone);
  return isGone;
}

/** @inline */
function cellAddress(cell: u32): usize {
  return oldPage + bswap<u16>(load<u16>(oldPage + LEAF_HEADER + 2 * cell));
}

/**
 * Copies the rows `[cell, cellEnd)` of a table's leaf to the open leaf while they fit, and returns the first one that was not
 * copied. It ends at a row that is not all in its cell, which is counted and passed over, and at one whose id is `before` or
 * above.
 */
export function copyRows(cell: u32, cellEnd: u32, before: f64, leafAt: usize, cellStart: u32, cellCount: u32): u32 {
  const pageEnd = oldPage + oldEnd;
  let cellLength: u32 = 0;
  for (; cell < cellEnd; cell++) {
    const from = cellAddress(cell);
    if (from >= pageEnd) {
      end(cellStart, cellCount, cellLength, DAMAGED);
      return cell;
    }
    const length = readVarint(from);
    const rowid = readVarint(readEnd) as i64;
    const payloadAt = readEnd;
    const id = rowid as f64;
    if (id >= before) {
      store<f64>(oldStop, id);
      end(cellStart, cellCount, cellLength, REACHED);
      return cell;
    }
    const isLarge = length > (maximumLocal as u64);
    if (
      id <= lastOldId ||
      length > 0x7fffffff ||
      payloadAt > pageEnd ||
      (!isLarge && length > ((pageEnd - payloadAt) as u64))
    ) {
      end(cellStart, cellCount, cellLength, DAMAGED);
      return cell;
    }
    const isGone = isDeleted(id);
    if (!isGone && isLarge) {
      lastOldId = id;
      count(rowid, false);
      store<f64>(oldStop, id);
      store<u32>(oldStop, payloadAt as u32, 8);
      store<u32>(oldStop, length as u32, 12);
      end(cellStart, cellCount, cellLength, LARGE);
      return cell + 1;
    }
    if (!isGone) {
      const needed = ((payloadAt - from) as u32) + (length as u32);
      if (!hasRoom(cellStart, cellCount, needed)) {
        end(cellStart, cellCount, cellLength, FULL);
        return cell;
      }
      cellLength = needed;
      cellStart -= needed;
      placeCell(leafAt, cellCount, cellStart);
      cellCount++;
      copyBytes(leafAt + cellStart, from, needed);
      lastCopiedId = id;
    }
    lastOldId = id;
    count(rowid, isGone);
  }
  end(cellStart, cellCount, cellLength, DONE);
  return cell;
}

/** The id of the last row that was copied. */
export function lastRowid(): f64 {
  return lastCopiedId;
}

/**
 * Looks the entries of an index's leaf through, writes `oldCells`, and returns how many of them are not all in their cells, whose
 * rows the host counts; -1 when they are no entries of the index, or not in its order.
 */
export function openEntries(cellCount: u32): i32 {
  const pageEnd = oldPage + oldEnd;
  let largeCount = 0;
  let before = previousLength > 0 ? previous : 0;
  for (let cell: u32 = 0; cell < cellCount; cell++) {
    const from = cellAddress(cell);
    if (from >= pageEnd) return -1;
    const length = readVarint(from);
    const payload = readEnd;
    if (payload > pageEnd || length > 0x7fffffff) return -1;
    const opened = oldCells + cell * CELL;
    store<u32>(opened, from as u32);
    store<u32>(opened, payload as u32, 4);
    store<u32>(opened, length as u32, 8);
    if (length > (maximumLocal as u64)) {
      store<u32>(opened, LARGE_ENTRY, 12);
      largeCount++;
      before = 0;
      continue;
    }
    if (length > ((pageEnd - payload) as u64)) return -1;
    // Types of the columns, then of the rowid.
    const headerLength = readVarint(payload);
    if (headerLength > length) return -1;
    const headerEnd = payload + (headerLength as usize);
    let bodies = headerLength;
    let type: u64 = 0;
    let fields: u32 = 0;
    let at = readEnd;
    for (; at < headerEnd; fields++) {
      type = readVarint(at);
      at = readEnd;
      const bytes = bodyLength(type);
      bodies += bytes;
      if (bodies > length) return -1;
    }
    if (at !== headerEnd || bodies !== length || fields !== columnCount + 1) return -1;
    if (type === 0 || type === 7 || type > 9) return -1;
    const rowid = readInteger(payload + (length as usize) - bodyLength(type), type as u32);
    if (before !== 0 && compareEntries(before, payload) >= 0) return -1;
    before = payload;
    const isGone = isDeleted(rowid as f64);
    count(rowid, isGone);
    store<u32>(opened, isGone ? GONE : KEPT, 12);
  }
  previousLength = 0;
  if (before !== 0 && before !== previous) {
    const last = oldCells + (cellCount - 1) * CELL;
    previousLength = load<u32>(last, 8);
    memory.copy(previous, before, previousLength);
  }
  return largeCount;
}

/** Compares two entries of the index that were looked through. */
function compareEntries(a: usize, b: usize): i32 {
  let bodyA = a + (readVarint(a) as usize);
  let typeAtA = readEnd;
  let bodyB = b + (readVarint(b) as usize);
  let typeAtB = readEnd;
  for (let i: u32 = 0; i <= columnCount; i++) {
    const typeA = readVarint(typeAtA);
    typeAtA = readEnd;
    const typeB = readVarint(typeAtB);
    typeAtB = readEnd;
    const order = compareValues(typeA as u32, bodyA, typeB as u32, bodyB);
    if (order !== 0) return order;
    bodyA += bodyLength(typeA);
    bodyB += bodyLength(typeB);
  }
  return 0;
}

/** Compares a new entry of the batch with an old one. */
function compareNew(entry: u32, id: i64, old: usize): i32 {
  let body = old + (readVarint(old) as usize);
  let typeAt = readEnd;
  for (let i: u32 = 0; i < columnCount; i++) {
    const column = columns + i * COLUMN;
    const code = load<u32>(load<u32>(column) + (entry << 2));
    const from = load<u32>(column, 4) + load<u32>(load<u32>(column, 8) + (code << 2));
    const newType = readVarint(from);
    const newBody = readEnd;
    const type = readVarint(typeAt);
    typeAt = readEnd;
    const order = compareValues(newType as u32, newBody, type as u32, body);
    if (order !== 0) return order;
    body += bodyLength(type);
  }
  const oldId = readInteger(body, readVarint(typeAt) as u32);
  return id < oldId ? -1 : i32(id > oldId);
}

/** The first of the old entries `[cell, cellEnd)` that comes behind a new one. */
function firstBehind(entry: u32, id: i64, cell: u32, cellEnd: u32): u32 {
  let start = cell;
  let step: u32 = 1;
  let stop = cell;
  while (stop < cellEnd) {
    if (compareNew(entry, id, load<u32>(oldCells + stop * CELL, 4)) < 0) break;
    start = stop + 1;
    stop += step;
    step <<= 1;
  }
  if (stop > cellEnd) stop = cellEnd;
  while (start < stop) {
    const middle = (start + stop) >> 1;
    if (compareNew(entry, id, load<u32>(oldCells + middle * CELL, 4)) < 0) stop = middle;
    else start = middle + 1;
  }
  return start;
}

/** The first of the old entries `[cell, cellEnd)` whose row stays. */
export function skipGone(cell: u32, cellEnd: u32): u32 {
  while (cell < cellEnd && load<u32>(oldCells + cell * CELL, 12) === GONE) cell++;
  return cell;
}

/** The first new entry of the batch that `mergeEntries` did not add. */
export let nextEntry: u32 = 0;
/** 1 when it ended at an old entry. */
export let isOldNext: u32 = 0;

/**
 * Puts the old entries `[cell, cellEnd)`, none of them large, and the new entries `[entry, last)` of the batch that come before
 * the last of these to the open leaf, in their order and while they fit. Returns the first old entry that was not added;
 * `nextEntry` is the first new one.
 *
 * It ends with FULL at what does not fit, an old entry when `isOldNext` is 1, and with REACHED where the batch is over and more
 * follow.
 */
export function mergeEntries(
  cell: u32,
  cellEnd: u32,
  entry: u32,
  last: u32,
  leafAt: usize,
  cellStart: u32,
  cellCount: u32,
): u32 {
  let cellLength: u32 = 0;
  startEntries();
  while (true) {
    let id: i64 = 0;
    let bound = cellEnd;
    if (entry < last) {
      id = rowidOf(entry);
      bound = firstBehind(entry, id, cell, cellEnd);
    }
    for (; cell < bound; cell++) {
      const opened = oldCells + cell * CELL;
      if (load<u32>(opened, 12) === GONE) continue;
      const from = load<u32>(opened) as usize;
      const needed = load<u32>(opened, 4) + load<u32>(opened, 8) - (from as u32);
      if (!hasRoom(cellStart, cellCount, needed)) {
        nextEntry = entry;
        isOldNext = 1;
        end(cellStart, cellCount, cellLength, FULL);
        return cell;
      }
      cellLength = needed;
      cellStart -= needed;
      placeCell(leafAt, cellCount, cellStart);
      cellCount++;
      copyBytes(leafAt + cellStart, from, needed);
    }
    if (cell === cellEnd) {
      nextEntry = entry;
      end(cellStart, cellCount, cellLength, DONE);
      return cell;
    }
    take(entry);
    const type = integerType(id);
    const length = frontLength + integerLength(type);
    const needed = varintLength(length) + length;
    if (length > maximumLocal || !hasRoom(cellStart, cellCount, needed)) {
      nextEntry = entry;
      isOldNext = 0;
      end(cellStart, cellCount, cellLength, FULL);
      return cell;
    }
    cellLength = needed;
    cellStart -= needed;
    placeCell(leafAt, cellCount, cellStart);
    cellCount++;
    write(writeVarint(leafAt + cellStart, length), id, type);
    entry++;
    if (entry === last && hasMoreEntries !== 0) {
      nextEntry = entry;
      end(cellStart, cellCount, cellLength, REACHED);
      return cell;
    }
  }
}
