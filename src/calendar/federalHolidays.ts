import { dayFromCivil, monthLength, yearOf } from './day.js';
import { weekdayOf } from './weekdays.js';

const MONDAY = 0;
const THURSDAY = 3;
const SATURDAY = 5;
const SUNDAY = 6;

/** Month and day of the holidays that have a fixed date. */
const FIXED_DATES = [
  [1, 1],
  [6, 19],
  [7, 4],
  [11, 11],
  [12, 25],
] as const;

/** The `n`-th of a weekday in a month; `n` counts from 1. */
function nthWeekday(year: number, month: number, weekday: number, n: number): number {
  const first = dayFromCivil(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (n - 1);
}

function lastMonday(year: number, month: number): number {
  const last = dayFromCivil(year, month, monthLength(year, month));
  return last - ((weekdayOf(last) - MONDAY + 7) % 7);
}

/** A holiday on a Saturday is observed the day before, one on a Sunday the day after. */
function observed(day: number): number {
  const weekday = weekdayOf(day);
  if (weekday === SATURDAY) return day - 1;
  return weekday === SUNDAY ? day + 1 : day;
}

/**
 * The days on which a year's United States federal holidays are observed, ascending (Rules 3, open days).
 *
 * The first may be 31 December of the year before.
 */
export function federalHolidays(year: number): number[] {
  const fixed = FIXED_DATES.map(([month, day]) => observed(dayFromCivil(year, month, day)));
  return [
    ...fixed,
    nthWeekday(year, 1, MONDAY, 3),
    nthWeekday(year, 2, MONDAY, 3),
    lastMonday(year, 5),
    nthWeekday(year, 9, MONDAY, 1),
    nthWeekday(year, 10, MONDAY, 2),
    nthWeekday(year, 11, THURSDAY, 4),
  ].sort((a, b) => a - b);
}

/** Tells whether a United States federal holiday is observed on a day (Rules 3, open days). */
export function isFederalHoliday(day: number): boolean {
  const year = yearOf(day);
  return federalHolidays(year).includes(day) || federalHolidays(year + 1)[0] === day;
}
