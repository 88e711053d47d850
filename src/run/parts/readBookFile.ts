import type { Connection } from '../../store/driver/connection.js';
import { readDatabaseFile } from '../../store/driver/readDatabaseFile.js';
import { isFolder } from './isFolder.js';

/**
 * `readDatabaseFile` for whatever holds a book: of one in parts the joined parts are read.
 *
 * @throws SendplanError as `readDatabaseFile` and `joinBook` do
 */
export async function readBookFile<Result>(
  path: string,
  driver: 'sqljs' | 'native',
  read: (connection: Connection, endReading: () => void) => Promise<Result>,
): Promise<Result> {
  if (!isFolder(path)) return readDatabaseFile(path, driver, read);
  const { withJoinedBook } = await import('./joinedBook.js');
  return withJoinedBook(path, (joined) => readDatabaseFile(joined, driver, read));
}
