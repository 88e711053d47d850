import { closeSync, constants, openSync, readSync, rmSync, statSync } from 'node:fs';
import { SendplanError } from '../../errors.js';
import { kindOf, reasonOf } from '../format/fileErrors.js';
import { fileIdentity } from './heldFiles.js';
import { hasLocks } from './processes.js';

/** The length of a write-ahead log's own header; anything after it is changes. */
const LOG_HEADER_BYTES = 32;

/**
 * What is to be done with a file: `read` it as it is, `replace` it by another one, or replace it while SQLite's own lock keeps
 * everybody else from writing, `replace_locked`.
 */
export type FilePurpose = 'read' | 'replace' | 'replace_locked';

/** A path, or another word, as a shell takes it as one word. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What there is no need to look for: it is not there, or its name could not be. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'];

/** What lies under the name of a file beside a database: nothing, a file of so many bytes, or what SQLite cannot use, with the reason. */
type Beside =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly sizeBytes: number }
  | { readonly kind: 'other'; readonly reason: string };

function lookAt(path: string): Beside {
  try {
    const stat = statSync(path);
    return stat.isFile() ? { kind: 'file', sizeBytes: stat.size } : { kind: 'other', reason: `it is ${kindOf(stat)}` };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return ABSENT.includes(code) ? { kind: 'none' } : { kind: 'other', reason: reasonOf(error) };
  }
}

/** The length of a file beside a database, 0 when it is empty or not there. @throws SendplanError `file_busy` for what is no file */
function sizeOf(path: string, end: SidecarEnd): number {
  const found = lookAt(`${path}${end}`);
  if (found.kind === 'file') return found.sizeBytes;
  if (found.kind === 'none') return 0;
  throw new SendplanError(
    'file_busy',
    `SQLite cannot use ${path} as long as ${path}${end} is there: ${found.reason}.`,
    {
      hint: `Move ${path}${end} away: there SQLite has ${SIDECARS[end]} of the database.`,
    },
  );
}

const SIDECARS = { '-journal': 'the rollback journal', '-wal': 'the log', '-shm': "the log's index" } as const;
type SidecarEnd = keyof typeof SIDECARS;

/** Refuses a database beside which something else lies where SQLite has files of its own. @throws SendplanError `file_busy` */
export function requireUsableSidecars(path: string, { isWal }: { readonly isWal: boolean }): void {
  sizeOf(path, '-journal');
  sizeOf(path, '-wal');
  if (isWal) sizeOf(path, '-shm');
}

/**
 * Refuses the name of a database that is gone, and whose journal or log is not: SQLite would play it into the one that comes.
 *
 * @throws SendplanError `file_busy`
 */
export function requireNoRemains(path: string): void {
  sizeOf(path, '-journal');
  const remains = hasHotJournal(path) ? '-journal' : sizeOf(path, '-wal') > 0 ? '-wal' : null;
  if (remains === null) return;
  const message = `${path}${remains} lies where SQLite would play it into ${path}, which is not there: it is of another database.`;
  throw new SendplanError('file_busy', message, {
    hint: 'Move it away with the database that it belongs to, or name another place.',
  });
}

/** One of the files of WAL mode beside a database, which a connection makes as soon as it reads; undefined when there is none. */
function logBeside(path: string): string | undefined {
  return [`${path}-wal`, `${path}-shm`].find((log) => lookAt(log).kind !== 'none');
}

/** Tells whether a connection has the files of WAL mode beside a database. */
export function isBesideLog(path: string): boolean {
  return logBeside(path) !== undefined;
}

/** Tells whether a write-ahead log with changes lies beside a database. */
export function hasLoggedChanges(path: string): boolean {
  return sizeOf(path, '-wal') > LOG_HEADER_BYTES;
}

/** Tells whether a rollback journal lies beside a database, whatever is in it. */
export function isBesideJournal(path: string): boolean {
  return lookAt(`${path}-journal`).kind !== 'none';
}

