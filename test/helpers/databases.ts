import { execFileSync, spawnSync } from 'node:child_process';
import initSqlJs, { type Database, type SqlValue } from 'sql.js';
import type { Issue, OrganizationRecords, PlannedRow } from '../../src/rules/records.js';
import type { OpenDatabase } from '../../src/run/openDatabase.js';
import { writeRecords } from './records.js';

/** The columns of a planned row, in the order of `PlannedRow`. */
export const PLANNED_COLUMNS = [
  ...([
    'contact_id',
    'email_type',
    'planned_send_date',
    'scheduled_send_date',
    'scheduled_send_time',
    'status',
  ] as const),
  ...(['skip_reason', 'priority', 'campaign_instance_id', 'email_template', 'sms_template'] as const),
  ...(['event_year', 'event_month', 'event_day', 'metadata'] as const),
];

/** What can be asked: an open database of the library, or one of sql.js. */
export type Queried = Pick<OpenDatabase, 'query'>;

/** Runs SQL on a new database, or on that of an image, and returns its image. */
export async function databaseImage(
  change: string | ((database: Database) => void),
  image?: Uint8Array,
): Promise<Uint8Array> {
  const { Database } = await initSqlJs();
  // Not a Buffer, of which sql.js would take no copy.
  const database = new Database(image && new Uint8Array(image));
  try {
    if (typeof change === 'string') database.exec(change);
    else change(database);
    return database.export();
  } finally {
    database.close();
  }
}

/** The image of a database of the records, whose `email_schedules` a run can write to. */
export function recordsImage(records: OrganizationRecords): Promise<Uint8Array> {
  return databaseImage((database) => writeRecords(database, records, { keyed: true }));
}

/** The rows of a SELECT on an image. */
export async function selectFrom(image: Uint8Array, sql: string): Promise<SqlValue[][]> {
  const { Database } = await initSqlJs();
  const database = new Database(new Uint8Array(image));
  try {
    return database.exec(sql)[0]?.values ?? [];
  } finally {
    database.close();
  }
}

/** The planned rows of a database by contact, email type and send day, as the reference model orders them. */
export function plannedRowsOf(database: Queried): PlannedRow[] {
  const order = 'contact_id, email_type, scheduled_send_date, event_year, event_month, event_day';
  const sql = `SELECT ${PLANNED_COLUMNS.join(', ')} FROM email_schedules WHERE status IN ('pre-scheduled', 'skipped') ORDER BY ${order}`;
  return database
    .query(sql)
    .map((row) => Object.fromEntries(PLANNED_COLUMNS.map((column, i) => [column, row[i]])) as unknown as PlannedRow);
}

/** Planned rows in one order, whatever order they come in. */
export function inOrder(rows: Iterable<PlannedRow>): PlannedRow[] {
  const key = (row: PlannedRow) => `${row.email_type} ${row.scheduled_send_date} ${row.event_year}`;
  return [...rows].sort((a, b) => a.contact_id - b.contact_id || (key(a) < key(b) ? -1 : 1));
}

/** The issues a run left in a database, as sorted texts. */
export function issueTextsOf(database: Queried): string[] {
  return database
    .query('SELECT contact_id, kind, detail FROM scheduler_contact_issues')
    .map(([contact_id, kind, detail]) => JSON.stringify([contact_id, kind, detail]))
    .sort();
}

/** Issues as the texts of `issueTextsOf`. */
export function issueTexts(issues: readonly Issue[]): string[] {
  return issues.map(({ contact_id, kind, detail }) => JSON.stringify([contact_id, kind, detail])).sort();
}

/** The columns of each unique index of `email_schedules`; its key is none of them. */
export function uniqueIndexesOf(database: Queried): string[][] {
  const indexes = database.query(`SELECT name FROM pragma_index_list('email_schedules') WHERE "unique"`);
  return indexes.map(([index]) =>
    database.query('SELECT name FROM pragma_index_info(?) ORDER BY seqno', [index]).map(([name]) => String(name)),
  );
}

/** Whether the system has a `sqlite3` of its own to check with. */
export const hasSqlite3 = spawnSync('sqlite3', ['--version']).status === 0;

/** What the system's own `sqlite3` says of a database file; `ok` when it is sound. */
export function integrityOf(path: string): string {
  const sql = 'PRAGMA integrity_check; PRAGMA foreign_key_check;';
  return execFileSync('sqlite3', ['-bail', path, sql], { encoding: 'utf8' }).trim();
}
