import { type Affinity, affinityOf } from '../../../columns/affinity.js';
import type { ScheduleRows } from '../../../columns/scheduleRows.js';
import type { Connection } from '../../driver/connection.js';
import {
  ENCODED_NULL,
  type EncodedValue,
  encodeBlob,
  encodeInteger,
  encodeReal,
  encodeText,
} from '../../format/encodedValue.js';
import type { SqlValue } from '../../format/sqlValue.js';
import { foldName, quoteName, quoteText } from '../../schema/readSchema.js';

type ColumnOf<Values> = {
  [Name in keyof ScheduleRows]: ScheduleRows[Name] extends Values ? Name : never;
}[keyof ScheduleRows];

/** Where the value of a column comes from in a row that is written. */
export type ColumnSource =
  | { readonly kind: 'rowid' }
  | { readonly kind: 'text'; readonly field: ColumnOf<Int32Array> }
  | { readonly kind: 'day'; readonly field: 'plannedDay' | 'sendDay' }
  | { readonly kind: 'integer'; readonly field: ColumnOf<Int32Array> }
  | { readonly kind: 'identifier'; readonly field: 'contactId' | 'instanceId' }
  | { readonly kind: 'constant'; readonly value: EncodedValue };

/** A column of `email_schedules`, in the order in which records hold them. */
export interface LayoutColumn {
  readonly name: string;
  readonly source: ColumnSource;
  /** What a record holds that was written before the column was added. */
  readonly missing: EncodedValue;
  readonly isNotNull: boolean;
  /** Whether text that looks like a number would be stored as one. */
  readonly readsNumbers: boolean;
}

/** An index whose entries are plain columns and the rowid. */
export interface LayoutIndex {
  readonly name: string;
  readonly isUnique: boolean;
  /** The places of its columns in the records of the table. */
  readonly columns: readonly number[];
  readonly rootPage: number;
}

/** What the pages of `email_schedules` and its indexes hold. */
export interface ScheduleLayout {
  /** The table's name as it is written in the schema. */
  readonly name: string;
  readonly rootPage: number;
  readonly columns: readonly LayoutColumn[];
  readonly indexes: readonly LayoutIndex[];
  readonly isAutoincrement: boolean;
}

/** What is the same in all rows of a run. */
export interface RunValues {
  readonly runId: string;
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly nowText: string;
}

/** That rows cannot be written as pages; the message is the reason, as the rest of a sentence. */
export class UnfitForPages extends Error {}

const ROW_FIELDS: Readonly<Record<string, ColumnSource>> = {
  id: { kind: 'rowid' },
  contact_id: { kind: 'identifier', field: 'contactId' },
  email_type: { kind: 'text', field: 'emailType' },
  planned_send_date: { kind: 'day', field: 'plannedDay' },
  scheduled_send_date: { kind: 'day', field: 'sendDay' },
  scheduled_send_time: { kind: 'text', field: 'sendTime' },
  status: { kind: 'text', field: 'status' },
  skip_reason: { kind: 'text', field: 'skipReason' },
  priority: { kind: 'integer', field: 'priority' },
  campaign_instance_id: { kind: 'identifier', field: 'instanceId' },
  email_template: { kind: 'text', field: 'emailTemplate' },
  sms_template: { kind: 'text', field: 'smsTemplate' },
  event_year: { kind: 'integer', field: 'eventYear' },
  event_month: { kind: 'integer', field: 'eventMonth' },
  event_day: { kind: 'integer', field: 'eventDay' },
  metadata: { kind: 'text', field: 'metadata' },
  created_at: { kind: 'text', field: 'createdAt' },
};

function first(connection: Connection, sql: string, values: readonly SqlValue[] = []): SqlValue[] | null {
  for (const row of connection.query(sql, values)) return [...row];
  return null;
}

/** Literals and the current time, which SQLite evaluates to the same value for all rows of one statement. */
const CONSTANT_DEFAULT =
  /^\(*\s*([+-]?\s*[0-9][0-9.]*(e[+-]?[0-9]+)?|x?'([^']|'')*'|"[^"]*"|null|true|false|current_(timestamp|date|time))\s*\)*$/i;

/**
 * The value that a column's default is stored as, which is also what records hold that were written before the column was added.
 *
 * @param expression the default as SQL, null for none
 * @throws UnfitForPages when it is not the same for all rows
 */
