import { i32At, putI32, putU8, u8At } from './at';
import { anniversary, dayOfMonth, laterYearStart, monthDayOf, nextYearStart, thisYear, yearOf } from './calendar';
import {
  contactBirth,
  contactEffective,
  contactRule,
  contactState,
  NULL,
  RULE_BIRTHDAY,
  RULE_EFFECTIVE,
  RULE_YEAR_ROUND,
  ruleCount,
  ruleKind,
  ruleLead,
  ruleMonthStart,
  ruleTail,
  today,
  windowStarts,
} from './memory';

/*
 * The exclusion windows of one contact at a time (Rules 4): `enterContact` looks up what its state's rule and its dates
 * make of the calendar, the other functions answer for that contact until the next `enterContact`.
 */

/** `excludedBy` of a day in an all-year state; no window's anchor year. */
export const ALL_YEAR: i32 = 1;

let kind: u8 = 0;
let lead: i32 = 0;
let tail: i32 = 0;
let anchorMonthDay: i32 = 0;
let anchorBase: i32 = 0;

// The first days of the windows of last year, this year and the two to come, and how many days follow the first; a window
// that does not exist starts after all days.
let lastStart: i32 = 0;
let thisStart: i32 = 0;
let nextStart: i32 = 0;
let laterStart: i32 = 0;
let span: u32 = 0;

/** How far windows that are not wide reach from their anchor. */
const MOST_PLAIN_DAYS: i32 = 365;

/** A date is old when no window of last year or later can come before it. */
const OLD_DATE_DAYS: i32 = 800;

/** By rule code: 1 where a rule has yearly windows that are not wide. */
const isPlainRule: usize = memory.data(256);

/** Fills the table of windows by rule and month-day; after the calendar, before anything else of a run. */
export function prepareWindows(): void {
  for (let rule: u32 = 1; rule < ruleCount; rule++) {
    const days = i32At(ruleLead, rule);
    const hasYearly = u8At(ruleKind, rule) === RULE_BIRTHDAY || u8At(ruleKind, rule) === RULE_EFFECTIVE;
    putU8(isPlainRule, rule, hasYearly && days <= MOST_PLAIN_DAYS && i32At(ruleTail, rule) <= MOST_PLAIN_DAYS ? 1 : 0);
    const startsMonth = u8At(ruleMonthStart, rule);
    for (let monthDay = 0; monthDay < 366; monthDay++) {
      const anchor = startsMonth ? monthDay - dayOfMonth(monthDay) + 1 : monthDay;
      const entry = windowStarts + ((<usize>rule * 366 + monthDay) << 4);
      for (let i = 0; i < 4; i++) putI32(entry, i, anniversary(anchor, thisYear - 1 + i) - days);
    }
  }
}

/** Turns to a contact's rule; a rule without the date it needs is none. */
export function enterContact(contact: u32): void {
  const rule = u8At(contactRule, contact);
  kind = u8At(ruleKind, rule);
  if (kind !== RULE_BIRTHDAY && kind !== RULE_EFFECTIVE) return;
  const dates = kind === RULE_BIRTHDAY ? contactBirth : contactEffective;
  const date = i32At(dates, contact);
  if (date === NULL) {
    kind = 0;
    return;
  }
  lead = i32At(ruleLead, rule);
  tail = i32At(ruleTail, rule);
  span = <u32>(lead + tail);
  anchorMonthDay = monthDayOf(date);
  anchorBase = date;
  const entry = windowStarts + ((<usize>rule * 366 + anchorMonthDay) << 4);
  lastStart = load<i32>(entry);
  thisStart = load<i32>(entry, 4);
  nextStart = load<i32>(entry, 8);
  laterStart = load<i32>(entry, 12);
  if (u8At(ruleMonthStart, rule)) {
    const later = dayOfMonth(anchorMonthDay) - 1;
    anchorMonthDay -= later;
    anchorBase -= later;
  }
  if (date > today - OLD_DATE_DAYS) leaveOutEarlyWindows();
}

/** Takes the windows out whose anchor comes before the date itself (Rules 4). */
function leaveOutEarlyWindows(): void {
  if (lastStart + lead < anchorBase) lastStart = i32.MAX_VALUE;
  if (thisStart + lead < anchorBase) thisStart = i32.MAX_VALUE;
  if (nextStart + lead < anchorBase) nextStart = i32.MAX_VALUE;
  if (laterStart + lead < anchorBase) laterStart = i32.MAX_VALUE;
}

/** Tells whether a day lies in the window that starts on `start`. @inline */
function isInWindow(day: i32, start: i32): bool {
  return day >= start && <u32>(day - start) <= span;
}

/** Tells whether the contact belongs to a known state. @inline */
export function hasState(contact: u32): bool {
  return u8At(contactState, contact) !== 0;
}

/** Tells whether the contact has yearly windows, which can owe it post-window emails. @inline */
export function hasWindows(): bool {
  return kind === RULE_BIRTHDAY || kind === RULE_EFFECTIVE;
}

/** The first day of the window of a year; only for a contact with yearly windows. @inline */
export function windowStart(year: i32): i32 {
  return anniversary(anchorMonthDay, year) - lead;
}

/** The last day of the window of a year. @inline */
export function windowEnd(year: i32): i32 {
  return anniversary(anchorMonthDay, year) + tail;
}

/** Tells whether the window of a year exists: its anchor is not before the date it comes from. @inline */
export function windowExists(year: i32): bool {
  return anniversary(anchorMonthDay, year) >= anchorBase;
}

/**
 * The anchor year of the window that excludes a day, the earlier one of two; `ALL_YEAR` in an all-year state; 0 when
 * the day is free.
 */
