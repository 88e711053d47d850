/*
 * Days of the proleptic Gregorian calendar, counted from 1970-01-01.
 *
 * Years start on 1 March here, so that 29 February is the last day of its year: a month and day is then one number, the
 * *month-day*, 0 for 1 March to 305 for 31 December, 306 for 1 January, 364 for 28 and 365 for 29 February, the same in
 * every year, and an anniversary is one addition.
 */

const DAYS_TO_EPOCH: i32 = 719468;
const DAYS_PER_ERA: i32 = 146097;

/** The month-day of 1 January, the first that belongs to the next civil year. */
const JANUARY: i32 = 306;
/** The month-day of 29 February. */
const LEAP_DAY: i32 = 365;

/** The day number of 1 March of a year; years count from 0 on. */
// @ts-ignore: decorator
@inline
export function marchFirst(year: i32): i32 {
  return 365 * year + year / 4 - year / 100 + year / 400 - DAYS_TO_EPOCH;
}

/** The number of the year, starting on 1 March, that holds a day. */
// @ts-ignore: decorator
@inline
function marchYearOf(day: i32): i32 {
  const shifted = day + DAYS_TO_EPOCH;
  const era = shifted / DAYS_PER_ERA;
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  return era * 400 + (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
}

/** The civil year of a day. */
export function yearOf(day: i32): i32 {
  const marchYear = marchYearOf(day);
  return day - marchFirst(marchYear) >= JANUARY ? marchYear + 1 : marchYear;
}

/** The month-day of a day. */
export function monthDayOf(day: i32): i32 {
  return day - marchFirst(marchYearOf(day));
}

/** The day of the month, 1 to 31, of a month-day. */
// @ts-ignore: decorator
@inline
export function dayOfMonth(monthDay: i32): i32 {
  const month = (5 * monthDay + 2) / 153;
  return monthDay - (153 * month + 2) / 5 + 1;
}

/** The months from year 0 on of a day, for differences between months. */
export function monthsOf(day: i32): i32 {
  const marchYear = marchYearOf(day);
  return 12 * marchYear + (5 * (day - marchFirst(marchYear)) + 2) / 153;
}

/** The day with civil year `year` and a month-day; 29 February becomes 28 February when `year` is no leap year (Rules 3). */
// @ts-ignore: decorator
@inline
export function anniversary(monthDay: i32, year: i32): i32 {
  if (monthDay < JANUARY) return marchFirst(year) + monthDay;
  if (monthDay == LEAP_DAY) return marchFirst(year) - 1;
  return marchFirst(year - 1) + monthDay;
}