export function encodeDefault(connection: Connection, name: string, type: string, expression: SqlValue): EncodedValue {
  if (expression === null) return ENCODED_NULL;
  if (!CONSTANT_DEFAULT.test(String(expression))) {
    throw new UnfitForPages(`its column ${quoteName(name)} has a default that is computed`);
  }
  const table = 'temp.sendplan_default';
  connection.execute(`CREATE TEMP TABLE sendplan_default (value ${type} DEFAULT ${expression})`);
  try {
    connection.execute(`INSERT INTO ${table} DEFAULT VALUES`);
    const [kind, value] = first(connection, `SELECT typeof(value), value FROM ${table}`) ?? [];
    if (typeof value === 'string') return encodeText(value);
    if (value instanceof Uint8Array) return encodeBlob(value);
    if (typeof value !== 'number') return ENCODED_NULL;
    if (kind === 'real') return encodeReal(value);
    if (!Number.isSafeInteger(value)) throw new UnfitForPages(`the default of ${quoteName(name)} is beyond 2^53`);
    return encodeInteger(value);
  } finally {
    connection.execute(`DROP TABLE ${table}`);
  }
}

/** Refuses a column that would not store the values of a run as they are. */
function requireAffinity(name: string, type: string, source: ColumnSource, isStrict: boolean): Affinity {
  const affinity = affinityOf(type);
  const isNumber = source.kind === 'integer' || source.kind === 'identifier';
  if (isNumber && (affinity === 'TEXT' || affinity === 'REAL')) {
    throw new UnfitForPages(`its column ${quoteName(name)} would store numbers as ${affinity}`);
  }
  if (isStrict && source.kind !== 'rowid' && affinity !== (isNumber ? 'INTEGER' : 'TEXT')) {
    throw new UnfitForPages(`it is STRICT and its column ${quoteName(name)} is ${type}`);
  }
  return affinity;
}

const NEVER_NULL = new Set([
  'contact_id',
  'email_type',
  'planned_send_date',
  'scheduled_send_date',
  'scheduled_send_time',
]);
for (const name of ['status', 'priority', 'created_at', 'updated_at', 'scheduler_run_id']) NEVER_NULL.add(name);

function readColumns(connection: Connection, table: string, isStrict: boolean, run: RunValues): LayoutColumn[] {
  const runValues: Readonly<Record<string, EncodedValue>> = {
    scheduler_run_id: encodeText(run.runId),
    updated_at: encodeText(run.nowText),
  };
  const sql = 'SELECT name, type, "notnull", dflt_value, hidden FROM pragma_table_xinfo(?) ORDER BY cid';
  const found = Array.from(connection.query(sql, [table]), (row) => [...row]);
  return found.map(([nameValue, typeValue, notNull, defaultText, hidden]): LayoutColumn => {
    const name = String(nameValue);
    const type = String(typeValue);
    if (hidden !== 0) throw new UnfitForPages(`its column ${quoteName(name)} is generated or hidden`);
    const key = foldName(name);
    const runValue = runValues[key];
    const field = runValue === undefined ? ROW_FIELDS[key] : ({ kind: 'constant', value: runValue } as const);
    const isNotNull = notNull === 1;
    // A column with a computed default cannot have been added to rows that were there: no record lacks it.
    const isNeeded = field === undefined || CONSTANT_DEFAULT.test(String(defaultText));
    const missing = isNeeded ? encodeDefault(connection, name, type, defaultText) : ENCODED_NULL;
    if (field === undefined) {
      return { name, source: { kind: 'constant', value: missing }, missing, isNotNull: false, readsNumbers: false };
    }
    const affinity = requireAffinity(name, type, field, isStrict);
    if (isNotNull && field.kind !== 'rowid' && !NEVER_NULL.has(key)) {
      throw new UnfitForPages(`its column ${quoteName(name)} is NOT NULL, and a run writes NULL`);
    }
    const readsNumbers = field.kind !== 'rowid' && affinity !== 'TEXT' && affinity !== 'BLOB';
    return { name, source: field, missing, isNotNull, readsNumbers };
  });
}

/**
 * The places of the columns of an index in the records of its table, in the index's order.
 *
 * @param rowidPlace the place of the column that is the rowid by another name, -1 for none
 * @throws UnfitForPages when it is not by plain columns in the order of their bytes, or leaves rows out
 */
