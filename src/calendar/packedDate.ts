import { civilFromDay, FIRST_DAY } from './day.js';

/** Days whose civil dates are kept, from 1900 on. */
const KEPT_DAYS = 2 ** 17;

/** A date in one number: `year << 9 | month << 5 | day`. */
export class PackedDates {
  readonly #kept = new Int32Array(KEPT_DAYS);

  /** The date of a day since 1970-01-01; worked out once for a day. */
  of(day: number): number {
    const place = day - FIRST_DAY;
    const kept = this.#kept[place];
    if (kept > 0) return kept;
    const date = civilFromDay(day);
    const packed = packDate(date.year, date.month, date.day);
    if (place >= 0 && place < KEPT_DAYS) this.#kept[place] = packed;
    return packed;
  }
}

/** Puts a date into one number. */
export function packDate(year: number, month: number, day: number): number {
  return (year << 9) | (month << 5) | day;
}
