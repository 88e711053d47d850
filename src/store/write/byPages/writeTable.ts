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
    return this.next < this.count && this.nextId <= id ? this.endBefore(id + 1) - this.next : 0;
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

/** The table that is written, and what it is made of. */
export interface TableToWrite {
  readonly layout: ScheduleLayout;
  readonly keys: NewKeys;
  /** The table with the rows that stay; null when there are none. */
  readonly old: OldTable | null;
  readonly rows: NewRows;
  /** A 1 for each place of a new row that is left out; null when none is. */
  readonly isRefused: Uint8Array | null;
  readonly run: RunValues;
}

/** Puts rows that stay and rows that come into the leaves of a table. */
class TableMerge {
  readonly #encoder: PageEncoder;
  readonly #space: PageSpace;
  readonly #leaves: OldLeaves | null;
  readonly #records: RecordEncoder;
  readonly #rows: RowBatches;
  readonly #checkpoint: (rowsDone: number) => Promise<void>;
  #done = 0;
  #leafCount = 0;

  constructor(
    encoder: PageEncoder,
    space: PageSpace,
    { layout, keys, old, rows, isRefused, run }: TableToWrite,
    checkpoint: (rowsDone: number) => Promise<void>,
  ) {
    const limits = tablePayloadLimits(space.usableSize);
    this.#encoder = encoder;
    this.#space = space;
    this.#leaves = old === null ? null : new OldLeaves(encoder, old, limits, layout.rootPage, 'table');
    this.#records = new RecordEncoder(encoder, space, layout, rows, run);
    this.#rows = new RowBatches(keys, isRefused);
    this.#checkpoint = checkpoint;
    this.#leaves?.begin(this.#records.tree.bytes);
    this.#load();
  }

  /** Copies the rows that stay out of all leaves. */
  async mergeAll(): Promise<void> {
    const leaves = this.#leaves;
    while (leaves?.next()) {
      await this.#copyLeaf(leaves);
      await this.#breathe();
    }
  }

  /** Copies the rows that stay out of leaves in which something changes, and keeps the others as they are. */
  async mergeChanged({ outline, deletedIds, image }: OldTable & { readonly outline: TableOutline }): Promise<void> {
    const leaves = this.#leaves;
    if (leaves === null) return;
    const readPage = (page: number) => leaves.readPage(page);
    const rows = this.#rows;
    const { tree } = this.#records;
    let deleted = 0;
    for (let leaf = 0; leaf < outline.pages.length; leaf++) {
      const page = outline.pages[leaf];
      const lastRowid = outline.lastRowids[leaf];
      const isChanged = rows.nextId <= lastRowid || deletedIds[deleted] <= lastRowid;
      if (tree.isLeafFilled) tree.closeLeaf();
      if (!isChanged && tree.isLeafEmpty) {
        tree.keepLeaf(page, lastRowid, readPage);
        continue;
      }
      leaves.open(page);
      this.#space.recycle(page);
      const deletedBefore = deleted;
      while (deletedIds[deleted] <= lastRowid) deleted++;
      const more = rows.countUpTo(lastRowid) - (deleted - deletedBefore);
      const spareBytes = spareBytesFor(leaves, { more, openBytes: tree.openBytes, usableSize: image.usableSize });
      tree.spareBytes = spareBytes;
      this.#encoder.set('spareRoom', spareBytes);
      await this.#copyLeaf(leaves);
      while (!this.#addNewBefore(lastRowid + 1)) await this.#nextBatch();
      await this.#breathe();
    }
  }

  /** Adds the new rows that are left, and the levels above the leaves; returns which rows were looked at. */
  async finish(rootPage: number): Promise<RowTally | null> {
    while (!this.#addNewBefore(Number.POSITIVE_INFINITY)) await this.#nextBatch();
    this.#records.tree.finish(rootPage);
    return this.#leaves?.tally ?? null;
  }

  /** Copies the rows of the old leaf, and adds the new ones that come before the last of these. */
  async #copyLeaf(leaves: OldLeaves): Promise<void> {
    for (let cell = 0; cell < leaves.cellCount; ) {
      cell = leaves.copyRows(this.#records.tree, cell, this.#rows.nextId);
      const { isReached, stoppedId } = leaves;
      // A row that goes may have the id of the new one.
      while (isReached && !this.#addNewBefore(stoppedId + 1)) await this.#nextBatch();
    }
  }

  /** Adds new rows whose ids are below one; false when the batch is over and there may be more of them. */
  #addNewBefore(id: number): boolean {
    const rows = this.#rows;
    if (!(rows.nextId < id)) return true;
    const end = rows.endBefore(id);
    this.#records.add(rows.next, end);
    this.#done += end - rows.next;
    rows.next = end;
    return end < rows.count;
  }

  #load(): void {
    const places = this.#rows.nextBatch();
    if (places.length > 0) this.#records.take(places, this.#rows.ids.subarray(0, places.length));
  }

  async #nextBatch(): Promise<void> {
    await this.#checkpoint(this.#done);
    this.#load();
  }

  async #breathe(): Promise<void> {
    if (++this.#leafCount % SLICE_LEAVES === 0) await this.#checkpoint(this.#done);
  }
}

/**
 * Builds the b-tree of `email_schedules`: the rows that stay, their cells byte for byte, and the new rows between them by id. Where the
 * old table has an outline, leaves in which nothing changes stay where they are.
 *
 * @param space gets the pages of leaves back that change while others stay
 * @param checkpoint is called now and then with the number of new rows done
 * @returns which of the old rows were looked at; null when there are none
 * @throws SendplanError `database_error` when the old pages are not those of a table that has the rows that go
 */
export async function writeTable(
  space: PageSpace,
  table: TableToWrite,
  checkpoint: (rowsDone: number) => Promise<void>,
): Promise<RowTally | null> {
  const merge = new TableMerge(await PageEncoder.open(), space, table, checkpoint);
  const { old, layout } = table;
  if (old !== null && old.outline !== null) await merge.mergeChanged({ ...old, outline: old.outline });
  else await merge.mergeAll();
  const tally = await merge.finish(layout.rootPage);
  if (tally !== null && tally.deletedCount !== old?.deletedIds.length) {
    throw damaged('rows of email_schedules are gone that were read');
  }
  return tally;
}
