import { i32At, putI32, u16At } from './at';
import { monthDays, today } from './memory';

/*
 * Days of the proleptic Gregorian calendar, counted from 1970-01-01.
 *
 * Years start on 1 March here, so that 29 February is the last day of its year: a month and day is then one number, the
 * *month-day*, 0 for 1 March to 305 for 31 December, 306 for 1 January, 364 for 28 and 365 for 29 February, the same in
 * every year, and an anniversary is one addition.
 *
 * What depends on today and the month-day alone is worked out once a run:
 *
 *   upcoming      i32 x 366   by month-day: its first day that is not before today
 *   marchFirsts   i32 x 6     1 March of the years thisYear - 2 to thisYear + 3
 */

/** The days that dates can be: from 1900-01-01 to 2199-12-31. */
const FIRST_DAY: i32 = -25567;
const DAY_COUNT: u32 = 109573;

const DAYS_TO_EPOCH: i32 = 719468;
const DAYS_PER_ERA: i32 = 146097;

/** The month-day of 1 January, the first that belongs to the next civil year. */
const JANUARY: i32 = 306;
/** The month-day of 29 February. */
const LEAP_DAY: i32 = 365;

const upcoming = memory.data(366 * 4);
const marchFirsts = memory.data(6 * 4);

/** The civil year of today, and the first day of the year after it and of the one after that. */
export let thisYear: i32 = 0;
export let nextYearStart: i32 = 0;
export let laterYearStart: i32 = 0;

/** The day number of 1 March of a year; years count from 0 on. @inline */
export function marchFirst(year: i32): i32 {
  return 365 * year + year / 4 - year / 100 + year / 400 - DAYS_TO_EPOCH;
}

/** The number of the year, starting on 1 March, that holds a day. @inline */
export function marchYearOf(day: i32): i32 {
  const shifted = day + DAYS_TO_EPOCH;
  const era = shifted / DAYS_PER_ERA;
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  return era * 400 + (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
}

/** The civil year of any day. */
function farYearOf(day: i32): i32 {
  const marchYear = marchYearOf(day);
  return day - marchFirst(marchYear) >= JANUARY ? marchYear + 1 : marchYear;
}

/** The civil year of a day; quick for the days that plans are mostly about, this year's and the next's. @inline */
export function yearOf(day: i32): i32 {
  if (day >= today && day < laterYearStart) return day < nextYearStart ? thisYear : thisYear + 1;
  return farYearOf(day);
}

/** The month-day of a day; by the table of days that plans are about, which must have been set. @inline */
export function monthDayOf(day: i32): i32 {
  const place = <u32>(day - FIRST_DAY);
  return place < DAY_COUNT ? <i32>u16At(monthDays, place) : farMonthDayOf(day);
}

/** The month-day of any day, worked out without the table. */
export function farMonthDayOf(day: i32): i32 {
  return day - marchFirst(marchYearOf(day));
}

/** The day of the month, 1 to 31, of a month-day. */
export function dayOfMonth(monthDay: i32): i32 {
  const month = (5 * monthDay + 2) / 153;
  return monthDay - (153 * month + 2) / 5 + 1;
}

/** The day with civil year `year` and a month-day; 29 February becomes 28 February when `year` is no leap year (Rules 3). */
export function anniversary(monthDay: i32, year: i32): i32 {
  if (monthDay < JANUARY) return marchFirst(year) + monthDay;
  if (monthDay === LEAP_DAY) return marchFirst(year) - 1;
  return marchFirst(year - 1) + monthDay;
}

/** `anniversary` for the years `thisYear - 1` to `thisYear + 3`. @inline */
export function nearAnniversary(monthDay: i32, year: i32): i32 {
  const at = marchFirsts + ((year - thisYear + 2) << 2);
  if (monthDay < JANUARY) return load<i32>(at) + monthDay;
  if (monthDay === LEAP_DAY) return load<i32>(at) - 1;
  return load<i32>(at - 4) + monthDay;
}

/** The first day that is not before today and has the month-day. @inline */
export function upcomingDay(monthDay: i32): i32 {
  return i32At(upcoming, monthDay);
}

/** Works out what depends on today alone; before anything else of a run. */
export function prepareCalendar(): void {
  thisYear = farYearOf(today);
  nextYearStart = anniversary(JANUARY, thisYear + 1);
  laterYearStart = anniversary(JANUARY, thisYear + 2);
  for (let i = 0; i < 6; i++) putI32(marchFirsts, i, marchFirst(thisYear - 2 + i));
  for (let monthDay = 0; monthDay <= LEAP_DAY; monthDay++) {
    const day = anniversary(monthDay, thisYear);
    putI32(upcoming, monthDay, day >= today ? day : anniversary(monthDay, thisYear + 1));
  }
}
