import { f64At, i32At, u8At } from './at';
import { excludedBy } from './exclusion';
import { isHeld } from './history';
import {
  catchUpDays,
  contactId,
  NO_DEADLINE,
  NULL,
  ROW_PRE_SCHEDULED,
  rowClass,
  rowPlannedDay,
  rowScheduledDay,
  today,
} from './memory';
import { mix } from './mix';

/** How often a start day moves on while another row holds it. */
const MOST_HELD_DAYS: i32 = 7;

/** The step of section 5 that gave the last start day, 1 to 4. */
export let startStep: u8 = 0;

/** Step 2 or 3: the day that an owned row's plan keeps, or NULL (Rules 5, from ideal day to start day). */
function keptDay(row: i32, deadline: i32): i32 {
  if (row < 0) return NULL;
  const planned = i32At(rowPlannedDay, row);
  if (planned >= today && planned <= deadline) {
    startStep = 2;
    return planned;
  }
  const scheduled = i32At(rowScheduledDay, row);
  if (u8At(rowClass, row) === ROW_PRE_SCHEDULED && scheduled >= today && scheduled <= deadline) {
    startStep = 3;
    return scheduled;
  }
  return NULL;
}

/** Step 4: the catch-up day (Rules 5), spread by contact, type and year over the days that are left. */
function catchUpDay(contact: u32, typeCode: u32, year: i32, deadline: i32, respectsWindows: bool): i32 {
  startStep = 4;
  const daysLeft = deadline === NO_DEADLINE ? catchUpDays : deadline - today + 1;
  const n = min(catchUpDays, daysLeft);
  const wanted = <i32>(mix(f64At(contactId, contact), typeCode, year) % <u32>n);
  const todaysRest = ((today % n) + n) % n;
  const day = today + ((wanted - todaysRest + n) % n);
  if (respectsWindows && excludedBy(day)) {
    for (let earlier = day - 1; earlier >= today; earlier--) {
      if (!excludedBy(earlier)) return earlier;
    }
  }
  return day;
}

/** Moves a start day on while a row that is not owned holds it, and not past the deadline (Rules 5). */
function afterHeldDays(type: i32, start: i32, deadline: i32): i32 {
  let day = start;
  for (let i = 0; i < MOST_HELD_DAYS && day < deadline && isHeld(type, day); i++) day++;
  return day;
}

/**
 * The day an email would go out before limits and balance move it (Rules 5, from ideal day to start day); `startStep`
 * tells which step gave it.
 *
 * @param ownedRow the row whose plan is kept, -1 for none
 * @param year the year that enters the mix
 */
export function startDay(
  contact: u32,
  type: i32,
  typeCode: u32,
  ownedRow: i32,
  year: i32,
  ideal: i32,
  deadline: i32,
  respectsWindows: bool,
): i32 {
  let day = ideal;
  startStep = 1;
  if (ideal < today) {
    day = keptDay(ownedRow, deadline);
    if (day === NULL) day = catchUpDay(contact, typeCode, year, deadline, respectsWindows);
  }
  return afterHeldDays(type, day, deadline);
}

/** The start day of a follow-up: caught up by tomorrow instead of spread (Rules 5 and 10). */
export function followupStartDay(type: i32, ownedRow: i32, ideal: i32, deadline: i32): i32 {
  let day = ideal;
  startStep = 1;
  if (ideal < today) {
    day = keptDay(ownedRow, deadline);
    if (day === NULL) {
      startStep = 4;
      day = min(today + 1, deadline);
    }
  }
  return afterHeldDays(type, day, deadline);
}
