import { dayFromCivil, monthLength } from '../calendar/day.js';
import { parseIsoDay } from '../calendar/iso.js';

/** How dates that are not `YYYY-MM-DD` are read: not at all, month first, or day first (Rules 2, date). */
export const DATE_ORDERS = ['iso', 'mdy', 'dmy'] as const;

/** One of `DATE_ORDERS`. */
export type DateOrder = (typeof DATE_ORDERS)[number];

const BY_PARTS = /^([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?:[ T]|$)/;

/**
 * The day number at the front of a text, or null when it is no date (Rules 2, date).
 *
 * The text is trimmed. `YYYY-MM-DD` is always read; with `mdy` or `dmy` also month, day and year in that order, of one
 * or two, one or two, and four digits, between them twice the same of `/ - .`. A space or `T` and anything may follow.
 */
export function parseDay(text: string, order: DateOrder): number | null {
  const trimmed = text.trim();
  const iso = parseIsoDay(trimmed);
  if (iso !== null || order === 'iso') return iso;
  const parts = BY_PARTS.exec(trimmed);
  if (parts === null) return null;
  const [month, day] = order === 'mdy' ? [Number(parts[1]), Number(parts[3])] : [Number(parts[3]), Number(parts[1])];
  const year = Number(parts[4]);
  if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return null;
  return dayFromCivil(year, month, day);
}
