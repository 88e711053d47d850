import type { OrganizationSource, RowSource } from '../columns/source.js';
import type { Connection } from './driver.js';
import { type DatabaseSchema, findTable, foldName, quoteName, requireContacts, type TableInfo } from './schema.js';

/** Tables in which the first of two rows with one id counts, so that their order has to be a fixed one. */
const ORDERED = new Set(['contacts', 'email_schedules']);

/** The ORDER BY clause of a table: by rowid, in which it is stored, or by id where it has none. */
function orderClause(table: TableInfo, columns: ReadonlyMap<string, string>): string {
  if (!ORDERED.has(foldName(table.name))) return '';
  const rowid = ['_rowid_', 'rowid', 'oid'].find((name) => !columns.has(name));
  if (table.kind === 'table' && !table.isWithoutRowid && rowid !== undefined) return ` ORDER BY ${rowid}`;
  const id = columns.get('id');
  return id === undefined ? '' : ` ORDER BY ${quoteName(id)}`;
}

/** Reads a table by stepping through one SELECT of the columns that are wanted. */
function tableSource(connection: Connection, table: TableInfo): RowSource {
  const columns = new Map(table.columns.map((column) => [foldName(column.name), column.name]));
  const select = (names: readonly string[]) => {
    const list = names.map((name) => quoteName(columns.get(name) ?? name)).join(', ');
    return `SELECT ${list} FROM ${quoteName(table.name)}${orderClause(table, columns)}`;
  };
  return {
    columns: new Set(columns.keys()),
    // A SELECT without columns is no SQL; a table that has none of the columns has nothing to say.
    rows: (names) => (names.length === 0 ? [] : connection.query(select(names))),
  };
}

/**
 * The tables of an organization in a database, each read by one statement (Rules 2, 6 and 10).
 *
 * @throws SendplanError `missing_table` or `missing_column` when contacts, or its id or email, is not there
 */
export function organizationOfDatabase(connection: Connection, schema: DatabaseSchema): OrganizationSource {
  const optional = (name: string) => {
    const table = findTable(schema, name);
    return table === null ? null : tableSource(connection, table);
  };
  return {
    contacts: tableSource(connection, requireContacts(schema)),
    campaign_types: optional('campaign_types'),
    campaign_instances: optional('campaign_instances'),
    contact_campaigns: optional('contact_campaigns'),
    email_schedules: optional('email_schedules'),
    tracking_clicks: optional('tracking_clicks'),
    contact_events: optional('contact_events'),
  };
}
