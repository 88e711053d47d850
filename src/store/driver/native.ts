import { fstatSync, openSync } from 'node:fs';
import { SendplanError } from '../../errors.js';
import { HEADER_BYTES, requireHeader } from '../file/fileHeader.js';
import { closeDatabaseFile, descriptorIdentity, fileIdentity, holdFile } from '../file/heldFiles.js';
import { hasLoggedChanges } from '../file/sidecars.js';
import { FileSource, readBytes } from '../format/fileSource.js';
import type { Connection } from './connection.js';
import { NativeConnection } from './nativeConnection.js';
import { BUSY_TIMEOUT_MS, takeLock } from './takeLock.js';

/** How long SQLite waits for others once rows are written. */
const LOCKED_TIMEOUT_MS = 30_000;
/** SQLite's own way of waiting for a lock looks every tenth of a second. */
const OTHERS_TURN_MS = 120;
/** What SQLite keeps of the file in memory. */
const CACHE_KIBIBYTES = 65_536;

function isInWalMode(connection: Connection): boolean {
  for (const [mode] of connection.query('PRAGMA journal_mode')) return mode === 'wal';
  return false;
}

/**
 * The file under a connection whose transaction has begun, to be scanned as that transaction sees it; null when its pages may
 * not be all in the file, or not stay as they are.
 *
 * With a rollback journal a transaction that has begun to read, or to write, keeps everybody else from changing the file
 * itself: another writer's pages wait in its memory until the readers are gone. A hot journal was played back when the
 * transaction began.
 *
 * In WAL mode the file changes when somebody moves pages from the log into it. While there is nothing in the log after the
 * transaction has begun, the file is all there is, and it stays so: whoever holds the write lock keeps others from adding
 * to the log; and a reader that began with an empty log keeps what is added from being moved.
 *
 * Until the transaction is over nothing may close a descriptor of the file: see `heldFiles.ts`.
 *
 * @param identity of the file before SQLite opened it; another one has taken its place since when it is not the same
 */
function openPages(path: string, identity: string, isWal: boolean): { pages: FileSource; close(): void } | null {
  // Windows keeps everybody from reading the bytes that SQLite locks.
  if (process.platform === 'win32') return null;
  if (isWal && hasLoggedChanges(path)) return null;
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return null; // It has lost its name, or may be read by SQLite only.
  }
  const close = () => closeDatabaseFile(descriptor);
  try {
    if (descriptorIdentity(descriptor) === identity) {
      const { size } = fstatSync(descriptor);
      const header = new Uint8Array(HEADER_BYTES);
      // SQLite takes pages that are not there for pages of zeros, and goes on.
      const headerBytes = readBytes(descriptor, header, 0);
      if (size > 0) requireHeader(path, header.subarray(0, headerBytes), size);
      return { pages: new FileSource(descriptor, size, isWal), close };
    }
  } catch (error) {
    close();
    throw error;
  }
  close();
  return null;
}

function gone(path: string): SendplanError {
  return new SendplanError('file_not_found', `The database ${path} cannot be opened: it does not exist any more.`, {
    hint: 'Give the path of a SQLite database.',
  });
}

/** How often a file is opened again that another one takes the place of just then. */
const MOST_OPENINGS = 5;

/**
 * Opens a database and begins a transaction on it. Another program may put another file in its place until the transaction holds
 * its lock; then the new one is opened.
 *
 * @param begin the statements that begin the transaction
 */
async function openFile(
  path: string,
  begin: (connection: Connection, isWal: boolean) => Promise<void>,
): Promise<NativeConnection> {
  for (let opening = 1; ; opening++) {
    const identity = fileIdentity(path);
    if (identity === null) throw gone(path);
    const connection = await openOnce(path, identity, begin);
    if (fileIdentity(path) === identity) return connection;
    connection.close();
    if (opening === MOST_OPENINGS) {
      throw new SendplanError('file_changed', `Other programs put one file after the other in the place of ${path}.`, {
        hint: 'Start again when they have finished.',
      });
    }
  }
}

async function openOnce(
  path: string,
  identity: string,
  begin: (connection: Connection, isWal: boolean) => Promise<void>,
): Promise<NativeConnection> {
  const connection = await NativeConnection.open(path, BUSY_TIMEOUT_MS);
  const release = holdFile(identity);
  connection.attend(null, release);
  try {
    connection.execute(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA cache_size = -${CACHE_KIBIBYTES}`);
    await takeLock(connection, path, 'SELECT 1 FROM sqlite_schema');
    const isWal = isInWalMode(connection);
    await begin(connection, isWal);
    const file = openPages(path, identity, isWal);
    connection.attend(file?.pages ?? null, () => {
      file?.close();
      release();
    });
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A database file that libsql has open and that others cannot write to. */
export interface NativeDatabase extends Connection {
  commit(): void;
  /**
   * Commits, lets others write for a moment, and takes the write lock again.
   *
   * @param onCommitted called when what was written stays
   * @returns whether others have written
   * @throws SendplanError `file_busy` when another program keeps writing
   */
  recommit(onCommitted: () => void): boolean;
}

/**
 * Opens a database file in place with libsql, for databases that others have open, that are in WAL mode or do not fit into
 * memory, and takes SQLite's write lock: until `commit` or `close` others can read the database as it was.
 *
 * Waits for another writer for about half a minute, longer and longer between attempts. Where nothing is left in a log beside
 * the file, its pages can be scanned until the first change.
 *
 * @throws SendplanError `driver_missing` without libsql, `file_busy` when another program keeps writing, `not_a_database`
 */
export async function openNative(path: string): Promise<NativeDatabase> {
  let isWal = false;
  const connection = await openFile(path, async (opened, isInWal) => {
    isWal = isInWal;
    opened.execute('PRAGMA foreign_keys = OFF');
    if (isWal) emptyLog(opened);
    await takeLock(opened, path, 'BEGIN IMMEDIATE');
  });
  const commit = () => {
    // With a rollback journal a commit waits for those who read.
    connection.execute(`PRAGMA busy_timeout = ${LOCKED_TIMEOUT_MS}; COMMIT`);
    if (isWal) emptyLog(connection);
  };
  const recommit = (onCommitted: () => void) => {
    const before = dataVersion(connection);
    connection.execute(`PRAGMA busy_timeout = ${LOCKED_TIMEOUT_MS}; COMMIT`);
    onCommitted();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OTHERS_TURN_MS);
    connection.execute('BEGIN IMMEDIATE');
    return dataVersion(connection) !== before;
  };
  return Object.assign(connection, { commit, recommit });
}

/** Moves what is in a log into the file, as far as others who read from it allow. */
function emptyLog(connection: Connection): void {
  connection.execute('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** A number that changes when others have written to the database. */
function dataVersion(connection: Connection): unknown {
  for (const [version] of connection.query('PRAGMA data_version')) return version;
  return null;
}

/**
 * Opens a database file with libsql to read it as it is at one moment, whatever others write to it meanwhile. Nothing can be
 * written; `close` gives the read lock up.
 *
 * @throws SendplanError as `openNative` does
 */
export async function openNativeReader(path: string): Promise<Connection> {
  return openFile(path, async (opened) => {
    opened.execute('PRAGMA query_only = ON');
    opened.execute('BEGIN');
    // The lock comes with the first read.
    await takeLock(opened, path, 'SELECT 1 FROM sqlite_schema');
  });
}
