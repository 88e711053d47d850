import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SendplanError } from '../../errors.js';
import { firstValue } from '../../store/driver/askOnce.js';
import { NativeConnection } from '../../store/driver/nativeConnection.js';
import { loadFileLocks } from '../../store/driver/sqliteLocks.js';
import { BUSY_TIMEOUT_MS } from '../../store/driver/takeLock.js';
import { fileIdentity } from '../../store/file/heldFiles.js';
import { requireDatabaseFile } from '../../store/file/openDatabaseFile.js';
import { syncFolder } from '../../store/file/syncFolder.js';
import { removeLeftovers } from '../../store/file/temporaryFiles.js';
import { TemporaryFolder } from '../../store/file/temporaryFolder.js';
import { makingError } from '../../store/format/fileErrors.js';
import { quoteName } from '../../store/schema/readSchema.js';
import { readAttached } from './attachDatabase.js';
import {
  type BookTable,
  bookTables,
  columnList,
  contactNumber,
  copySequence,
  copySettings,
  isOfOneFile,
  likeDatabase,
  otherObjects,
} from './bookTables.js';
import { requireFreePlace } from './freePlace.js';
import { type Book, END_ID, MANIFEST, manifestText, type Part, partName, readBook } from './manifest.js';

/** How a database is split. */
export interface SplitOptions {
  /** How many parts, from 1 on. */
  readonly parts: number;
  /** The folder that is made. */
  readonly out: string;
  /** Is told how many parts are made. */
  readonly onProgress?: (partsDone: number, partsTotal: number) => void;
  /** Gives up, leaving nothing behind. */
  readonly signal?: AbortSignal;
}

const MOST_PARTS = 10_000;

/** The first ids of so many parts, with about as many contacts each. */
function firstIds(connection: NativeConnection, contacts: BookTable, parts: number): number[] {
  const number = contactNumber(contacts);
  const from = `FROM ${quoteName(contacts.name)} WHERE ${number} BETWEEN 1 AND ${Number.MAX_SAFE_INTEGER}`;
  const distinct = Number(firstValue(connection, `SELECT count(DISTINCT ${number}) ${from}`));
  if (distinct < parts) {
    throw new SendplanError(
      'bad_input',
      `The database has ${distinct} contacts, which are too few for ${parts} parts.`,
      {
        hint: 'Ask for fewer parts.',
      },
    );
  }
  const ids: number[] = [];
  let place = 0;
  let i = 0;
  for (const [id] of connection.query(`SELECT DISTINCT ${number} AS id ${from} ORDER BY id`)) {
    if (place++ === Math.floor((distinct * i) / parts)) {
      ids.push(Math.floor(Number(id)));
      i++;
    }
  }
  return ids;
}

/** The rows of a table that belong to a part, as SQL. */
function rowsOf(table: BookTable, { firstId, endId }: Pick<Part, 'firstId' | 'endId'>): string {
  if (table.contactColumn === null) return '1';
  const number = contactNumber(table);
  const bounds = [firstId > 1 ? `${number} >= ${firstId}` : '1', endId < END_ID ? `${number} < ${endId}` : '1'];
  return bounds.join(' AND ');
}

/** Brings a file to the disk. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

async function writePart(source: string, path: string, range: Pick<Part, 'firstId' | 'endId'>): Promise<void> {
  const connection = await NativeConnection.open(path, BUSY_TIMEOUT_MS, 'rwc');
  try {
    readAttached(source, () => copyRange(connection, source, range));
  } finally {
    connection.close();
  }
  syncFile(path);
}

/** Fills a new database with what belongs to a part. */
function copyRange(connection: NativeConnection, source: string, range: Pick<Part, 'firstId' | 'endId'>): void {
  likeDatabase(connection, source, 'book');
  connection.execute('BEGIN');
  copySettings(connection, 'book');
  for (const table of bookTables(connection, 'book')) {
    connection.execute(table.sql);
    if (isOfOneFile(table.name)) continue;
    const [name, columns] = [quoteName(table.name), columnList(table)];
    connection.execute(
      `INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM book.${name} WHERE ${rowsOf(table, range)}`,
    );
  }
  for (const sql of otherObjects(connection, 'book')) connection.execute(sql);
  copySequence(connection, 'book');
  connection.execute('COMMIT');
}

function requireParts(parts: number): void {
  if (Number.isInteger(parts) && parts >= 1 && parts <= MOST_PARTS) return;
  throw new RangeError(`parts: expected a whole number from 1 to ${MOST_PARTS}, got ${parts}`);
}

/** `firstIds` of a database file. */
async function readFirstIds(source: string, parts: number): Promise<number[]> {
  const reader = await NativeConnection.open(source, BUSY_TIMEOUT_MS);
  try {
    const contacts = bookTables(reader, 'main').find(({ name }) => name.toLowerCase() === 'contacts');
    if (contacts === undefined) throw new SendplanError('missing_table', `${source} has no table "contacts".`);
    return firstIds(reader, contacts, parts);
  } finally {
    reader.close();
  }
}

/** Writes the parts and their manifest into a folder that is there. */
async function writeParts(source: string, folder: string, { parts, onProgress, signal }: SplitOptions): Promise<void> {
  const starts = await readFirstIds(source, parts);
  const listed = starts.map((id, i) => {
    return { file: partName(i), firstId: i === 0 ? 1 : id, endId: starts[i + 1] ?? END_ID };
  });
  for (const [i, part] of listed.entries()) {
    if (signal?.aborted) throw new SendplanError('interrupted', 'Splitting was interrupted; nothing was written.');
    await writePart(source, join(folder, part.file), part);
    onProgress?.(i + 1, listed.length);
    await setImmediate();
  }
  writeFileSync(join(folder, MANIFEST), manifestText(listed), { flush: true });
}

/**
 * Makes a folder of parts of a database: each has the contacts of a range of ids and what belongs to them, and all of the other
 * tables. The database itself stays as it is; nobody can write to it meanwhile.
 *
 * @returns the book that was made
 * @throws RangeError when `parts` is no whole number from 1 on
 * @throws SendplanError when the database cannot be read or divided, or the folder is there already or cannot be made
 * @example
 * import { splitBook } from 'sendplan/node';
 * const book = await splitBook('book.sqlite3', { parts: 2, out: 'halves' });
 * console.log(book.parts.map(({ file }) => file).join(' ')); // part-0000.sqlite3 part-0001.sqlite3
 */
export async function splitBook(path: string, options: SplitOptions): Promise<Book> {
  requireParts(options.parts);
  const source = requireDatabaseFile(path);
  const out = requireFreePlace(options.out, 'another folder');
  const lock = await (await loadFileLocks())?.lockDatabase(source);
  let folder: TemporaryFolder | null = null;
  try {
    const identity = fileIdentity(source);
    await removeLeftovers(out);
    folder = TemporaryFolder.create(out, 0o777);
    await writeParts(source, folder.path, options);
    if (fileIdentity(source) !== identity) throw replaced(source);
    syncFolder(join(folder.path, MANIFEST));
    folder.moveToFree(out);
    syncFolder(out);
    return readBook(out);
  } catch (error) {
    folder?.discard();
    throw makingError(error, out, 'another folder');
  } finally {
    lock?.release();
  }
}

function replaced(path: string): SendplanError {
  return new SendplanError('file_changed', `Another program has put another file in the place of ${path}.`, {
    hint: 'Nothing was written. Start again.',
  });
}
