import { civilFromDay, END_DAY, FIRST_DAY } from '../calendar/day.js';
import { NULL_INT32 } from '../columns/arrowTable.js';
import { FAILED_UNDERWRITING } from '../columns/contacts.js';
import type { Organization } from '../columns/organization.js';
import type { KernelViews } from '../kernel/columns.js';
import type { RunRules } from './countColumns.js';

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
  for (let i = 0; i < monthDays.length; i++) {
    const { month, day } = civilFromDay(FIRST_DAY + i);
    monthDays[i] = monthDay(month, day);
  }
  return monthDays;
}

/**
 * Fills the columns from which the kernel works out plain anniversaries many at a time (Rules 4 and 5): the month-days of
 * every contact's dates and window anchor, and what has to be planned one by one instead: contacts with schedule rows, stopped
 * by underwriting or with a young anchor, and effective dates that may be too young for their first email.
 */
export function fillLanes(views: KernelViews, organization: Organization, { config, today, assigned }: RunRules): void {
  const { contacts, schedules } = organization;
  const table = monthDayTable();
  const stopsFailed = config.organization.exclude_failed_underwriting_global;
  const firstEmailYears = Math.ceil(config.organization.effective_date_first_email_months / 12) + 2;
  const youngFrom = today - 366 * firstEmailYears;
  const { rules, ruleOf } = assigned;
  for (let i = 0; i < contacts.count; i++) {
    const birth = contacts.birth[i];
    const effective = contacts.effective[i];
    views.laneBirth[i] = birth === NULL_INT32 ? NO_MONTH_DAY : table[birth - FIRST_DAY];
    views.laneEffectiveDate[i] = effective === NULL_INT32 ? NO_MONTH_DAY : table[effective - FIRST_DAY];
    let ask = schedules.first[i + 1] > schedules.first[i] ? ASK.all : 0;
    if (stopsFailed && contacts.flags[i] & FAILED_UNDERWRITING) ask |= ASK.all;
    if (effective > youngFrom) ask |= ASK.effective;
    const rule = ruleOf[i] === 0 ? null : rules[ruleOf[i] - 1];
    if (rule !== null && rule.kind !== 'year_round') {
      const date = rule.kind === 'birthday_window' ? birth : effective;
      const day = rule.startsWithMonth ? date - civilFromDay(date).day + 1 : date;
      views.laneAnchor[i] = table[Math.max(day, FIRST_DAY) - FIRST_DAY];
      if (date > today - OLD_DATE_DAYS) ask |= ASK.all;
    }
    views.laneFlags[i] = ask;
  }
}
