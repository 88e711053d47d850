import { setImmediate } from 'node:timers/promises';
import { SendplanError } from '../../../errors.js';
import type { NewRows } from '../../changes/newRows.js';
import { firstValue } from '../../driver/askOnce.js';
import type { Connection, ImageConnection } from '../../driver/connection.js';
import { openSqlJs } from '../../driver/sqljs.js';
import { TimedConnection } from '../../driver/timedConnection.js';
import type { TemporaryFile } from '../../file/temporaryFiles.js';
import { isOfFileSystem } from '../../format/fileErrors.js';
import { FileSink } from '../../format/fileSink.js';
import type { PageSource } from '../../format/pageSource.js';
import type { Migration } from '../../schema/migration.js';
import { isSameName, quoteText } from '../../schema/readSchema.js';
import { nextId } from '../bySql/flushSchedules.js';
import { type PreparedPages, preparePages } from './preparePages.js';
import { type RunValues, UnfitForPages } from './scheduleLayout.js';

/** The rows of a first run, ready to be moved into the database. */
export interface StagedRows {
  readonly inserted: number;
  /** The places of the rows that a unique index refuses. */
  readonly refused: ReadonlySet<number>;
  /** Puts the rows into `email_schedules`, which is empty, in the caller's transaction. */
  insert(connection: Connection): void;
}

/** What is staged. */
export interface RowsToStage extends RunValues {
  readonly changes: { readonly rows: NewRows };
  readonly migration: Migration;
  readonly onProgress?: (rowsDone: number, rowsTotal: number) => void;
}

const STAGING = 'sendplan_staging';

/** Whether a table of the database has rows; one that is not there has none. */
function hasSchedules(connection: Connection): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'email_schedules'";
  if (firstValue(connection, sql) === null) return false;
  return firstValue(connection, 'SELECT 1 FROM email_schedules LIMIT 1') !== null;
}

/**
 * A database in memory with no more than `email_schedules` as it will be: with the same statements, so that SQLite finds the
 * tables alike.
 *
 * @throws UnfitForPages when the table is such that SQLite could not move whole rows
 */
async function openTwin(connection: Connection, migration: Migration, rowCount: number): Promise<ImageConnection> {
  if (firstValue(connection, 'PRAGMA encoding') !== 'UTF-8')
    throw new UnfitForPages('the text of the database is not UTF-8');
  const triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%email_schedules%'";
  const trigger = firstValue(connection, triggers);
  if (trigger !== null) throw new UnfitForPages(`the trigger ${JSON.stringify(trigger)} is about it`);
  const sql = `SELECT sql FROM sqlite_schema WHERE lower(tbl_name) = 'email_schedules' AND type IN ('table', 'index')
    AND sql IS NOT NULL ORDER BY rowid`;
  const statements = Array.from(connection.query(sql), ([statement]) => String(statement));
  const isThere = statements.length > 0;
  for (const step of migration.steps) if (isSameName(step.table, 'email_schedules')) statements.push(step.sql);
  const pageBytes = firstValue(connection, 'PRAGMA page_size');
  const twin = await openSqlJs(null);
  try {
    twin.execute(`PRAGMA page_size = ${pageBytes}`);
    for (const statement of statements) twin.execute(statement);
    const lastId = isThere ? nextId(new TimedConnection(connection), rowCount) - 1 : 0;
    if (lastId > 0) {
      const isCounted = firstValue(twin, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'") !== null;
      if (!isCounted) throw new UnfitForPages('its ids go on from those of another table');
      twin.execute(`INSERT INTO sqlite_sequence (name, seq) SELECT name, ${lastId} FROM sqlite_schema
        WHERE type = 'table' AND lower(name) = 'email_schedules'`);
    }
    return twin;
  } catch (error) {
    twin.close();
    if (error instanceof SendplanError) throw new UnfitForPages(`its schema cannot be copied (${error.message})`);
    throw error;
  }
}

/** Writes the pages of the rows into a file of its own. @throws UnfitForPages when the file system does not take them */
async function writeStaging(
  descriptor: number,
  database: PageSource,
  pages: PreparedPages,
  onWritten: (rowsDone: number) => void,
): Promise<void> {
  try {
    const sink = new FileSink(descriptor);
    const target = {
      write: (bytes: Uint8Array, byteOffset: number) => sink.write(bytes, byteOffset),
      // Signals get their turn.
      checkpoint: () => setImmediate(),
    };
    await pages.write(database, target, onWritten);
  } catch (error) {
    if (!isOfFileSystem(error)) throw error;
    throw new UnfitForPages(`no file can be written beside the database (${error.message})`);
  }
}

/**
 * Stages the rows of a first run (Rules 11): writes `email_schedules` with all its indexes as pages into a database of its own
 * beside the database, from which SQLite then moves the rows and the entries of the indexes over as they are, without taking
 * them apart: target and source have the same schema, the target has no rows and no triggers, and foreign keys are not
 * enforced. To be called before the transaction changes anything.
 *
 * @param staging an empty file beside the database, which the caller removes; null finds out only which rows are refused
 * @throws UnfitForPages when they have to be written by statements
 * @throws SendplanError `unsupported_schema` when there are no ids left
 */
export async function stageRows(
  connection: Connection,
  { changes, migration, runId, nowText, onProgress }: RowsToStage,
  staging: Pick<TemporaryFile, 'path' | 'descriptor'> | null,
): Promise<StagedRows> {
  if (hasSchedules(connection)) throw new UnfitForPages('it has rows already');
  const { rows } = changes;
  const twin = await openTwin(connection, migration, rows.count);
  let pages: PreparedPages;
  let after: PageSource;
  try {
    const before = twin.toPages();
    twin.execute('BEGIN');
    pages = preparePages(
      twin,
      { deletedIds: new Float64Array(0), rows },
      { runId, nowText, pagesBefore: () => before },
    );
    pages.settle();
    twin.execute('COMMIT');
    after = twin.toPages();
  } finally {
    twin.close();
  }
  const { inserted } = pages;
  const refused = new Set(pages.refused);
  if (staging === null) return { inserted, refused, insert: () => {} };
  await writeStaging(staging.descriptor, after, pages, (done) => onProgress?.(done, rows.count));
  return {
    inserted,
    refused,
    insert: (target) => {
      target.execute(`ATTACH ${quoteText(staging.path)} AS ${STAGING};
        INSERT INTO main.email_schedules SELECT * FROM ${STAGING}.email_schedules`);
    },
  };
}
