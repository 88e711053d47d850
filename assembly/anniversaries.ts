import { i32At, u8At, u16At, u32At } from './at';
import { anniversary, monthDayOf, nearAnniversary, thisYear, upcomingDay, yearOf } from './calendar';
import { emit, emitHeldByEvent, hold } from './emit';
import { excludedBy } from './exclusion';
import { endRow, firstRow, hasEvent, ownedRow } from './history';
import { LANE_ASK, LANE_EVENT, LANE_EXCLUDED, planLanes } from './lanes';
import {
  aepCount,
  aepDeadline,
  aepMonthDay,
  BIRTHDAY,
  birthdayDaysBefore,
  contactBirth,
  contactEffective,
  contactFlags,
  EFFECTIVE_DATE,
  effectiveDaysBefore,
  FAILED_UNDERWRITING,
  FIRST_AEP,
  firstEmailMonths,
  laneAep,
  laneBirthday,
  laneEffective,
  NULL,
  OPTION_EXCLUDE_FAILED,
  options,
  REASON_EXCLUSION,
  REASON_NONE,
  REASON_UNDERWRITING_ORGANIZATION,
  today,
  typeCode,
} from './memory';
import { noteWindow } from './postWindow';
import { startDay, startStep } from './startDay';

/* The yearly kinds: birthday, effective date and the aep dates (Rules 5). */

/** The day and the reason of the candidate that `place` worked out last. */
export let placedStart: i32 = 0;
export let placedReason: u8 = 0;
export let placedStep: u8 = 0;

/** Tells whether the organization's underwriting rule stops a contact's emails (Rules 5, underwriting). @inline */
export function isStoppedByOrganization(contact: u32): bool {
  return (options & OPTION_EXCLUDE_FAILED) !== 0 && (u8At(contactFlags, contact) & FAILED_UNDERWRITING) !== 0;
}

/** Works out start day, step and reason of a candidate that nothing but windows and underwriting can stop (Rules 5 and 7). */
export function place(
  contact: u32,
  type: i32,
  eventYear: i32,
  ideal: i32,
  deadline: i32,
  respectsWindows: bool,
  underwriting: u8,
): void {
  if (underwriting) {
    placedStart = max(ideal, today);
    placedStep = 0;
    placedReason = underwriting;
    return;
  }
  const owned = ideal < today ? ownedRow(type, eventYear) : -1;
  const code = u32At(typeCode, type);
  placedStart = startDay(contact, type, code, owned, eventYear, ideal, deadline, respectsWindows);
  placedStep = startStep;
  placedReason = REASON_NONE;
  if (!respectsWindows) return;
  const year = excludedBy(placedStart);
  if (year === 0) return;
  placedReason = REASON_EXCLUSION;
  noteWindow(year);
}

/**
 * The event of a yearly kind, i32.MAX_VALUE when the year has had its email and so has the next (Rules 5, which occurrence).
 *
 * @inline
 */
function occurrence(type: i32, monthDay: i32, event: i32): i32 {
  if (firstRow() === endRow()) return event;
  const year = yearOf(event);
  if (!hasEvent(type, year, event)) return event;
  const next = anniversary(monthDay, year + 1);
  return hasEvent(type, year + 1, next) ? i32.MAX_VALUE : next;
}

function planYearly(contact: u32, type: i32, event: i32, daysBefore: i32, underwriting: u8): void {
  if (event === i32.MAX_VALUE) return;
  const ideal = event - daysBefore;
  place(contact, type, yearOf(event), ideal, event, true, underwriting);
  emit(contact, type, event, placedStart, placedStep, placedReason, 0);
}

/** Whether the lanes of the contacts being planned are worked out. */
let hasLanes: bool = false;

/** Works out the plain anniversaries of the contacts `[start, end)`, before they are planned one by one. */
export function prepareAnniversaries(start: u32, end: u32): void {
  hasLanes = planLanes(start, end, aepCount === 1 ? firstAepEvent(0) : today);
}

/** Has all contacts planned one by one from here on. */
export function forgetLanes(): void {
  hasLanes = false;
}

