import type { Connection } from '../../store/driver/connection.js';
import { readDatabaseFile } from '../../store/driver/readDatabaseFile.js';
import { isFolder } from './isFolder.js';

/**
 * Has whatever holds a book read as one database file: of one in parts the joined parts, which are joined only for that.
 *
 * @throws SendplanError as `joinBook` does
 */
export async function withBookFile<Result>(path: string, read: (file: string) => Promise<Result>): Promise<Result> {
  if (!isFolder(path)) return read(path);
  const { withJoinedBook } = await import('./joinedBook.js');
  return withJoinedBook(path, read);
}

/**
 * `readDatabaseFile` for whatever holds a book: of one in parts the joined parts are read.
 *
 * @throws SendplanError as `readDatabaseFile` and `joinBook` do
 */
export function readBookFile<Result>(
  path: string,
  driver: 'sqljs' | 'native',
  read: (connection: Connection, endReading: () => void) => Promise<Result>,
): Promise<Result> {
  return withBookFile(path, (file) => readDatabaseFile(file, driver, read));
}
