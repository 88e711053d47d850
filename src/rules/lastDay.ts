import { BALANCE_HORIZON_DAYS } from './constants.js';

/** An email whose last day is asked for. Days are days since 1970-01-01. */
export interface LastDayQuestion {
  readonly today: number;
  /** Its start after smoothing, an open day. */
  readonly startDay: number;
  /** Null is none. */
  readonly deadline: number | null;
  isOpen(day: number): boolean;
  /** Tells whether a day is excluded for it; for an email that ignores windows none is. */
  isExcluded(day: number): boolean;
}

/**
 * The last day that the daily cap can give an email (Rules 9, last day): the latest open day from its start on, up to its
 * deadline and 1,826 days after today, with no excluded day in between; never before its start.
 */
export function lastDayOf({ today, startDay, deadline, isOpen, isExcluded }: LastDayQuestion): number {
  const end = Math.min(today + BALANCE_HORIZON_DAYS, deadline ?? Number.POSITIVE_INFINITY);
  let lastDay = startDay;
  for (let day = startDay + 1; day <= end && !isExcluded(day); day++) if (isOpen(day)) lastDay = day;
  return lastDay;
}
