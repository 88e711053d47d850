import type { Organization } from './organization.js';
import type { RowColumn } from './rowTable.js';
import type { ScheduleForms } from './scheduleForms.js';
import { SCHEDULE_ROW_COLUMNS, type ScheduleRows } from './scheduleRows.js';
import { ofForm, type Schedules } from './schedules.js';

/** The value of an owned row that was found, as `RowValues` have it; `NOT_PLAIN` where a run would never write it so. */
type FoundValue = (schedules: Schedules, row: number) => number;

const byForm = (name: keyof ScheduleForms): FoundValue => {
  return (schedules, row) => ofForm(schedules, row, name);
};

const FOUND: Readonly<Record<string, FoundValue>> = {
  email_type: byForm('emailType'),
  planned_send_date: ({ plannedDay }, row) => plannedDay[row],
  scheduled_send_date: ({ scheduledDay }, row) => scheduledDay[row],
  scheduled_send_time: byForm('sendTime'),
  status: byForm('status'),
  skip_reason: byForm('skipReason'),
  priority: byForm('storedPriority'),
  campaign_instance_id: byForm('instanceId'),
  email_template: byForm('emailTemplate'),
  sms_template: byForm('smsTemplate'),
  event_year: ({ eventYear }, row) => eventYear[row],
  event_month: ({ eventMonth }, row) => eventMonth[row],
  event_day: ({ eventDay }, row) => eventDay[row],
  metadata: ({ metadata }, row) => metadata[row],
};

/** The names of the columns in which rows are compared. */
export const COMPARED_FIELDS: readonly string[] = Object.keys(FOUND);

/** A column of `email_schedules` in which a row that was found and a planned one are compared (Rules 11). */
export interface ComparedColumn extends RowColumn<ScheduleRows> {
  /** The value of an owned row that was found, as the column's `take` has it; `NOT_PLAIN` is an odd form. */
  readonly found: (row: number) => number;
}

/** The columns in which owned rows of an organization are compared with planned ones, in the table's order. */
export function comparedColumns({ schedules }: Pick<Organization, 'schedules'>): ComparedColumn[] {
  return SCHEDULE_ROW_COLUMNS.filter(({ name }) => name in FOUND).map((column) => {
    const value = FOUND[column.name];
    return { ...column, found: (row) => value(schedules, row) };
  });
}

/**
 * The columns in which an owned row differs from a planned one, a bit for each of `columns`.
 *
 * @param place where `rows` has the planned one
 */
export function differingColumns(
  columns: readonly ComparedColumn[],
  row: number,
  rows: ScheduleRows,
  place: number,
): number {
  let bits = 0;
  for (let i = 0; i < columns.length; i++) {
    const found = columns[i].found(row);
    const planned = columns[i].take(rows)[place];
    if (found !== planned && !(Number.isNaN(found) && Number.isNaN(planned))) bits |= 1 << i;
  }
  return bits;
}
