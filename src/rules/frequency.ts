/**
 * The first day of the first period that contains a day and holds as many emails as it may already; null when there is room for
 * one more (Rules 9, frequency).
 *
 * @param taken the days of the emails that count, in any order
 * @param most `max_emails_per_period`, 1 or more
 * @param periodDays `frequency_period_days`
 */
export function fullPeriod(taken: readonly number[], day: number, most: number, periodDays: number): number | null {
  const near = taken.filter((other) => Math.abs(other - day) < periodDays);
  if (near.length < most) return null;
  for (let first = day - periodDays + 1; first <= day; first++) {
    const within = near.filter((other) => first <= other && other < first + periodDays);
    if (within.length >= most) return first;
  }
  return null;
}