export function excludedBy(day: i32): i32 {
  if (kind === 0) return 0;
  if (kind === RULE_YEAR_ROUND) return ALL_YEAR;
  if (day >= today && day < nextYearStart) {
    if (isInWindow(day, lastStart)) return thisYear - 1;
    if (isInWindow(day, thisStart)) return thisYear;
    return isInWindow(day, nextStart) ? thisYear + 1 : 0;
  }
  if (day >= nextYearStart && day < laterYearStart) {
    if (isInWindow(day, thisStart)) return thisYear;
    if (isInWindow(day, nextStart)) return thisYear + 1;
    return isInWindow(day, laterStart) ? thisYear + 2 : 0;
  }
  return excludedByFar(day);
}

/** `excludedBy` for the days of years further off. */
function excludedByFar(day: i32): i32 {
  const middle = yearOf(day);
  for (let year = middle - 1; year <= middle + 1; year++) {
    const anchor = anniversary(anchorMonthDay, year);
    if (anchor >= anchorBase && anchor - lead <= day && day <= anchor + tail) return year;
  }
  return 0;
}

/** Tells whether windows reach further than a year, so that only `excludedBy` itself knows which days they exclude. @inline */
export function isWide(): bool {
  return hasWindows() && (lead > MOST_PLAIN_DAYS || tail > MOST_PLAIN_DAYS);
}

/** The first day of a window's excluded days from `day` on, i32.MAX_VALUE when the window is over. @inline */
function excludedFrom(day: i32, start: i32): i32 {
  return start === i32.MAX_VALUE || start + <i32>span < day ? i32.MAX_VALUE : max(start, day);
}

/** The first excluded day that is not before `day`, i32.MAX_VALUE when there is none; not for wide windows. */
export function nextExcludedDay(day: i32): i32 {
  if (kind === 0) return i32.MAX_VALUE;
  if (kind === RULE_YEAR_ROUND) return day;
  // From a day of this year on, a window of this year or the next is the next one, unless the date itself is yet to come.
  if (day >= today && day < nextYearStart && nextStart !== i32.MAX_VALUE) {
    const first = min(excludedFrom(day, lastStart), excludedFrom(day, thisStart));
    return min(first, min(excludedFrom(day, nextStart), excludedFrom(day, laterStart)));
  }
  const middle = yearOf(day);
  // A date that lies in the future has its first window around itself.
  const lastYear = max(middle + 2, yearOf(anchorBase));
  let next = i32.MAX_VALUE;
  for (let year = middle - 1; year <= lastYear; year++) {
    const anchor = anniversary(anchorMonthDay, year);
    if (anchor < anchorBase || anchor + tail < day) continue;
    next = min(next, max(anchor - lead, day));
  }
  return next;
}

/** The first day of the contact's next window that opens after today; only for a contact with yearly windows. */
export function nextWindowStart(): i32 {
  // A date that lies in the future has its first window around itself.
  let year = max(yearOf(today + lead) - 1, yearOf(anchorBase));
  while (windowStart(year) <= today || !windowExists(year)) year++;
  return windowStart(year);
}

/** `lastFreeDay` of a contact with wide windows. */
export const WIDE: i32 = i32.MIN_VALUE;

/** The first day of a window that opens after `day`, i32.MAX_VALUE of one that opens earlier. @inline */
function openingAfter(day: i32, start: i32): i32 {
  return select<i32>(start, i32.MAX_VALUE, start > day);
}

/**
 * The last day before the contact's next excluded day after `day`, which is not excluded itself; i32.MAX_VALUE when there is none,
 * `day` itself when the next day is excluded; `WIDE` for wide windows.
 */
export function lastFreeDay(day: i32): i32 {
  if (kind === 0) return i32.MAX_VALUE;
  if (isWide()) return WIDE;
  let excluded: i32;
  if (kind !== RULE_YEAR_ROUND && day >= today && day < nextYearStart && nextStart !== i32.MAX_VALUE) {
    // Outside of all windows, the next excluded day is the first of one; that of last year opened before today.
    excluded = min(openingAfter(day, thisStart), min(openingAfter(day, nextStart), openingAfter(day, laterStart)));
  } else excluded = nextExcludedDay(day + 1);
  return excluded === i32.MAX_VALUE ? excluded : excluded - 1;
}

/**
 * `lastFreeDay` of any contact. For most of them, those with plain rules and old dates, without turning to them; to the others it
 * turns.
 */
export function lastFreeDayOf(contact: u32, day: i32): i32 {
  const rule = u8At(contactRule, contact);
  const date = i32At(u8At(ruleKind, rule) === RULE_BIRTHDAY ? contactBirth : contactEffective, contact);
  // Without branches: which rules follow each other is as good as random.
  const isPlain =
    u8At(isPlainRule, rule) &
    (date !== NULL ? 1 : 0) &
    (date <= today - OLD_DATE_DAYS ? 1 : 0) &
    (day >= today ? 1 : 0);
  // A free day of this year or the next has the next opening in the table.
  if (isPlain === 0 || day >= laterYearStart) {
    enterContact(contact);
    return lastFreeDay(day);
  }
  const entry = windowStarts + ((<usize>rule * 366 + monthDayOf(date)) << 4);
  const excluded = min(
    openingAfter(day, load<i32>(entry, 4)),
    min(openingAfter(day, load<i32>(entry, 8)), openingAfter(day, load<i32>(entry, 12))),
  );
  return excluded - 1;
}

/** The first year whose window may still be open, or have closed at most `graceDays` before, on `day`. @inline */
export function firstOpenYear(day: i32, graceDays: i32): i32 {
  return yearOf(day - tail - graceDays) - 1;
}

/** The last year whose window may have opened on `day`. @inline */
export function lastOpenYear(day: i32): i32 {
  return yearOf(day + lead) + 1;
}
