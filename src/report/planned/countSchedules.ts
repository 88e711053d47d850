import { ContactIndex } from '../../columns/contactIndex.js';
import type { Contacts } from '../../columns/contacts.js';
import { dateMemo } from '../../columns/dateMemo.js';
import { openRows } from '../../columns/openColumns.js';
import { INVALID_DAY, MISSING_DAY } from '../../columns/rowCursor.js';
import type { RowSource } from '../../columns/source.js';
import { TextMemo } from '../../columns/textMemo.js';
import { TextDictionary } from '../../columns/texts.js';
import { comparedStatus, statusClass } from '../../rules/emailTypes.js';
import { UNKNOWN_STATE } from '../../rules/states.js';

/** What rows are counted as: the owned statuses apart, and the classes of all others (Rules 1, status). */
export const COUNTED_AS = { preScheduled: 0, skipped: 1, history: 2, ended: 3, other: 4 } as const;

const CLASS_COUNT = Object.keys(COUNTED_AS).length;

/** How often each of a few things was counted, by its code. */
export class Tally {
  readonly #counts = new Map<number, number>();

  add(code: number): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  countOf(code: number): number {
    return this.#counts.get(code) ?? 0;
  }

  /** Codes and counts, in ascending order of code. */
  entries(): [code: number, count: number][] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }
}

/** The rows of `email_schedules` in figures; days are days since 1970-01-01. */
export interface ScheduleCounts {
  readonly rowCount: number;
  /** The email types that there are, as they are written. */
  readonly types: readonly string[];
  /** By type, one number per `COUNTED_AS`. */
  readonly classesOfType: (type: number) => readonly number[];
  readonly statuses: readonly string[];
  readonly ofStatus: Tally;
  readonly reasons: readonly string[];
  readonly ofReason: Tally;
  /** Planned rows (`pre-scheduled`) by type, then send day. */
  readonly plannedDays: readonly Tally[];
  /** History rows by sent day. */
  readonly historyDays: Tally;
  /** By state code: planned rows, and skipped ones. */
  readonly plannedStates: Tally;
  readonly skippedStates: Tally;
  /** Planned rows by how many days they were moved from their start day to their send day. */
  readonly moves: Tally;
  /** Planned rows whose send day cannot be read. */
  readonly dayless: number;
}

const FIELDS = [
  ...(['contact_id', 'email_type', 'planned_send_date', 'scheduled_send_date'] as const),
  ...(['status', 'skip_reason', 'actual_send_datetime'] as const),
];

function isDay(day: number): boolean {
  return day !== MISSING_DAY && day !== INVALID_DAY;
}

function classOf(status: string | null): number {
  const meaning = statusClass(status);
  if (meaning !== 'owned') return COUNTED_AS[meaning];
  return comparedStatus(status) === 'pre-scheduled' ? COUNTED_AS.preScheduled : COUNTED_AS.skipped;
}

function emptyTallies() {
  return {
    ofStatus: new Tally(),
    ofReason: new Tally(),
    historyDays: new Tally(),
    plannedStates: new Tally(),
    skippedStates: new Tally(),
    moves: new Tally(),
  };
}

/** Texts by code, and the memo that gives them theirs; NULL is an empty one. */
function countedTexts(): readonly [TextDictionary, TextMemo] {
  const texts = new TextDictionary();
  return [texts, new TextMemo((text) => texts.codeOf(text ?? ''))];
}

/** Finds the state of a contact by id; unknown for one that is not there. */
function stateFinder({ id, state }: Contacts): (contactId: number | null) => number {
  const index = new ContactIndex(id);
  return (contactId) => {
    const contact = index.indexOf(contactId ?? -1);
    return contact < 0 ? UNKNOWN_STATE : state[contact];
  };
}

/**
 * Counts the rows of `email_schedules`, whoever wrote them, in one pass.
 *
 * @param source null is a table that is not there
 * @param onRow is told how many rows were read, now and then
 */
export function countSchedules(
  source: RowSource | null,
  contacts: Contacts,
  onRow: (rowsDone: number) => void = () => {},
): ScheduleCounts {
  const stateOf = stateFinder(contacts);
  const [types, typeCodes] = countedTexts();
  const [statuses, statusCodes] = countedTexts();
  const [reasons, reasonCodes] = countedTexts();
  /** The class of each status code; NULL is a status of its own, which reads as other. */
  const classes: number[] = [];
  const ofType: number[][] = [];
  const counts = emptyTallies();
  const plannedDays: Tally[] = [];
  let dayless = 0;
  let rowCount = 0;
  const dates = dateMemo('iso');
  const { places, cursor } = openRows(source, FIELDS);
  const [contactAt, typeAt, plannedAt, scheduledAt, statusAt, reasonAt, actualAt] = places;
  try {
    while (cursor.next()) {
      if ((++rowCount & 0x3fff) === 0) onRow(rowCount);
      const type = cursor.code(typeAt, typeCodes);
      const status = cursor.code(statusAt, statusCodes);
      classes[status] ??= classOf(statuses.texts[status]);
      const counted = classes[status];
      ofType[type] ??= new Array(CLASS_COUNT).fill(0);
      plannedDays[type] ??= new Tally();
      ofType[type][counted]++;
      counts.ofStatus.add(status);
      if (counted > COUNTED_AS.history) continue;
      if (counted === COUNTED_AS.history) {
        const actual = cursor.day(actualAt, dates);
        const day = isDay(actual) ? actual : cursor.day(scheduledAt, dates);
        if (isDay(day)) counts.historyDays.add(day);
        continue;
      }
      const state = stateOf(cursor.integer(contactAt));
      if (counted === COUNTED_AS.skipped) {
        counts.ofReason.add(cursor.code(reasonAt, reasonCodes));
        counts.skippedStates.add(state);
        continue;
      }
      counts.plannedStates.add(state);
      const scheduled = cursor.day(scheduledAt, dates);
      const planned = cursor.day(plannedAt, dates);
      if (isDay(scheduled)) plannedDays[type].add(scheduled);
      else dayless++;
      if (isDay(scheduled) && isDay(planned)) counts.moves.add(scheduled - planned);
    }
  } finally {
    cursor.close();
  }
  return {
    ...counts,
    rowCount,
    types: types.texts,
    classesOfType: (type) => ofType[type],
    statuses: statuses.texts,
    reasons: reasons.texts,
    plannedDays,
    dayless,
  };
}
