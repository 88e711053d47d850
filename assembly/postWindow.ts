import { yearOf } from './calendar';
import { emitPlaced } from './emit';
import { firstOpenYear, hasWindows, lastOpenYear, windowEnd, windowExists, windowStart } from './exclusion';
import { endRow, firstRow, hasEvent, ownedRow } from './history';
import { catchUpDays, OPTION_POST_WINDOW, options, postWindowType, today } from './memory';
import { noteWindow, owedCount, owedYear } from './owedWindows';
import { isSkippedAtOnce, underwritingOf } from './place';
import { placedWindow, placeOnDay } from './startDay';

/* Emails after a window has ended (Rules 8). */

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
  for (let i: u32 = 0; i < owedCount(); i++) planAfterWindow(contact, owedYear(i));
}

function planAfterWindow(contact: u32, year: i32): void {
  const event = windowEnd(year);
  if (hasEvent(postWindowType, year, event)) return;
  const ideal = event + 1;
  const deadline = ideal + catchUpDays;
  const owned = firstRow() < endRow() ? ownedRow(postWindowType, year) : -1;
  if (!isSkippedAtOnce(postWindowType, owned, ideal, underwritingOf(contact))) {
    placeOnDay(contact, postWindowType, owned, yearOf(event), ideal, deadline, true);
    // Only windows longer than a year can exclude the day after one of them.
    if (placedWindow !== 0) return;
  }
  emitPlaced(contact, postWindowType, event, year);
}
