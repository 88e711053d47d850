import { type RowTable, rowTable } from '../columns/rowTable.js';
import { SCHEDULE_ROW_COLUMNS } from '../columns/scheduleRows.js';
import type { Plan } from '../plan/plan.js';
import { becomesRow } from '../plan/reasons.js';
import { RowWriter } from '../plan/rows.js';

/** How many rows are in memory at a time; a row group of Parquet, a record batch of Arrow. */
const EXPORT_BATCH_ROWS = 65_536;

/**
 * The rows of a plan in the columns of `email_schedules` (Rules 11), contact by contact.
 *
 * @param refused candidates that are left out, because a unique index refuses their rows
 */
export function planRows(plan: Plan, refused: ReadonlySet<number> = new Set()): RowTable {
  return rowTable(SCHEDULE_ROW_COLUMNS, function* () {
    const writer = new RowWriter(plan, EXPORT_BATCH_ROWS);
    for (let candidate = 0; candidate < plan.count; candidate++) {
      if (!becomesRow(plan.views.candidateReason[candidate]) || refused.has(candidate)) continue;
      writer.add(candidate);
      if (!writer.isFull) continue;
      yield writer.rows;
      writer.clear();
    }
    if (writer.rows.count > 0) yield writer.rows;
  });
}