/**
 * What the rollback journal beside a database holds: nothing, zeros in front, which SQLite never plays back, or what is hot: SQLite
 * plays it back when it opens the database next, unless a transaction is under way. One that may not be read may be hot.
 *
 * Others make it and take it away at any moment, so that it is opened before anything is asked of it; a pipe is not waited for.
 */
function journalContent(path: string): 'nothing' | 'zeros' | 'hot' {
  const journal = `${path}-journal`;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(journal, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const byte = new Uint8Array(1);
    if (readSync(descriptor, byte, 0, 1, 0) === 0) return 'nothing';
    return byte[0] === 0 ? 'zeros' : 'hot';
  } catch {
    const found = lookAt(journal);
    return found.kind === 'file' && found.sizeBytes > 0 ? 'hot' : 'nothing';
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** How the files beside a database go without anything being lost: SQLite itself sees to it. */
function wayOut(path: string): string {
  return `Close the programs that use it, and the last one clears up; if there is none, open it once: sqlite3 ${shellQuote(path)} 'SELECT count(*) FROM sqlite_master;'. Or use the driver native (--driver native), which works beside them.`;
}

/**
 * Refuses a database file that is not whole without the files beside it, or that must not be replaced under a program that has it
 * open: a write-ahead log (`-wal`) with changes in it; when the file is to be replaced and is in WAL mode, any `-wal` or `-shm`,
 * for a connection that has them writes into them next; the rollback journal (`-journal`) of a transaction that is under way or
 * was cut off.
 *
 * A journal that begins with zeros belongs to a transaction that is under way, or is done with and kept; SQLite never plays it
 * back. Whoever is in a transaction holds a lock on the database: where the system tells of locks, it is done with when nobody
 * does; where it does not tell, a file beside which it lies is not replaced.
 *
 * @param isWal whether the database is in WAL mode
 * @throws SendplanError `file_busy` with the way out, also where something else lies in the place of one of them
 */
export function requireNoSidecars(
  path: string,
  { isWal, purpose }: { readonly isWal: boolean; readonly purpose: FilePurpose },
): void {
  sizeOf(path, '-journal');
  const wal = `${path}-wal`;
  const walBytes = sizeOf(path, '-wal');
  if (walBytes > LOG_HEADER_BYTES) {
    const message = `${path} is in WAL mode and has changes in ${wal} (${walBytes} bytes) that are not in the file itself.`;
    throw new SendplanError('file_busy', message, { hint: wayOut(path) });
  }
  const beside = isWal && purpose !== 'read' ? logBeside(path) : undefined;
  if (beside !== undefined) {
    const message = `${path} is in WAL mode and ${beside} lies beside it: a program has the database open, or was killed while it had.`;
    throw new SendplanError('file_busy', message, { hint: wayOut(path) });
  }
  requireNoJournal(path, purpose);
}

/** Tells whether a rollback journal lies beside a database that SQLite plays back when it opens the file next. */
export function hasHotJournal(path: string): boolean {
  return journalContent(path) === 'hot';
}

function requireNoJournal(path: string, purpose: FilePurpose): void {
  const journal = `${path}-journal`;
  const content = journalContent(path);
  if (content === 'nothing') return;
  const isHot = content === 'hot';
  if (!isHot && purpose !== 'replace') return;
  const identity = fileIdentity(path);
  if (!isHot && identity !== null && hasLocks(identity) === false) return;
  const what = isHot ? 'a rollback journal with content' : 'a rollback journal that may be in use';
  const message = `${path} has ${what} beside it, ${journal}: a transaction is under way or was cut off.`;
  const hint = `Wait for the program that writes to it; if there is none, let SQLite clean up: sqlite3 ${shellQuote(path)} 'SELECT count(*) FROM sqlite_master;'`;
  throw new SendplanError('file_busy', message, { hint });
}

/**
 * Removes a journal that is done with, such as one of a process that was killed before its transaction wrote to the database.
 * For whoever holds SQLite's lock on the database: then there is no journal of a transaction that is under way.
 */
export function removeDoneJournal(path: string): void {
  if (isBesideJournal(path) && journalContent(path) !== 'hot') rmSync(`${path}-journal`, { force: true });
}
