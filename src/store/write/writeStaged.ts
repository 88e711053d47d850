import type { Connection } from '../driver/connection.js';
import { stageRows } from './byPages/stageRows.js';
import type { RowsOfRun, RowsToWrite } from './rowsOfRun.js';
import type { InPlaceTarget, WriteSettings } from './writeSettings.js';

/** Lays the rows of a first run beside the database as pages, from where the transaction moves them over. */
export async function writeStaged(
  connection: Connection,
  run: RowsOfRun,
  { dryRun = false }: WriteSettings,
  { stagingPath }: InPlaceTarget,
): Promise<RowsToWrite> {
  const { inserted, refused, insert } = await stageRows(connection, run, dryRun ? null : stagingPath);
  return (target) => {
    insert(target);
    return { deleted: 0, inserted, refused, statements: [], pages: null };
  };
}
