import { i32At, putI32 } from './at';
import { yearOf } from './calendar';
import { emitPlaced } from './emit';
import { ALL_YEAR, firstOpenYear, hasWindows, lastOpenYear, windowEnd, windowExists, windowStart } from './exclusion';
import { endRow, firstRow, hasEvent, ownedRow } from './history';
import {
  catchUpDays,
  OPTION_POST_WINDOW,
  options,
  postWindowType,
  REASON_SUPPRESSED,
  REASON_UNDERWRITING_ORGANIZATION,
  today,
  windowYears,
} from './memory';
import { placedWindow, placeOnDay, skipAtOnce } from './startDay';
import { isSuppressed } from './suppressions';
import { isStoppedByOrganization } from './underwriting';

/* Emails after a window has ended (Rules 8). The anchor years that owe one are collected while a contact is planned. */

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

/** Notes the windows that are open today or have closed within the days of grace (Rules 8, b). */
function noteOpenWindows(): void {
  const last = lastOpenYear(today);
  for (let year = firstOpenYear(today, 1 + catchUpDays); year <= last; year++) {
    if (windowStart(year) <= today && today <= windowEnd(year) + 1 + catchUpDays && windowExists(year))
      noteWindow(year);
  }
}

/** Plans a contact's post-window emails, after all its other candidates but follow-ups have been worked out (Rules 8). */
export function planPostWindow(contact: u32): void {
  if (!hasWindows() || !(options & OPTION_POST_WINDOW)) return;
  noteOpenWindows();
  for (let i: u32 = 0; i < yearCount; i++) planAfterWindow(contact, i32At(windowYears, i));
}

function planAfterWindow(contact: u32, year: i32): void {
  const event = windowEnd(year);
  if (hasEvent(postWindowType, year, event)) return;
  const ideal = event + 1;
  const deadline = ideal + catchUpDays;
  const owned = firstRow() < endRow() ? ownedRow(postWindowType, year) : -1;
  if (isSuppressed(postWindowType)) {
    skipAtOnce(owned, ideal, REASON_SUPPRESSED);
  } else if (isStoppedByOrganization(contact)) {
    skipAtOnce(owned, ideal, REASON_UNDERWRITING_ORGANIZATION);
  } else {
    placeOnDay(contact, postWindowType, owned, yearOf(event), ideal, deadline, true);
    // Only windows longer than a year can exclude the day after one of them.
    if (placedWindow !== 0) return;
  }
  emitPlaced(contact, postWindowType, event, year);
}
