import type { Connection } from '../driver/connection.js';
import type { RowsOfRun, RowsToWrite } from './rowsOfRun.js';
import type { InPlaceTarget } from './writeSettings.js';

/** Lays the rows of a first run beside the database as pages, from where the transaction moves them over. */
export async function writeStaged(
  connection: Connection,
  run: RowsOfRun,
  { stage }: InPlaceTarget,
): Promise<RowsToWrite> {
  const { inserted, refused, insert } = await stage(connection, run);
  return (target) => {
    insert(target);
    return { deleted: 0, inserted, refused, statements: [], pages: null };
  };
}
