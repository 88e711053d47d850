import type { ScheduleColumn, ScheduledRow } from './rows.js';

/** An expected row that was found with other values. */
export interface RowDifference<Expected extends ScheduledRow = ScheduledRow> {
  readonly expected: Expected;
  readonly actual: ScheduledRow;
  /** The columns that do not agree; never empty. */
  readonly columns: readonly ScheduleColumn[];
}

/** What differs for one contact. */
export interface ContactDifference<Expected extends ScheduledRow = ScheduledRow> {
  /** Null for rows whose `contact_id` is no whole number. */
  readonly contactId: number | null;
  /** The expected rows that are not there. */
  readonly missing: readonly Expected[];
  /** The rows that are there and not expected. */
  readonly unexpected: readonly ScheduledRow[];
  readonly different: readonly RowDifference<Expected>[];
  /** All of it in lines for people; with what was expected and why, when an oracle's result was compared with. */
  readonly text: string;
}
