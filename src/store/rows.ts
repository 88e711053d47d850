/** Stands for NULL in the Int32 columns of `ScheduleRows`. */
export const NULL_INT32 = -2147483648;

/**
 * Rows of `email_schedules` as columns, ready to be written (Rules 11). All columns have `count` elements.
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
