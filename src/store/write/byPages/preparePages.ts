import { SendplanError } from '../../../errors.js';
import type { NewRows } from '../../changes/newRows.js';
import { hasRow } from '../../driver/askOnce.js';
import type { Connection } from '../../driver/connection.js';
import { TimedConnection } from '../../driver/timedConnection.js';
import { DatabaseImage } from '../../format/databaseImage.js';
import { sortIds } from '../../format/deletedRows.js';
import type { PageSource } from '../../format/pageSource.js';
import { foldName } from '../../schema/readSchema.js';
import { nextId } from '../bySql/flushSchedules.js';
import { type NewKeys, readKeys } from './newKeys.js';
import { planIndexes } from './planIndexes.js';
import {
  type RunValues,
  readScheduleLayout,
  rootPageOf,
  type ScheduleLayout,
  UnfitForPages,
} from './scheduleLayout.js';
import type { KeysByRoot } from './storedKeys.js';
import type { IndexToBuild } from './unfilledIndexes.js';
import type { IndexJob } from './writeIndex.js';
import { type RunTarget, writePages } from './writePages.js';

/** What a run changes in `email_schedules`, for writing it as pages. */
export interface PagesChanges {
  /** The ids of owned rows that go, all of which are there, those included that new rows take the place of; in any order, none twice. */
  readonly deletedIds: Float64Array;
  /** The rows that come, by contact id. */
  readonly rows: NewRows;
}

/** How to write pages. */
export interface PagesOptions extends RunValues {
  /**
   * The pages of the database as it was before the transaction, which must not change until those of the run are prepared. Rows
   * of `email_schedules` must not have been changed since.
   */
  readonly pagesBefore: () => PageSource;
  /**
   * The columns of a unique index that will be made in the transaction after this call. It refuses no rows; when it could not
   * be made, the rows are unfit for pages.
   */
  readonly comingIndex?: readonly string[];
  /** Indexes of other tables that are written too; none when left out. */
  readonly indexes?: readonly IndexToBuild[];
  /** The roots of trees that are known to have no overflow pages before the transaction; none when left out. */
  readonly plainRoots?: ReadonlySet<number>;
  /** Whether leaves in which nothing changes stay where they are, if that can be; without it all are written anew. */
  readonly keepsLeaves?: boolean;
  /** Keys of stored rows that were read beforehand; none when left out. */
  readonly keysRead?: KeysByRoot;
  /** Is told how many of the new rows were looked through. */
  readonly onProgress?: (rowsDone: number) => void;
}

const LEAST_SCHEMA_FORMAT = 4;

/** Rows that are ready to be written as pages. */
export interface PreparedPages {
  readonly deleted: number;
  readonly inserted: number;
  /** The places of the new rows that a unique index refuses, ascending; they are not written. */
  readonly refused: Uint32Array;
  /** Whether leaves in which nothing changes stay where they are. */
  readonly keepsLeaves: boolean;
  /** Reads the roots of the trees, when the schema is as it will be. To be called before `write`. */
  settle(): void;
  /**
   * Writes the database with the rows in their place.
   *
   * @param pages the database as it is after the transaction
   * @param onProgress is told how many of the new rows are written
   * @throws SendplanError `database_error` when the pages do not fit together
   */
  write(pages: PageSource, target: RunTarget, onProgress?: (rowsDone: number) => void): Promise<void>;
}

/** The error of two rows with one id, which SQLite would refuse too. */
function takenId(id: number): SendplanError {
  return new SendplanError(
    'database_error',
    `SQLite says "UNIQUE constraint failed: email_schedules.id" for the id ${id}.`,
  );
}

/** Refuses ids that JavaScript does not hold exactly. @throws UnfitForPages */
function requireSafeIds(connection: Connection): void {
  for (const end of ['min', 'max']) {
    for (const [id] of connection.query(`SELECT ${end}(id) FROM email_schedules NOT INDEXED`)) {
      if (id !== null && !Number.isSafeInteger(Number(id))) throw new UnfitForPages('it has an id beyond 2^53');
    }
  }
}

/** Refuses rows whose ids are those of others. @param deletedIds ascending */
function requireFreeIds(connection: Connection, { newIds, replacing }: NewKeys, deletedIds: Float64Array): void {
  if (newIds === null) return;
  let deleted = 0;
  for (let i = 0; i < replacing.length; i++) {
    const id = newIds[replacing[i]];
    if (i > 0 && newIds[replacing[i - 1]] === id) throw takenId(id);
    while (deleted < deletedIds.length && deletedIds[deleted] < id) deleted++;
    if (deletedIds[deleted] === id) continue;
    const sql = 'SELECT 1 FROM email_schedules NOT INDEXED WHERE id = ?';
    if (hasRow(connection, sql, [id])) throw takenId(id);
  }
}

