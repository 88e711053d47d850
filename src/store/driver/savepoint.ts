import { SendplanError } from '../../errors.js';
import type { Connection } from './connection.js';

/**
 * Takes back what a savepoint holds, and ends it; to be called when something failed. After a full disk and the like SQLite has
 * taken back the whole transaction by itself, and the savepoint with it.
 *
 * @returns whether the transaction that holds the savepoint goes on
 */
export function takeBack(connection: Connection, savepoint: string): boolean {
  try {
    connection.execute(`ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
    return true;
  } catch (error) {
    if (!(error instanceof SendplanError) || !/no such savepoint/.test(error.message)) throw error;
    return false;
  }
}
