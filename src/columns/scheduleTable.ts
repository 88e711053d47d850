import type { Table } from 'apache-arrow';
import { dayVector, numberVector, tableOf, textVector } from './arrowTable.js';
import { SCHEDULE_ROW_COLUMNS, type ScheduleRows } from './scheduleRows.js';

/**
 * Rows as an Arrow table in the columns of `email_schedules` (Rules 11): dates as DateDay, texts as dictionaries, ids as
 * Float64. The table shares the rows' memory.
 */
export function scheduleTable(rows: ScheduleRows): Table {
  const vectors = SCHEDULE_ROW_COLUMNS.map(({ name, type, take }) => {
    const values = take(rows).subarray(0, rows.count);
    if (values instanceof Float64Array || type === 'integer') return [name, numberVector(values)];
    return [name, type === 'day' ? dayVector(values) : textVector(values, rows.texts)];
  });
  return tableOf(Object.fromEntries(vectors));
}
