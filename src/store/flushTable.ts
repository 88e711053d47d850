import type { ScheduleRows } from '../columns/scheduleRows.js';
import { FLUSH_BATCH_ROWS, type FlushKeys, type FlushRows } from './flushKeys.js';
import type { RunValues, ScheduleLayout } from './flushLayout.js';
import { RecordTemplates, TEMPLATE_BYTES } from './flushRecords.js';
import { type DatabaseImage, damaged } from './pages/databaseImage.js';
import type { PageSpace } from './pages/pageSpace.js';
import { TableCells } from './pages/tableCells.js';
import { TableTree } from './pages/tableTree.js';

/** New rows by id: first those that take the place of others, then the rest. */
class NewRows {
  /** The id of the row at hand; infinite when there is none left. */
  id = Number.POSITIVE_INFINITY;
  rows: ScheduleRows;
  /** Where the row at hand is in `rows`. */
  i = -1;
  readonly #source: FlushRows;
  readonly #keys: FlushKeys;
  readonly #places: Generator<number>;
  readonly #batch = new Uint32Array(FLUSH_BATCH_ROWS);
  #batchLength = 0;

  constructor(source: FlushRows, keys: FlushKeys, isRefused: Uint8Array | null) {
    this.#source = source;
    this.#keys = keys;
    this.#places = placesById(keys, isRefused);
    this.rows = source.at(new Uint32Array(0));
    this.next();
  }

  /** Whether `next` has to get more rows. */
  get isBatchOver(): boolean {
    return this.i + 1 >= this.#batchLength;
  }

  /** Goes to the next row. */
  next(): void {
    if (this.isBatchOver) this.#fill();
    else this.i++;
    const { newIds, firstId } = this.#keys;
    const place = this.#batch[this.i];
    if (this.#batchLength === 0) this.id = Number.POSITIVE_INFINITY;
    else this.id = newIds === null ? firstId + place : newIds[place];
  }

  #fill(): void {
    let length = 0;
    while (length < FLUSH_BATCH_ROWS) {
      const { done, value } = this.#places.next();
      if (done === true) break;
      this.#batch[length++] = value;
    }
    this.#batchLength = length;
    this.i = 0;
    this.rows = this.#source.at(this.#batch.subarray(0, length));
  }
}

function* placesById({ replacing, newCount }: FlushKeys, isRefused: Uint8Array | null): Generator<number> {
  const isDone = replacing.length === 0 && isRefused === null ? null : new Uint8Array(newCount);
  if (isRefused !== null) isDone?.set(isRefused);
  for (const place of replacing) {
    if (isRefused !== null && isRefused[place] === 1) continue;
    if (isDone !== null) isDone[place] = 1;
    yield place;
  }
  for (let place = 0; place < newCount; place++) if (isDone === null || isDone[place] === 0) yield place;
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
  const tree = new TableTree(space, { scratchBytes: TEMPLATE_BYTES });
  const templates = new RecordTemplates(layout, run, tree);
  const rows = new NewRows(source, keys, isRefused);
  const { stayingIds } = keys;
  let done = 0;
  const writeNewBefore = async (id: number) => {
    while (rows.id < id) {
      templates.write(rows.id, rows.rows, rows.i);
      done++;
      if (rows.isBatchOver) await checkpoint(done);
      rows.next();
    }
  };
  if (image !== null && stayingIds.length > 0) {
    const cells = new TableCells(image, layout.rootPage);
    for (let i = 0; i < stayingIds.length; i++) {
      const id = stayingIds[i];
      do {
        if (!cells.next()) throw damaged(`row ${id} of email_schedules is gone`);
      } while (cells.rowid !== id);
      if (rows.id < id) await writeNewBefore(id);
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
