import { SendplanError } from '../errors.js';
import { statusClass } from '../rules/emailTypes.js';
import { firstValue } from '../store/driver/askOnce.js';
import type { Connection } from '../store/driver/connection.js';
import { openNative } from '../store/driver/native.js';
import { requireDatabaseFile } from '../store/file/openDatabaseFile.js';
import {
  type DatabaseSchema,
  findTable,
  isSameName,
  quoteName,
  quoteText,
  readSchema,
} from '../store/schema/readSchema.js';
import { CHANGES_TABLE, type LoggedRun, loggedColumns, rowNumberOf } from '../store/write/changeLog.js';
import { isLiterals, literalsOf } from '../store/write/rowLiterals.js';
import { type ChangedTable, NONE, SCHEDULES, totalOf } from './changedTable.js';
import { listRuns } from './checkpoints.js';
import { takeSchemaBack } from './takeSchemaBack.js';
import { type LostChanges, lossText, type UndoFileOptions, type UndoReport } from './undoReport.js';

/** The last run that is kept, and the tables in which it changed rows. */
interface KeptChanges extends LoggedRun {
  readonly runId: string;
  readonly changed: readonly string[];
}

function unreadable(path: string): SendplanError {
  return new SendplanError(
    'unsupported_schema',
    `${CHANGES_TABLE} of ${path} is not as a run left it; nothing was undone.`,
    {
      hint: 'Undo by hand, or plan again.',
    },
  );
}

function isLogged(value: unknown): value is LoggedRun {
  const logged = value as Partial<LoggedRun> | null;
  return (
    typeof logged === 'object' && logged !== null && Array.isArray(logged.steps) && typeof logged.tables === 'object'
  );
}

function readKept(connection: Connection, path: string): KeptChanges {
  const schema = readSchema(connection);
  if (findTable(schema, CHANGES_TABLE) !== null) {
    const sql = `SELECT scheduler_run_id, old_values FROM ${CHANGES_TABLE} WHERE table_name IS NULL ORDER BY id DESC LIMIT 1`;
    for (const [runId, text] of connection.query(sql)) {
      let logged: unknown = null;
      try {
        logged = JSON.parse(String(text));
      } catch {
        throw unreadable(path);
      }
      if (!isLogged(logged) || typeof runId !== 'string') throw unreadable(path);
      const { tables, steps } = logged;
      const changed = Object.keys(tables).filter((name) => tables[name].new.length > 0);
      return { tables, steps, runId, changed };
    }
  }
  throw new SendplanError('nothing_to_undo', `${path} keeps no changes of an earlier run.`, {
    hint: 'run --keep N --driver native keeps those of the last N runs; files that runs of the driver sqljs kept are put back with --driver sqljs.',
  });
}

/** Rows of `scheduler_changes` that are a table's, of one run. */
function entriesOf(runId: string, table: string): string {
  return `scheduler_run_id = ${quoteText(runId)} AND table_name = ${quoteText(table)}`;
}

/** The entries of a table whose rows are not as a column of the entry says, as the end of a SELECT. */
function differing(
  schema: DatabaseSchema,
  runId: string,
  table: string,
  { columns, values }: { readonly columns: readonly string[]; readonly values: 'old_values' | 'new_values' },
): string {
  const key = rowNumberOf(schema, table);
  const found = `CASE WHEN t.${key} IS NULL THEN NULL ELSE ${literalsOf('t', columns)} END`;
  return `FROM ${CHANGES_TABLE} AS c LEFT JOIN ${quoteName(table)} AS t ON t.${key} = c.row_id
    WHERE c.${entriesOf(runId, table).replace(' AND ', ' AND c.')} AND ${found} IS NOT c.${values}`;
}

function requireSameColumns(schema: DatabaseSchema, { tables, changed }: KeptChanges): void {
  for (const table of changed) {
    const columns = loggedColumns(schema, table);
    const { new: left } = tables[table];
    if (columns.length === left.length && left.every((name) => columns.includes(name))) continue;
    throw new SendplanError(
      'held_back',
      `The columns of "${table}" are others than the run left; nothing was undone.`,
      {
        hint: 'Make them as they were, or plan again.',
      },
    );
  }
}

/** What others have changed of what the run did. */
function findChanged(connection: Connection, schema: DatabaseSchema, kept: KeptChanges): LostChanges {
  const tables: ChangedTable[] = [];
  for (const table of kept.changed) {
    const key = rowNumberOf(schema, table);
    const columns = kept.tables[table].new;
    const status = isSameName(table, SCHEDULES) ? columns.find((name) => isSameName(name, 'status')) : undefined;
    const statusNow = status === undefined ? 'NULL' : `t.${quoteName(status)}`;
    const sql = `SELECT c.new_values IS NULL, t.${key} IS NULL, ${statusNow}, count(*)
      ${differing(schema, kept.runId, table, { columns, values: 'new_values' })} GROUP BY 1, 2, 3`;
    const counts = { ...NONE };
    for (const [isRemovedByRun, isGone, found, count] of connection.query(sql)) {
      const isSent = status !== undefined && statusClass(found as string | null) !== 'owned';
      const kind = isRemovedByRun === 1 ? 'added' : isGone === 1 ? 'removed' : isSent ? 'sent' : 'changed';
      counts[kind] += Number(count);
    }
    if (totalOf(counts) > 0) tables.push({ table, ...counts });
  }
  const runs = listRuns(connection, schema);
  const place = runs.findIndex((run) => run.run_id === kept.runId);
  return { runs: runs.slice(place + 1).filter((run) => run.status === 'completed'), tables };
}

