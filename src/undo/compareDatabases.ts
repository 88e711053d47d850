import { statusClass } from '../rules/emailTypes.js';
import { firstValue } from '../store/driver/askOnce.js';
import type { Connection } from '../store/driver/connection.js';
import type { SqlValue } from '../store/format/sqlValue.js';
import { rowidName } from '../store/read/scannedRows.js';
import {
  type DatabaseSchema,
  findColumn,
  findTable,
  isSameName,
  quoteName,
  readSchema,
  type TableInfo,
} from '../store/schema/readSchema.js';
import { TABLES } from '../store/schema/tables.js';
import { type ChangedTable, NONE, SCHEDULES, totalOf } from './changedTable.js';

/** Names the run that made a row. */
const RUN_COLUMN = 'scheduler_run_id';

function isSameValue(a: SqlValue, b: SqlValue): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Rows by their rowid in front, each to be read before the next one is asked for. */
function rowsByKey(
  connection: Connection,
  table: TableInfo,
  key: string,
  columns: readonly string[],
): Iterator<SqlValue[]> {
  const list = [key, ...columns].map((name) => `t.${quoteName(name)}`).join(', ');
  const sql = `SELECT ${list} FROM ${quoteName(table.name)} AS t ORDER BY 1`;
  return connection.query(sql)[Symbol.iterator]();
}

/** What tells rows of `email_schedules` apart, which nobody but runs adds, and senders mark. */
interface RowKinds {
  /** Tells whether nobody but runs has to do with a row: it is planned or skipped. */
  isOwned(row: readonly SqlValue[]): boolean;
  /** Tells whether a run has made a row that is there now. */
  isOfRun(row: readonly SqlValue[]): boolean;
}

/** Both sides in the order of their rowids, side by side. */
function compareByKey(before: Iterator<SqlValue[]>, after: Iterator<SqlValue[]>, { isOwned, isOfRun }: RowKinds) {
  const counts = { ...NONE };
  let old = before.next();
  let now = after.next();
  while (!old.done || !now.done) {
    const isOnlyOld = now.done || (!old.done && Number(old.value[0]) < Number(now.value[0]));
    const isOnlyNow = !isOnlyOld && (old.done || Number(now.value[0]) < Number(old.value[0]));
    if (isOnlyOld) counts.removed += isOwned(old.value) ? 0 : 1;
    else if (isOnlyNow) {
      if (!isOwned(now.value)) counts[isOfRun(now.value) ? 'sent' : 'added']++;
    } else if (!(isOwned(old.value) && isOwned(now.value))) {
      const found = old.value as SqlValue[];
      if (!found.every((value, i) => isSameValue(value, now.value[i]))) {
        counts[isOwned(found) ? 'sent' : 'changed']++;
      }
    }
    if (!isOnlyNow) old = before.next();
    if (!isOnlyOld) now = after.next();
  }
  return counts;
}

/** Both sides as rows without a number of their own: what is on one side only came or went. */
function compareAsSets(before: Iterable<SqlValue[]>, after: Iterable<SqlValue[]>) {
  const left = new Map<string, number>();
  const keyOf = (row: readonly SqlValue[]) => JSON.stringify(row.map((value) => [typeof value, value]));
  for (const row of before) left.set(keyOf(row), (left.get(keyOf(row)) ?? 0) + 1);
  const counts = { ...NONE };
  for (const row of after) {
    const found = left.get(keyOf(row)) ?? 0;
    if (found === 0) counts.added++;
    else left.set(keyOf(row), found - 1);
  }
  for (const rows of left.values()) counts.removed += rows;
  return counts;
}

function compareTable(before: Connection, after: Connection, old: TableInfo, now: TableInfo) {
  const columns = now.columns.map(({ name }) => name).filter((name) => findColumn(old, name) !== null);
  const status = columns.findIndex((name) => isSameName(name, 'status'));
  const isSchedules = isSameName(now.name, SCHEDULES) && status >= 0;
  const runColumn = isSchedules ? findColumn(now, RUN_COLUMN) : null;
  // The key stands in front of the columns, the run behind them.
  const kinds: RowKinds = {
    isOwned: (row) => isSchedules && statusClass(row[status + 1] as string | null) === 'owned',
    isOfRun: (row) => runColumn !== null && row[columns.length + 1] !== null,
  };
  const oldKey = rowidName(old);
  const nowKey = rowidName(now);
  if (oldKey !== null && nowKey !== null) {
    const columnsNow = runColumn === null ? columns : [...columns, runColumn.name];
    return compareByKey(rowsByKey(before, old, oldKey, columns), rowsByKey(after, now, nowKey, columnsNow), kinds);
  }
  const sql = `SELECT ${columns.map((name) => `t.${quoteName(name)}`).join(', ')} FROM ${quoteName(now.name)} AS t`;
  return compareAsSets(before.query(sql), after.query(sql));
}

function countRows(connection: Connection, table: TableInfo): number {
  return Number(firstValue(connection, `SELECT count(*) FROM ${quoteName(table.name)}`));
}

/** The emails of a table that no run owns, where the table itself came with a run. */
function countHistory(connection: Connection, table: TableInfo): Omit<ChangedTable, 'table'> {
  const run = findColumn(table, RUN_COLUMN);
  const counts = { ...NONE };
  const sql = `SELECT status, ${run === null ? 'NULL' : quoteName(run.name)} FROM ${quoteName(table.name)}`;
  for (const [status, runId] of connection.query(sql)) {
    if (statusClass(status as string | null) !== 'owned') counts[runId === null ? 'added' : 'sent']++;
  }
  return counts;
}

function plainTables({ tables }: DatabaseSchema): TableInfo[] {
  const own = Object.keys(TABLES).filter((name) => name !== SCHEDULES);
  return tables.filter(
    ({ name, kind }) =>
      kind === 'table' && !name.startsWith('sqlite_') && !own.some((table) => isSameName(table, name)),
  );
}

/**
 * What others than runs have changed between two states of a database, table by table: all rows of the tables that no run writes,
 * and those of `email_schedules` that are no run's own, such as emails that were sent (Rules 1).
 *
 * @throws SendplanError `database_error` when one of them is damaged
 */
export function compareDatabases(before: Connection, after: Connection): ChangedTable[] {
  const schemas = { before: readSchema(before), after: readSchema(after) };
  const changed: ChangedTable[] = [];
  const note = (table: string, counts: Omit<ChangedTable, 'table'>) => {
    if (totalOf(counts) > 0) changed.push({ table, ...counts });
  };
  for (const table of plainTables(schemas.after)) {
    const old = findTable(schemas.before, table.name);
    if (old !== null && old.kind === 'table') note(table.name, compareTable(before, after, old, table));
    else if (!isSameName(table.name, SCHEDULES)) note(table.name, { ...NONE, added: countRows(after, table) });
    else note(table.name, countHistory(after, table));
  }
  for (const table of plainTables(schemas.before)) {
    if (findTable(schemas.after, table.name) !== null) continue;
    note(table.name, { ...NONE, removed: countRows(before, table) });
  }
  return changed;
}
