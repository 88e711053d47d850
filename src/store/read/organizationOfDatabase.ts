import type { OrganizationSource, RowSource } from '../../columns/source.js';
import { SendplanError } from '../../errors.js';
import type { Connection } from '../driver/connection.js';
import { type DatabaseReader, openDatabaseReader } from '../format/databaseReader.js';
import type { PageSource } from '../format/pageSource.js';
import type { SqlValue } from '../format/sqlValue.js';
import {
  type DatabaseSchema,
  findColumn,
  findTable,
  foldName,
  quoteName,
  requireContacts,
  type TableInfo,
} from '../schema/readSchema.js';
import { affinitiesOf, rowidName, scannedRows } from './scannedRows.js';

/**
 * The column that rows come in the order of: the rowid, so that of two rows for one thing the one that was stored first
 * counts, whatever indexes there are; else the id. Null is whatever order they have.
 */
function orderOf(table: TableInfo): string | null {
  return rowidName(table) ?? findColumn(table, 'id')?.name ?? null;
}

/**
 * Reads a table by stepping through one SELECT of the columns that are wanted.
 *
 * @param order the column that rows come in the order of, null for whatever order they have
 */
function steppedRows(connection: Connection, table: TableInfo, order: string | null): RowSource {
  const columns = new Map(table.columns.map((column) => [foldName(column.name), column.name]));
  const select = (names: readonly string[]) => {
    const list = names.map((name) => qualified(columns.get(name) ?? name)).join(', ');
    return `SELECT ${list} FROM ${quoteName(table.name)} AS t${order === null ? '' : ` ORDER BY ${qualified(order)}`}`;
  };
  return {
    columns: new Set(columns.keys()),
    affinities: affinitiesOf(table),
    // A SELECT without columns is no SQL; a table that has none of the columns has nothing to say.
    rows: (names) => (names.length === 0 ? [] : connection.query(select(names))),
  };
}

/** A column of the table `t`; without the table SQLite takes a name that it does not know for a text. */
function qualified(column: string): string {
  return `t.${quoteName(column)}`;
}

/**
 * The value that a column has in rows that were stored before it was added: from its declaration alone where that can be
 * done without reading the database, else from such a row.
 */
function defaultOf(connection: Connection, table: TableInfo, column: string, rowid: number): SqlValue {
  const schema = connection.schemaOnly?.() ?? null;
  const declared = schema === null ? null : declaredDefault(schema, table, column);
  if (declared !== null) return declared.value;
  const sql = `SELECT ${qualified(column)} FROM ${quoteName(table.name)} AS t WHERE ${qualified(rowidName(table) ?? 'rowid')} = ?`;
  for (const [value] of connection.query(sql, [rowid])) return value;
  return null;
}

const PROBE = 'temp.sendplan_default';

/** What SQLite makes of a column's default by adding a like column to a table with a row; null when it refuses. */
function declaredDefault(schema: Connection, table: TableInfo, column: string): { readonly value: SqlValue } | null {
  let declaration = '';
  const sql = 'SELECT type, dflt_value FROM pragma_table_xinfo(?) WHERE name = ?';
  for (const [type, text] of schema.query(sql, [table.name, column]))
    declaration = `${type ?? ''} DEFAULT ${text ?? 'NULL'}`;
  schema.execute(`CREATE TABLE ${PROBE} (x); INSERT INTO ${PROBE} VALUES (1)`);
  try {
    schema.execute(`ALTER TABLE ${PROBE} ADD COLUMN y ${declaration}`);
    for (const [value] of schema.query(`SELECT y FROM ${PROBE}`)) return { value };
  } catch (error) {
    if (!(error instanceof SendplanError)) throw error;
  } finally {
    schema.execute(`DROP TABLE ${PROBE}`);
  }
  return null;
}

/** A table scanned from the file's pages, or the reason why it has to be stepped through. */
function scanTable(connection: Connection, scan: DatabaseReader | string, table: TableInfo): RowSource | string {
  if (typeof scan === 'string') return scan;
  if (rowidName(table) === null) return 'it has no rowid with a name';
  return scannedRows(scan, table, (...field) => defaultOf(connection, ...field));
}

/** Scans a table or steps through it, whichever can be done. */
function readTable(
  connection: Connection,
  scan: DatabaseReader | string,
  table: TableInfo,
  onStepped: (table: string, reason: string) => void,
  order: string | null = orderOf(table),
): RowSource {
  const scanned = scanTable(connection, scan, table);
  if (typeof scanned !== 'string') return scanned;
  onStepped(table.name, scanned);
  return steppedRows(connection, table, order);
}

function openScan(pages: PageSource | null): DatabaseReader | string {
  return pages === null ? 'its pages are not at hand' : openDatabaseReader(pages);
}

/** The rows of any table, by names of columns in lower case; null when the table or one of the columns is not there. */
export function rowsOfTable(
  connection: Connection,
  schema: DatabaseSchema,
  name: string,
  columns: readonly string[],
): Iterable<ArrayLike<SqlValue>> | null {
  const table = findTable(schema, name);
  if (table === null || columns.some((column) => findColumn(table, column) === null)) return null;
  const source = readTable(connection, openScan(connection.pages?.() ?? null), table, () => {});
  return source.rows(columns) as Iterable<ArrayLike<SqlValue>>;
}

/**
 * The tables of an organization in a database (Rules 2, 6 and 10): scanned from the pages of its file where that can be
 * done, else each read by one statement.
 *
 * @param pages the file as it is in the connection; null reads everything by statements
 * @param onStepped is told of the tables that statements read, and why, the end of a sentence
 * @throws SendplanError `missing_table` or `missing_column` when contacts, or its id or email, is not there
 */
export function organizationOfDatabase(
  connection: Connection,
  schema: DatabaseSchema,
  pages: PageSource | null = connection.pages?.() ?? null,
  onStepped: (table: string, reason: string) => void = () => {},
): OrganizationSource {
  const scan = openScan(pages);
  const read = (table: TableInfo) => readTable(connection, scan, table, onStepped);
  const optional = (name: string) => {
    const table = findTable(schema, name);
    return table === null ? null : read(table);
  };
  const suppressions = findTable(schema, 'suppressions');
  return {
    contacts: read(requireContacts(schema)),
    campaign_types: optional('campaign_types'),
    campaign_instances: optional('campaign_instances'),
    contact_campaigns: optional('contact_campaigns'),
    email_schedules: optional('email_schedules'),
    tracking_clicks: optional('tracking_clicks'),
    contact_events: optional('contact_events'),
    // Without rowids the first one read counts, whatever its columns are (Rules 2).
    suppressions:
      suppressions === null ? null : readTable(connection, scan, suppressions, onStepped, rowidName(suppressions)),
    scheduler_contact_issues: optional('scheduler_contact_issues'),
  };
}
