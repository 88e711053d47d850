import { compareText, firstDifference, groupBy } from '../oracle/order.js';
import { type FieldValue, readInteger, readText } from '../rules/fields.js';
import type { PlannedRow } from '../rules/records.js';

/** The columns of `email_schedules` that can be compared: those of a planned row (Rules 11). */
export type ScheduleColumn = keyof PlannedRow;

/** A row of any scheduler, in the names and values of `email_schedules`; a column left out is compared as NULL. */
export type ScheduledRow = {
  readonly contact_id: FieldValue;
  readonly email_type: FieldValue;
} & { readonly [Column in ScheduleColumn]?: FieldValue };

/** The columns that are compared unless others are named: all but the send time and the metadata (Rules 11). */
export const COMPARED_COLUMNS = [
  'contact_id',
  'email_type',
  'planned_send_date',
  'scheduled_send_date',
  'status',
  'skip_reason',
  'priority',
  'campaign_instance_id',
  'email_template',
  'sms_template',
  'event_year',
  'event_month',
  'event_day',
] as const satisfies readonly ScheduleColumn[];

/** A row that is expected beside the row that was found for it; one of them is null where there is none. */
export type RowPair<Expected extends ScheduledRow> =
  | { readonly expected: Expected; readonly actual: ScheduledRow | null }
  | { readonly expected: null; readonly actual: ScheduledRow };

/** A value as it is compared and shown: `7` and `'7'` are one, and NULL is null. */
export function comparedText(value: FieldValue): string | null {
  return value instanceof Uint8Array ? `${value.length} bytes` : readText(value);
}

/** The columns in which two rows differ, in the order they are given. */
export function columnsThatDiffer(
  expected: ScheduledRow,
  actual: ScheduledRow,
  columns: readonly ScheduleColumn[],
): ScheduleColumn[] {
  return columns.filter((column) => comparedText(expected[column]) !== comparedText(actual[column]));
}

/** An email type as it is compared: in lower case, empty for NULL (Rules 1, email types). */
function comparedType(emailType: FieldValue): string {
  return (comparedText(emailType) ?? '').toLowerCase();
}

/** The rows whose email type is one of `emailTypes`, in any case; all of them when that is left out. */
export function rowsOfTypes<Row extends ScheduledRow>(rows: Iterable<Row>, emailTypes?: readonly string[]): Row[] {
  if (emailTypes === undefined) return [...rows];
  const wanted = new Set(emailTypes.map((type) => type.toLowerCase()));
  return [...rows].filter((row) => wanted.has(comparedType(row.email_type)));
}

/** The rows of each contact by its id, smallest first; those whose id is no number come first, under null. */
export function rowsByContact<Row extends ScheduledRow>(rows: Iterable<Row>): Map<number | null, Row[]> {
  const groups = [...groupBy(rows, (row) => readInteger(row.contact_id))];
  return new Map(groups.sort(([a], [b]) => (a ?? -Infinity) - (b ?? -Infinity)));
}

/**
 * Finds for each expected row of a contact the row that was meant to be it, by email type in any case.
 *
 * Of several of one type (windows of two years, say), equal ones belong together first, then those of one event year,
 * then those that are left, by send day.
 */
export function pairRows<Expected extends ScheduledRow>(
  expected: readonly Expected[],
  actual: readonly ScheduledRow[],
  columns: readonly ScheduleColumn[],
): RowPair<Expected>[] {
  const typeOf = (row: ScheduledRow) => comparedType(row.email_type);
  const expectedByType = groupBy([...expected].sort(compareDays), typeOf);
  const actualByType = groupBy([...actual].sort(compareDays), typeOf);
  const types = [...new Set([...expectedByType.keys(), ...actualByType.keys()])].sort(compareText);
  return types.flatMap((type) => pairOneType(expectedByType.get(type) ?? [], actualByType.get(type) ?? [], columns));
}

function compareDays(a: ScheduledRow, b: ScheduledRow): number {
  const text = (value: FieldValue) => comparedText(value) ?? '';
  return firstDifference(
    compareText(text(a.scheduled_send_date), text(b.scheduled_send_date)),
    compareText(text(a.event_year), text(b.event_year)),
  );
}

function pairOneType<Expected extends ScheduledRow>(
  expected: readonly Expected[],
  actual: readonly ScheduledRow[],
  columns: readonly ScheduleColumn[],
): RowPair<Expected>[] {
  // Lists, because one object may stand in either of them twice.
  const pairs = expected.map((row) => ({ expected: row, actual: null as ScheduledRow | null }));
  const left = [...actual];
  const pairUp = (fits: (expected: Expected, actual: ScheduledRow) => boolean) => {
    for (const pair of pairs) {
      const place = pair.actual === null ? left.findIndex((row) => fits(pair.expected, row)) : -1;
      if (place >= 0) pair.actual = left.splice(place, 1)[0];
    }
  };
  pairUp((row, candidate) => columnsThatDiffer(row, candidate, columns).length === 0);
  pairUp((row, candidate) => comparedText(row.event_year) === comparedText(candidate.event_year));
  pairUp(() => true);
  return [...pairs, ...left.map((row) => ({ expected: null, actual: row }))];
}