function countOf({ tables }: LostChanges): number {
  return tables.reduce((sum, table) => sum + totalOf(table), 0);
}

/** Leaves out what others have changed since, which stays as it is. */
function leaveChanged(connection: Connection, schema: DatabaseSchema, { runId, tables, changed }: KeptChanges): void {
  for (const table of changed) {
    const rows = differing(schema, runId, table, { columns: tables[table].new, values: 'new_values' });
    connection.execute(`DELETE FROM ${CHANGES_TABLE} WHERE id IN (SELECT c.id ${rows})`);
  }
}

/** How many rows are read before they are written: a table is not changed while it is read. */
const BATCH_ROWS = 1000;

/** Makes the rows of a table what they were. @returns how many rows these are */
function restoreTable(
  connection: Connection,
  schema: DatabaseSchema,
  { runId, tables }: KeptChanges,
  { table, path }: { readonly table: string; readonly path: string },
): number {
  const { old: columns } = tables[table];
  const key = rowNumberOf(schema, table);
  const name = quoteName(table);
  const entries = entriesOf(runId, table);
  const count = Number(firstValue(connection, `SELECT count(*) FROM ${CHANGES_TABLE} WHERE ${entries}`));
  connection.execute(`DELETE FROM ${name} WHERE ${key} IN (SELECT row_id FROM ${CHANGES_TABLE} WHERE ${entries})`);
  const isKeyColumn = columns.some((column) => quoteName(column) === key);
  const list = [...(isKeyColumn ? [] : [key]), ...columns.map(quoteName)].join(', ');
  let lastId = 0;
  for (;;) {
    const sql = `SELECT id, row_id, old_values FROM ${CHANGES_TABLE} WHERE ${entries} AND old_values IS NOT NULL AND id > ${lastId}
      ORDER BY id LIMIT ${BATCH_ROWS}`;
    const rows = Array.from(
      connection.query(sql),
      ([id, rowId, values]) => [Number(id), Number(rowId), String(values)] as const,
    );
    if (rows.length === 0) break;
    for (const [id, rowId, values] of rows) {
      if (!Number.isSafeInteger(rowId) || !isLiterals(values, columns.length)) throw unreadable(path);
      connection.execute(`INSERT INTO ${name} (${list}) VALUES (${isKeyColumn ? '' : `${rowId}, `}${values})`);
      lastId = id;
    }
  }
  const wrong = differing(schema, runId, table, { columns, values: 'old_values' });
  if (columns.length > 0 && Number(firstValue(connection, `SELECT count(*) ${wrong}`)) > 0) {
    throw new SendplanError(
      'database_error',
      `The rows of "${table}" do not become what they were; nothing was undone.`,
      {
        hint: 'A trigger may change them: drop it while you undo.',
      },
    );
  }
  return count;
}

function restoreRows(connection: Connection, schema: DatabaseSchema, kept: KeptChanges, path: string): number {
  try {
    return kept.changed.reduce((sum, table) => sum + restoreTable(connection, schema, kept, { table, path }), 0);
  } catch (error) {
    const reason = error instanceof SendplanError && error.cause instanceof Error ? error.cause.message : '';
    if (!/constraint/i.test(reason)) throw error;
    throw new SendplanError(
      'held_back',
      `A row that the run removed has no place any more, nothing was undone: ${reason}.`,
      {
        hint: 'Another program has put a row there. Remove that, or plan again.',
        cause: error,
      },
    );
  }
}

/** `undoFile` with the driver native: the rows that the last run changed become what they were, in one transaction. */
export async function undoInPlace(path: string, { force = false }: UndoFileOptions): Promise<UndoReport> {
  const file = requireDatabaseFile(path);
  const connection = await openNative(file);
  try {
    const kept = readKept(connection, file);
    const schema = readSchema(connection);
    requireSameColumns(schema, kept);
    const changes = findChanged(connection, schema, kept);
    const isChanged = changes.runs.length + changes.tables.length > 0;
    if (isChanged && !force) {
      throw new SendplanError(
        'held_back',
        `${file} has changed since run ${kept.runId}, nothing was undone.\n${lossText(changes)}`,
        {
          hint: 'With --force all of that stays, and only what nobody has changed since is undone.',
        },
      );
    }
    const run = listRuns(connection, schema).find((listed) => listed.run_id === kept.runId);
    if (isChanged) leaveChanged(connection, schema, kept);
    const restored = restoreRows(connection, schema, kept, file);
    connection.execute(`DELETE FROM ${CHANGES_TABLE} WHERE scheduler_run_id = ${quoteText(kept.runId)}`);
    const warnings = takeSchemaBack(connection, kept.steps);
    const left = Number(firstValue(connection, `SELECT count(*) FROM ${CHANGES_TABLE} WHERE table_name IS NULL`));
    if (left === 0) connection.execute(`DROP TABLE ${CHANGES_TABLE}`);
    connection.commit();
    return {
      database: file,
      driver: 'native',
      undone: { run_id: kept.runId, as_of: run?.as_of ?? null, started_at: run?.started_at ?? null },
      rows: { restored, left: countOf(changes) },
      lost: null,
      left,
      warnings,
    };
  } finally {
    // What was not committed is rolled back.
    connection.close();
  }
}
