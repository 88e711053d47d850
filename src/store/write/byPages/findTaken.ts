import { type DatabaseImage, damaged, VarintReader } from '../../format/databaseImage.js';
import type { OldRows } from '../../format/oldLeaves.js';
import {
  indexPayloadLimits,
  LEAF_HEADER_BYTES,
  PAGE_KIND,
  type PayloadLimits,
  readUint16,
} from '../../format/pageFormat.js';
import type { IndexOutline } from '../../format/treeOutline.js';
import { gatherPayload, TreeReader } from '../../format/treeReader.js';
import { firstOf } from './firstOf.js';
import type { KeptIndex } from './keptLeaves.js';
import { KeyComparer, rowidOfEntry } from './keyComparer.js';
import { type RowList, rowCountOf, rowsBetween } from './rowList.js';
import type { SortColumn } from './sortColumns.js';
import { hasNull } from './uniqueRows.js';

/** Where a leaf lies, or an entry that stands between two leaves; as `TreeReader` has it. */
type OpenedLeaf = Pick<TreeReader, 'bytes' | 'pageStart' | 'entryAt' | 'refresh'>;

/** The entries of an index's leaf, or the one that stands between two leaves. */
class Entries {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  readonly #old: OldRows;
  readonly #limits: PayloadLimits;
  readonly #walk: OpenedLeaf;
  readonly #varints = new VarintReader(this.bytes);

  constructor(old: OldRows, walk: OpenedLeaf) {
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
      start = firstOf(start, walk.cellCount, (i) => compare(i) <= 0);
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

/** A leaf that was found by the outline of its tree, or an entry of the outline. */
class OutlinedLeaf implements OpenedLeaf {
  bytes: Uint8Array = new Uint8Array(0);
  pageStart = 0;
  entryAt = -1;
  cellCount = 0;
  #leaf = -1;
  #page: Uint8Array = new Uint8Array(0);
  readonly #image: DatabaseImage;
  readonly #outline: IndexOutline;

  constructor(image: DatabaseImage, outline: IndexOutline) {
    this.#image = image;
    this.#outline = outline;
  }

  /** Goes to a leaf. @throws SendplanError `database_error` when its page is none */
  open(leaf: number): void {
    if (leaf !== this.#leaf) this.#read(leaf);
    this.bytes = this.#page;
    this.pageStart = 0;
    this.cellCount = readUint16(this.#page, 3);
    this.entryAt = -1;
  }

  /** Goes to the entry behind a leaf. */
  openBetween(leaf: number): void {
    this.bytes = this.#outline.cells;
    this.entryAt = leaf === 0 ? 0 : this.#outline.cellEnds[leaf - 1];
    this.pageStart = this.entryAt;
    this.cellCount = 1;
  }

  /** Nothing is lost when other pages are asked for. */
  refresh(): void {}

  #read(leaf: number): void {
    this.#page = this.#image.readLeaf(this.#outline.pages[leaf], PAGE_KIND.indexLeaf).slice();
    this.#leaf = leaf;
  }
}

/**
 * `findTaken` by the outline of the old tree: only leaves are looked at into which rows would come.
 *
 * @param index its tree has no overflow pages; rows that take the place of one with the same key agree with no other
 */
export function findTakenInLeaves(
  old: OldRows,
  { outline, isSame }: KeptIndex,
  rows: RowList,
  columns: readonly SortColumn[],
): Uint8Array | null {
  const sorted = rowsBetween(rows, 0, rowCountOf(rows));
  const opened = new OutlinedLeaf(old.image, outline);
  const entries = new Entries(old, opened);
  const comparer = new KeyComparer(columns);
  const last = outline.pages.length - 1;
  let taken: Uint8Array | null = null;
  let leaf = 0;
  const compare = (row: number, i: number): number => {
    entries.open(i);
    return comparer.compare(row, entries.bytes, entries.start);
  };
  const isBehindLeaf = (row: number, i: number): boolean => {
    opened.openBetween(i);
    return compare(row, 0) > 0;
  };
  const isStaying = () => !isAmong(old.deletedIds, rowidOfEntry(entries.bytes, entries.start, entries.end));
  for (let place = 0; place < sorted.length; place++) {
    const row = sorted[place];
    if (isSame[row] === 1 || hasNull(columns, row)) continue;
    leaf = firstOf(leaf, last, (i) => !isBehindLeaf(row, i));
    let isTaken = false;
    if (leaf < last) {
      opened.openBetween(leaf);
      isTaken = compare(row, 0) === 0 && isStaying();
    }
    opened.open(leaf);
    const { cellCount } = opened;
    const found = firstOf(0, cellCount, (i) => compare(row, i) <= 0);
    isTaken ||= found < cellCount && compare(row, found) === 0 && isStaying();
    if (!isTaken) continue;
    taken ??= new Uint8Array(sorted.length);
    taken[place] = 1;
  }
  return taken;
}
