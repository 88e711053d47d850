import { flushByContact } from './bySql/flushByContact.js';
import { type RowsOfRun, type RowsToWrite, SAVEPOINT } from './rowsOfRun.js';
import type { InPlaceTarget, WriteSettings } from './writeSettings.js';

/** Replaces rows contact by contact, many changes in several transactions. */
export function writeByContact(
  { changes, runId, nowText, onProgress }: RowsOfRun,
  { dryRun = false }: WriteSettings,
  { transactions }: InPlaceTarget,
): RowsToWrite {
  return (connection) => {
    const rowCount = changes.rows.count;
    const refused = new Set<number>();
    const next = (contactsWritten: number, contactsTotal: number) => {
      connection.execute(`RELEASE ${SAVEPOINT}`);
      try {
        return transactions.next(contactsWritten, contactsTotal);
      } finally {
        connection.execute(`SAVEPOINT ${SAVEPOINT}`);
      }
    };
    const { deleted, inserted, statements } = flushByContact(connection, changes, {
      runId,
      nowText,
      onProgress: (rowsDone) => onProgress?.(rowsDone, rowCount),
      onRefused: (place) => refused.add(place),
      transactions: dryRun ? undefined : { ...transactions, next },
    });
    return { deleted, inserted, refused, statements, pages: null };
  };
}
