import type { IndexTreeWriter } from '../../format/indexTreeWriter.js';
import { OldLeaves, type OldRows, type RowTally } from '../../format/oldLeaves.js';
import { PageEncoder, STOPPED } from '../../format/pageEncoder.js';
import { indexPayloadLimits } from '../../format/pageFormat.js';
import type { PageSpace } from '../../format/pageSpace.js';
import { KeyComparer, rowidOfEntry } from './keyComparer.js';
import { rowCountOf, rowidOf, rowsBetween, rowsById } from './rowList.js';
import { sortRows } from './sortRows.js';
import { BATCH_ENTRIES, EntryWriter, type IndexJob } from './writeIndex.js';

/** Leaves between two breaths. */
const SLICE_LEAVES = 4096;
/** An entry that was looked through: 4 numbers, of which the last tells whether its payload is all in its cell. */
const ENTRY = { words: 4, cell: 0, payload: 1, length: 2, kind: 3 } as const;
const GONE = 1;
const LARGE = 2;

/** Merges the entries of rows that come with those of rows that stay, leaf by old leaf, see assembly/pages/merge.ts. */
export class EntryMerge {
  /** The old tree's leaves. */
  readonly leaves: OldLeaves;
  readonly #encoder: PageEncoder;
  readonly #job: IndexJob;
  readonly #writer: EntryWriter;
  readonly #comparer: KeyComparer;
  /** The new rows in the order of the index. */
  readonly #rows: Uint32Array;
  /** The entries of the old leaf. */
  readonly #opened: Uint32Array;
  /** The batch of new entries: where it begins in `#rows`, its first entry that was not added, and its size. */
  #batchStart = 0;
  #entry = 0;
  #batchCount = 0;
  #largeCount = 0;

  constructor(encoder: PageEncoder, space: PageSpace, old: OldRows, job: IndexJob) {
    const { numbered, isRefused, columns, sorted, rootPage } = job;
    this.#encoder = encoder;
    this.#job = job;
    const rows = sorted ?? sortRows(rowsById(numbered, isRefused), columns).rows;
    this.#rows = rowsBetween(rows, 0, rowCountOf(rows));
    this.leaves = new OldLeaves(encoder, old, indexPayloadLimits(space.usableSize), rootPage, 'index');
    this.#writer = new EntryWriter(encoder, space, columns);
    this.#comparer = new KeyComparer(columns);
    const { bytes } = this.#writer.tree;
    this.leaves.begin(bytes);
    this.#opened = new Uint32Array(bytes.buffer, encoder.get('oldCells'));
    this.#takeBatch();
  }

  /** The tree that is written. */
  get tree(): IndexTreeWriter {
    return this.#writer.tree;
  }

  /** The number of the next new row; -1 when there is none left. */
  get nextRow(): number {
    return this.#entry < this.#batchCount ? this.#rows[this.#batchStart + this.#entry] : -1;
  }

  /** The new rows that are not added yet, in the order of the index; a view. */
  get comingRows(): Uint32Array {
    return this.#rows.subarray(this.#batchStart + this.#entry);
  }

  /** Looks the entries of the old leaf through; false when they are none of the index, or not in its order. */
  open(): boolean {
    this.#largeCount = this.#encoder.functions.openEntries(this.leaves.cellCount);
    return this.#largeCount >= 0;
  }

