import { anniversary, monthDayOf, nearAnniversary, thisYear, upcomingDay, yearOf } from './calendar';
import { emit, emitHeldByEvent, hold } from './emit';
import { excludedBy } from './exclusion';
import { endRow, firstRow, hasEvent, ownedRow } from './history';
import {
  aepCount, aepDeadline, aepMonthDay, BIRTHDAY, birthdayDaysBefore, contactBirth, contactEffective, contactFlags,
  EFFECTIVE_DATE, effectiveDaysBefore, FAILED_UNDERWRITING, FIRST_AEP, firstEmailMonths, NULL, OPTION_EXCLUDE_FAILED, options,
  REASON_EXCLUSION, REASON_NONE, REASON_UNDERWRITING_ORGANIZATION, today, typeCode, typePriority,
} from './memory';
import { noteWindow } from './postWindow';
import { startDay, startStep } from './startDay';

/* The yearly kinds: birthday, effective date and the aep dates (Rules 5). */

/** The day and the reason of the candidate that `place` worked out last. */
export let placedStart: i32 = 0;
export let placedReason: u8 = 0;
export let placedStep: u8 = 0;

/** Tells whether the organization's underwriting rule stops a contact's emails (Rules 5, underwriting). */
// @ts-ignore: decorator
@inline
export function isStoppedByOrganization(contact: u32): bool {
  return (options & OPTION_EXCLUDE_FAILED) != 0 && (load<u8>(contactFlags + contact) & FAILED_UNDERWRITING) != 0;
}

/** Works out start day, step and reason of a candidate that nothing but windows and underwriting can stop (Rules 5 and 7). */
export function place(
  contact: u32, type: i32, eventYear: i32, ideal: i32, deadline: i32, respectsWindows: bool, underwriting: u8,
): void {
  if (underwriting) {
    placedStart = max(ideal, today);
    placedStep = 0;
    placedReason = underwriting;
    return;
  }
  const owned = ideal < today ? ownedRow(type, eventYear) : -1;
  const code = load<u32>(typeCode + (<usize>type << 2));
  placedStart = startDay(contact, type, code, owned, eventYear, ideal, deadline, respectsWindows);
  placedStep = startStep;
  placedReason = REASON_NONE;
  if (!respectsWindows) return;
  const year = excludedBy(placedStart);
  if (year == 0) return;
  placedReason = REASON_EXCLUSION;
  noteWindow(year);
}

/** The event of a yearly kind, i32.MAX_VALUE when the year has had its email and so has the next (Rules 5, which occurrence). */
// @ts-ignore: decorator
@inline
function occurrence(type: i32, monthDay: i32, event: i32): i32 {
  if (firstRow() == endRow()) return event;
  const year = yearOf(event);
  if (!hasEvent(type, year, event)) return event;
  const next = anniversary(monthDay, year + 1);
  return hasEvent(type, year + 1, next) ? i32.MAX_VALUE : next;
}

function planYearly(contact: u32, type: i32, event: i32, daysBefore: i32, underwriting: u8): void {
  if (event == i32.MAX_VALUE) return;
  const ideal = event - daysBefore;
  place(contact, type, yearOf(event), ideal, event, true, underwriting);
  const priority = load<i32>(typePriority + (<usize>type << 2));
  emit(contact, type, event, ideal, placedStart, event, priority, placedStep, placedReason, 0);
}

/** Plans a contact's birthday, effective date and aep emails; the contact's state is known. */
export function planAnniversaries(contact: u32): void {
  const underwriting = isStoppedByOrganization(contact) ? REASON_UNDERWRITING_ORGANIZATION : REASON_NONE;
  const birth = load<i32>(contactBirth + (<usize>contact << 2));
  if (birth != NULL) {
    const monthDay = monthDayOf(birth);
    planYearly(contact, BIRTHDAY, occurrence(BIRTHDAY, monthDay, upcomingDay(monthDay)), birthdayDaysBefore, underwriting);
  }
  const effective = load<i32>(contactEffective + (<usize>contact << 2));
  if (effective != NULL) {
    const monthDay = monthDayOf(effective);
    const event = effective > today ? effective : upcomingDay(monthDay);
    // An anniversary has the month of its date: the months between them are whole years.
    if (12 * (yearOf(event) - yearOf(effective)) > firstEmailMonths) {
      planYearly(contact, EFFECTIVE_DATE, occurrence(EFFECTIVE_DATE, monthDay, event), effectiveDaysBefore, underwriting);
    }
  }
  planAep(contact);
}

/** Plans the aep emails; underwriting never stops them (Rules 5, underwriting). */
function planAep(contact: u32): void {
  for (let i: i32 = 0; i < aepCount; i++) {
    const type = FIRST_AEP + i;
    const monthDay = <i32>load<u16>(aepMonthDay + (<usize>i << 1));
    const deadlineMonthDay = <i32>load<u16>(aepDeadline + (<usize>i << 1));
    const firstYear = nearAnniversary(deadlineMonthDay, thisYear) < today ? thisYear + 1 : thisYear;
    const event = occurrence(type, monthDay, nearAnniversary(monthDay, firstYear));
    if (event == i32.MAX_VALUE) continue;
    const year = yearOf(event);
    const deadline = anniversary(deadlineMonthDay, year);
    place(contact, type, year, event, deadline, true, REASON_NONE);
    const priority = load<i32>(typePriority + (<usize>type << 2));
    if (aepCount == 1) emit(contact, type, event, event, placedStart, deadline, priority, placedStep, placedReason, 0);
    else hold(type, event, event, placedStart, deadline, priority, placedStep, placedReason);
  }
  if (aepCount > 1) emitHeldByEvent(contact);
}
