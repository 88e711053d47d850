import { SendplanError } from '../../errors.js';
import type { Connection } from '../../store/driver/connection.js';
import { fileUri } from '../../store/driver/nativeConnection.js';
import { nativeError, sqliteName } from '../../store/driver/nativeError.js';
import { requireDatabaseFile } from '../../store/file/openDatabaseFile.js';
import { quoteText } from '../../store/schema/readSchema.js';

/** What SQLite can only say of a database that is read, beside a new one that nobody else has. */
const OF_WHAT_IS_READ = /^SQLITE_(BUSY|LOCKED|NOTADB|CORRUPT|CANTOPEN|READONLY)/;

/**
 * Reads a database that is attached to another one.
 *
 * @param path of the attached one, which errors name where they can only be about it
 * @throws SendplanError whatever `read` throws; `file_not_found` when the database has gone meanwhile
 */
export function readAttached<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SendplanError)) throw error;
    const name = sqliteName(error.cause);
    if (!OF_WHAT_IS_READ.test(name)) throw error;
    if (name.startsWith('SQLITE_CANTOPEN')) requireDatabaseFile(path);
    throw nativeError(error.cause, { path, sql: 'read' });
  }
}

/**
 * Attaches a database by a name. SQLite would make one where there is none, unless it is told by an address that it must not; and it
 * would take a path that begins with `file:` for an address.
 *
 * @throws SendplanError `file_not_found` when it is not there or not readable, `not_a_database` when it is none
 */
export function attachDatabase(connection: Connection, path: string, name: string): void {
  const address = fileUri(requireDatabaseFile(path), 'rw');
  readAttached(path, () => connection.execute(`ATTACH ${quoteText(address)} AS ${name}`));
}
