import { hasRow } from '../../driver/askOnce.js';
import type { Connection } from '../../driver/connection.js';
import { DatabaseImage } from '../../format/databaseImage.js';
import type { PageSource } from '../../format/pageSource.js';
import type { MigrationStep } from '../../schema/migration.js';
import { foldName, quoteName, quoteText } from '../../schema/readSchema.js';
import { KeyColumn } from './keyColumn.js';
import { UnfitKey } from './keyDictionary.js';
import type { NumberedRows } from './rowList.js';
import { encodeDefault, readIndexPlaces, rootPageOf, UnfitForPages } from './scheduleLayout.js';
import { type SortColumn, sortColumns } from './sortColumns.js';
import { type KeysByRoot, readStoredKeys, takeKeys } from './storedKeys.js';

const STAND_IN = { table: 'sendplan_stand_in', index: 'sendplan_stand_in_index' } as const;

/** An index that is to be built as pages, over a table that a run leaves alone. */
export interface IndexToBuild {
  readonly name: string;
  readonly columns: readonly SortColumn[];
  /** The rows of the table, all of them staying. */
  readonly numbered: NumberedRows;
}

function isTaken(connection: Connection, name: string): boolean {
  return hasRow(connection, 'SELECT 1 FROM sqlite_master WHERE lower(name) = ?', [name]);
}

/**
 * Makes an index without filling it: SQLite knows it as any other, and its root is a page without entries. Whoever calls this
 * fills it before anything asks it, by pages or by `REINDEX`.
 *
 * SQLite has no statement for this. So the index of an empty table is made over to the real one in the schema, which is then
 * read again; a rollback takes all of it back.
 *
 * @param step of a migration, creates an index; a unique one must refuse none of the rows
 * @throws SendplanError `database_error` when SQLite refuses
 */
function createEmptyIndex(connection: Connection, { name, table, sql }: MigrationStep): void {
  connection.execute(`CREATE TABLE ${STAND_IN.table} (x); CREATE INDEX ${STAND_IN.index} ON ${STAND_IN.table} (x)`);
  connection.execute('PRAGMA writable_schema = ON');
  try {
    connection.execute(
      `UPDATE sqlite_master SET name = ${quoteText(name)}, tbl_name = ${quoteText(table)}, sql = ${quoteText(sql)}
        WHERE name = '${STAND_IN.index}'`,
    );
  } finally {
    connection.execute('PRAGMA writable_schema = RESET');
  }
  connection.execute(`DROP TABLE ${STAND_IN.table}`);
}

function hasStandInsFree(connection: Connection): boolean {
  return !isTaken(connection, STAND_IN.table) && !isTaken(connection, STAND_IN.index);
}

/** Makes an index that is known to refuse no rows, without entries where that is possible; see `createIndexesUnfilled`. */
export function createIndexUnfilled(connection: Connection, step: MigrationStep): void {
  if (hasStandInsFree(connection)) createEmptyIndex(connection, step);
  else connection.execute(step.sql);
}

/**
 * Makes the indexes of a migration, those that refuse no rows without entries. Until they are filled SQLite finds no rows by
 * them: ask for rows `NOT INDEXED`.
 *
 * @param steps those that create indexes
 * @returns the names of the indexes that are still to be filled
 */
export function createIndexesUnfilled(connection: Connection, steps: readonly MigrationStep[]): string[] {
  const isPossible = hasStandInsFree(connection);
  const empty: string[] = [];
  for (const step of steps) {
    if (step.sql.startsWith('CREATE UNIQUE') || !isPossible) {
      connection.execute(step.sql);
      continue;
    }
    createEmptyIndex(connection, step);
    empty.push(step.name);
  }
  return empty;
}

/** Fills indexes by SQL. */
export function fillBySql(connection: Connection, names: readonly string[]): void {
  for (const name of names) connection.execute(`REINDEX ${quoteName(name)}`);
}

/**
 * Makes ready to build, as pages, the indexes that have no entries yet; those of `email_schedules` are left to whoever writes
 * that table, and those that are not for pages are filled by SQL at once.
 *
 * @param names as `createIndexesUnfilled` returned them
 * @param pages the database as it was before the transaction, whose tables but `email_schedules` were not changed since
 * @param read keys of rows of such tables that were read beforehand
 */
export function prepareIndexes(
  connection: Connection,
  names: readonly string[],
  pages: PageSource,
  read: KeysByRoot = new Map(),
): IndexToBuild[] {
  const prepared: IndexToBuild[] = [];
  for (const name of names) {
    let table = '';
    for (const [found] of connection.query('SELECT tbl_name FROM sqlite_master WHERE name = ?', [name])) {
      table = String(found);
    }
    if (foldName(table) === 'email_schedules') continue;
    try {
      prepared.push({ name, ...readTable(connection, table, name, new DatabaseImage(pages), read) });
    } catch (error) {
      if (!(error instanceof UnfitForPages || error instanceof UnfitKey)) throw error;
      fillBySql(connection, [name]);
    }
  }
  return prepared;
}

function readTable(
  connection: Connection,
  table: string,
  index: string,
  image: DatabaseImage,
  read: KeysByRoot,
): Omit<IndexToBuild, 'name'> {
  for (const [isWithoutRowid] of connection.query("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", [
    table,
  ])) {
    if (isWithoutRowid === 1) throw new UnfitForPages('it is WITHOUT ROWID');
  }
  const sql = 'SELECT name, type, dflt_value, hidden, pk FROM pragma_table_xinfo(?) ORDER BY cid';
  const found = Array.from(connection.query(sql, [table]), (row) => [...row]);
  if (found.some(([, , , hidden]) => hidden !== 0)) throw new UnfitForPages('it has generated or hidden columns');
  // With a key of several columns none of them is the rowid; to take one for it costs no more than SQL's time.
  const rowidPlace = found.findIndex(([, type, , , key]) => key !== 0 && foldName(String(type)) === 'integer');
  const places = readIndexPlaces(connection, table, index, rowidPlace);
  const missing = found.map(([name, type, expression], place) =>
    encodeDefault(connection, String(name), String(type), places.includes(place) ? expression : null),
  );
  const rootPage = rootPageOf(connection, table);
  const taken = takeKeys(read, rootPage, places);
  const columns = found.map((_, place) =>
    places.includes(place) ? (taken?.columns.get(place) ?? new KeyColumn(0)) : undefined,
  );
  const stayingIds = taken?.ids ?? readStoredKeys(image, rootPage, { columns, missing });
  const noneNew = { newCount: 0, newIds: null, firstId: 0, replacing: new Uint32Array(0) };
  return { numbered: { stayingIds, ...noneNew }, columns: sortColumns(columns, places) };
}
