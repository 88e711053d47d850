import type { Table } from 'apache-arrow';
import { dayVector, numberVector, tableOf, textVector } from './arrowTable.js';

/**
 * Rows of `email_schedules` as columns, ready to be written (Rules 11). All columns have at least `count` elements.
 *
 * Text is a code: an index into `texts`, or -1 for NULL. Days are days since 1970-01-01.
 */
export interface ScheduleRows {
  readonly count: number;
  readonly texts: readonly string[];
  /** The row's id when it takes the place of an owned row that changed; NaN lets SQLite choose. */
  readonly id: Float64Array;
  /** `created_at` of the owned row it takes the place of, as a text code; -1 is now. */
  readonly createdAt: Int32Array;
  readonly contactId: Float64Array;
  readonly emailType: Int32Array;
  readonly plannedDay: Int32Array;
  readonly sendDay: Int32Array;
  readonly sendTime: Int32Array;
  readonly status: Int32Array;
  readonly skipReason: Int32Array;
  readonly priority: Int32Array;
  /** NaN is NULL. */
  readonly instanceId: Float64Array;
  readonly emailTemplate: Int32Array;
  readonly smsTemplate: Int32Array;
  /** `NULL_INT32` is NULL, for the three event columns. */
  readonly eventYear: Int32Array;
  readonly eventMonth: Int32Array;
  readonly eventDay: Int32Array;
  readonly metadata: Int32Array;
}

/**
 * Rows as an Arrow table in the columns of `email_schedules` (Rules 11): dates as DateDay, texts as dictionaries. The table
 * shares the rows' memory.
 */
export function scheduleTable(rows: ScheduleRows): Table {
  const text = (codes: Int32Array) => textVector(codes.subarray(0, rows.count), rows.texts);
  const number = (values: Float64Array | Int32Array) => numberVector(values.subarray(0, rows.count));
  const day = (values: Int32Array) => dayVector(values.subarray(0, rows.count));
  return tableOf({
    contact_id: number(rows.contactId),
    email_type: text(rows.emailType),
    planned_send_date: day(rows.plannedDay),
    scheduled_send_date: day(rows.sendDay),
    scheduled_send_time: text(rows.sendTime),
    status: text(rows.status),
    skip_reason: text(rows.skipReason),
    priority: number(rows.priority),
    campaign_instance_id: number(rows.instanceId),
    email_template: text(rows.emailTemplate),
    sms_template: text(rows.smsTemplate),
    event_year: number(rows.eventYear),
    event_month: number(rows.eventMonth),
    event_day: number(rows.eventDay),
    metadata: text(rows.metadata),
  });
}