/** AUTOINCREMENT remembers the largest id there was. */
function raiseSequence(
  connection: Connection,
  layout: ScheduleLayout,
  keys: NewKeys,
  isRefused: Uint8Array | null,
): void {
  if (!layout.isAutoincrement) return;
  let largest = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < keys.newCount; place++) {
    if (isRefused !== null && isRefused[place] === 1) continue;
    largest = Math.max(largest, keys.newIds === null ? keys.firstId + place : keys.newIds[place]);
  }
  if (largest === Number.NEGATIVE_INFINITY) return;
  const name = layout.name.replaceAll("'", "''");
  connection.execute(`UPDATE sqlite_sequence SET seq = max(seq, ${largest}) WHERE name = '${name}'`);
  if (connection.changes() > 0) return;
  connection.execute(`INSERT INTO sqlite_sequence (name, seq) VALUES ('${name}', ${Math.max(0, largest)})`);
}

/**
 * Looks the rows of a run through, to be written as pages: finds their ids and the rows that unique indexes refuse. Of the
 * database it changes `sqlite_sequence` at most.
 *
 * To be called in the caller's transaction, with all columns in place. The table and its indexes are written later, outside of
 * SQLite, into a copy of the database: see `PreparedPages`.
 *
 * @throws UnfitForPages when only SQLite itself can write these rows into this table; nothing was changed then
 * @throws SendplanError `unsupported_schema` when there are no ids left
 */
export function preparePages(connection: Connection, changes: PagesChanges, options: PagesOptions): PreparedPages {
  const { rows } = changes;
  // Not the options as a whole: what is written later must not hold the image of before.
  const run: RunValues = { runId: options.runId, nowText: options.nowText };
  const before = readScheduleLayout(connection, run);
  const image = new DatabaseImage(options.pagesBefore());
  if (image.schemaFormat < LEAST_SCHEMA_FORMAT) throw new UnfitForPages('the database is in a format of before 2006');
  const firstId = nextId(new TimedConnection(connection), rows.count);
  requireSafeIds(connection);
  const deletedIds = sortIds(changes.deletedIds);
  const coming = placesOf(before, options.comingIndex ?? []);
  const keyColumns = new Set([...before.indexes.flatMap((index) => index.columns), ...coming]);
  const keys = readKeys(before, rows, firstId, keyColumns, run, options.onProgress ?? (() => {}));
  requireFreeIds(connection, keys, deletedIds);
  // No closure here may hold the image, for it would live on with those that are returned.
  const hadRows = hasRows(connection);
  const read: KeysByRoot = options.keysRead ?? new Map();
  const keptRoots = options.keepsLeaves === true ? (options.plainRoots ?? null) : null;
  const plans = planIndexes(before, hadRows ? image : null, deletedIds, keys, coming, keptRoots, read);
  const { isRefused } = plans;
  raiseSequence(connection, before, keys, isRefused);
  const refused = Uint32Array.from(isRefused === null ? [] : placesOfOnes(isRefused));
  const indexes = options.indexes ?? [];
  const plainRoots = options.plainRoots ?? new Set<number>();
  let settled: { readonly layout: ScheduleLayout; readonly others: readonly IndexJob[] } | null = null;
  return {
    deleted: deletedIds.length,
    inserted: rows.count - refused.length,
    refused,
    keepsLeaves: plans.kept !== null,
    settle() {
      const others = indexes.map(({ name, ...index }) => {
        return { ...index, isRefused: null, sorted: null, rootPage: rootPageOf(connection, name) };
      });
      settled = { layout: readScheduleLayout(connection, run), others };
    },
    async write(pages, target, onWritten = () => {}) {
      if (settled === null) throw new TypeError('settle() comes before write()');
      const wanted = { ...settled, plans, keys, rows, deletedIds, hadRows, run, plainRoots };
      await writePages(new DatabaseImage(pages), target, wanted, onWritten);
    },
  };
}

function placesOf(layout: ScheduleLayout, names: readonly string[]): number[] {
  return names.map((name) => layout.columns.findIndex((column) => foldName(column.name) === foldName(name)));
}

/** Asks the table itself: its indexes may be without entries. */
function hasRows(connection: Connection): boolean {
  return hasRow(connection, 'SELECT 1 FROM email_schedules NOT INDEXED LIMIT 1');
}

function* placesOfOnes(marks: Uint8Array): Generator<number> {
  for (let i = 0; i < marks.length; i++) if (marks[i] === 1) yield i;
}
