import { readUnlocked } from '../file/openDatabaseFile.js';
import { latestConfigText, scanLatestConfig } from './latestConfig.js';

/**
 * Reads the configuration that a database file keeps of its last run, as JSON (Rules 11); null when it keeps none. SQLite, whose start
 * takes longer than the rest, is loaded only where the file's pages do not tell.
 *
 * @param driver `sqljs` reads without a lock; `native` reads under SQLite's own locks
 * @throws SendplanError when the file is not there, is no database, is in the middle of a change, or has changed since it was opened
 */
export async function readLatestConfig(path: string, driver: 'sqljs' | 'native'): Promise<string | null> {
  const scanned = driver === 'sqljs' ? await scanFile(path) : null;
  if (scanned !== null) return scanned.text;
  const { readDatabaseFile } = await import('../driver/readDatabaseFile.js');
  const { readSchema } = await import('../schema/readSchema.js');
  return readDatabaseFile(path, driver, async (connection, endReading) => {
    const found = latestConfigText(connection, readSchema(connection));
    endReading();
    return found;
  });
}

function scanFile(path: string): Promise<{ readonly text: string | null } | null> {
  return readUnlocked(path, async (file) => {
    const scanned = scanLatestConfig(file.pages);
    if (scanned !== null) file.requireSame();
    return scanned;
  });
}
