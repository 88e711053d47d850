import type { Organization } from '../columns/organization.js';
import { MISSING_DAY } from '../columns/rowCursor.js';
import { shownTexts, type UnknownText } from '../columns/scheduleNotes.js';
import type { Config } from '../rules/config.js';
import { DATE_ORDERS, type DateOrder } from '../rules/dates.js';
import { readDate } from '../rules/fields.js';
import type { Issue, IssueKind } from '../rules/records.js';
import { UNKNOWN_STATE } from '../rules/states.js';
import type { AlikeColumn } from '../store/schema/alikeColumns.js';

/** The columns of contacts whose values may be unreadable; `state` stands for state and ZIP code. */
export type ReadColumnName = 'id' | 'email' | 'state' | 'birth_date' | 'effective_date';

/** How much of a column of contacts could be read. */
export interface ReadColumn {
  readonly column: ReadColumnName;
  /** Rows whose value is not blank. */
  readonly filled: number;
  /** Those of them whose value cannot be read. */
  readonly unreadable: number;
  /** The commonest value that cannot be read, quoted, and how many rows hold it; null when all can. */
  readonly commonest: { readonly value: string; readonly rows: number } | null;
  /** For dates: the setting of `reading.dates` that they were read by; null for other columns. */
  readonly read_as: DateOrder | null;
  /** For dates: the setting of `reading.dates` that would read most of them, and how many; null when none would read any. */
  readonly readable_as: { readonly dates: DateOrder; readonly rows: number } | null;
}

/** What was found and could not be read, or counts for nothing (Rules 1, 2 and 6). */
export interface ReadingReport {
  readonly columns: readonly ReadColumn[];
  /** Columns of contacts that are not read and look like one that is not there. */
  readonly alike_columns: readonly AlikeColumn[];
  /**
   * The rows of the table or view `suppressions`, and the contacts that one of them is for which holds on the run's day; null when there
   * is none.
   */
  readonly suppressions: { readonly rows: number; readonly contacts: number } | null;
  /** Rows of `email_schedules` that count for nothing, or for less than they seem to. */
  readonly rows: {
    readonly unknown_statuses: readonly UnknownText[];
    readonly unknown_types: readonly UnknownText[];
    readonly unreadable_days: { readonly rows: number; readonly example: string | null };
  };
}

const KINDS: Readonly<Record<ReadColumnName, IssueKind>> = {
  id: 'invalid_id',
  email: 'invalid_email',
  state: 'unknown_state',
  birth_date: 'invalid_birth_date',
  effective_date: 'invalid_effective_date',
};

/** The rows whose value of a column could be read. */
function readableRows({ contacts }: Organization, column: ReadColumnName): number {
  const count = (values: ArrayLike<number>, missing: number) => {
    let found = 0;
    for (let i = 0; i < values.length; i++) if (values[i] !== missing) found++;
    return found;
  };
  switch (column) {
    case 'id':
      return contacts.rowCount;
    case 'email':
      return contacts.count;
    case 'state':
      return count(contacts.state, UNKNOWN_STATE);
    case 'birth_date':
      return count(contacts.birth, MISSING_DAY);
    case 'effective_date':
      return count(contacts.effective, MISSING_DAY);
  }
}

/** How often each value that could not be read was found; blank ones are no such values. */
function unreadableValues(issues: readonly Issue[]): Map<IssueKind, Map<string, number>> {
  const found = new Map<IssueKind, Map<string, number>>();
  const wanted = new Set<IssueKind>(Object.values(KINDS));
  for (const { kind, detail } of issues) {
    if (!wanted.has(kind) || detail === null || detail === '""') continue;
    const values = found.get(kind) ?? new Map<string, number>();
    found.set(kind, values);
    values.set(detail, (values.get(detail) ?? 0) + 1);
  }
  return found;
}

function commonestOf(values: ReadonlyMap<string, number>): ReadColumn['commonest'] {
  let commonest: ReadColumn['commonest'] = null;
  for (const [value, rows] of values) if (commonest === null || rows > commonest.rows) commonest = { value, rows };
  return commonest;
}

/** The setting that reads most of the values, of those that read any. */
function readableAs(values: ReadonlyMap<string, number>): ReadColumn['readable_as'] {
  let best: ReadColumn['readable_as'] = null;
  for (const dates of DATE_ORDERS) {
    let rows = 0;
    for (const [value, count] of values) {
      if (readDate(value.replace(/^"|"$/g, ''), dates).day !== null) rows += count;
    }
    if (rows > (best?.rows ?? 0)) best = { dates, rows };
  }
  return best;
}

/** The rows of `suppressions`, and how many contacts they are for on the run's day. */
function readSuppressions({ suppressions }: Organization, today: number): ReadingReport['suppressions'] {
  const { rowCount, first, startDay, endDay } = suppressions;
  if (rowCount === null) return null;
  let contacts = 0;
  for (let contact = 0; contact + 1 < first.length; contact++) {
    for (let i = first[contact]; i < first[contact + 1]; i++) {
      if (startDay[i] > today || endDay[i] < today) continue;
      contacts++;
      break;
    }
  }
  return { rows: rowCount, contacts };
}

/**
 * Puts into figures what could not be read of an organization.
 *
 * @param today the run's day
 * @param alikeColumns of its table of contacts
 */
export function reportReading(
  organization: Organization,
  config: Config,
  today: number,
  alikeColumns: readonly AlikeColumn[],
): ReadingReport {
  const { issues, schedules } = organization;
  const found = unreadableValues(issues.issues);
  const columns = (Object.keys(KINDS) as ReadColumnName[]).map((column): ReadColumn => {
    const values = found.get(KINDS[column]) ?? new Map<string, number>();
    const unreadable = [...values.values()].reduce((sum, rows) => sum + rows, 0);
    const readable = readableRows(organization, column) - (column === 'id' ? unreadable : 0);
    const isDate = column === 'birth_date' || column === 'effective_date';
    return {
      column,
      filled: readable + unreadable,
      unreadable,
      commonest: commonestOf(values),
      read_as: isDate ? config.reading.dates : null,
      readable_as: isDate ? readableAs(values) : null,
    };
  });
  const { unknownStatuses, unknownTypes, unreadableDays } = schedules.notes;
  const rows = {
    unknown_statuses: shownTexts(unknownStatuses),
    unknown_types: shownTexts(unknownTypes),
    unreadable_days: unreadableDays,
  };
  return { columns, alike_columns: alikeColumns, suppressions: readSuppressions(organization, today), rows };
}
