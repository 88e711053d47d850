import { SendplanError } from '../errors.js';
import type { Connection } from './driver.js';
import {
  type DatabaseSchema,
  findColumn,
  findIndex,
  findTable,
  foldName,
  isSameName,
  quoteName,
  readSchema,
  type TableInfo,
} from './schema.js';

type ColumnTypes = Readonly<Record<string, string>>;

/** The columns of `email_schedules` that a run writes, and their types when it adds them (Rules 11). */
export const SCHEDULE_COLUMNS = {
  id: 'INTEGER PRIMARY KEY',
  contact_id: 'INTEGER NOT NULL',
  email_type: 'TEXT NOT NULL',
  planned_send_date: 'TEXT',
  scheduled_send_date: 'TEXT',
  scheduled_send_time: 'TEXT',
  status: 'TEXT NOT NULL',
  skip_reason: 'TEXT',
  priority: 'INTEGER',
  campaign_instance_id: 'INTEGER',
  email_template: 'TEXT',
  sms_template: 'TEXT',
  scheduler_run_id: 'TEXT',
  event_year: 'INTEGER',
  event_month: 'INTEGER',
  event_day: 'INTEGER',
  metadata: 'TEXT',
  created_at: 'TEXT',
  updated_at: 'TEXT',
} as const satisfies ColumnTypes;

const CHECKPOINT_COLUMNS: ColumnTypes = {
  id: 'INTEGER PRIMARY KEY',
  scheduler_run_id: 'TEXT',
  run_timestamp: 'TEXT',
  contacts_checksum: 'TEXT',
  schedules_before_checksum: 'TEXT',
  schedules_after_checksum: 'TEXT',
  contacts_processed: 'INTEGER',
  emails_scheduled: 'INTEGER',
  emails_skipped: 'INTEGER',
  status: 'TEXT',
  error_message: 'TEXT',
  completed_at: 'TEXT',
};

const ISSUE_COLUMNS: ColumnTypes = {
  id: 'INTEGER PRIMARY KEY',
  scheduler_run_id: 'TEXT',
  contact_id: 'INTEGER',
  kind: 'TEXT',
  detail: 'TEXT',
  created_at: 'TEXT',
};

const CONFIG_COLUMNS: ColumnTypes = {
  id: 'INTEGER PRIMARY KEY',
  config_hash: 'TEXT',
  config: 'TEXT',
  created_at: 'TEXT',
};

/** `actual_send_datetime` is the sender's; a run reads it and only sees to it that it is there. */
const TABLES: Readonly<Record<string, ColumnTypes>> = {
  email_schedules: { ...SCHEDULE_COLUMNS, actual_send_datetime: 'TEXT' },
  scheduler_checkpoints: CHECKPOINT_COLUMNS,
  scheduler_contact_issues: ISSUE_COLUMNS,
  config_versions: CONFIG_COLUMNS,
};

/** The names of our own indexes on `email_schedules`. */
export const SCHEDULE_INDEXES = {
  unique: 'sendplan_schedules_contact_type_day',
  plain: 'sendplan_schedules_contact_type_day_plain',
  status: 'sendplan_schedules_status_day',
  run: 'sendplan_schedules_run',
} as const;

interface IndexWish {
  readonly name: string;
  readonly table: string;
  /** Each column with the older name that stands in for it. */
  readonly columns: readonly (readonly string[])[];
  readonly isUnique?: boolean;
  /** Whether the index is worth having without the columns that are not there. */
  readonly takesFewer?: boolean;
}

const INDEXES: readonly IndexWish[] = [
  {
    name: SCHEDULE_INDEXES.unique,
    table: 'email_schedules',
    columns: [['contact_id'], ['email_type'], ['scheduled_send_date']],
    isUnique: true,
  },
  { name: SCHEDULE_INDEXES.status, table: 'email_schedules', columns: [['status'], ['scheduled_send_date']] },
  { name: SCHEDULE_INDEXES.run, table: 'email_schedules', columns: [['scheduler_run_id']] },
  {
    name: 'sendplan_contacts_state_dates',
    table: 'contacts',
    columns: [['state'], ['birth_date', 'birthday'], ['effective_date']],
    takesFewer: true,
  },
  {
    name: 'sendplan_campaign_instances_active',
    table: 'campaign_instances',
    columns: [['active_start_date'], ['active_end_date']],
  },
  {
    name: 'sendplan_contact_campaigns_contact',
    table: 'contact_campaigns',
    columns: [['contact_id'], ['campaign_instance_id'], ['status']],
  },
];

