import { i32At } from './at';
import { excludedBy } from './exclusion';
import { isHeld } from './history';
import { lastOpen, NULL, nextOpen, OPTION_CLOSED_DAYS, openFirst, options, today } from './memory';

/* The days on which the organization sends (Rules 3, open days). The tables hold every day that is asked for. */

/** How far an open day may lie from a start that is closed (Rules 5, step 6). */
const OPEN_DAY_SEARCH_DAYS: i32 = 366;

/** Tells whether any day is closed. @inline */
export function hasClosedDays(): bool {
  return (options & OPTION_CLOSED_DAYS) !== 0;
}

/** Tells whether a day is open. @inline */
export function isOpen(day: i32): bool {
  return !hasClosedDays() || i32At(nextOpen, day - openFirst) === day;
}

/** The last open day up to a day, which there is. @inline */
export function lastOpenUpTo(day: i32): i32 {
  return hasClosedDays() ? i32At(lastOpen, day - openFirst) : day;
}

/** What `openDayFor` returns when there is no open day. */
export const NO_OPEN_DAY: i32 = NULL;

/**
 * The open day to which a start moves that is closed, and not excluded for an email that respects windows (Rules 5, step 6):
 * the first after it, with nothing excluded on the way, or else the last before it.
 */
export function openDayFor(type: i32, start: i32, deadline: i32, respectsWindows: bool): i32 {
  const end = min(start + OPEN_DAY_SEARCH_DAYS, deadline);
  let passed = start;
  for (let day = i32At(nextOpen, start - openFirst); day <= end; day = i32At(nextOpen, day + 1 - openFirst)) {
    if (respectsWindows) while (passed < day) if (excludedBy(++passed)) return openDayBefore(type, start, true);
    if (!isHeld(type, day)) return day;
  }
  return openDayBefore(type, start, respectsWindows);
}

/** The last open day before a closed one, from today on, that is neither excluded nor held. */
function openDayBefore(type: i32, start: i32, respectsWindows: bool): i32 {
  const first = max(today, start - OPEN_DAY_SEARCH_DAYS);
  if (start <= first) return NO_OPEN_DAY;
  for (let day = i32At(lastOpen, start - openFirst); day >= first; day = i32At(lastOpen, day - 1 - openFirst)) {
    if (!(respectsWindows && excludedBy(day)) && !isHeld(type, day)) return day;
    if (day === first) break;
  }
  return NO_OPEN_DAY;
}
