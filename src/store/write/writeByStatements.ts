import type { ScheduleRows } from '../../columns/scheduleRows.js';
import { rowsToWrite } from '../changes/diffSchedules.js';
import { flushSchedules } from './bySql/flushSchedules.js';
import type { RowsOfRun, RowsToWrite } from './rowsOfRun.js';

const BATCH_ROWS = 50_000;

/** Deletes the rows that go and inserts those that come. */
export function writeByStatements({ plan, diff, runId, nowText, onProgress }: RowsOfRun): RowsToWrite {
  return (connection) => {
    const rowCount = diff.inserted + diff.replaced;
    const refused = new Set<number>();
    let candidates: Uint32Array = new Uint32Array(0);
    function* batches(): Generator<ScheduleRows> {
      for (const writer of rowsToWrite(plan, diff, BATCH_ROWS)) {
        candidates = writer.candidates;
        yield writer.rows;
      }
    }
    const { deleted, inserted, statements } = flushSchedules(
      connection,
      { deletedIds: diff.deletedIds, rowCount, batches: batches() },
      {
        runId,
        nowText,
        onProgress: (rowsDone) => onProgress?.(rowsDone, rowCount),
        onRefused: (place) => refused.add(candidates[place]),
      },
    );
    return { deleted, inserted, refused, statements, pages: null };
  };
}
