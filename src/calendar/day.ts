/** The first day the rules know, 1900-01-01, as days since 1970-01-01. */
export const FIRST_DAY = -25567;

/** One past the last day the rules know: 2200-01-01, as days since 1970-01-01. */
export const END_DAY = 84006;

/** A civil date in the proleptic Gregorian calendar; `month` 1 to 12, `day` 1 to 31. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Tells whether `year` has a 29 February. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The number of days of a month; `month` 1 to 12. */
export function monthLength(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : MONTH_LENGTHS[month - 1];
}

/**
 * The day number of a civil date: whole days since 1970-01-01, negative before it (Rules 1, day).
 *
 * Years run from March to February here, so that a leap day is the last of its year; every division floors, which
 * keeps dates before 1970 right.
 */
export function dayFromCivil(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - 719468;
}

/** The civil date of a day number; the inverse of `dayFromCivil`. */
export function civilFromDay(day: number): CivilDate {
  const shifted = day + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  // Within an era nothing is below zero, so that cutting off is flooring.
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

/** The year of a day number. */
export function yearOf(day: number): number {
  return civilFromDay(day).year;
}

/**
 * The day with year `year` and the given month and day; 29 February becomes 28 February when `year` is no leap year
 * (Rules 3, anniversary).
 */
export function anniversaryOf(month: number, day: number, year: number): number {
  return dayFromCivil(year, month, Math.min(day, monthLength(year, month)));
}

/** The anniversary of day `day` in year `year` (Rules 3, anniversary). */
export function anniversary(day: number, year: number): number {
  const civil = civilFromDay(day);
  return anniversaryOf(civil.month, civil.day, year);
}

/** The months from day `a` to day `b`, by year and month alone (Rules 3, months_between). */
export function monthsBetween(a: number, b: number): number {
  const from = civilFromDay(a);
  const to = civilFromDay(b);
  return 12 * (to.year - from.year) + to.month - from.month;
}
