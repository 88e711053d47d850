import { FLUSH_BATCH_ROWS, type NewRows } from '../../changes/newRows.js';
import { damaged } from '../../format/databaseImage.js';
import { OldLeaves, type OldRows, type RowTally, spareBytesFor } from '../../format/oldLeaves.js';
import { PageEncoder } from '../../format/pageEncoder.js';
import { tablePayloadLimits } from '../../format/pageFormat.js';
import type { PageSpace } from '../../format/pageSpace.js';
import type { TableOutline } from '../../format/treeOutline.js';
import type { NewKeys } from './newKeys.js';
import { RecordEncoder } from './recordEncoder.js';
import type { RunValues, ScheduleLayout } from './scheduleLayout.js';

/** Gives the places of new rows by id: first those that take the place of others, then the rest; without the refused ones. */
class PlacesById {
  readonly #keys: NewKeys;
  readonly #isRefused: Uint8Array | null;
  readonly #isReplacing: Uint8Array | null;
  #nextReplacing = 0;
  #nextPlace = 0;

  constructor(keys: NewKeys, isRefused: Uint8Array | null) {
    this.#keys = keys;
    this.#isRefused = isRefused;
    this.#isReplacing = keys.replacing.length === 0 ? null : new Uint8Array(keys.newCount);
    for (const place of keys.replacing) if (this.#isReplacing !== null) this.#isReplacing[place] = 1;
  }

  /** Fills a batch as far as there are places, and returns how many it gave. */
  fill(batch: Uint32Array): number {
    const { replacing, newCount } = this.#keys;
    const isRefused = this.#isRefused;
    const isReplacing = this.#isReplacing;
    let count = 0;
    while (count < batch.length && this.#nextReplacing < replacing.length) {
      const place = replacing[this.#nextReplacing++];
      if (isRefused === null || isRefused[place] === 0) batch[count++] = place;
    }
    let place = this.#nextPlace;
    for (; count < batch.length && place < newCount; place++) {
      if (isReplacing !== null && isReplacing[place] === 1) continue;
      if (isRefused === null || isRefused[place] === 0) batch[count++] = place;
    }
    this.#nextPlace = place;
    return count;
  }
}

/** New rows by id, a batch at a time. */
class RowBatches {
  /** The ids of the batch. */
  readonly ids = new Float64Array(FLUSH_BATCH_ROWS);
  count = 0;
  /** The first row of the batch that is not written yet. */
  next = 0;
  readonly #keys: NewKeys;
  readonly #places: PlacesById;
  readonly #batch = new Uint32Array(FLUSH_BATCH_ROWS);

  constructor(keys: NewKeys, isRefused: Uint8Array | null) {
    this.#keys = keys;
    this.#places = new PlacesById(keys, isRefused);
  }

  /** The id of the next row; infinite when the batch, which is the last one then, is over. */
  get nextId(): number {
    return this.next < this.count ? this.ids[this.next] : Number.POSITIVE_INFINITY;
  }

  /** Goes to the next batch and returns its places; none at the end. */
  nextBatch(): Uint32Array {
    const { newIds, firstId } = this.#keys;
    const places = this.#batch.subarray(0, this.#places.fill(this.#batch));
    this.count = places.length;
    this.next = 0;
    for (let i = 0; i < places.length; i++) {
      this.ids[i] = newIds === null ? firstId + places[i] : newIds[places[i]];
    }
    return places;
  }

  /** How many rows of the batch, which are not written yet, have ids up to one. */
  countUpTo(id: number): number {
    return this.nextId <= id ? this.endBefore(id + 1) - this.next : 0;
  }

  /** Where the rows of the batch end whose ids are below one. */
  endBefore(id: number): number {
    if (this.ids[this.count - 1] < id) return this.count;
    let end = this.next;
    while (this.ids[end] < id) end++;
    return end;
  }
}

/** The old table, and which of its leaves may stay. */
export interface OldTable extends OldRows {
  /** Its leaves where those stay in which nothing changes; null when all are written anew. */
  readonly outline: TableOutline | null;
}

/** Leaves of the old table between two breaths. */
const SLICE_LEAVES = 4096;

/**
 * Builds the b-tree of `email_schedules`: the rows that stay, their cells byte for byte, and the new rows between them by id.
 *
 * @param old where the rows that stay are; null when there are none
 * @param rootPage the page that its root has
 * @param checkpoint is called now and then with the number of new rows done
 * @returns which rows there were; null when `old` is
 * @throws SendplanError `database_error` when the old pages are not those of a table that has the rows that go
 */
export async function writeTable(
  space: PageSpace,
  layout: ScheduleLayout,
  keys: NewKeys,
  old: OldTable | null,
  source: NewRows,
  isRefused: Uint8Array | null,
  run: RunValues,
  checkpoint: (rowsDone: number) => Promise<void>,
): Promise<RowTally | null> {
  const encoder = await PageEncoder.open();
  const limits = tablePayloadLimits(space.usableSize);
  const leaves = old === null ? null : new OldLeaves(encoder, old, limits, layout.rootPage, 'table');
  const records = new RecordEncoder(encoder, space, layout, source, run);
  const { tree } = records;
  leaves?.begin(tree.bytes);
  const rows = new RowBatches(keys, isRefused);
  let done = 0;
  const load = () => {
    const places = rows.nextBatch();
    if (places.length > 0) records.take(places, rows.ids.subarray(0, places.length));
  };
  /** Adds new rows whose ids are below one; false when the batch is over and there may be more of them. */
  const addNewBefore = (id: number): boolean => {
    if (!(rows.nextId < id)) return true;
    const end = rows.endBefore(id);
    records.add(rows.next, end);
    done += end - rows.next;
    rows.next = end;
    return end < rows.count;
  };
  const nextBatch = async () => {
    await checkpoint(done);
    load();
  };
  /** Copies the rows of the old leaf, and adds the new ones that come before the last of these. */
  const copyLeaf = async (from: OldLeaves) => {
    for (let cell = 0; cell < from.cellCount; ) {
      cell = from.copyRows(tree, cell, rows.nextId);
      const { isReached, stoppedId } = from;
      // A row that goes may have the id of the new one.
      while (isReached && !addNewBefore(stoppedId + 1)) await nextBatch();
    }
  };
  load();
  let leafCount = 0;
  const breathe = async () => {
    if (++leafCount % SLICE_LEAVES === 0) await checkpoint(done);
  };
  if (leaves !== null && old !== null && old.outline !== null) {
    const { deletedIds, image, outline } = old;
    let deleted = 0;
    for (let leaf = 0; leaf < outline.pages.length; leaf++) {
      const page = outline.pages[leaf];
      const lastRowid = outline.lastRowids[leaf];
      const isChanged = rows.nextId <= lastRowid || deletedIds[deleted] <= lastRowid;
      if (tree.isLeafFilled) tree.closeLeaf();
      if (!isChanged && tree.isLeafEmpty) {
        tree.keepLeaf(page, lastRowid, (kept) => leaves.readPage(kept));
        continue;
      }
      leaves.open(page);
      space.recycle(page);
      const deletedBefore = deleted;
      while (deletedIds[deleted] <= lastRowid) deleted++;
      const more = rows.countUpTo(lastRowid) - (deleted - deletedBefore);
      const spareBytes = spareBytesFor(leaves, more, image.usableSize);
      tree.spareBytes = spareBytes;
      encoder.set('spareRoom', spareBytes);
      await copyLeaf(leaves);
      while (!addNewBefore(lastRowid + 1)) await nextBatch();
      await breathe();
    }
  } else {
    while (leaves?.next()) {
      await copyLeaf(leaves);
      await breathe();
    }
  }
  while (!addNewBefore(Number.POSITIVE_INFINITY)) await nextBatch();
  tree.finish(layout.rootPage);
  if (leaves === null || old === null) return null;
  const { tally } = leaves;
  if (tally.deletedCount !== old.deletedIds.length) throw damaged('rows of email_schedules are gone that were read');
  return tally;
}
