import { anniversary, civilFromDay, dayFromCivil, yearOf } from '../calendar/day.js';
import { exclusionReason } from './reasons.js';
import type { StateRule } from './states.js';

/** What a contact's exclusion windows come from (Rules 4). Days are days since 1970-01-01. */
export interface WindowedContact {
  /** Two letters, null when unknown. */
  readonly state: string | null;
  /** The exclusion rule of its state, null when the state has none or is unknown. */
  readonly rule: StateRule | null;
  /** The days in front of its windows: the rule's own buffer or the general one. */
  readonly buffer: number;
  readonly birthDay: number | null;
  readonly effectiveDay: number | null;
}

/** One year's exclusion window of a contact, both ends inside (Rules 4). */
export interface ExclusionWindow {
  readonly year: number;
  readonly anchor: number;
  readonly start: number;
  readonly end: number;
}

/** Why a day is excluded for a contact; `window` is null in an all-year state (Rules 4, 7). */
export interface Exclusion {
  readonly reason: string;
  readonly window: ExclusionWindow | null;
}

/** The date a contact's windows are anchored to, or null when it has no windows (Rules 4, anchor). */
export function anchorDate(contact: WindowedContact): number | null {
  if (contact.rule === null || contact.rule.kind === 'year_round') return null;
  const date = contact.rule.kind === 'birthday_window' ? contact.birthDay : contact.effectiveDay;
  if (date === null || !contact.rule.use_month_start) return date;
  const { year, month } = civilFromDay(date);
  return dayFromCivil(year, month, 1);
}

/** The window of a year, or null when there is none: an anchor before the date itself makes none (Rules 4). */
export function windowOfYear(contact: WindowedContact, year: number): ExclusionWindow | null {
  const date = anchorDate(contact);
  if (date === null || contact.rule === null) return null;
  const anchor = anniversary(date, year);
  if (anchor < date) return null;
  return {
    year,
    anchor,
    start: anchor - contact.rule.before - contact.buffer,
    end: anchor + contact.rule.after,
  };
}

/** The first day of a window that the state itself forbids; the days before it are the buffer (Rules 4, window). */
export function statutoryStart(contact: WindowedContact, window: ExclusionWindow): number {
  return window.anchor - (contact.rule?.before ?? 0);
}

/** Why a day is excluded for a contact, or null when it is not; of two windows the earlier one counts (Rules 4). */
export function exclusionOn(contact: WindowedContact, day: number): Exclusion | null {
  if (contact.rule === null) return null;
  const reason = exclusionReason(contact.rule.kind, contact.state);
  if (contact.rule.kind === 'year_round') return { reason, window: null };
  const dayYear = yearOf(day);
  for (let year = dayYear - 1; year <= dayYear + 1; year++) {
    const window = windowOfYear(contact, year);
    if (window !== null && window.start <= day && day <= window.end) return { reason, window };
  }
  return null;
}

/** The windows that are open today, or whose email could still go out (Rules 8, b). */
export function windowsAround(contact: WindowedContact, today: number, spreadDays: number): ExclusionWindow[] {
  const date = anchorDate(contact);
  if (date === null || contact.rule === null) return [];
  // The email of a window of an earlier year than this could go out no more, a window of a later one starts after today, whatever
  // their length.
  const firstYear = Math.max(yearOf(date), yearOf(today - contact.rule.after - 1 - spreadDays));
  const lastYear = yearOf(today + contact.rule.before + contact.buffer);
  const windows: ExclusionWindow[] = [];
  for (let year = firstYear; year <= lastYear; year++) {
    const window = windowOfYear(contact, year);
    if (window !== null && window.start <= today && today <= window.end + 1 + spreadDays) windows.push(window);
  }
  return windows;
}
