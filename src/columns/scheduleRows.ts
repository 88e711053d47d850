import type { RowColumn } from './rowTable.js';
import { NULL_TEXT } from './texts.js';

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

/** Rows that are filled, to be read as `ScheduleRows`. */
export type ScheduleRowBuffers = { -readonly [Column in keyof ScheduleRows]: ScheduleRows[Column] };

/** Columns for so many rows, none of which is there yet; ids are NaN. @param texts whose codes they will hold */
export function scheduleRowBuffers(texts: readonly string[], capacity: number): ScheduleRowBuffers {
  const codes = () => new Int32Array(capacity);
  return {
    count: 0,
    texts,
    id: new Float64Array(capacity).fill(Number.NaN),
    createdAt: codes().fill(NULL_TEXT),
    contactId: new Float64Array(capacity),
    emailType: codes(),
    plannedDay: codes(),
    sendDay: codes(),
    sendTime: codes(),
    status: codes(),
    skipReason: codes(),
    priority: codes(),
    instanceId: new Float64Array(capacity),
    emailTemplate: codes(),
    smsTemplate: codes(),
    eventYear: codes(),
    eventMonth: codes(),
    eventDay: codes(),
    metadata: codes(),
  };
}

/** The columns of `email_schedules` that a plan fills, in the table's order (Rules 11). */
export const SCHEDULE_ROW_COLUMNS: readonly RowColumn<ScheduleRows>[] = [
  { name: 'contact_id', type: 'id', take: (rows) => rows.contactId },
  { name: 'email_type', type: 'word', take: (rows) => rows.emailType },
  { name: 'planned_send_date', type: 'day', take: (rows) => rows.plannedDay },
  { name: 'scheduled_send_date', type: 'day', take: (rows) => rows.sendDay },
  { name: 'scheduled_send_time', type: 'word', take: (rows) => rows.sendTime },
  { name: 'status', type: 'word', take: (rows) => rows.status },
  { name: 'skip_reason', type: 'word', take: (rows) => rows.skipReason },
  { name: 'priority', type: 'integer', take: (rows) => rows.priority },
  { name: 'campaign_instance_id', type: 'id', take: (rows) => rows.instanceId },
  { name: 'email_template', type: 'word', take: (rows) => rows.emailTemplate },
  { name: 'sms_template', type: 'word', take: (rows) => rows.smsTemplate },
  { name: 'event_year', type: 'integer', take: (rows) => rows.eventYear },
  { name: 'event_month', type: 'integer', take: (rows) => rows.eventMonth },
  { name: 'event_day', type: 'integer', take: (rows) => rows.eventDay },
  { name: 'metadata', type: 'text', take: (rows) => rows.metadata },
];
