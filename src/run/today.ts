import { END_DAY, FIRST_DAY } from '../calendar/day.js';
import { dayInZone, parseIsoDay } from '../calendar/iso.js';
import type { Config } from '../rules/config.js';

/**
 * The day a run plans from (Rules 1, today): the given one, else the current civil date in the organization's time zone.
 *
 * @param given `YYYY-MM-DD`, or days since 1970-01-01, of the years 1900 to 2199
 * @param argument how messages name it
 * @throws RangeError when it is neither
 */
export function resolveToday(given: string | number | undefined, config: Config, argument: string): number {
  if (given === undefined) return dayInZone(new Date(), config.timezone);
  const day = typeof given === 'number' ? given : given.length === 10 ? parseIsoDay(given) : null;
  if (day === null || !Number.isInteger(day) || day < FIRST_DAY || day >= END_DAY) {
    const expected = 'a date YYYY-MM-DD, or its days since 1970-01-01, of the years 1900 to 2199';
    throw new RangeError(`${argument}: expected ${expected}, got ${JSON.stringify(given)}`);
  }
  return day;
}
