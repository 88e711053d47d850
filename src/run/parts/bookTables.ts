import { openSync } from 'node:fs';
import { SendplanError } from '../../errors.js';
import { firstValue, hasRow } from '../../store/driver/askOnce.js';
import type { Connection } from '../../store/driver/connection.js';
import { closeDatabaseFile } from '../../store/file/heldFiles.js';
import { requireDatabaseFile } from '../../store/file/openDatabaseFile.js';
import { readBytes } from '../../store/format/fileSource.js';
import { TEXT_ENCODING } from '../../store/format/pageLayout.js';
import { foldName, quoteName, quoteText } from '../../store/schema/readSchema.js';
import { attachDatabase } from './attachDatabase.js';

/** A table of a book, and how its rows are shared among parts. */
export interface BookTable {
  readonly name: string;
  readonly sql: string;
  /** The columns that are stored, with the rowid in front where it has a name of its own. */
  readonly columns: readonly string[];
  /** The column whose ids say in which part a row is; null when every part has all rows. */
  readonly contactColumn: string | null;
  /** Whether `contactColumn` is the rowid, so that its values are whole numbers in order. */
  readonly isRowid: boolean;
}

/** What a run keeps for itself, which is of one file only. */
const OF_ONE_FILE = ['scheduler_last_run'];

function unsupported(message: string, hint: string): SendplanError {
  return new SendplanError('unsupported_schema', message, { hint });
}

/** The column by which a table is divided: that of the contacts' ids, but suppressions hold in every part. */
function contactColumnOf(table: string, columns: readonly string[]): string | null {
  const folded = foldName(table);
  if (folded === 'suppressions') return null;
  const wanted = folded === 'contacts' ? 'id' : 'contact_id';
  return columns.find((column) => foldName(column) === wanted) ?? null;
}

function tableOf(connection: Connection, schema: string, name: string, sql: string): BookTable {
  if (/^\s*CREATE\s+VIRTUAL/i.test(sql)) {
    throw unsupported(
      `"${name}" is a virtual table, which cannot be divided into parts.`,
      'Drop it, and make it again in the parts.',
    );
  }
  const info = `SELECT name, type, pk, hidden FROM pragma_table_xinfo(${quoteText(name)}, ${quoteText(schema)}) ORDER BY cid`;
  const found = Array.from(connection.query(info), ([column, type, key, hidden]) => {
    return { name: String(column), type: String(type), key: Number(key), isStored: hidden === 0 };
  });
  const stored = found.filter(({ isStored }) => isStored).map((column) => column.name);
  const keys = found.filter(({ key }) => key > 0);
  const alias = keys.length === 1 && foldName(keys[0].type) === 'integer' ? keys[0].name : null;
  const isWithoutRowid = /\bWITHOUT\s+ROWID\b/i.test(sql);
  const isRowidFree = !stored.some((column) => foldName(column) === 'rowid');
  const columns = alias === null && !isWithoutRowid && isRowidFree ? ['rowid', ...stored] : stored;
  const contactColumn = contactColumnOf(name, stored);
  return {
    name,
    sql,
    columns,
    contactColumn,
    isRowid: contactColumn !== null && contactColumn === alias && !isWithoutRowid,
  };
}

/**
 * The tables of a book in a database that is attached by a name, in the order in which they were made.
 *
 * @throws SendplanError `unsupported_schema` when rows cannot be told by their contacts
 */
export function bookTables(connection: Connection, schema: string): BookTable[] {
  const objects = Array.from(
    connection.query(`SELECT type, name, sql FROM ${schema}.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid`),
    ([type, name, sql]) => ({ type: String(type), name: String(name), sql: String(sql) }),
  );
  for (const { type, name, sql } of objects) {
    if (type !== 'view') continue;
    if (foldName(name) === 'contacts') {
      throw unsupported(
        '"contacts" is a view, whose rows cannot be divided.',
        'Make it a table: CREATE TABLE ... AS SELECT * FROM contacts.',
      );
    }
    if (foldName(name) === 'suppressions' && /\be-?mail/i.test(sql)) {
      throw unsupported(
        '"suppressions" is a view that suppresses addresses: in a part it would not know those of the other parts.',
        'Make it a table, or have the view give contact_id alone.',
      );
    }
  }
  return objects
    .filter(({ type, name }) => type === 'table' && !name.startsWith('sqlite_'))
    .map(({ name, sql }) => tableOf(connection, schema, name, sql));
}

/** Everything of a schema but its tables, as the statements that make it. */
export function otherObjects(connection: Connection, schema: string): string[] {
  const sql = `SELECT sql FROM ${schema}.sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL ORDER BY type = 'trigger', rowid`;
  return Array.from(connection.query(sql), ([statement]) => String(statement));
}

/** Tells whether the rows of a table are of one file only, and not taken over. */
export function isOfOneFile(table: string): boolean {
  return OF_ONE_FILE.includes(foldName(table));
}

/** The number that a value of a contact column stands for, as SQL: of what is none, the least. */
export function contactNumber({ contactColumn, isRowid }: BookTable): string {
  const column = quoteName(contactColumn ?? '');
  return isRowid ? column : `coalesce(CAST(${column} AS NUMERIC), 0)`;
}

/** The columns of a table as SQL. */
export function columnList({ columns }: BookTable): string {
  return columns.map((column) => (column === 'rowid' ? 'rowid' : quoteName(column))).join(', ');
}

/** Has a new database take over what a schema says of itself besides its objects. */
export function copySettings(connection: Connection, from: string): void {
  for (const name of ['user_version', 'application_id']) {
    connection.execute(`PRAGMA main.${name} = ${firstValue(connection, `PRAGMA ${from}.${name}`)}`);
  }
}

/** Has a new database count ids on from where another one was. */
export function copySequence(connection: Connection, from: string): void {
  const has = (schema: string) =>
    hasRow(connection, `SELECT 1 FROM ${schema}.sqlite_schema WHERE name = 'sqlite_sequence'`);
  if (!has(from) || !has('main')) return;
  connection.execute(
    `DELETE FROM main.sqlite_sequence; INSERT INTO main.sqlite_sequence SELECT * FROM ${from}.sqlite_sequence`,
  );
}

/** The encodings by what a database's header says: 0 while nothing is in it. */
const ENCODINGS = ['UTF-8', 'UTF-8', 'UTF-16le', 'UTF-16be'];

function encodingOf(path: string): string {
  const descriptor = openSync(requireDatabaseFile(path), 'r');
  try {
    const bytes = new Uint8Array(4);
    readBytes(descriptor, bytes, TEXT_ENCODING);
    return ENCODINGS[new DataView(bytes.buffer).getUint32(0)] ?? ENCODINGS[0];
  } finally {
    closeDatabaseFile(descriptor);
  }
}

/** Makes an empty database of the page size and encoding of another, which it attaches by a name (`attachDatabase`). */
export function likeDatabase(connection: Connection, path: string, name: string): void {
  // SQLite attaches nothing of another encoding.
  connection.execute(`PRAGMA main.encoding = ${quoteText(encodingOf(path))}`);
  attachDatabase(connection, path, name);
  connection.execute(`PRAGMA main.page_size = ${firstValue(connection, `PRAGMA ${name}.page_size`)}`);
  // The file is new and nobody's yet: it is brought to the disk as a whole.
  connection.execute('PRAGMA main.journal_mode = OFF; PRAGMA main.synchronous = OFF; PRAGMA cache_size = -65536');
}
