import { rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { SendplanError } from '../../errors.js';
import { firstValue, hasRow } from '../../store/driver/askOnce.js';
import { NativeConnection } from '../../store/driver/nativeConnection.js';
import { BUSY_TIMEOUT_MS } from '../../store/driver/takeLock.js';
import { requireNoRemains } from '../../store/file/sidecars.js';
import { syncFolder } from '../../store/file/syncFolder.js';
import { removeLeftovers, TemporaryFile } from '../../store/file/temporaryFiles.js';
import { makingError } from '../../store/format/fileErrors.js';
import { quoteName, quoteText } from '../../store/schema/readSchema.js';
import { attachDatabase, readAttached } from './attachDatabase.js';
import {
  type BookTable,
  bookTables,
  columnList,
  copySequence,
  copySettings,
  likeDatabase,
  otherObjects,
} from './bookTables.js';
import { requireFreePlace } from './freePlace.js';
import { type Part, readBook } from './manifest.js';
import { syncFile } from './splitBook.js';

/** How parts are joined. */
export interface JoinOptions {
  /** The file that is made. */
  readonly out: string;
  /** Is told how many parts are in it. */
  readonly onProgress?: (partsDone: number, partsTotal: number) => void;
  /** Gives up, leaving nothing behind. */
  readonly signal?: AbortSignal;
}

/** The ids of rows that have another one in the joined file, because those of two parts were the same. */
const NEW_IDS = 'temp.sendplan_new_ids';

/** The column of a table that is its rowid, whose values no two rows can share. */
function idColumn({ columns, name }: BookTable, connection: NativeConnection): string | null {
  if (columns[0] === 'rowid') return 'rowid';
  const sql = `SELECT name FROM pragma_table_xinfo(${quoteText(name)}) WHERE pk = 1 AND lower(type) = 'integer'`;
  const column = firstValue(connection, sql);
  return column === null ? null : String(column);
}

/** Adds the rows of a part to a table that is divided; ids that are taken are exchanged for new ones. */
function addRows(connection: NativeConnection, table: BookTable): void {
  const name = quoteName(table.name);
  const columns = columnList(table);
  const id = table.isRowid ? null : idColumn(table, connection);
  if (id === null) {
    connection.execute(`INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM book.${name}`);
    return;
  }
  const idName = id === 'rowid' ? 'rowid' : quoteName(id);
  connection.execute(`DROP TABLE IF EXISTS ${NEW_IDS};
    CREATE TABLE ${NEW_IDS} (old INTEGER PRIMARY KEY, new INTEGER);
    INSERT INTO ${NEW_IDS} SELECT b.${idName}, (SELECT max(coalesce(max(${idName}), 0), (SELECT coalesce(max(${idName}), 0) FROM book.${name})) FROM main.${name})
      + row_number() OVER (ORDER BY b.${idName}) FROM book.${name} b WHERE EXISTS (SELECT 1 FROM main.${name} m WHERE m.${idName} = b.${idName})`);
  const values = columns.replace(idName, `coalesce((SELECT new FROM ${NEW_IDS} WHERE old = b.${idName}), b.${idName})`);
  connection.execute(`INSERT INTO main.${name} (${columns}) SELECT ${values} FROM book.${name} b ORDER BY b.${idName}`);
  if (table.name.toLowerCase() === 'email_schedules') followIds(connection, table, idName);
}

/** Follow-ups name the row of their initial email, which may have another id now. */
function followIds(connection: NativeConnection, { name, columns }: BookTable, idName: string): void {
  const isThere = (wanted: string) => columns.some((column) => column.toLowerCase() === wanted);
  if (!isThere('metadata') || !isThere('contact_id') || !hasRow(connection, `SELECT 1 FROM ${NEW_IDS}`)) return;
  const initial = `json_extract(metadata, '$.initial_schedule_id')`;
  const table = quoteName(name);
  connection.execute(`UPDATE main.${table} SET metadata = json_set(metadata, '$.initial_schedule_id', (SELECT new FROM ${NEW_IDS} WHERE old = ${initial}))
    WHERE metadata IS NOT NULL AND json_valid(metadata) AND ${initial} IN (SELECT old FROM ${NEW_IDS})
      AND (${idName} IN (SELECT new FROM ${NEW_IDS}) OR ${idName} IN (SELECT ${idName} FROM book.${table}) AND ${idName} NOT IN (SELECT old FROM ${NEW_IDS}))`);
}

/** Refuses a part whose tables are not those of the first. */
function requireSameTables(first: readonly BookTable[], { file }: Part, own: readonly BookTable[]): void {
  for (const { name, columns } of first) {
    const found = own.find((table) => table.name === name);
    if (found !== undefined && found.columns.join() === columns.join()) continue;
    const what =
      found === undefined
        ? `has no table "${name}", which the first part has`
        : `has other columns in "${name}" than the first part`;
    throw new SendplanError('bad_book', `${file} ${what}.`, {
      hint: 'Run the book once, so that all parts have what a run adds, or make the tables alike.',
    });
  }
}

/**
 * Adds the rows of a part.
 *
 * @param found the tables of the first part; null when this is the first
 * @returns the tables of the first part
 */
function addPart(
  connection: NativeConnection,
  part: Part,
  found: readonly BookTable[] | null,
  isLast: boolean,
): readonly BookTable[] {
  const isFirst = found === null;
  if (isFirst) {
    likeDatabase(connection, part.path, 'book');
    copySettings(connection, 'book');
  } else attachDatabase(connection, part.path, 'book');
  const own = bookTables(connection, 'book');
  const tables = found ?? own;
  requireSameTables(tables, part, own);
  connection.execute('BEGIN');
  for (const table of tables) {
    const name = quoteName(table.name);
    if (isFirst) connection.execute(table.sql);
    if (table.contactColumn !== null) addRows(connection, table);
    else if (isFirst)
      connection.execute(
        `INSERT INTO main.${name} (${columnList(table)}) SELECT ${columnList(table)} FROM book.${name}`,
      );
  }
  if (isLast) for (const sql of otherObjects(connection, 'book')) connection.execute(sql);
  if (isFirst) copySequence(connection, 'book');
  connection.execute('COMMIT');
  connection.execute('DETACH book');
  return tables;
}

async function addParts(
  connection: NativeConnection,
  parts: readonly Part[],
  { onProgress, signal }: JoinOptions,
): Promise<void> {
  let tables: readonly BookTable[] = [];
  for (const [i, part] of parts.entries()) {
    if (signal?.aborted) throw new SendplanError('interrupted', 'Joining was interrupted; nothing was written.');
    tables = readAttached(part.path, () => addPart(connection, part, i === 0 ? null : tables, i === parts.length - 1));
    onProgress?.(i + 1, parts.length);
    await setImmediate();
  }
  raiseSequence(connection);
}

/** AUTOINCREMENT goes on behind the largest id of all parts. */
function raiseSequence(connection: NativeConnection): void {
  if (!hasRow(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")) return;
  const counted = Array.from(connection.query('SELECT name FROM sqlite_sequence'), ([name]) => String(name));
  for (const name of counted) {
    const largest = `(SELECT coalesce(max(rowid), 0) FROM ${quoteName(name)})`;
    connection.execute(`UPDATE sqlite_sequence SET seq = max(seq, ${largest}) WHERE name = ${quoteText(name)}`);
  }
}

/**
 * Makes one database of a book in parts. Ids of rows that two parts share are exchanged for new ones; contacts keep theirs.
 *
 * @returns the path of the database
 * @throws SendplanError `bad_book` when the folder is no book in parts, `file_unwritable` when the file is there already or cannot
 *   be written, `file_busy` when a log of that name lies about, `file_not_found` when a part goes away meanwhile
 * @example
 * import { joinBook } from 'sendplan/node';
 * await joinBook('book', { out: 'one.sqlite3' });
 */
export async function joinBook(folder: string, options: JoinOptions): Promise<string> {
  const { parts } = readBook(folder);
  const out = requireFreePlace(options.out, 'another file');
  let temporary: TemporaryFile | null = null;
  try {
    requireNoRemains(out);
    await removeLeftovers(out);
    temporary = await TemporaryFile.create(out, { mode: 0o666 });
    const connection = await NativeConnection.open(temporary.path, BUSY_TIMEOUT_MS);
    try {
      await addParts(connection, parts, options);
    } finally {
      connection.close();
    }
    syncFile(temporary.path);
    requireNoRemains(out);
    temporary.moveToFree(out);
    syncFolder(out);
    return out;
  } catch (error) {
    temporary?.discard();
    if (temporary !== null) rmSync(`${temporary.path}-journal`, { force: true });
    throw makingError(error, out, 'another file');
  }
}
