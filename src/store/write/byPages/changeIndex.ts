import { type DatabaseImage, VarintReader } from '../../format/databaseImage.js';
import type { IndexTreeWriter } from '../../format/indexTreeWriter.js';
import { spareBytesFor } from '../../format/oldLeaves.js';
import { PageEncoder } from '../../format/pageEncoder.js';
import type { PageSpace } from '../../format/pageSpace.js';
import type { IndexOutline } from '../../format/treeOutline.js';
import { firstOf } from './firstOf.js';
import type { GoingEntries, IndexChange } from './keptLeaves.js';
import { KeyComparer, rowidOfEntry } from './keyComparer.js';
import { EntryMerge } from './mergeIndex.js';
import { rowidOf } from './rowList.js';
import type { IndexJob } from './writeIndex.js';

/** Changed leaves between two breaths. */
const SLICE_LEAVES = 4096;

/** An index to change leaf by leaf; plain data. */
export interface ChangeJob extends IndexJob {
  readonly change: IndexChange;
}

/** The entries between the leaves of an index. */
class Between {
  /** Of the entry that was opened: where its record begins in the outline's cells, and the id of its row. */
  recordStart = 0;
  rowid = 0;
  readonly #outline: IndexOutline;
  readonly #varints: VarintReader;

  constructor(outline: IndexOutline) {
    this.#outline = outline;
    this.#varints = new VarintReader(outline.cells);
  }

  /** Where the cell of the entry behind a leaf begins. */
  start(leaf: number): number {
    return leaf === 0 ? 0 : this.#outline.cellEnds[leaf - 1];
  }

  open(leaf: number): void {
    this.#varints.at = this.start(leaf);
    this.#varints.read();
    this.recordStart = this.#varints.at;
    this.rowid = rowidOfEntry(this.#outline.cells, this.recordStart, this.#outline.cellEnds[leaf]);
  }
}

/** The rows that go of an index, one after the other. */
class Going {
  /** How many are behind. */
  next = 0;
  readonly #entries: GoingEntries;
  readonly #comparer: KeyComparer;

  constructor(entries: GoingEntries) {
    this.#entries = entries;
    this.#comparer = new KeyComparer(entries.columns);
  }

  /** How many they are. */
  get count(): number {
    return this.#entries.rows.length;
  }

  get isOver(): boolean {
    return this.next === this.count;
  }

  /** Whether one of them comes before an entry, or is it. */
  isUpTo(i: number, bytes: Uint8Array, start: number, rowid: number): boolean {
    const row = this.#entries.rows[i];
    const order = this.#comparer.compare(row, bytes, start);
    return order < 0 || (order === 0 && this.#entries.ids[row] <= rowid);
  }
}

/** Changes the leaves of an index in which entries come or go, and keeps the others. */
class IndexChanger {
  readonly #encoder: PageEncoder;
  readonly #space: PageSpace;
  readonly #merge: EntryMerge;
  readonly #outline: IndexOutline;
  readonly #between: Between;
  readonly #going: Going;
  readonly #comparer: KeyComparer;
  readonly #job: ChangeJob;
  readonly #usableSize: number;
  readonly #last: number;
  /** Whether nothing stands between what was added and the entries of the next leaf, so that this one cannot stay as it is. */
  #isJoined = false;

  constructor(encoder: PageEncoder, space: PageSpace, image: DatabaseImage, job: ChangeJob) {
    const { outline, going, isLeftOut, sorted, deletedIds } = job.change;
    this.#encoder = encoder;
    this.#space = space;
    this.#merge = new EntryMerge(encoder, space, { image, deletedIds }, { ...job, isRefused: isLeftOut, sorted });
    this.#outline = outline;
    this.#between = new Between(outline);
    this.#going = new Going(going);
    this.#comparer = new KeyComparer(job.columns);
    this.#job = job;
    this.#usableSize = image.usableSize;
    this.#last = outline.pages.length - 1;
  }

