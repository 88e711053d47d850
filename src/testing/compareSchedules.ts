import type { OracleResult } from '../oracle/model.js';
import type { PlannedRow } from '../rules/records.js';
import type { ContactDifference, RowDifference } from './contactDifference.js';
import { describeContact, describeSchedules } from './describe.js';
import { type ExpectedFacts, factsByContact } from './expectedFacts.js';
import {
  COMPARED_COLUMNS,
  columnsThatDiffer,
  pairRows,
  rowsByContact,
  rowsOfTypes,
  type ScheduleColumn,
  type ScheduledRow,
} from './rows.js';

/** How schedules are compared. */
export interface CompareOptions {
  /**
   * The columns that must agree, `COMPARED_COLUMNS` when left out. Rows are found by `contact_id` and `email_type`, so
   * these two must be in the rows in any case.
   */
  readonly columns?: readonly ScheduleColumn[];
  /** The email types to compare, in any case, for a scheduler that plans only some; all when left out. */
  readonly emailTypes?: readonly string[];
  /** How many contacts `text` describes in full, the first ones; 10 when left out. */
  readonly shownContacts?: number;
}

/** How a schedule differs from the expected one. */
export interface ScheduleDifference<Expected extends ScheduledRow = ScheduledRow> {
  /** Whether every expected row was found with the same values, and nothing else. */
  readonly equal: boolean;
  /** How many rows were expected. */
  readonly expectedCount: number;
  /** How many rows there were. */
  readonly actualCount: number;
  /** The contacts that have a difference, by id; empty when `equal`. */
  readonly contacts: readonly ContactDifference<Expected>[];
  /** A summary and the text of the first contacts. */
  readonly text: string;
}

/**
 * Compares the rows of any scheduler with the rows that are expected, contact by contact (Rules 11).
 *
 * The order of the rows plays no part. Values are compared as text, so that `7` and `'7'` agree, and NULL, undefined and
 * a missing column are one.
 *
 * @param actual rows in the names of `email_schedules`; of such a table, only the owned ones (Rules 1, status)
 * @param expected what `oracle` returned, which lets the texts explain themselves, or plain rows
 * @throws RangeError when `options.columns` is empty or names an unknown column
 * @example
 * import { compareSchedules, oracle } from 'sendplan/testing';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const expected = oracle({ contacts }, { today: '2025-06-13' });
 * console.log(compareSchedules(expected.rows.slice(1), expected).text.split('\n')[0]); // The schedules differ for 1 contact: 1 missing (2 rows expected, 1 found).
 */
export function compareSchedules(
  actual: Iterable<ScheduledRow>,
  expected: OracleResult,
  options?: CompareOptions,
): ScheduleDifference<PlannedRow>;
export function compareSchedules<Expected extends ScheduledRow>(
  actual: Iterable<ScheduledRow>,
  expected: Iterable<Expected>,
  options?: CompareOptions,
): ScheduleDifference<Expected>;
export function compareSchedules(
  actual: Iterable<ScheduledRow>,
  expected: OracleResult | Iterable<ScheduledRow>,
  options: CompareOptions = {},
): ScheduleDifference {
  const columns = checkedColumns(options.columns ?? COMPARED_COLUMNS);
  const result = Symbol.iterator in expected ? null : expected;
  const expectedRows = rowsOfTypes(Symbol.iterator in expected ? expected : expected.rows, options.emailTypes);
  const actualRows = rowsOfTypes(actual, options.emailTypes);
  const factsOf = result === null ? () => null : factsByContact(result);
  const contacts = contactDifferences(actualRows, expectedRows, columns, factsOf);
  const counts = { expectedCount: expectedRows.length, actualCount: actualRows.length };
  return {
    equal: contacts.length === 0,
    ...counts,
    contacts,
    text: describeSchedules(contacts, counts, options.shownContacts ?? 10),
  };
}

const KNOWN_COLUMNS: readonly string[] = [...COMPARED_COLUMNS, 'scheduled_send_time', 'metadata'];

function checkedColumns(columns: readonly ScheduleColumn[]): readonly ScheduleColumn[] {
  const unknown = columns.find((column) => !KNOWN_COLUMNS.includes(column));
  if (columns.length > 0 && unknown === undefined) return columns;
  const found = unknown === undefined ? 'none' : JSON.stringify(unknown);
  throw new RangeError(`columns: expected some of ${KNOWN_COLUMNS.join(', ')}, got ${found}`);
}

function contactDifferences(
  actual: readonly ScheduledRow[],
  expected: readonly ScheduledRow[],
  columns: readonly ScheduleColumn[],
  factsOf: (contactId: number | null) => ExpectedFacts | null,
): ContactDifference[] {
  const actualOf = rowsByContact(actual);
  const expectedOf = rowsByContact(expected);
  const ids = [...new Set([...expectedOf.keys(), ...actualOf.keys()])];
  return ids
    .sort((a, b) => (a ?? -Infinity) - (b ?? -Infinity))
    .flatMap((id) => contactDifference(id, actualOf.get(id) ?? [], expectedOf.get(id) ?? [], columns, factsOf));
}

/** The difference of one contact, in a list that is empty when there is none. */
function contactDifference(
  contactId: number | null,
  actual: readonly ScheduledRow[],
  expected: readonly ScheduledRow[],
  columns: readonly ScheduleColumn[],
  factsOf: (contactId: number | null) => ExpectedFacts | null,
): ContactDifference[] {
  const missing: ScheduledRow[] = [];
  const unexpected: ScheduledRow[] = [];
  const different: RowDifference[] = [];
  for (const pair of pairRows(expected, actual, columns)) {
    if (pair.expected === null) unexpected.push(pair.actual);
    else if (pair.actual === null) missing.push(pair.expected);
    else {
      const differing = columnsThatDiffer(pair.expected, pair.actual, columns);
      if (differing.length === 0) continue;
      different.push({ expected: pair.expected, actual: pair.actual, columns: differing });
    }
  }
  if (missing.length + unexpected.length + different.length === 0) return [];
  const difference = { contactId, missing, unexpected, different };
  return [{ ...difference, text: describeContact(difference, factsOf(contactId)) }];
}
