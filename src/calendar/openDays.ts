import { civilFromDay } from './day.js';
import { isFederalHoliday } from './federalHolidays.js';
import { parseIsoDay } from './iso.js';
import { WEEKDAYS, type Weekday, weekdayOf } from './weekdays.js';

/** On which days an organization sends, in the words of its configuration (Rules 3, open days). */
export interface CalendarSettings {
  readonly weekdays: readonly Weekday[];
  readonly us_federal_holidays: boolean;
  /** `YYYY-MM-DD`, or `MM-DD` for every year. */
  readonly closed: readonly string[];
}

/** What keeps a day closed (Rules 3, open days). */
export type ClosedBy = 'weekday' | 'closed' | 'federal_holiday';

/** The days on which an organization sends (Rules 3, open days). */
export class OpenDays {
  /** Whether no day is ever closed. */
  readonly areAll: boolean;
  readonly #isSendWeekday: readonly boolean[];
  readonly #closedDates: ReadonlySet<number>;
  /** Closed days of every year as `month * 32 + day`. */
  readonly #closedYearly: ReadonlySet<number>;
  readonly #observesHolidays: boolean;
  /** What was found out of a day before. */
  readonly #known = new Map<number, ClosedBy | null>();

  constructor(settings: CalendarSettings) {
    this.#isSendWeekday = WEEKDAYS.map((weekday) => settings.weekdays.includes(weekday));
    this.#observesHolidays = settings.us_federal_holidays;
    const days = settings.closed.map(parseIsoDay);
    this.#closedDates = new Set(days.filter((day) => day !== null));
    const yearly = settings.closed.filter((_, i) => days[i] === null);
    this.#closedYearly = new Set(yearly.map((text) => Number(text.slice(0, 2)) * 32 + Number(text.slice(3))));
    this.areAll = !this.#observesHolidays && settings.closed.length === 0 && !this.#isSendWeekday.includes(false);
  }

  /** Tells whether the organization sends on a day. */
  isOpen(day: number): boolean {
    return this.areAll || this.closedBy(day) === null;
  }

  /** What keeps a day closed, the most general of several; null on an open day. */
  closedBy(day: number): ClosedBy | null {
    const known = this.#known.get(day);
    if (known !== undefined) return known;
    const cause = this.#findCause(day);
    this.#known.set(day, cause);
    return cause;
  }

  #findCause(day: number): ClosedBy | null {
    if (!this.#isSendWeekday[weekdayOf(day)]) return 'weekday';
    if (this.#observesHolidays && isFederalHoliday(day)) return 'federal_holiday';
    if (this.#closedDates.has(day)) return 'closed';
    if (this.#closedYearly.size === 0) return null;
    const civil = civilFromDay(day);
    return this.#closedYearly.has(civil.month * 32 + civil.day) ? 'closed' : null;
  }
}