  /** Writes the tree; false when it is not of the rows that go, or not in its order. @param checkpoint is called now and then */
  async write(checkpoint: () => Promise<void>): Promise<boolean> {
    if (!this.#endsInEntries()) return false;
    let changedCount = 0;
    let leaf = 0;
    while (leaf <= this.#last) {
      if (!this.#isJoined) leaf = this.#keepUpTo(this.#nextChanged(leaf), leaf);
      if (leaf <= this.#last && !this.#changeLeaf(leaf)) return false;
      leaf++;
      if (++changedCount % SLICE_LEAVES === 0) await checkpoint();
    }
    this.#merge.finish();
    await checkpoint();
    return this.#merge.leaves.tally.deletedCount === this.#job.change.deletedIds.length;
  }

  /** Whether something of the last leaf stays or comes, so that no entry between leaves is the last one of all. */
  #endsInEntries(): boolean {
    const { leaves, comingRows } = this.#merge;
    const lastRow = comingRows.at(-1);
    if (lastRow !== undefined && !this.#isNewBefore(lastRow, this.#last - 1)) return true;
    leaves.open(this.#outline.pages[this.#last]);
    const endsInEntries = this.#merge.open() && this.#merge.hasStaying;
    leaves.startAgain();
    return endsInEntries;
  }

  /** Keeps the leaves `[leaf, end)`, and returns the next one. */
  #keepUpTo(end: number, leaf: number): number {
    const { tree, leaves } = this.#merge;
    const { pages, cells, cellEnds } = this.#outline;
    const readPage = (page: number) => leaves.readPage(page);
    for (let next = leaf; next < end; next++) {
      tree.keepLeaf(pages[next], readPage);
      const start = this.#between.start(next);
      if (next < this.#last) tree.addSeparator(cells, start, cellEnds[next] - start);
    }
    return end;
  }

  /** The first leaf from one on in which, or behind which before the next, an entry comes or goes; one past the last for none. */
  #nextChanged(leaf: number): number {
    const last = this.#last;
    const { nextRow } = this.#merge;
    const coming = nextRow < 0 ? last + 1 : firstOf(leaf, last, (i) => this.#isNewBefore(nextRow, i));
    if (this.#going.isOver || coming === leaf) return coming;
    const going = firstOf(leaf, Math.min(coming, last), (i) => this.#isGoingUpTo(this.#going.next, i));
    return Math.min(coming, going);
  }

  /** Whether a new row comes before the entry behind a leaf. */
  #isNewBefore(row: number, leaf: number): boolean {
    const between = this.#between;
    between.open(leaf);
    const order = this.#comparer.compare(row, this.#outline.cells, between.recordStart);
    return order < 0 || (order === 0 && rowidOf(this.#job.numbered, row) < between.rowid);
  }

  /** Whether a row that goes has its entry before the one behind a leaf, or is that one's. */
  #isGoingUpTo(i: number, leaf: number): boolean {
    const between = this.#between;
    between.open(leaf);
    return this.#going.isUpTo(i, this.#outline.cells, between.recordStart, between.rowid);
  }

  /** Writes what becomes of a leaf and of the entry behind it; false where they are none of the index, or not in its order. */
  #changeLeaf(leaf: number): boolean {
    const merge = this.#merge;
    const { leaves, tree, comingRows } = merge;
    const going = this.#going;
    const isLast = leaf === this.#last;
    leaves.open(this.#outline.pages[leaf]);
    this.#space.recycle(this.#outline.pages[leaf]);
    if (!merge.open()) return false;
    const isBehind = (i: number) => !isLast && !this.#isNewBefore(comingRows[i], leaf);
    const isGoneBehind = (i: number) => !isLast && !this.#isGoingUpTo(i, leaf);
    const comingCount = isLast ? comingRows.length : firstOf(0, comingRows.length, isBehind);
    const goingEnd = isLast ? going.count : firstOf(going.next, going.count, isGoneBehind);
    this.#spare(comingCount - (goingEnd - going.next));
    going.next = goingEnd;
    merge.mergeLeaf();
    merge.addNew(comingCount - (comingRows.length - merge.comingRows.length));
    this.#isJoined = false;
    return isLast || this.#addBetween(leaf, tree);
  }

  #addBetween(leaf: number, tree: IndexTreeWriter): boolean {
    const merge = this.#merge;
    const { cells, cellEnds } = this.#outline;
    const start = this.#between.start(leaf);
    merge.leaves.takeEntry(cells.subarray(start, cellEnds[leaf]));
    if (!merge.open()) return false;
    if (!merge.isFirstGone && tree.isLeafFilled) {
      tree.addSeparator(cells, start, cellEnds[leaf] - start);
      return true;
    }
    merge.mergeLeaf();
    this.#isJoined = true;
    return true;
  }

  /** Has the entries of the open leaf shared evenly by as many leaves as they need. @param more how many more they get to be */
  #spare(more: number): void {
    const { leaves, tree } = this.#merge;
    const spareBytes = spareBytesFor(leaves, { more, openBytes: tree.openBytes, usableSize: this.#usableSize });
    tree.spareBytes = spareBytes;
    this.#encoder.set('spareRoom', spareBytes);
  }
}

/**
 * Writes an index of which few leaves change: these anew, and the levels above the leaves; all others stay where they are.
 *
 * The old tree must have two leaves at the least and no overflow pages. It is looked at only where entries come or go.
 *
 * @param space gets the pages of the changed leaves back
 * @param checkpoint is called now and then
 * @returns whether the tree had the entries that go; otherwise what was written is none
 * @throws SendplanError `database_error` when its pages do not fit together
 */
export async function changeIndex(
  space: PageSpace,
  image: DatabaseImage,
  job: ChangeJob,
  checkpoint: () => Promise<void>,
): Promise<boolean> {
  return new IndexChanger(await PageEncoder.open(), space, image, job).write(checkpoint);
}
