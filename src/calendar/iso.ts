import { civilFromDay, dayFromCivil, monthLength } from './day.js';

function digit(text: string, position: number): number {
  const value = text.charCodeAt(position) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

/**
 * Reads the date at the front of `text` as a day number, or null when it is not one (Rules 2, date).
 *
 * A date is `YYYY-MM-DD` in ASCII digits, a real day of the years 1900 to 2199, with nothing after it, or a space or
 * `T` and anything. The text is not trimmed.
 */
export function parseIsoDay(text: string): number | null {
  if (text.length < 10 || text[4] !== '-' || text[7] !== '-') return null;
  if (text.length > 10 && text[10] !== ' ' && text[10] !== 'T') return null;
  const year = digit(text, 0) * 1000 + digit(text, 1) * 100 + digit(text, 2) * 10 + digit(text, 3);
  const month = digit(text, 5) * 10 + digit(text, 6);
  const day = digit(text, 8) * 10 + digit(text, 9);
  // A comparison with NaN is false, so a stray character falls out here too.
  if (!(year >= 1900 && year <= 2199 && month >= 1 && month <= 12)) return null;
  if (!(day >= 1 && day <= monthLength(year, month))) return null;
  return dayFromCivil(year, month, day);
}

/** Writes a day number as `YYYY-MM-DD`. */
export function formatIsoDay(day: number): string {
  const civil = civilFromDay(day);
  const month = String(civil.month).padStart(2, '0');
  return `${String(civil.year).padStart(4, '0')}-${month}-${String(civil.day).padStart(2, '0')}`;
}

/**
 * The civil date in a time zone at an instant, as a day number (Rules 1, today).
 *
 * @param timezone an IANA name such as `America/Chicago`
 * @throws RangeError when the zone is not known
 */
export function dayInZone(instant: Date, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  }).formatToParts(instant);
  const field = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return dayFromCivil(field('year'), field('month'), field('day'));
}
