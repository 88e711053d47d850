import type { ScheduleRows } from '../../columns/scheduleRows.js';
import { FLUSH_BATCH_ROWS } from '../changes/newRows.js';
import { flushSchedules } from './bySql/flushSchedules.js';
import type { RowsOfRun, RowsToWrite } from './rowsOfRun.js';

/** Deletes the rows that go and inserts those that come. */
export function writeByStatements({ changes, runId, nowText, onProgress }: RowsOfRun): RowsToWrite {
  return (connection) => {
    const { rows } = changes;
    const refused = new Set<number>();
    let start = 0;
    function* batches(): Generator<ScheduleRows> {
      for (start = 0; start < rows.count; start += FLUSH_BATCH_ROWS) {
        const count = Math.min(FLUSH_BATCH_ROWS, rows.count - start);
        yield rows.at(Uint32Array.from({ length: count }, (_, i) => start + i));
      }
    }
    const { deleted, inserted, statements } = flushSchedules(
      connection,
      { deletedIds: changes.deletedIds(), rowCount: rows.count, batches: batches() },
      {
        runId,
        nowText,
        onProgress: (rowsDone) => onProgress?.(rowsDone, rows.count),
        onRefused: (place) => refused.add(start + place),
      },
    );
    return { deleted, inserted, refused, statements, pages: null };
  };
}