  /** Whether the row of one of the leaf's entries, which were looked through, stays. */
  get hasStaying(): boolean {
    const { cellCount } = this.leaves;
    for (let cell = 0; cell < cellCount; cell++)
      if (this.#opened[cell * ENTRY.words + ENTRY.kind] !== GONE) return true;
    return false;
  }

  /** Whether the row of the leaf's first entry, which was looked through, goes. */
  get isFirstGone(): boolean {
    return this.#opened[ENTRY.kind] === GONE;
  }

  /** Adds the entries of the old leaf, which were looked through, and the new ones that come before the last of those that stay. */
  mergeLeaf(): void {
    if (this.#largeCount === 0) this.#merge(0, this.leaves.cellCount);
    else this.#mergeLarge();
  }

  /** Adds the next new entries. @param count how many */
  addNew(count: number): void {
    for (let left = count; left > 0; ) {
      const taken = Math.min(left, this.#batchCount - this.#entry);
      this.#writer.add(this.#entry, this.#entry + taken);
      this.#entry += taken;
      left -= taken;
      if (this.#entry === this.#batchCount) this.#nextBatch();
    }
  }

  /** Adds all new entries that are left, and ends the tree. */
  finish(): void {
    this.addNew(this.comingRows.length);
    this.#writer.tree.finish(this.#job.rootPage);
  }

  #takeBatch(): void {
    const batch = this.#rows.subarray(this.#batchStart, this.#batchStart + BATCH_ENTRIES);
    this.#writer.take(this.#job.numbered, batch);
    this.#entry = 0;
    this.#batchCount = batch.length;
    const isLast = this.#batchStart + batch.length === this.#rows.length;
    this.#encoder.set('hasMoreEntries', isLast ? 0 : 1);
  }

  #nextBatch(): void {
    this.#batchStart += this.#batchCount;
    this.#takeBatch();
  }

  /** Adds a new entry that does not fit into the open leaf, or comes before an old one that is not all in its cell. */
  #addAlone(): void {
    this.#writer.addAlone(this.#entry++);
    if (this.#entry === this.#batchCount) this.#nextBatch();
  }

  /** Adds the old entries `[start, end)`, none of them large, and the new ones between them. */
  #merge(start: number, end: number): void {
    const encoder = this.#encoder;
    const { functions } = encoder;
    const { tree } = this.#writer;
    const opened = this.#opened;
    let cell = functions.skipGone(start, end);
    while (cell < end) {
      tree.fillLeaf(
        (leafAt, cellStart, cellCount) => {
          cell = functions.mergeEntries(cell, end, this.#entry, this.#batchCount, leafAt, cellStart, cellCount);
          return encoder;
        },
        () => encoder.lastCellLength,
      );
      this.#entry = encoder.get('nextEntry');
      if (encoder.stopped === STOPPED.reached) this.#nextBatch();
      else if (encoder.stopped === STOPPED.full && encoder.get('isOldNext') === 0) this.#addAlone();
      else if (encoder.stopped === STOPPED.full) {
        const at = cell++ * ENTRY.words;
        const cellAt = opened[at + ENTRY.cell];
        tree.copyCell(cellAt, opened[at + ENTRY.payload] + opened[at + ENTRY.length] - cellAt);
      }
      cell = functions.skipGone(cell, end);
    }
  }

  /** Adds the entries of an old leaf some of which are large. */
  #mergeLarge(): void {
    const { cellCount } = this.leaves;
    const opened = this.#opened;
    let start = 0;
    for (let cell = 0; cell < cellCount; cell++) {
      const at = cell * ENTRY.words;
      if (opened[at + ENTRY.kind] !== LARGE) continue;
      this.#merge(start, cell);
      this.#addLarge(this.leaves.gather(opened[at + ENTRY.payload], opened[at + ENTRY.length]));
      start = cell + 1;
    }
    this.#merge(start, cellCount);
  }

  /** Adds an old entry with overflow pages, behind the new ones that come before it. */
  #addLarge(payload: Uint8Array): void {
    const rowid = rowidOfEntry(payload, 0, payload.length);
    if (this.#encoder.functions.countLarge(rowid) !== 0) return;
    while (this.#entry < this.#batchCount && this.#isNewBefore(payload, rowid)) this.#addAlone();
    this.#writer.tree.addLargeEntry(payload);
  }

  #isNewBefore(payload: Uint8Array, rowid: number): boolean {
    const row = this.#rows[this.#batchStart + this.#entry];
    const order = this.#comparer.compare(row, payload, 0);
    return order < 0 || (order === 0 && rowidOf(this.#job.numbered, row) < rowid);
  }
}

/**
 * Builds the b-tree of an index from its old one: the entries of rows that stay are copied as they are, in the order in which they
 * stand there, and those of rows that come are put between them.
 *
 * @param job its `numbered` has the rows that come only
 * @param checkpoint is called now and then
 * @returns of which rows the old tree was; null when it was no index, or not in its order, and what was written is none either
 * @throws SendplanError `database_error` when its pages do not fit together
 */
export async function mergeIndex(
  space: PageSpace,
  old: OldRows,
  job: IndexJob,
  checkpoint: () => Promise<void>,
): Promise<RowTally | null> {
  const merge = new EntryMerge(await PageEncoder.open(), space, old, job);
  const { leaves } = merge;
  for (let leafCount = 1; leaves.next(); leafCount++) {
    if (!merge.open()) return null;
    merge.mergeLeaf();
    if (leafCount % SLICE_LEAVES === 0) await checkpoint();
  }
  merge.finish();
  await checkpoint();
  return leaves.tally;
}
