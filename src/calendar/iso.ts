import { civilFromDay, dayFromCivil, END_DAY, monthLength } from './day.js';

function digit(text: string, position: number): number {
  const value = text.charCodeAt(position) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

/**
 * Reads the date at the front of `text` as a day number, or null when it is not one (Rules 2, date).
 *
 * A date is `YYYY-MM-DD` in ASCII digits, a real day of the years 1900 to 2199, with nothing after it, or a space or
 * `T` and anything. The text is not trimmed.
 *
 * @example
 * import { parseIsoDay } from 'sendplan';
 * console.log(parseIsoDay('1970-01-02'), parseIsoDay('2025-02-29')); // 1 null
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

const FIRST_YEAR = 1900;
const END_YEAR = 2200;

/** The day number of the first of every month from January 1900 on, and one past the last day at the end. */
export const MONTH_STARTS = Int32Array.from({ length: (END_YEAR - FIRST_YEAR) * 12 + 1 }, (_, i) =>
  i === (END_YEAR - FIRST_YEAR) * 12 ? END_DAY : dayFromCivil(FIRST_YEAR + Math.floor(i / 12), (i % 12) + 1, 1),
);

/** What `parseIsoDayBytes` returns for bytes that are no date; no day has this number. */
export const NO_ISO_DAY = -2147483648;

// Digits are taken four bytes at a time: a byte that `^` made a digit is at most 9, so that adding 0x76 does not reach its
// highest bit, as adding 0x7f does not where a hyphen was expected and found.
const FOUR_DIGITS = 0x30303030;
const HYPHEN_MONTH_HYPHEN = 0x2d30302d;
const TWO_DIGITS = 0x3030;
const HIGHEST_BITS = -0x7f7f7f80;

/**
 * Reads a date from UTF-8 bytes as `parseIsoDay` reads it from their text; `NO_ISO_DAY` when it is not one.
 *
 * @param start where in `view` the text begins
 * @param end the offset after its last byte
 */
export function parseIsoDayBytes(view: DataView, start: number, end: number): number {
  if (end - start !== 10) {
    if (end - start < 10) return NO_ISO_DAY;
    const next = view.getUint8(start + 10);
    if (next !== 32 && next !== 84) return NO_ISO_DAY;
  }
  const years = view.getInt32(start, true) ^ FOUR_DIGITS;
  const months = view.getInt32(start + 4, true) ^ HYPHEN_MONTH_HYPHEN;
  const days = view.getUint16(start + 8, true) ^ TWO_DIGITS;
  const overflow =
    ((years + 0x76767676) | years | (months + 0x7f76767f) | months | (days + 0x7676) | days) & HIGHEST_BITS;
  if (overflow !== 0) return NO_ISO_DAY;
  // Two pairs of digits at once: the century in the lowest byte, the year within it two bytes above.
  const pairs = (years * 10 + (years >> 8)) & 0x00ff00ff;
  const year = (pairs & 0xff) * 100 + (pairs >> 16);
  const month = ((months >> 8) & 0xff) * 10 + (months >> 16);
  const day = (days & 0xff) * 10 + (days >> 8);
  if (year < FIRST_YEAR || year >= END_YEAR || month < 1 || month > 12 || day < 1) return NO_ISO_DAY;
  const position = (year - FIRST_YEAR) * 12 + month - 1;
  const dayNumber = MONTH_STARTS[position] + day - 1;
  return dayNumber < MONTH_STARTS[position + 1] ? dayNumber : NO_ISO_DAY;
}

/** Months and days of a month as they are written. */
const TWO_LETTERS = Array.from({ length: 32 }, (_, i) => String(i).padStart(2, '0'));

/**
 * Writes a day number as `YYYY-MM-DD`.
 *
 * @example
 * import { formatIsoDay, parseIsoDay } from 'sendplan';
 * console.log(formatIsoDay(parseIsoDay('2025-06-13') + 7)); // 2025-06-20
 */
export function formatIsoDay(day: number): string {
  const { year, month, day: dayOfMonth } = civilFromDay(day);
  return `${String(year).padStart(4, '0')}-${TWO_LETTERS[month]}-${TWO_LETTERS[dayOfMonth]}`;
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
