import { civilFromDay, END_DAY, FIRST_DAY, isLeapYear } from '../calendar/day.js';
import { FAILED_UNDERWRITING } from '../columns/contacts.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { Organization } from '../columns/organization.js';
import type { KernelViews } from '../kernel/columns.js';
import type { RunRules } from './runRules.js';
import { KIND_CODES } from './stateRules.js';

/** The month-day of a date that is missing. */
const NO_MONTH_DAY = 0xffff;

/** The kernel's bits of what has to be planned one by one: everything, or the effective date alone. */
const ASK = { all: 1, effective: 2 } as const;

/** A date older than this has had every window of last year and later since it was made (Rules 4). */
const OLD_DATE_DAYS = 800;

/** A month and day as the kernel's month-day, counted from 1 March. */
export function monthDay(month: number, day: number): number {
  const marchMonth = month > 2 ? month - 3 : month + 9;
  return Math.floor((153 * marchMonth + 2) / 5) + day - 1;
}

let monthDays: Uint16Array | null = null;

/** The month-days of all days the rules know, by days since `FIRST_DAY`. */
export function monthDayTable(): Uint16Array {
  if (monthDays !== null) return monthDays;
  monthDays = new Uint16Array(END_DAY - FIRST_DAY);
  // Years start on 1 March, and end with the February of the civil year.
  const first = civilFromDay(FIRST_DAY);
  let year = first.month > 2 ? first.year + 1 : first.year;
  let next = monthDay(first.month, first.day);
  for (let i = 0; i < monthDays.length; i++) {
    monthDays[i] = next++;
    if (next < (isLeapYear(year) ? 366 : 365)) continue;
    next = 0;
    year++;
  }
  return monthDays;
}

/**
 * Fills the columns from which the kernel works out plain anniversaries many at a time (Rules 4 and 5): the month-days of
 * every contact's dates and window anchor, and what has to be planned one by one instead: contacts with schedule rows or
 * suppressions, stopped by underwriting or with a young anchor, and effective dates that may be too young for their first email.
 */
export function fillLanes(views: KernelViews, organization: Organization, { config, today, assigned }: RunRules): void {
  const { contacts, schedules, suppressions } = organization;
  const table = monthDayTable();
  const stopsFailed = config.organization.exclude_failed_underwriting_global;
  const firstEmailYears = Math.ceil(config.organization.effective_date_first_email_months / 12) + 2;
  const youngFrom = today - 366 * firstEmailYears;
  fillMonthDays(views.laneBirth, contacts.birth, table);
  fillMonthDays(views.laneEffectiveDate, contacts.effective, table);
  const { first } = schedules;
  const { birth, effective, flags, count } = contacts;
  const { laneAnchor, laneFlags } = views;
  const { rules, ruleOf } = assigned;
  const kindOf = Uint8Array.from([0, ...rules.map((rule) => rule.kindCode)]);
  const startsWithMonth = Uint8Array.from([0, ...rules.map((rule) => (rule.startsWithMonth ? 1 : 0))]);
  for (let i = 0; i < count; i++) {
    let ask = first[i + 1] > first[i] ? ASK.all : 0;
    if (suppressions.first[i + 1] > suppressions.first[i]) ask |= ASK.all;
    if (stopsFailed && flags[i] & FAILED_UNDERWRITING) ask |= ASK.all;
    if (effective[i] > youngFrom) ask |= ASK.effective;
    const kind = kindOf[ruleOf[i]];
    if (kind === KIND_CODES.birthday_window || kind === KIND_CODES.effective_date_window) {
      const date = kind === KIND_CODES.birthday_window ? birth[i] : effective[i];
      const day = startsWithMonth[ruleOf[i]] === 1 ? date - civilFromDay(date).day + 1 : date;
      laneAnchor[i] = table[Math.max(day, FIRST_DAY) - FIRST_DAY];
      if (date > today - OLD_DATE_DAYS) ask |= ASK.all;
    }
    laneFlags[i] = ask;
  }
}

function fillMonthDays(lane: Uint16Array, days: Int32Array, table: Uint16Array): void {
  for (let i = 0; i < days.length; i++) lane[i] = days[i] === NULL_INT32 ? NO_MONTH_DAY : table[days[i] - FIRST_DAY];
}
