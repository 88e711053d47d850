import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SendplanError, type SendplanErrorCode } from '../../errors.js';
import { constraintError } from './constraintError.js';

/** What SQLite says of a place, in words. */
interface Meaning {
  readonly code: SendplanErrorCode;
  readonly text: (path: string, message: string) => string;
  readonly hint: (path: string) => string;
}

const NO_WRITING =
  'SQLite writes a journal beside the database: the file and its folder have to be writable. Allow that, or write the result to another place with the driver sqljs (--out).';

/** By the beginning of SQLite's own name for it, the longer ones first. */
const MEANINGS: readonly (readonly [name: string, meaning: Meaning])[] = [
  [
    'SQLITE_NOTADB',
    {
      code: 'not_a_database',
      text: (path, message) => `${path} is no SQLite database: ${message}.`,
      hint: () => 'A SQLite 3 database file is needed.',
    },
  ],
  [
    'SQLITE_BUSY',
    {
      code: 'file_busy',
      text: (path, message) => `${path} is in use by another program: ${message}.`,
      hint: () => 'Start again when the other program has finished writing.',
    },
  ],
  [
    'SQLITE_LOCKED',
    {
      code: 'file_busy',
      text: (path, message) => `${path} is in use by this process: ${message}.`,
      hint: () => 'Start again when it has finished writing.',
    },
  ],
  [
    'SQLITE_FULL',
    {
      code: 'file_unwritable',
      text: (path) => `${path} cannot be written: the disk is full. What this run had begun to write is taken back.`,
      hint: (path) => `Make room in ${dirname(path)}.`,
    },
  ],
  [
    'SQLITE_READONLY_DBMOVED',
    {
      code: 'file_changed',
      text: (path) =>
        existsSync(path)
          ? `Another program has put another file in the place of ${path} since it was opened.`
          : `Another program has moved or removed ${path} since it was opened.`,
      hint: () => 'Nothing was written. Start again.',
    },
  ],
  [
    'SQLITE_READONLY',
    {
      code: 'file_unwritable',
      text: (path, message) => `${path} or its folder is read-only: ${message}.`,
      hint: () => NO_WRITING,
    },
  ],
  [
    'SQLITE_CANTOPEN',
    {
      code: 'file_unwritable',
      text: (path) =>
        existsSync(path)
          ? `SQLite cannot open ${path}, or the journal that it writes beside it.`
          : `SQLite cannot open ${path}: it is not there.`,
      hint: () => `${NO_WRITING} The name may also be too long for "-journal" behind it.`,
    },
  ],
  [
    'SQLITE_IOERR',
    {
      code: 'file_unwritable',
      text: (path, message) =>
        `The disk fails SQLite at ${path}: ${message}. What this run had begun to write is taken back.`,
      hint: () => 'Look at the disk, its quota and what the system says of it.',
    },
  ],
  [
    'SQLITE_NOMEM',
    {
      code: 'memory_limit',
      text: () => 'SQLite got no more memory from the system. What this run had begun to write is taken back.',
      hint: () => 'Allow the process more memory, or plan a smaller database.',
    },
  ],
  [
    'SQLITE_CORRUPT',
    {
      code: 'database_error',
      text: (path, message) => `${path} is damaged: ${message}.`,
      hint: () => 'Restore a backup, or recover what is left with sqlite3 FILE .recover',
    },
  ],
];

/** SQLite's own names for its primary result codes, for those that libsql gives as numbers. */
const PRIMARY_NAMES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/**
 * SQLite's name for an error of libsql, empty for any other: of extended codes libsql knows some by name, and of one at opening it tells
 * the number in its text alone.
 */
export function sqliteName(error: unknown): string {
  const {
    code = '',
    rawCode,
    message = '',
  } = (error ?? {}) as Partial<Record<'code' | 'rawCode' | 'message', unknown>>;
  if (/^SQLITE_/.test(String(code))) return String(code);
  const number =
    typeof rawCode === 'number' ? rawCode : Number(/^ConnectionFailed\(.*: ([0-9]+)"\)$/s.exec(String(message))?.[1]);
  return PRIMARY_NAMES[number & 0xff] ?? String(code);
}

/** An error of libsql as one of the domain. @param where the database, and the statement that it came from */
export function nativeError(
  error: unknown,
  { path, sql }: { readonly path: string; readonly sql: string },
): SendplanError {
  const message = error instanceof Error ? error.message : String(error);
  const name = sqliteName(error);
  const meaning = MEANINGS.find(([start]) => name.startsWith(start))?.[1];
  if (meaning !== undefined) {
    return new SendplanError(meaning.code, meaning.text(path, message), { hint: meaning.hint(path), cause: error });
  }
  if (name.startsWith('SQLITE_CONSTRAINT')) {
    const constraint = constraintError(message, sql, error);
    if (constraint !== null) return constraint;
  }
  const shown = sql.length > 200 ? `${sql.slice(0, 200)}...` : sql;
  return new SendplanError('database_error', `SQLite says "${message}" to: ${shown}`, { cause: error });
}
