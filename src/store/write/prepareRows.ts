import type { Connection } from '../driver/connection.js';
import type { RowsOfRun, RowsToWrite } from './rowsOfRun.js';
import { writeAsPages } from './writeAsPages.js';
import { writeByContact } from './writeByContact.js';
import { writeByStatements } from './writeByStatements.js';
import type { WritePlan } from './writePlan.js';
import type { WriteSettings } from './writeSettings.js';
import { writeStaged } from './writeStaged.js';

/**
 * Does what has to be done before the transaction is changed by anything, and returns how the rows are then written.
 *
 * @throws UnfitForPages when they cannot go the way that is planned; nothing was changed then
 */
export async function prepareRows(
  connection: Connection,
  run: RowsOfRun,
  settings: WriteSettings,
  { way, keepsLeaves }: WritePlan,
): Promise<RowsToWrite> {
  const { target } = settings;
  if (way === 'pages' && target?.kind === 'copy') {
    const keysRead = (await target.keysRead?.()) ?? new Map();
    return writeAsPages(run, target, keysRead, keepsLeaves);
  }
  if (way === 'staged' && target?.kind === 'in_place') return writeStaged(connection, run, target);
  if (way === 'contacts' && target?.kind === 'in_place') return writeByContact(run, settings, target);
  return writeByStatements(run);
}
