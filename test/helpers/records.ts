import type { Database, SqlValue } from 'sql.js';
import type { OrganizationRecords } from '../../src/rules/records.js';

const TABLES = [
  'contacts',
  'campaign_types',
  'campaign_instances',
  'contact_campaigns',
  'email_schedules',
  'tracking_clicks',
  'contact_events',
  'suppressions',
] as const;

type Row = Readonly<Record<string, SqlValue>>;

function selectAll(database: Database, sql: string): Row[] {
  const statement = database.prepare(sql);
  const rows: Row[] = [];
  while (statement.step()) rows.push(statement.getAsObject());
  statement.free();
  return rows;
}

function hasTable(database: Database, table: string): boolean {
  return database.exec(`SELECT 1 FROM sqlite_schema WHERE type IN ('table', 'view') AND name = '${table}'`).length > 0;
}

/** The tables of an organization as plain records, every value as SQLite holds it; a missing table is left out. */
export function readRecords(database: Database): OrganizationRecords {
  const present = TABLES.filter((table) => hasTable(database, table));
  const tables = present.map((table) => [table, selectAll(database, `SELECT * FROM ${table}`)]);
  return { contacts: [], ...Object.fromEntries(tables) };
}

/**
 * Writes records into new tables of the columns they have, without types, so that every value reads back as it is.
 *
 * All records of a table must have the same fields; a table without records is not made, but for `contacts`.
 *
 * @param options.keyed makes `email_schedules.id` the key, as a run needs it; its rows then read back by id
 */
export function writeRecords(
  database: Database,
  records: OrganizationRecords,
  { keyed = false }: { readonly keyed?: boolean } = {},
): void {
  for (const table of TABLES) {
    const rows = (records[table] ?? []) as readonly unknown[] as readonly Row[];
    if (rows.length === 0 && table !== 'contacts') continue;
    const columns = rows.length === 0 ? ['id', 'email'] : Object.keys(rows[0]);
    const isKey = (column: string) => keyed && table === 'email_schedules' && column === 'id';
    const definitions = columns.map((column) => (isKey(column) ? 'id INTEGER PRIMARY KEY' : column));
    database.run(`CREATE TABLE ${table} (${definitions.join(', ')})`);
    const statement = database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`);
    for (const row of rows) statement.run(columns.map((column) => row[column]));
    statement.free();
  }
}

/** The columns of each unique index of `email_schedules`; an integer primary key is none of them. */
export function readUniqueIndexes(database: Database): string[][] {
  const indexes = selectAll(database, `SELECT name FROM pragma_index_list('email_schedules') WHERE "unique"`);
  return indexes.map(({ name }) =>
    selectAll(database, `SELECT name FROM pragma_index_info('${name}') ORDER BY seqno`).map((row) => String(row.name)),
  );
}
