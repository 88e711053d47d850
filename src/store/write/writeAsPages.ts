import { preparePages } from './byPages/preparePages.js';
import type { KeysByRoot } from './byPages/storedKeys.js';
import { prepareIndexes } from './byPages/unfilledIndexes.js';
import type { RowsOfRun, RowsToWrite } from './rowsOfRun.js';
import type { CopyTarget } from './writeSettings.js';

/** The columns of our own unique index. */
const SCHEDULE_KEY = ['contact_id', 'email_type', 'scheduled_send_date'];

/**
 * Prepares the rows for being written as pages into a copy of the database, when the transaction is over.
 *
 * @param keysRead keys of stored rows that were read beforehand
 * @param keepsLeaves whether leaves in which nothing changes stay where they are, if that can be
 */
export function writeAsPages(
  { changes, runId, nowText, plainRoots, onProgress }: RowsOfRun,
  target: CopyTarget,
  keysRead: KeysByRoot,
  keepsLeaves = false,
): RowsToWrite {
  // A database hands out its pages between transactions only.
  const before = target.pagesBefore();
  return (connection, { unfilled, isKeyIndexComing }) => {
    const { rows } = changes;
    const indexes = prepareIndexes(connection, unfilled, before, keysRead);
    const prepared = preparePages(
      connection,
      { deletedIds: changes.deletedIds(), rows },
      {
        runId,
        nowText,
        pagesBefore: () => before,
        comingIndex: isKeyIndexComing ? SCHEDULE_KEY : undefined,
        indexes,
        plainRoots,
        keepsLeaves,
        keysRead,
        onProgress: (rowsDone) => onProgress?.(rowsDone, rows.count),
      },
    );
    const { deleted, inserted } = prepared;
    const isEmpty = deleted + inserted + unfilled.length === 0 && !isKeyIndexComing;
    return { deleted, inserted, refused: new Set(prepared.refused), statements: [], pages: isEmpty ? null : prepared };
  };
}
