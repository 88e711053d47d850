import { readUnlocked, requireDatabaseFile } from '../file/openDatabaseFile.js';
import type { Connection } from './connection.js';
import { openLazily } from './lazyConnection.js';
import { openNativeReader } from './native.js';
import { loadSqlJs } from './sqljs.js';

/**
 * Reads a database file: opens it, has it read, and closes it.
 *
 * @param driver `sqljs` reads without a lock; `native` reads under SQLite's own locks
 * @param read is to call `endReading` when everything has been read: it tells whether what was read is good, or gives the locks up
 * @throws SendplanError when the file is not there, is no database, is in the middle of a change, or has changed since it was opened
 */
export async function readDatabaseFile<Result>(
  path: string,
  driver: 'sqljs' | 'native',
  read: (connection: Connection, endReading: () => void) => Promise<Result>,
): Promise<Result> {
  if (driver === 'native') {
    const connection = await openNativeReader(requireDatabaseFile(path));
    const close = () => connection.close();
    return read(connection, close).finally(close);
  }
  return readUnlocked(path, async (file) => {
    const connection = openLazily(file.pages, await loadSqlJs());
    return read(connection, file.requireSame).finally(() => connection.close());
  });
}
