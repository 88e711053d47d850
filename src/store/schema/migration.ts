import { SendplanError } from '../../errors.js';
import { hasRow } from '../driver/askOnce.js';
import type { Connection } from '../driver/connection.js';
import {
  type DatabaseSchema,
  findColumn,
  findIndex,
  findTable,
  foldName,
  quoteName,
  readSchema,
  type TableInfo,
} from './readSchema.js';
import { requireWritableSchedules } from './requireWritable.js';
import { INDEXES, type IndexWish, SCHEDULE_INDEXES, TABLES } from './tables.js';

/** One statement of a migration, and what it makes. */
export interface MigrationStep {
  readonly creates: 'table' | 'column' | 'index';
  readonly table: string;
  /** The name of what is made. */
  readonly name: string;
  readonly sql: string;
  /** Of an index. */
  readonly columns?: readonly string[];
  /** Set for a unique index of which it is not known whether the rows that are there allow it. */
  readonly isUnchecked?: boolean;
}

/** What a migration would do, and what is worth telling about it. */
export interface Migration {
  readonly steps: readonly MigrationStep[];
  readonly warnings: readonly string[];
}

/** The step that makes one of `TABLES`. */
export function createTable(name: string): MigrationStep {
  const columns = Object.entries(TABLES[name]).map(([column, type]) => `  ${column} ${type}`);
  return { creates: 'table', table: name, name, sql: `CREATE TABLE ${name} (\n${columns.join(',\n')}\n)` };
}

function addColumns(table: TableInfo, name: string): MigrationStep[] {
  return Object.entries(TABLES[name])
    .filter(([column]) => findColumn(table, column) === null)
    .map(([column, declaration]) => {
      // A column that is added to rows that are there starts as NULL and cannot be a key.
      const type = declaration.split(' ')[0];
      const sql = `ALTER TABLE ${quoteName(table.name)} ADD COLUMN ${column} ${type}`;
      return { creates: 'column', table: table.name, name: column, sql };
    });
}

/** A table with the columns and no more indexes than it will have once the steps have run. */
function afterSteps(schema: DatabaseSchema, name: string): TableInfo | null {
  const table = findTable(schema, name);
  const wanted = Object.keys(TABLES[name] ?? {});
  const added = wanted
    .filter((column) => table === null || findColumn(table, column) === null)
    .map((column) => ({
      name: column,
      type: '',
      isNotNull: false,
      hasDefault: false,
      keyPosition: 0,
      isGenerated: false,
    }));
  if (table !== null) return { ...table, columns: [...table.columns, ...added] };
  return added.length === 0 ? null : { name, kind: 'table', isWithoutRowid: false, columns: added, indexes: [] };
}

function hasCollision(connection: Connection, table: TableInfo, columns: readonly string[]): boolean {
  const names = columns.map(quoteName);
  const filled = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
  const sql = `SELECT 1 FROM ${quoteName(table.name)} WHERE ${filled} GROUP BY ${names.join(', ')} HAVING count(*) > 1 LIMIT 1`;
  return hasRow(connection, sql);
}

function freeName(schema: DatabaseSchema, wanted: string): string {
  const taken = new Set(schema.names.map(foldName));
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
  return name;
}

/** How much a migration looks at the rows that are there. */
export interface MigrationOptions {
  /** Leaves it to the caller to look whether rows keep a new unique index from being made, which takes as long as to read them. */
  readonly leavesUnchecked?: boolean;
}

function createIndex(
  connection: Connection,
  schema: DatabaseSchema,
  wish: IndexWish,
  warnings: string[],
  { leavesUnchecked = false }: MigrationOptions,
): MigrationStep | null {
  const table = afterSteps(schema, wish.table);
  if (table === null || table.kind !== 'table') return null;
  const found = wish.columns.map((names) =>
    names.map((name) => findColumn(table, name)).find((column) => column !== null),
  );
  const columns = found.filter((column) => column !== undefined).map((column) => column.name);
  if (columns.length === 0 || (columns.length < found.length && wish.takesFewer !== true)) return null;
  if (findIndex(table, columns, wish.isUnique === true) !== null) return null;
  let { name } = wish;
  let kind = 'INDEX';
  let isUnchecked = false;
  const existing = findTable(schema, wish.table);
  if (wish.isUnique === true) {
    const isThere = existing !== null && columns.every((column) => findColumn(existing, column) !== null);
    // Where an index that is not unique takes its place already, rows are known to have been in its way.
    isUnchecked = isThere && leavesUnchecked && findIndex(table, columns, false) === null;
    if (isThere && !isUnchecked && hasCollision(connection, existing, columns)) {
      warnings.push(
        `"${table.name}" holds rows that agree in ${columns.join(', ')}, so that its index cannot be unique; a run keeps to one row each all the same.`,
      );
      if (findIndex(table, columns, false) !== null) return null;
      name = SCHEDULE_INDEXES.plain;
    } else {
      kind = 'UNIQUE INDEX';
    }
  }
  name = freeName(schema, name);
  const sql = `CREATE ${kind} ${name} ON ${quoteName(table.name)} (${columns.map(quoteName).join(', ')})`;
  const step = { creates: 'index', table: table.name, name, sql, columns } as const;
  return isUnchecked ? { ...step, isUnchecked } : step;
}

/**
 * What is missing for a run to write its results: tables, columns and indexes (Rules 11). Nothing is changed.
 *
 * Only the tables that a run writes are created; `contacts` and the campaign tables get an index at most. An index that
 * the database has by the same columns under another name counts as there.
 *
 * @throws SendplanError `unsupported_schema` when a table of these names cannot be written to
 */
export function planMigration(
  connection: Connection,
  schema: DatabaseSchema,
  options: MigrationOptions = {},
): Migration {
  requireWritableSchedules(schema);
  const steps: MigrationStep[] = [];
  const warnings: string[] = [];
  for (const name of Object.keys(TABLES)) {
    const table = findTable(schema, name);
    if (table === null) steps.push(createTable(name));
    else if (table.kind === 'table') steps.push(...addColumns(table, name));
    else {
      const hint = 'Rename it, and a run creates its own table.';
      throw new SendplanError('unsupported_schema', `"${name}" is a ${table.kind}, which a run cannot write to.`, {
        hint,
      });
    }
  }
  for (const wish of INDEXES) {
    const step = createIndex(connection, schema, wish, warnings, options);
    if (step !== null) steps.push(step);
  }
  return { steps, warnings };
}

/**
 * Carries a planned migration out, in the caller's transaction, and reads the schema again.
 *
 * @throws SendplanError `database_error` when SQLite refuses a step
 */
export function applyMigration(connection: Connection, migration: Migration): DatabaseSchema {
  for (const step of migration.steps) connection.execute(step.sql);
  return readSchema(connection);
}
