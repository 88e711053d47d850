import { SendplanError } from '../../errors.js';
import { runOnce } from '../driver/askOnce.js';
import type { Connection } from '../driver/connection.js';
import type { SqlValue } from '../format/sqlValue.js';
import { rowidName } from '../read/scannedRows.js';
import type { MigrationStep } from '../schema/migration.js';
import { type DatabaseSchema, findColumn, findTable, quoteName, quoteText, readSchema } from '../schema/readSchema.js';
import { literalsOf } from './rowLiterals.js';

/** The table that keeps what runs in place have changed. */
export const CHANGES_TABLE = 'scheduler_changes';

const COLUMNS = {
  id: 'INTEGER PRIMARY KEY',
  scheduler_run_id: 'TEXT',
  table_name: 'TEXT',
  row_id: 'INTEGER',
  old_values: 'TEXT',
  new_values: 'TEXT',
} as const;

/** The tables whose rows a run replaces, and those to which it only adds. */
const REPLACED = ['scheduler_contact_issues', 'scheduler_last_run'];
const ADDED = ['config_versions', 'scheduler_checkpoints'];
export const LOGGED_TABLES: readonly string[] = ['email_schedules', ...REPLACED, ...ADDED];

/** What undoing a run needs besides its rows; it is kept as JSON in the one row of the run that has no `table_name`. */
export interface LoggedRun {
  /** The columns of each table, in the order of `old_values` and of `new_values`. */
  readonly tables: Readonly<Record<string, { readonly old: readonly string[]; readonly new: readonly string[] }>>;
  /** What the run added to the schema, in the order in which it did. */
  readonly steps: readonly Pick<MigrationStep, 'creates' | 'table' | 'name'>[];
}

/** The columns of a table that a row is made of, none of a table that is not there. */
export function loggedColumns(schema: DatabaseSchema, name: string): string[] {
  const columns = findTable(schema, name)?.columns ?? [];
  return columns.filter((column) => !column.isGenerated).map((column) => column.name);
}

/** How SQL reaches the number of a table's rows. @throws SendplanError `unsupported_schema` when there is none */
export function rowNumberOf(schema: DatabaseSchema, name: string): string {
  const table = findTable(schema, name);
  const key = table === null ? null : rowidName(table);
  if (key !== null) return quoteName(key);
  throw new SendplanError(
    'unsupported_schema',
    `The table "${name}" has no rowid, so that its changes cannot be kept.`,
    {
      hint: 'Leave out --keep.',
    },
  );
}

function requireChangesTable(connection: Connection, schema: DatabaseSchema): void {
  const table = findTable(schema, CHANGES_TABLE);
  if (table === null) {
    const columns = Object.entries(COLUMNS).map(([name, type]) => `  ${name} ${type}`);
    connection.execute(`CREATE TABLE ${CHANGES_TABLE} (\n${columns.join(',\n')}\n)`);
    return;
  }
  if (table.kind === 'table' && Object.keys(COLUMNS).every((name) => findColumn(table, name) !== null)) return;
  throw new SendplanError('unsupported_schema', `"${CHANGES_TABLE}" is not the table that keeps changes of runs.`, {
    hint: 'Rename it, or leave out --keep.',
  });
}

/** Keeps what a run in place changes, so that it can be undone, in the transaction of that run. */
export class ChangeLog {
  readonly #connection: Connection;
  readonly #runId: string;
  readonly #before: Record<string, string[]> = {};
  /** Of the tables to which a run only adds the highest number before it. */
  readonly #lastRow: Record<string, number | null> = {};

  /**
   * Keeps the rows that will go, as they are; to be called in the run's transaction, before anything is changed.
   *
   * @throws SendplanError `unsupported_schema` when they cannot be kept
   */
  constructor(connection: Connection, schema: DatabaseSchema, deletedIds: Float64Array, runId: string) {
    this.#connection = connection;
    this.#runId = runId;
    requireChangesTable(connection, schema);
    for (const name of LOGGED_TABLES) this.#before[name] = loggedColumns(schema, name);
    if (findTable(schema, 'email_schedules') !== null) this.#keepSchedules(schema, deletedIds);
    for (const name of REPLACED) {
      if (findTable(schema, name) !== null) this.#keepRows(schema, name, '1', []);
    }
    for (const name of ADDED) {
      if (findTable(schema, name) === null) continue;
      const sql = `SELECT max(${rowNumberOf(schema, name)}) FROM ${name}`;
      for (const [id] of connection.query(sql)) this.#lastRow[name] = typeof id === 'number' ? id : null;
    }
  }