export function readIndexPlaces(connection: Connection, table: string, index: string, rowidPlace: number): number[] {
  const shown = quoteName(index);
  const partial = 'SELECT 1 FROM pragma_index_list(?) WHERE name = ? AND partial = 1';
  if (first(connection, partial, [table, index]) !== null)
    throw new UnfitForPages(`its index ${shown} leaves rows out`);
  const sql = `SELECT cid, "desc", coll, (SELECT type FROM pragma_table_xinfo(?) AS columns WHERE columns.cid = keys.cid)
    FROM pragma_index_xinfo(?) AS keys WHERE key = 1 ORDER BY seqno`;
  return Array.from(connection.query(sql, [table, index]), ([cid, isDescending, collation, type]) => {
    const place = Number(cid);
    if (place < 0 || place === rowidPlace) {
      throw new UnfitForPages(`its index ${shown} holds more than plain columns`);
    }
    if (isDescending === 1 || collation !== 'BINARY') {
      throw new UnfitForPages(`its index ${shown} has an order of its own`);
    }
    if (affinityOf(String(type ?? '')) === 'REAL') throw new UnfitForPages(`its index ${shown} is over a REAL column`);
    return place;
  });
}

/** The page of the root of a table or an index, -1 when there is none of that name. */
export function rootPageOf(connection: Connection, name: string): number {
  const root = first(connection, "SELECT rootpage FROM sqlite_master WHERE type IN ('table', 'index') AND name = ?", [
    name,
  ]);
  return Number(root?.[0] ?? -1);
}

function readIndexes(connection: Connection, table: string, rowidPlace: number): LayoutIndex[] {
  const sql = 'SELECT name, "unique" FROM pragma_index_list(?) ORDER BY seq DESC';
  return Array.from(connection.query(sql, [table]), ([name, isUnique]) => [String(name), isUnique === 1] as const).map(
    ([name, isUnique]) => ({
      name,
      isUnique,
      columns: readIndexPlaces(connection, table, name, rowidPlace),
      rootPage: rootPageOf(connection, name),
    }),
  );
}

function requirePlainTable(connection: Connection, sql: string): void {
  if (/\bcheck\b/i.test(sql)) throw new UnfitForPages('it may have a CHECK constraint');
  const triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%email_schedules%'";
  const trigger = first(connection, triggers);
  if (trigger !== null) throw new UnfitForPages(`the trigger ${quoteName(String(trigger[0]))} is about it`);
  if (first(connection, 'PRAGMA auto_vacuum')?.[0] !== 0)
    throw new UnfitForPages('the database is in auto_vacuum mode');
  if (first(connection, 'PRAGMA encoding')?.[0] !== 'UTF-8')
    throw new UnfitForPages('the text of the database is not UTF-8');
}

/**
 * Reads how `email_schedules` and its indexes are stored. To be called when the table has all columns that a run writes.
 *
 * @throws UnfitForPages when the page writer could not do exactly what SQLite does with the same rows
 */
export function readScheduleLayout(connection: Connection, run: RunValues): ScheduleLayout {
  const table = "type = 'table' AND lower(name) = 'email_schedules'";
  const found = first(connection, `SELECT name, rootpage, sql FROM sqlite_master WHERE ${table}`);
  if (found === null) throw new UnfitForPages('it is not there');
  const name = String(found[0]);
  const sql = String(found[2]);
  requirePlainTable(connection, sql);
  const strict = first(connection, `SELECT strict FROM pragma_table_list(${quoteText(name)}) WHERE schema = 'main'`);
  const columns = readColumns(connection, name, strict?.[0] === 1, run);
  for (const column of Object.keys(ROW_FIELDS)) {
    if (!columns.some((there) => foldName(there.name) === column))
      throw new UnfitForPages(`it has no column ${column}`);
  }
  const rowidPlace = columns.findIndex(({ source }) => source.kind === 'rowid');
  const indexes = readIndexes(connection, name, rowidPlace);
  return { name, rootPage: Number(found[1]), columns, indexes, isAutoincrement: /\bautoincrement\b/i.test(sql) };
}

/**
 * Tells why `email_schedules` cannot be written as pages, as the rest of a sentence; null when it can.
 *
 * Unfit are: generated columns, defaults that are computed, CHECK constraints, triggers that name the table, columns that
 * would convert what a run writes, indexes with expressions, a WHERE clause, DESC, another collation than BINARY or a REAL
 * column, databases with auto_vacuum or UTF-16.
 */
export function canFlushByPages(connection: Connection): string | null {
  try {
    readScheduleLayout(connection, { runId: '', nowText: '' });
    return null;
  } catch (error) {
    if (error instanceof UnfitForPages) return error.message;
    throw error;
  }
}
