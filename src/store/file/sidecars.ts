import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { SendplanError } from '../../errors.js';

/** The length of a write-ahead log's own header; anything after it is changes. */
export const LOG_HEADER_BYTES = 32;

/** A path as a shell takes it as one word. */
export function shellQuote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0; // It is not there, as it should be.
  }
}

function firstByte(path: string): number {
  const descriptor = openSync(path, 'r');
  try {
    const byte = new Uint8Array(1);
    return readSync(descriptor, byte, 0, 1, 0) === 1 ? byte[0] : 0;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Refuses a database file that is not whole without the files beside it: a write-ahead log (`-wal`) with changes in it,
 * or the rollback journal (`-journal`) of a transaction that is under way or was cut off.
 *
 * @throws SendplanError `file_busy` with the way out
 */
export function requireNoSidecars(path: string): void {
  const wal = `${path}-wal`;
  const walBytes = sizeOf(wal);
  if (walBytes > LOG_HEADER_BYTES) {
    throw new SendplanError(
      'file_busy',
      `${path} is in WAL mode and has changes in ${wal} (${walBytes} bytes) that are not in the file itself.`,
      {
        hint: `Close the programs that use it, then bring the changes in: sqlite3 ${shellQuote(path)} 'PRAGMA wal_checkpoint(TRUNCATE);'`,
      },
    );
  }
  const journal = `${path}-journal`;
  // SQLite overwrites the beginning with zeros when it is done with a journal that it keeps.
  if (sizeOf(journal) > 0 && firstByte(journal) !== 0) {
    throw new SendplanError(
      'file_busy',
      `${path} has a rollback journal with content beside it, ${journal}: a transaction is under way or was cut off.`,
      {
        hint: `Wait for the program that writes to it; if there is none, let SQLite clean up: sqlite3 ${shellQuote(path)} 'SELECT count(*) FROM sqlite_master;'`,
      },
    );
  }
}
