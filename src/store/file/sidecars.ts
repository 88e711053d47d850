import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { SendplanError } from '../../errors.js';
import { fileIdentity } from './heldFiles.js';
import { hasLocks } from './processes.js';

/** The length of a write-ahead log's own header; anything after it is changes. */
export const LOG_HEADER_BYTES = 32;

/**
 * What is to be done with a file: `read` it as it is, `replace` it by another one, or replace it while SQLite's own lock keeps
 * everybody else from writing, `replace_locked`.
 */
export type FilePurpose = 'read' | 'replace' | 'replace_locked';

/** A path, or another word, as a shell takes it as one word. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The length of a file, 0 when it is empty or not there. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Tells whether a rollback journal lies beside a database, whatever is in it. */
export function isBesideJournal(path: string): boolean {
  return isThere(`${path}-journal`);
}

/**
 * What the rollback journal beside a database holds: nothing, zeros in front, which SQLite never plays back, or what is hot: SQLite
 * plays it back when it opens the database next, unless a transaction is under way. One that may not be read may be hot.
 *
 * Others make it and take it away at any moment, so that it is opened before anything is asked of it.
 */
function journalContent(path: string): 'nothing' | 'zeros' | 'hot' {
  const journal = `${path}-journal`;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(journal, 'r');
    const byte = new Uint8Array(1);
    if (readSync(descriptor, byte, 0, 1, 0) === 0) return 'nothing';
    return byte[0] === 0 ? 'zeros' : 'hot';
  } catch {
    return sizeOf(journal) === 0 ? 'nothing' : 'hot';
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
 * @throws SendplanError `file_busy` with the way out
 */
export function requireNoSidecars(
  path: string,
  { isWal, purpose }: { readonly isWal: boolean; readonly purpose: FilePurpose },
): void {
  const wal = `${path}-wal`;
  const walBytes = sizeOf(wal);
  if (walBytes > LOG_HEADER_BYTES) {
    const message = `${path} is in WAL mode and has changes in ${wal} (${walBytes} bytes) that are not in the file itself.`;
    throw new SendplanError('file_busy', message, { hint: wayOut(path) });
  }
  const beside = isWal && purpose !== 'read' ? [wal, `${path}-shm`].find(isThere) : undefined;
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
  if (journalContent(path) !== 'hot') rmSync(`${path}-journal`, { force: true });
}
