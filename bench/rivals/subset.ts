import { civilFromDay } from '../../src/calendar/day.js';
import { formatIsoDay, parseIsoDay } from '../../src/calendar/iso.js';
import type { ConfigInput } from '../../src/node.js';
import { DEFAULT_STATE_RULES, type StateRuleKind } from '../../src/rules/states.js';
import { WORKLOAD } from '../scale/measureSize.js';

/*
 * The part of the rulebook that all ways of doing the work are compared on: birthday, effective date and aep emails, the
 * exclusion windows, and post-window emails; no history, no campaigns, no limits, no caps. Catching up is one day, so that
 * an email whose ideal day has passed goes out today and nobody has to spread anything.
 */

/** Days in front of every window. */
const BUFFER_DAYS = 60;
const CATCH_UP_DAYS = 1;

/** The configuration with which sendplan does no more than the subset. */
export const SUBSET_CONFIG: ConfigInput = {
  load_balancing: {
    catch_up_spread_days: CATCH_UP_DAYS,
    daily_send_percentage_cap: 1,
    ed_daily_soft_limit: 1_000_000_000,
    overage_threshold: 100,
  },
  frequency: { max_emails_per_period: 0 },
  followups: { enabled: false },
};

/** A state's rule with its buffer worked in. */
export interface SubsetRule {
  readonly state: string;
  readonly kind: StateRuleKind;
  readonly leadDays: number;
  readonly tailDays: number;
  readonly startsWithMonth: boolean;
}

/** The day that is planned. */
export interface SubsetDay {
  readonly today: number;
  readonly todayText: string;
  readonly year: number;
}

/** A day by its text, `YYYY-MM-DD`. */
export function subsetDay(todayText: string): SubsetDay {
  return { today: parseIsoDay(todayText) ?? 0, todayText, year: Number(todayText.slice(0, 4)) };
}

/** The numbers of the subset. */
export const SUBSET = {
  ...subsetDay(WORKLOAD.asOf),
  birthdayDaysBefore: 14,
  effectiveDaysBefore: 30,
  firstEmailMonths: 11,
  catchUpDays: CATCH_UP_DAYS,
  aep: { month: 9, day: 15, deadlineMonth: 12, deadlineDay: 7 },
  sendTime: '08:30:00',
  priorities: { birthday: 10, effective_date: 20, aep: 30, post_window: 40 },
} as const;

/** The states with a rule. */
export const SUBSET_RULES: readonly SubsetRule[] = Object.entries(DEFAULT_STATE_RULES).map(([state, rule]) => ({
  state,
  kind: rule.kind,
  leadDays: rule.before + BUFFER_DAYS,
  tailDays: rule.after,
  startsWithMonth: rule.use_month_start,
}));

/** A day with its text and its parts. */
export interface CalendarDay {
  readonly day: number;
  readonly text: string;
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
}

/** Every day that an email or a window of the subset can touch. */
export function calendarDays(): CalendarDay[] {
  const days: CalendarDay[] = [];
  for (let day = SUBSET.today - 800; day < SUBSET.today + 1600; day++) {
    const civil = civilFromDay(day);
    days.push({ day, text: formatIsoDay(day), year: civil.year, month: civil.month, dayOfMonth: civil.day });
  }
  return days;
}