  #keepSchedules(schema: DatabaseSchema, ids: Float64Array): void {
    const step = 500;
    const where = `t.${rowNumberOf(schema, 'email_schedules')} IN (${Array(step).fill('?').join(', ')})`;
    for (let start = 0; start < ids.length; start += step) {
      const some: SqlValue[] = [...ids.subarray(start, start + step)];
      while (some.length < step) some.push(null);
      this.#keepRows(schema, 'email_schedules', where, some);
    }
  }

  #keepRows(schema: DatabaseSchema, name: string, where: string, values: readonly SqlValue[]): void {
    const key = rowNumberOf(schema, name);
    const sql = `INSERT INTO ${CHANGES_TABLE} (scheduler_run_id, table_name, row_id, old_values)
      SELECT ${quoteText(this.#runId)}, '${name}', t.${key}, ${literalsOf('t', this.#before[name])} FROM ${name} AS t WHERE ${where}`;
    runOnce(this.#connection, sql, values);
  }

  /**
   * Adds the rows as the run leaves them, and forgets the runs that are too long ago; to be called when everything else is written.
   *
   * @param steps what the run added to the schema
   * @param runs how many runs are kept
   */
  finish(steps: readonly MigrationStep[], runs: number): void {
    const schema = readSchema(this.#connection);
    const tables: Record<string, LoggedRun['tables'][string]> = {};
    for (const name of LOGGED_TABLES) {
      const columns = loggedColumns(schema, name);
      tables[name] = { old: this.#before[name], new: columns };
      if (columns.length > 0) this.#addRows(schema, name, columns);
    }
    const logged: LoggedRun = {
      tables,
      steps: steps.map(({ creates, table, name }) => ({ creates, table, name })),
    };
    const sql = `INSERT INTO ${CHANGES_TABLE} (scheduler_run_id, old_values) VALUES (?, ?)`;
    runOnce(this.#connection, sql, [this.#runId, JSON.stringify(logged)]);
    const kept = `SELECT scheduler_run_id FROM ${CHANGES_TABLE} WHERE table_name IS NULL ORDER BY id DESC LIMIT ${runs}`;
    this.#connection.execute(`DELETE FROM ${CHANGES_TABLE} WHERE scheduler_run_id NOT IN (${kept})`);
  }

  #addRows(schema: DatabaseSchema, name: string, columns: readonly string[]): void {
    const key = rowNumberOf(schema, name);
    const runId = quoteText(this.#runId);
    const mine = `scheduler_run_id = ${runId} AND table_name = '${name}'`;
    const literals = literalsOf('t', columns);
    const found = `SELECT ${literals} FROM ${name} AS t WHERE t.${key} = ${CHANGES_TABLE}.row_id`;
    this.#connection.execute(`UPDATE ${CHANGES_TABLE} SET new_values = (${found}) WHERE ${mine}`);
    const last = this.#lastRow[name] ?? null;
    const isNew = {
      email_schedules: `t.scheduler_run_id = ${runId}`,
      config_versions: last === null ? '1' : `t.${key} > ${last}`,
      scheduler_checkpoints: last === null ? '1' : `t.${key} > ${last}`,
    }[name];
    this.#connection.execute(`INSERT INTO ${CHANGES_TABLE} (scheduler_run_id, table_name, row_id, new_values)
      SELECT ${runId}, '${name}', t.${key}, ${literals} FROM ${name} AS t
      WHERE ${isNew ?? '1'} AND t.${key} NOT IN (SELECT row_id FROM ${CHANGES_TABLE} WHERE ${mine})`);
    const { length } = this.#before[name];
    if (length !== columns.length) return;
    this.#connection.execute(`DELETE FROM ${CHANGES_TABLE} WHERE ${mine} AND old_values IS new_values`);
  }
}
