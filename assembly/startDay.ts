import { f64At, i32At, u8At, u32At } from './at';
import { excludedBy } from './exclusion';
import { isHeld } from './history';
import {
  catchUpDays,
  contactId,
  NO_DEADLINE,
  NULL,
  REASON_EXCLUSION,
  REASON_NO_OPEN_DAY,
  REASON_NONE,
  ROW_LIMITED,
  ROW_PRE_SCHEDULED,
  rowClass,
  rowPlannedDay,
  rowScheduledDay,
  today,
  typeCode,
} from './memory';
import { mix } from './mix';
import { isOpen, NO_OPEN_DAY, openDayFor } from './openDays';

/*
 * From ideal day to start day (Rules 5). The functions work out the day and the reason of one candidate at a time, which
 * are in the globals below until the next one.
 */

/** How often a start day moves on while another row holds it. */
const MOST_HELD_MOVES: i32 = 7;

/** The start day, also of a candidate that is skipped on it. */
export let placedStart: i32 = 0;
/** The step of section 5 that gave it, 1 to 4; 0 for what is skipped before any. */
export let placedStep: u8 = 0;
export let placedReason: u8 = 0;
/** The year of the window that excludes it, see `excludedBy`; 0 for none. */
export let placedWindow: i32 = 0;
/** The day that the owned row promised, in days from today on, plus 1; 0 none. */
export let placedBooked: i32 = 0;

/** The booked day of an owned row, -1 for none, as `placedBooked` has it (Rules 1, booked day). @inline */
function bookedDay(ownedRow: i32): i32 {
  if (ownedRow < 0 || u8At(rowClass, ownedRow) > ROW_LIMITED) return 0;
  const day = i32At(rowScheduledDay, ownedRow);
  return day >= today ? day - today + 1 : 0;
}

/** Step 2 or 3: the day that an owned row's plan keeps, or NULL. */
function keptDay(ownedRow: i32, deadline: i32): i32 {
  if (ownedRow < 0) return NULL;
  const planned = i32At(rowPlannedDay, ownedRow);
  if (planned >= today && planned <= deadline) {
    placedStep = 2;
    return planned;
  }
  const scheduled = i32At(rowScheduledDay, ownedRow);
  if (u8At(rowClass, ownedRow) === ROW_PRE_SCHEDULED && scheduled >= today && scheduled <= deadline) {
    placedStep = 3;
    return scheduled;
  }
  return NULL;
}

/** Step 4: the catch-up day, spread by contact, type and year over the days that are left. */
function catchUpDay(contact: u32, type: i32, year: i32, deadline: i32, respectsWindows: bool): i32 {
  placedStep = 4;
  const daysLeft = deadline === NO_DEADLINE ? catchUpDays : deadline - today + 1;
  const n = min(catchUpDays, daysLeft);
  const wanted = <i32>(mix(f64At(contactId, contact), u32At(typeCode, type), year) % <u32>n);
  const todaysRest = ((today % n) + n) % n;
  const day = today + ((wanted - todaysRest + n) % n);
  if (respectsWindows && excludedBy(day)) {
    for (let earlier = day - 1; earlier >= today; earlier--) {
      if (!excludedBy(earlier)) return earlier;
    }
  }
  return day;
}

/** Steps 5 and 6, and section 7: moves a day on while a row that is not owned holds it, then to an open day. */
function settle(type: i32, found: i32, deadline: i32, respectsWindows: bool): void {
  let day = found;
  for (let i = 0; i < MOST_HELD_MOVES && day < deadline && isHeld(type, day); i++) day++;
  placedReason = REASON_NONE;
  placedWindow = respectsWindows ? excludedBy(day) : 0;
  if (placedWindow !== 0) {
    placedReason = REASON_EXCLUSION;
  } else if (!isOpen(day)) {
    const open = openDayFor(type, day, deadline, respectsWindows);
    if (open === NO_OPEN_DAY) placedReason = REASON_NO_OPEN_DAY;
    else day = open;
  }
  placedStart = day;
}

/**
 * Places a candidate that nothing stops but windows and closed days (Rules 5 and 7).
 *
 * @param ownedRow its owned row, -1 for none
 * @param year the year that enters the mix
 */
export function placeOnDay(
  contact: u32,
  type: i32,
  ownedRow: i32,
  year: i32,
  ideal: i32,
  deadline: i32,
  respectsWindows: bool,
): void {
  let day = ideal;
  placedStep = 1;
  if (ideal < today) {
    day = keptDay(ownedRow, deadline);
    if (day === NULL) day = catchUpDay(contact, type, year, deadline, respectsWindows);
  }
  placedBooked = bookedDay(ownedRow);
  settle(type, day, deadline, respectsWindows);
}

/** Places a follow-up: caught up by tomorrow instead of spread (Rules 5 and 10). */
export function placeFollowup(type: i32, ownedRow: i32, ideal: i32, deadline: i32): void {
  let day = ideal;
  placedStep = 1;
  if (ideal < today) {
    day = keptDay(ownedRow, deadline);
    if (day === NULL) {
      placedStep = 4;
      day = min(today + 1, deadline);
    }
  }
  placedBooked = bookedDay(ownedRow);
  settle(type, day, deadline, true);
}

/** Notes a candidate that gets no row, with the day that shows why. */
export function placeNowhere(day: i32, reason: u8): void {
  placedReason = reason;
  placedStep = 0;
  placedWindow = 0;
  placedBooked = 0;
  placedStart = day;
}

/**
 * Skips a candidate that no start day is looked for: it is dated its ideal day, or when that has passed the day its owned row
 * was planned for, else today (Rules 5, underwriting), so that it stays as it is.
 */
export function skipAtOnce(ownedRow: i32, ideal: i32, reason: u8): void {
  placeNowhere(ideal, reason);
  if (ideal >= today) return;
  const planned = ownedRow < 0 ? NULL : i32At(rowPlannedDay, ownedRow);
  placedStart = planned === NULL ? today : planned;
}
