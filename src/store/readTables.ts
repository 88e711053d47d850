import type { OrganizationSource, RowSource } from '../columns/source.js';
import type { Connection, SqlValue } from './driver.js';
import { openPageScan, type PageScan } from './pages/scanSchema.js';
import type { PageSource } from './pages/scanSource.js';
import { rowidName, scannedRows } from './scanRows.js';
import { type DatabaseSchema, findColumn, findTable, foldName, quoteName, requireContacts, type TableInfo } from './schema.js';

/**
 * The column that rows come in the order of: the rowid, so that of two rows for one thing the one that was stored first
 * counts, whatever indexes there are; else the id. Null is whatever order they have.
 */
function orderOf(table: TableInfo): string | null {
  return rowidName(table) ?? findColumn(table, 'id')?.name ?? null;
}

/** Reads a table by stepping through one SELECT of the columns that are wanted. */
function steppedRows(connection: Connection, table: TableInfo): RowSource {
  const columns = new Map(table.columns.map((column) => [foldName(column.name), column.name]));
  const order = orderOf(table);
  const select = (names: readonly string[]) => {
    const list = names.map((name) => quoteName(columns.get(name) ?? name)).join(', ');
    return `SELECT ${list} FROM ${quoteName(table.name)}${order === null ? '' : ` ORDER BY ${quoteName(order)}`}`;
  };
  return {
    columns: new Set(columns.keys()),
    // A SELECT without columns is no SQL; a table that has none of the columns has nothing to say.
    rows: (names) => (names.length === 0 ? [] : connection.query(select(names))),
  };
}

/** Asks SQLite for a single field. */
function readField(connection: Connection, table: TableInfo, column: string, rowid: number): SqlValue {
  const sql = `SELECT ${quoteName(column)} FROM ${quoteName(table.name)} WHERE ${quoteName(rowidName(table) ?? 'rowid')} = ?`;
  for (const [value] of connection.query(sql, [rowid])) return value;
  return null;
}

/** A table scanned from the file's pages, or the reason why it has to be stepped through. */
function scanTable(connection: Connection, scan: PageScan | string, table: TableInfo): RowSource | string {
  if (typeof scan === 'string') return scan;
  if (rowidName(table) === null) return 'it has no rowid with a name';
  return scannedRows(scan, table, (...field) => readField(connection, ...field));
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
  const scan = pages === null ? 'its pages are not at hand' : openPageScan(pages);
  const read = (table: TableInfo) => {
    const scanned = scanTable(connection, scan, table);
    if (typeof scanned !== 'string') return scanned;
    onStepped(table.name, scanned);
    return steppedRows(connection, table);
  };
  const optional = (name: string) => {
    const table = findTable(schema, name);
    return table === null ? null : read(table);
  };
  return {
    contacts: read(requireContacts(schema)),
    campaign_types: optional('campaign_types'),
    campaign_instances: optional('campaign_instances'),
    contact_campaigns: optional('contact_campaigns'),
    email_schedules: optional('email_schedules'),
    tracking_clicks: optional('tracking_clicks'),
    contact_events: optional('contact_events'),
  };
}
