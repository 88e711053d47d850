import { anniversary, civilFromDay, dayFromCivil, yearOf } from '../calendar/day.js';
import type { Contact, Exclusion, ExclusionWindow } from './model.js';

/** The date a contact's windows are anchored to, or null when it has no windows (Rules 4, anchor). */
export function anchorDate(contact: Contact): number | null {
  if (contact.rule === null || contact.rule.kind === 'year_round') return null;
  const date = contact.rule.kind === 'birthday_window' ? contact.birthDay : contact.effectiveDay;
  if (date === null || !contact.rule.use_month_start) return date;
  const { year, month } = civilFromDay(date);
  return dayFromCivil(year, month, 1);
}

/** The window of a year, or null when there is none: an anchor before the date itself makes none (Rules 4). */
export function windowOfYear(contact: Contact, year: number): ExclusionWindow | null {
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

/** Why a day is excluded for a contact, or null when it is not; of two windows the earlier one counts (Rules 4). */
export function exclusionOn(contact: Contact, day: number): Exclusion | null {
  if (contact.rule === null) return null;
  const reason = `exclusion:${contact.rule.kind}:${contact.state}`;
  if (contact.rule.kind === 'year_round') return { reason, window: null };
  for (const year of [yearOf(day) - 1, yearOf(day), yearOf(day) + 1]) {
    const window = windowOfYear(contact, year);
    if (window !== null && window.start <= day && day <= window.end) return { reason, window };
  }
  return null;
}

/** The windows that are open today, or whose email could still go out (Rules 8, b). */
export function windowsAround(contact: Contact, today: number, spreadDays: number): ExclusionWindow[] {
  const date = anchorDate(contact);
  if (date === null || contact.rule === null) return [];
  // A window of a later year than this starts after today, whatever its length.
  const lastYear = yearOf(today + contact.rule.before + contact.buffer);
  const windows: ExclusionWindow[] = [];
  for (let year = yearOf(date); year <= lastYear; year++) {
    const window = windowOfYear(contact, year);
    if (window !== null && window.start <= today && today <= window.end + 1 + spreadDays) windows.push(window);
  }
  return windows;
}