/** The day after the deadline of the next aep email, when another year's takes its place; i32.MAX_VALUE without aep dates. */
export function aepChangeDay(): i32 {
  let next = i32.MAX_VALUE;
  for (let i = 0; i < aepCount; i++) {
    const deadline = <i32>u16At(aepDeadline, i);
    const day = nearAnniversary(deadline, thisYear);
    next = min(next, (day < today ? nearAnniversary(deadline, thisYear + 1) : day) + 1);
  }
  return next;
}

/** The first event of an aep date whose deadline is not before today. @inline */
function firstAepEvent(i: i32): i32 {
  const deadline = nearAnniversary(<i32>u16At(aepDeadline, i), thisYear);
  return nearAnniversary(<i32>u16At(aepMonthDay, i), deadline < today ? thisYear + 1 : thisYear);
}

/** Sends a plain candidate out: on its ideal day, or excluded on it. @inline */
function emitPlain(contact: u32, type: i32, lane: u16, daysBefore: i32): void {
  const event = today + <i32>(lane & LANE_EVENT);
  const ideal = event - daysBefore;
  let reason = REASON_NONE;
  if (lane & LANE_EXCLUDED) {
    reason = REASON_EXCLUSION;
    noteWindow(excludedBy(ideal));
  }
  emit(contact, type, event, ideal, 1, reason, 0);
}

/** Plans a contact's birthday, effective date and aep emails; the contact's state is known. */
export function planAnniversaries(contact: u32): void {
  const birthday = hasLanes ? u16At(laneBirthday, contact) : LANE_ASK;
  if (birthday & LANE_ASK) planBirthday(contact);
  else emitPlain(contact, BIRTHDAY, birthday, birthdayDaysBefore);
  const effective = hasLanes ? u16At(laneEffective, contact) : LANE_ASK;
  if (effective & LANE_ASK) planEffectiveDate(contact);
  else emitPlain(contact, EFFECTIVE_DATE, effective, effectiveDaysBefore);
  const aep = hasLanes && aepCount === 1 ? u16At(laneAep, contact) : LANE_ASK;
  if (aep & LANE_ASK) planAep(contact);
  else emitPlain(contact, FIRST_AEP, aep, 0);
}

/** The reason for which underwriting stops a contact's anniversaries but aep, if it does. @inline */
function underwritingOf(contact: u32): u8 {
  return isStoppedByOrganization(contact) ? REASON_UNDERWRITING_ORGANIZATION : REASON_NONE;
}

function planBirthday(contact: u32): void {
  const birth = i32At(contactBirth, contact);
  if (birth === NULL) return;
  const monthDay = monthDayOf(birth);
  const event = occurrence(BIRTHDAY, monthDay, upcomingDay(monthDay));
  planYearly(contact, BIRTHDAY, event, birthdayDaysBefore, underwritingOf(contact));
}

function planEffectiveDate(contact: u32): void {
  const effective = i32At(contactEffective, contact);
  if (effective === NULL) return;
  const monthDay = monthDayOf(effective);
  const first = effective > today ? effective : upcomingDay(monthDay);
  // An anniversary has the month of its date: the months between them are whole years.
  if (12 * (yearOf(first) - yearOf(effective)) <= firstEmailMonths) return;
  const event = occurrence(EFFECTIVE_DATE, monthDay, first);
  planYearly(contact, EFFECTIVE_DATE, event, effectiveDaysBefore, underwritingOf(contact));
}

/** Plans the aep emails; underwriting never stops them (Rules 5, underwriting). */
function planAep(contact: u32): void {
  for (let i: i32 = 0; i < aepCount; i++) {
    const type = FIRST_AEP + i;
    const monthDay = <i32>u16At(aepMonthDay, i);
    const deadlineMonthDay = <i32>u16At(aepDeadline, i);
    const event = occurrence(type, monthDay, firstAepEvent(i));
    if (event === i32.MAX_VALUE) continue;
    const year = yearOf(event);
    const deadline = anniversary(deadlineMonthDay, year);
    place(contact, type, year, event, deadline, true, REASON_NONE);
    if (aepCount === 1) emit(contact, type, event, placedStart, placedStep, placedReason, 0);
    else hold(type, event, placedStart, placedStep, placedReason);
  }
  if (aepCount > 1) emitHeldByEvent(contact);
}
