import { openDatabaseFile, requireDatabaseFile } from '../file/openDatabaseFile.js';
import type { Connection } from './connection.js';
import { openLazily } from './lazyConnection.js';
import { openNativeReader } from './native.js';
import { loadSqlJs } from './sqljs.js';

/** A database file that is only read. */
export interface FileReading {
  readonly connection: Connection;
  /** To be called when everything has been read. @throws SendplanError when the file has changed since it was opened */
  endReading(): void;
  close(): void;
}

/**
 * Opens a database file that is only read.
 *
 * @param driver `sqljs` reads without a lock, and `endReading` tells whether what was read is good; `native` reads under SQLite's
 *   own locks, which `endReading` gives up
 * @throws SendplanError when the file is not there, is no database, or is in the middle of a change
 */
export async function openForReading(path: string, driver: 'sqljs' | 'native'): Promise<FileReading> {
  if (driver === 'native') {
    const connection = await openNativeReader(requireDatabaseFile(path));
    const close = () => connection.close();
    return { connection, endReading: close, close };
  }
  const file = openDatabaseFile(path);
  try {
    const connection = openLazily(file.pages, await loadSqlJs());
    const close = () => {
      connection.close();
      file.close();
    };
    return { connection, endReading: file.requireSame, close };
  } catch (error) {
    file.close();
    throw error;
  }
}
