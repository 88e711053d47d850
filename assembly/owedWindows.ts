import { i32At, putI32 } from './at';
import { ALL_YEAR } from './exclusion';
import { windowYears } from './memory';

/* The windows that owe a contact an email (Rules 8), by the years of their anchors; collected while the contact is planned. */

let yearCount: u32 = 0;

/** Forgets the windows of the contact before. @inline */
export function resetWindows(): void {
  yearCount = 0;
}

/** Notes that the window of an anchor year excluded a candidate, or is open; years stay ascending and single. */
export function noteWindow(year: i32): void {
  if (year === ALL_YEAR) return;
  let slot = yearCount;
  while (slot > 0 && i32At(windowYears, slot - 1) > year) slot--;
  if (slot > 0 && i32At(windowYears, slot - 1) === year) return;
  for (let i = yearCount; i > slot; i--) putI32(windowYears, i, i32At(windowYears, i - 1));
  putI32(windowYears, slot, year);
  yearCount++;
}

/** How many windows owe an email. @inline */
export function owedCount(): u32 {
  return yearCount;
}

/** The anchor year of one of them. @inline */
export function owedYear(i: u32): i32 {
  return i32At(windowYears, i);
}
