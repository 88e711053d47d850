import { SendplanError } from '../../errors.js';
import type { FileLocks, HeldLock } from '../file/fileLocks.js';
import { fileIdentity, holdFile } from '../file/heldFiles.js';
import { NativeConnection } from './nativeConnection.js';
import { BUSY_TIMEOUT_MS, takeLock } from './takeLock.js';

/** Opens a file and takes a lock with it, which is given up when the connection is closed. */
async function hold(
  path: string,
  take: (connection: NativeConnection) => Promise<void> | void,
  timeoutMs: number,
): Promise<HeldLock> {
  const connection = await NativeConnection.open(path, timeoutMs);
  const identity = fileIdentity(path);
  connection.attend(null, identity === null ? () => {} : holdFile(identity));
  try {
    await take(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  return { release: () => connection.close() };
}

const LOCKS: FileLocks = {
  lockDatabase: (path) => hold(path, (connection) => takeLock(connection, path, 'BEGIN IMMEDIATE'), BUSY_TIMEOUT_MS),
  // Half a database cannot be read, so that whoever asks must be told by the lock before that. Without a journal SQLite has nothing to
  // play back when the lock is given up, and writes nothing to the file.
  lockWhole: (path) =>
    hold(path, (connection) => connection.execute('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE'), BUSY_TIMEOUT_MS),
  async isLocked(path) {
    try {
      const lock = await hold(path, (connection) => connection.execute('SELECT 1 FROM sqlite_schema'), 0);
      lock.release();
      return false;
    } catch (error) {
      // Whoever may write to it half done says so by its lock; anything else is what SQLite thinks of half a file.
      return error instanceof SendplanError && error.code === 'file_busy';
    }
  },
};

/** SQLite's locks on files; null where libsql, which takes them, is not installed. */
export async function loadFileLocks(): Promise<FileLocks | null> {
  return (await NativeConnection.isInstalled()) ? LOCKS : null;
}
