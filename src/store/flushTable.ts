import type { FlushKeys } from './flushKeys.js';
import type { RunValues, ScheduleLayout } from './flushLayout.js';
import { RecordEncoder } from './flushRecords.js';
import { FLUSH_BATCH_ROWS, type FlushRows } from './flushRows.js';
import { type DatabaseImage, damaged } from './pages/databaseImage.js';
import { PageEncoder } from './pages/encoder.js';
import type { PageSpace } from './pages/pageSpace.js';
import { TableCells } from './pages/tableCells.js';
import type { TableTree } from './pages/tableTree.js';

/** Gives the places of new rows by id: first those that take the place of others, then the rest; without the refused ones. */
class PlacesById {
  readonly #keys: FlushKeys;
  readonly #isRefused: Uint8Array | null;
  readonly #isReplacing: Uint8Array | null;
  #nextReplacing = 0;
  #nextPlace = 0;

  constructor(keys: FlushKeys, isRefused: Uint8Array | null) {
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
class NewRows {
  /** The ids of the batch. */
  readonly ids = new Float64Array(FLUSH_BATCH_ROWS);
  count = 0;
  /** The first row of the batch that is not written yet. */
  next = 0;
  readonly #keys: FlushKeys;
  readonly #places: PlacesById;
  readonly #batch = new Uint32Array(FLUSH_BATCH_ROWS);

  constructor(keys: FlushKeys, isRefused: Uint8Array | null) {
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

  /** Where the rows of the batch end whose ids are below one. */
  endBefore(id: number): number {
    if (this.ids[this.count - 1] < id) return this.count;
    let end = this.next;
    while (this.ids[end] < id) end++;
    return end;
  }
}

/**
 * Builds the b-tree of `email_schedules`: the rows that stay, their records byte for byte, and the new rows.
 *
 * @param image the database with the rows that stay; null when there are none
 * @param rootPage the page that its root has
 * @param checkpoint is called now and then with the number of new rows done
 * @throws SendplanError `database_error` when the image does not hold the rows that stay
 */
export async function writeTable(
  space: PageSpace,
  layout: ScheduleLayout,
  keys: FlushKeys,
  image: DatabaseImage | null,
  source: FlushRows,
  isRefused: Uint8Array | null,
  run: RunValues,
  checkpoint: (rowsDone: number) => Promise<void>,
): Promise<void> {
  const encoder = new RecordEncoder(await PageEncoder.open(), space, layout, source, run);
  const { tree } = encoder;
  const rows = new NewRows(keys, isRefused);
  const { stayingIds } = keys;
  let done = 0;
  const load = () => {
    const places = rows.nextBatch();
    if (places.length > 0) encoder.take(places, rows.ids.subarray(0, places.length));
  };
  const writeNewBefore = async (id: number) => {
    while (rows.nextId < id) {
      const end = rows.endBefore(id);
      encoder.add(rows.next, end);
      done += end - rows.next;
      rows.next = end;
      if (end < rows.count) continue;
      await checkpoint(done);
      load();
    }
  };
  load();
  if (image !== null && stayingIds.length > 0) {
    const cells = new TableCells(image, layout.rootPage);
    for (let i = 0; i < stayingIds.length; i++) {
      const id = stayingIds[i];
      do {
        if (!cells.next()) throw damaged(`row ${id} of email_schedules is gone`);
      } while (cells.rowid !== id);
      if (rows.nextId < id) await writeNewBefore(id);
      copyRow(tree, cells);
      if ((i & 0xffff) === 0xffff) await checkpoint(done);
    }
  }
  await writeNewBefore(Number.POSITIVE_INFINITY);
  tree.finish(layout.rootPage);
}

function copyRow(tree: TableTree, { rowid, payload, payloadStart, payloadEnd }: TableCells): void {
  const record = payload.subarray(payloadStart, payloadEnd);
  if (record.length > tree.maximumLocal) tree.addLargeRow(rowid, record);
  else tree.bytes.set(record, tree.beginRow(rowid, record.length));
}
