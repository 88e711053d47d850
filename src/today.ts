import { dayInZone, parseIsoDay } from './calendar/iso.js';
import type { Config } from './rules/config.js';

/**
 * The day a run plans from (Rules 1, today): the given one, else the current civil date in the organization's time zone.
 *
 * @param asOf `YYYY-MM-DD` of the years 1900 to 2199, or a day number
 * @throws RangeError when it is neither
 */
export function resolveToday(asOf: string | number | undefined, config: Config): number {
  if (asOf === undefined) return dayInZone(new Date(), config.timezone);
  const day = typeof asOf === 'number' ? asOf : asOf.length === 10 ? parseIsoDay(asOf) : null;
  if (day === null || !Number.isInteger(day)) {
    throw new RangeError(`asOf: expected a date YYYY-MM-DD of the years 1900 to 2199, got ${JSON.stringify(asOf)}`);
  }
  return day;
}
