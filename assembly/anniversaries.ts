import { i32At, u16At } from './at';
import { anniversary, monthDayOf, nearAnniversary, thisYear, upcomingDay, yearOf } from './calendar';
import { emit, emitHeldByEvent, emitPlaced, holdPlaced } from './emit';
import { excludedBy } from './exclusion';
import { endRow, firstRow, hasEvent } from './history';
import { LANE_ASK, LANE_EVENT, LANE_EXCLUDED, planLanes } from './lanes';
import {
  aepCount,
  aepDeadline,
  aepMonthDay,
  BIRTHDAY,
  birthdayDaysBefore,
  contactBirth,
  contactEffective,
  EFFECTIVE_DATE,
  effectiveDaysBefore,
  FIRST_AEP,
  firstEmailMonths,
  laneAep,
  laneBirthday,
  laneEffective,
  NULL,
  REASON_EXCLUSION,
  REASON_NONE,
  today,
} from './memory';
import { hasClosedDays, isOpen } from './openDays';
import { noteWindow } from './owedWindows';
import { place, underwritingOf } from './place';

/* The yearly kinds: birthday, effective date and the aep dates (Rules 5). */

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
  emitPlaced(contact, type, event, 0);
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
  emit(contact, type, event, ideal, 1, reason);
}

/** Tells whether an anniversary has to be planned by itself: by its lane, or because its day is closed. @inline */
function isAsked(lane: u16, daysBefore: i32): bool {
  if (lane & LANE_ASK) return true;
  return hasClosedDays() && !(lane & LANE_EXCLUDED) && !isOpen(today + <i32>(lane & LANE_EVENT) - daysBefore);
}

/** Plans a contact's birthday, effective date and aep emails; the contact's state is known. */
export function planAnniversaries(contact: u32): void {
  const birthday = hasLanes ? u16At(laneBirthday, contact) : LANE_ASK;
  if (isAsked(birthday, birthdayDaysBefore)) planBirthday(contact);
  else emitPlain(contact, BIRTHDAY, birthday, birthdayDaysBefore);
  const effective = hasLanes ? u16At(laneEffective, contact) : LANE_ASK;
  if (isAsked(effective, effectiveDaysBefore)) planEffectiveDate(contact);
  else emitPlain(contact, EFFECTIVE_DATE, effective, effectiveDaysBefore);
  const aep = hasLanes && aepCount === 1 ? u16At(laneAep, contact) : LANE_ASK;
  if (isAsked(aep, 0)) planAep(contact);
  else emitPlain(contact, FIRST_AEP, aep, 0);
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
    if (aepCount === 1) emitPlaced(contact, type, event, 0);
    else holdPlaced(type, event, 0);
  }
  if (aepCount > 1) emitHeldByEvent(contact);
}
