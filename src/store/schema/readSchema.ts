import { SendplanError } from '../../errors.js';
import type { Connection } from '../driver/connection.js';

/** A column of a table or view; `type` is as declared, in the case it was written. */
export interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly isNotNull: boolean;
  readonly hasDefault: boolean;
  /** The place in the primary key, counted from 1; 0 when it is no part of it. */
  readonly keyPosition: number;
  readonly isGenerated: boolean;
}

/** An index; its columns are null where it holds an expression. */
export interface IndexInfo {
  readonly name: string;
  readonly isUnique: boolean;
  /** Whether a WHERE clause leaves rows out of it. */
  readonly isPartial: boolean;
  readonly isPrimaryKey: boolean;
  readonly columns: readonly (string | null)[];
}

/** A table or view as it is in the database. */
export interface TableInfo {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'virtual' | 'shadow';
  readonly isWithoutRowid: boolean;
  readonly columns: readonly ColumnInfo[];
  readonly indexes: readonly IndexInfo[];
}

/** What tables, views, columns and indexes there are. Made once; read it again after changing the database. */
export interface DatabaseSchema {
  readonly tables: readonly TableInfo[];
  /** Names that are taken by a table, a view, an index or a trigger. */
  readonly names: readonly string[];
}

/** Text in double quotes, as SQL writes a name that may hold anything. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text in single quotes, as SQL writes a string. It must hold no NUL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQLite compares it: A to Z read as a to z, all other letters as they are. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Tells whether two names are the same to SQLite. */
export function isSameName(a: string, b: string): boolean {
  return foldName(a) === foldName(b);
}

/** The table or view of that name, in any case, or null. */
export function findTable(schema: DatabaseSchema, name: string): TableInfo | null {
  return schema.tables.find((table) => isSameName(table.name, name)) ?? null;
}

/** The column of that name, in any case, or null. */
export function findColumn(table: TableInfo, name: string): ColumnInfo | null {
  return table.columns.find((column) => isSameName(column.name, name)) ?? null;
}

/**
 * The index that holds all rows of a table by exactly these columns in this order, or null.
 *
 * @param isUnique true asks for a unique one; false takes either
 */
export function findIndex(table: TableInfo, columns: readonly string[], isUnique: boolean): IndexInfo | null {
  const isLike = (index: IndexInfo) =>
    !index.isPartial &&
    (index.isUnique || !isUnique) &&
    index.columns.length === columns.length &&
    index.columns.every((column, i) => column !== null && isSameName(column, columns[i]));
  return table.indexes.find(isLike) ?? null;
}

function readColumns(connection: Connection, table: string): ColumnInfo[] {
  const columns: ColumnInfo[] = [];
  const sql = `SELECT name, type, "notnull", dflt_value IS NOT NULL, pk, hidden FROM pragma_table_xinfo(?)`;
  for (const [name, type, notNull, hasDefault, keyPosition, hidden] of connection.query(sql, [table])) {
    columns.push({
      name: String(name),
      type: String(type),
      isNotNull: notNull === 1,
      hasDefault: hasDefault === 1,
      keyPosition: Number(keyPosition),
      isGenerated: hidden === 2 || hidden === 3,
    });
  }
  return columns;
}

function readIndexes(connection: Connection, table: string): IndexInfo[] {
  const indexes: IndexInfo[] = [];
  const sql = `SELECT name, "unique", origin, partial FROM pragma_index_list(?) ORDER BY seq DESC`;
  for (const [name, isUnique, origin, isPartial] of connection.query(sql, [table])) {
    const columns: (string | null)[] = [];
    const columnSql = 'SELECT name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno';
    for (const [column] of connection.query(columnSql, [name])) columns.push(column === null ? null : String(column));
    indexes.push({
      name: String(name),
      isUnique: isUnique === 1,
      isPartial: isPartial === 1,
      isPrimaryKey: origin === 'pk',
      columns,
    });
  }
  return indexes;
}

/**
 * Reads what tables, views, columns and indexes the main database has.
 *
 * @throws SendplanError `database_error` when the database is damaged
 */
export function readSchema(asked: Connection): DatabaseSchema {
  const connection = asked.schemaOnly?.() ?? asked;
  const listed: { name: string; kind: TableInfo['kind']; isWithoutRowid: boolean }[] = [];
  const sql = `SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' ORDER BY name`;
  for (const [name, kind, isWithoutRowid] of connection.query(sql)) {
    const kindName = kind as TableInfo['kind'];
    listed.push({ name: String(name), kind: kindName, isWithoutRowid: isWithoutRowid === 1 });
  }
  const names: string[] = [];
  for (const [name] of connection.query('SELECT name FROM sqlite_master')) names.push(String(name));
  const tables = listed.map((table) => ({
    ...table,
    columns: columnsOrNone(connection, table.name),
    indexes: table.kind === 'table' ? readIndexes(connection, table.name) : [],
  }));
  return { tables, names };
}

/**
 * A view that no longer fits its tables, or a virtual table of a module that is not here, reads as one without columns:
 * it does not matter unless it is needed, and then its columns are missing.
 */
function columnsOrNone(connection: Connection, table: string): ColumnInfo[] {
  try {
    return readColumns(connection, table);
  } catch {
    return [];
  }
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 40).map((name) => JSON.stringify(name).slice(1, -1));
  return names.length > 40 ? `${shown.join(', ')} and ${names.length - 40} more` : shown.join(', ');
}

/**
 * The contacts table, or view, with the columns a run cannot do without: `id` and `email` (Rules 2).
 *
 * @throws SendplanError `missing_table` or `missing_column`, naming what there is and what is needed
 */
export function requireContacts(schema: DatabaseSchema): TableInfo {
  const table = findTable(schema, 'contacts');
  if (table === null) {
    const present = schema.tables.filter(({ name }) => !name.startsWith('sqlite_')).map(({ name }) => name);
    const found = present.length === 0 ? 'it has no tables at all' : `its tables are ${listNames(present)}`;
    throw new SendplanError('missing_table', `The database has no table "contacts"; ${found}.`, {
      hint: 'A table contacts with the columns id and email is needed; docs/rules.md names the columns that may be there.',
    });
  }
  const missing = ['id', 'email'].filter((name) => findColumn(table, name) === null);
  if (missing.length > 0) {
    const found = table.columns.map(({ name }) => name);
    const columns = missing.map((name) => `"${name}"`).join(' and ');
    const message = `The table "contacts" has no column ${columns}; its columns are ${listNames(found)}.`;
    throw new SendplanError('missing_column', message, {
      hint: 'Only id and email must be there; state, zip_code, birth_date or birthday, effective_date, carrier or current_carrier, failed_underwriting and phone_number may be.',
    });
  }
  return table;
}
