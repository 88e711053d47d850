import { damaged, VarintReader } from '../../format/databaseImage.js';
import type { OldRows } from '../../format/oldLeaves.js';
import { indexPayloadLimits, LEAF_HEADER_BYTES, type PayloadLimits, readUint16 } from '../../format/pageFormat.js';
import { gatherPayload, TreeReader } from '../../format/treeReader.js';
import { KeyComparer, rowidOfEntry } from './keyComparer.js';
import { type RowList, rowCountOf, rowsBetween } from './rowList.js';
import type { SortColumn } from './sortColumns.js';
import { hasNull } from './uniqueRows.js';

/** The entries of an index's leaf, or the one that stands between two leaves. */
class Entries {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  readonly #old: OldRows;
  readonly #limits: PayloadLimits;
  readonly #walk: TreeReader;
  readonly #varints = new VarintReader(this.bytes);

  constructor(old: OldRows, walk: TreeReader) {
    this.#old = old;
    this.#limits = indexPayloadLimits(old.image.usableSize);
    this.#walk = walk;
  }

  /** Goes to entry `i`, whose record then is `[start, end)` of `bytes`. */
  open(i: number): void {
    const { bytes, pageStart, entryAt } = this.#walk;
    const varints = this.#varints;
    varints.bytes = bytes;
    varints.at = entryAt >= 0 ? entryAt : pageStart + readUint16(bytes, pageStart + LEAF_HEADER_BYTES + 2 * i);
    const length = varints.read();
    this.bytes = bytes;
    this.start = varints.at;
    this.end = this.start + length;
    const pageEnd = pageStart + this.#old.image.usableSize;
    if (length > this.#limits.maximumLocal) this.#gather(length, pageEnd);
    else if (!(this.end <= pageEnd)) throw damaged('an entry of an index leaves its page');
  }

  #gather(length: number, pageEnd: number): void {
    const { image } = this.#old;
    const walk = this.#walk;
    const page = walk.bytes.slice(this.start, pageEnd);
    this.bytes = gatherPayload(image, this.#limits, page, 0, length);
    this.start = 0;
    this.end = length;
    if (walk.entryAt < 0) walk.refresh();
  }
}

function isAmong(ids: Float64Array, id: number): boolean {
  let start = 0;
  let end = ids.length;
  while (start < end) {
    const middle = (start + end) >>> 1;
    if (ids[middle] < id) start = middle + 1;
    else end = middle;
  }
  return ids[start] === id;
}

/**
 * Finds the new rows that agree with a row that stays in all columns of a unique index, none of which is NULL, by a walk over its
 * old tree.
 *
 * @param rows the new rows in the order of the index
 * @returns a 1 for each of them; null when there are none
 * @throws SendplanError `database_error` when the tree's pages do not fit together
 */
export function findTaken(
  old: OldRows,
  rootPage: number,
  rows: RowList,
  columns: readonly SortColumn[],
): Uint8Array | null {
  const sorted = rowsBetween(rows, 0, rowCountOf(rows));
  const walk = new TreeReader(old.image, rootPage, 'index');
  const entries = new Entries(old, walk);
  const comparer = new KeyComparer(columns);
  let taken: Uint8Array | null = null;
  let next = 0;
  const compare = (i: number): number => {
    entries.open(i);
    return comparer.compare(sorted[next], entries.bytes, entries.start);
  };
  while (next < sorted.length && walk.next()) {
    let start = 0;
    while (next < sorted.length) {
      if (hasNull(columns, sorted[next])) {
        next++;
        continue;
      }
      start = firstNotBefore(start, walk.cellCount, compare);
      if (start === walk.cellCount) break;
      if (compare(start) === 0 && !isAmong(old.deletedIds, rowidOfEntry(entries.bytes, entries.start, entries.end))) {
        taken ??= new Uint8Array(sorted.length);
        taken[next] = 1;
      }
      next++;
    }
  }
  return taken;
}

/** The first of the entries `[start, end)` that a row does not come behind. @param compare above 0 when it comes behind one */
function firstNotBefore(start: number, end: number, compare: (i: number) => number): number {
  let low = start;
  let high = start;
  for (let step = 1; high < end && compare(high) > 0; step *= 2) {
    low = high + 1;
    high += step;
  }
  high = Math.min(high, end);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(middle) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