/** One statement of a migration, and what it makes. */
export interface MigrationStep {
  readonly creates: 'table' | 'column' | 'index';
  readonly table: string;
  /** The name of what is made. */
  readonly name: string;
  readonly sql: string;
}

/** What a migration would do, and what is worth telling about it. */
export interface Migration {
  readonly steps: readonly MigrationStep[];
  readonly warnings: readonly string[];
}

function unsupported(found: string, hint: string): SendplanError {
  return new SendplanError('unsupported_schema', found, { hint });
}

/** The columns that a run fills in a table of ours. */
function writtenColumns(table: string): string[] {
  return Object.keys(TABLES[table]).filter((name) => name !== 'actual_send_datetime');
}

/**
 * Tells whether a run can write to `email_schedules` as it is (Rules 11).
 *
 * It must be a real table whose `id` is `INTEGER PRIMARY KEY`, and every NOT NULL column without a default must be one
 * that a run fills. A table that is not there yet is fine.
 *
 * @throws SendplanError `unsupported_schema` naming the column, what it is and what is needed
 */
export function requireWritableSchedules(schema: DatabaseSchema): void {
  const table = findTable(schema, 'email_schedules');
  if (table === null) return;
  if (table.kind !== 'table') {
    const hint = 'It must be a real table; rename the one that is there and a run creates its own.';
    throw unsupported(`"email_schedules" is a ${table.kind}, which a run cannot write to.`, hint);
  }
  const id = findColumn(table, 'id');
  const isRowid =
    id !== null &&
    id.keyPosition === 1 &&
    isSameName(id.type, 'integer') &&
    !table.isWithoutRowid &&
    table.columns.every((column) => column === id || column.keyPosition === 0) &&
    !table.indexes.some((index) => index.isPrimaryKey);
  if (!isRowid) {
    const shape = table.isWithoutRowid
      ? `${id?.type ?? ''} in a table WITHOUT ROWID`
      : `${id?.type || 'without a type'}`;
    const found = id === null ? 'has no column "id"' : `has the column "id" as ${shape.trim()}`;
    const hint =
      'Copy it into a table whose id is INTEGER PRIMARY KEY, and not DESC; or rename it and a run creates its own.';
    throw unsupported(`"email_schedules" ${found}; a run needs "id" INTEGER PRIMARY KEY.`, hint);
  }
  const written = new Set(writtenColumns('email_schedules'));
  for (const column of table.columns) {
    const isWritten = written.has(foldName(column.name));
    if (isWritten && column.isGenerated) {
      const hint = 'A run writes this column; rename the generated one.';
      throw unsupported(`"email_schedules" computes its column ${quoteName(column.name)} by itself.`, hint);
    }
    if (!isWritten && column.isNotNull && !column.hasDefault && !column.isGenerated) {
      throw unsupported(
        `"email_schedules" has the column ${quoteName(column.name)}, NOT NULL without a default, which a run does not fill.`,
        'Give the column a default, or allow NULL in it.',
      );
    }
  }
}

function createTable(name: string): MigrationStep {
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
  for (const _row of connection.query(sql)) return true;
  return false;
}

function freeName(schema: DatabaseSchema, wanted: string): string {
  const taken = new Set(schema.names.map(foldName));
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
  return name;
}

function createIndex(
  connection: Connection,
  schema: DatabaseSchema,
  wish: IndexWish,
  warnings: string[],
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
  const existing = findTable(schema, wish.table);
  if (wish.isUnique === true) {
    const isThere = existing !== null && columns.every((column) => findColumn(existing, column) !== null);
    if (isThere && hasCollision(connection, existing, columns)) {
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
  return { creates: 'index', table: table.name, name, sql };
}

/**
 * What is missing for a run to write its results: tables, columns and indexes (Rules 11). Nothing is changed.
 *
 * Only the tables that a run writes are created; `contacts` and the campaign tables get an index at most. An index that
 * the database has by the same columns under another name counts as there.
 *
 * @throws SendplanError `unsupported_schema` when a table of these names cannot be written to
 */
export function planMigration(connection: Connection, schema: DatabaseSchema): Migration {
  requireWritableSchedules(schema);
  const steps: MigrationStep[] = [];
  const warnings: string[] = [];
  for (const name of Object.keys(TABLES)) {
    const table = findTable(schema, name);
    if (table === null) steps.push(createTable(name));
    else if (table.kind === 'table') steps.push(...addColumns(table, name));
    else {
      const hint = 'Rename it, and a run creates its own table.';
      throw unsupported(`"${name}" is a ${table.kind}, which a run cannot write to.`, hint);
    }
  }
  for (const wish of INDEXES) {
    const step = createIndex(connection, schema, wish, warnings);
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
