import { aepChangeDay, forgetLanes } from './anniversaries';
import { i32At, putI32, putU8, u32At } from './at';
import { monthDayOf, prepareCalendar, upcomingDay } from './calendar';
import { deadlineOf, idealOf, prepareDeadlines } from './candidate';
import { candidateCount, resetCandidates } from './emit';
import { hasState, hasWindows, isWide, nextWindowStart, prepareWindows } from './exclusion';
import { endRow, firstRow, isOwned, isSent, sentDayOf } from './history';
import {
  candidateBooked,
  candidateContact,
  candidateDetail,
  candidateEvent,
  candidateFirst,
  candidateReason,
  candidateSend,
  candidateStart,
  candidateStep,
  candidateType,
  changeDay,
  contactBirth,
  contactCount,
  contactEffective,
  NO_DEADLINE,
  NULL,
  plannedReason,
  REASON_OUTSIDE_ACTIVE_WINDOW,
  replanList,
  rowScheduledDay,
  today,
} from './memory';
import { planContact } from './plan';
import { nextSuppressionChange } from './suppressions';

/*
 * Planning some contacts again, day after day, while the candidates of the others stay as they are.
 *
 * Every contact has a slot of fixed size in the candidate columns, candidateFirst[contact] .. candidateFirst[contact + 1]. What
 * it does not need of it holds candidates of no consequence, whose reason is that of a campaign outside its active window.
 * A contact is planned into the room behind the last slot and moved into its own when it fits.
 *
 * Between two days a contact's candidates change only when its rows do, when a campaign starts or stops, or when a day comes
 * on which a comparison with today in the rules turns out otherwise. The first such day is its `changeDay`.
 */

/** The sooner of two days, of which the second counts only after today. @inline */
function sooner(next: i32, day: i32): i32 {
  return day > today && day < next ? day : next;
}

/** The first day after today on which the contact that was planned last may be planned otherwise, its rows being the same. */
function nextChange(contact: u32, first: u32, end: u32, aepChange: i32): i32 {
  let next = nextSuppressionChange();
  for (let i = first; i < end; i++) {
    // An ideal day that has passed makes way for the plan that was kept, which holds until its own day has passed.
    const ideal = idealOf(i);
    const start = i32At(candidateStart, i);
    // A closed ideal day can have sent it back to a day before.
    next = sooner(next, (ideal >= today ? min(ideal, start) : start) + 1);
    const deadline = deadlineOf(i);
    if (deadline !== NO_DEADLINE) next = sooner(next, deadline + 1);
  }
  for (let row = firstRow(); row < endRow(); row++) {
    if (isOwned(row)) continue;
    // A row of an initial email that lies ahead is followed up from its day on.
    if (isSent(row)) next = sooner(next, sentDayOf(row));
    // A day that is held moves a plan on by some days at most, and the next day by as many again.
    if (i32At(rowScheduledDay, row) > today) return today + 1;
  }
  if (!hasState(contact)) return next;
  // Another year's occurrence comes up, also where history has the one of this year and there is no candidate to tell.
  next = sooner(next, aepChange);
  const birth = i32At(contactBirth, contact);
  if (birth !== NULL) next = sooner(next, upcomingDay(monthDayOf(birth)) + 1);
  const effective = i32At(contactEffective, contact);
  if (effective !== NULL) {
    next = sooner(next, (effective > today ? effective : upcomingDay(monthDayOf(effective))) + 1);
  }
  if (!hasWindows()) return next;
  return isWide() ? today + 1 : sooner(next, nextWindowStart());
}

/** @inline */
function copy(column: usize, size: u32, from: u32, to: u32, count: u32): void {
  memory.copy(column + ((<usize>to) << size), column + ((<usize>from) << size), (<usize>count) << size);
}

/** Moves `count` candidates into a slot and fills up what is left of it. */
function moveToSlot(from: u32, count: u32, slot: u32, slotEnd: u32): void {
  memory.copy(plannedReason + slot, candidateReason + from, count);
  copy(candidateContact, 2, from, slot, count);
  copy(candidateType, 1, from, slot, count);
  copy(candidateStep, 0, from, slot, count);
  copy(candidateReason, 0, from, slot, count);
  copy(candidateEvent, 2, from, slot, count);
  copy(candidateStart, 2, from, slot, count);
  copy(candidateSend, 2, from, slot, count);
  copy(candidateDetail, 2, from, slot, count);
  copy(candidateBooked, 2, from, slot, count);
  for (let i = slot + count; i < slotEnd; i++) {
    putU8(candidateReason, i, REASON_OUTSIDE_ACTIVE_WINDOW);
    putU8(plannedReason, i, REASON_OUTSIDE_ACTIVE_WINDOW);
  }
  clearRoom(from, count);
}

/** Who leaves planning without a detail or a booked day relies on the memory being zero. */
function clearRoom(from: u32, count: u32): void {
  memory.fill(candidateDetail + ((<usize>from) << 2), 0, (<usize>count) << 2);
  memory.fill(candidateBooked + ((<usize>from) << 2), 0, (<usize>count) << 2);
}

/**
 * Plans the first `count` contacts of `replanList` again, each into its slot (Rules 5 to 10, and 9 step 1).
 *
 * @returns how many were planned before one had more candidates than its slot holds; `count` when all fit
 */
export function replanContacts(count: u32): u32 {
  prepareCalendar();
  prepareDeadlines();
  prepareWindows();
  forgetLanes();
  const aepChange = aepChangeDay();
  const room = u32At(candidateFirst, contactCount);
  let done: u32 = 0;
  for (; done < count; done++) {
    const contact = u32At(replanList, done);
    const slot = u32At(candidateFirst, contact);
    const slotEnd = u32At(candidateFirst, contact + 1);
    resetCandidates(room);
    planContact(contact);
    const planned = candidateCount - room;
    if (planned > slotEnd - slot) {
      clearRoom(room, planned);
      break;
    }
    putI32(changeDay, contact, nextChange(contact, room, candidateCount, aepChange));
    moveToSlot(room, planned, slot, slotEnd);
  }
  resetCandidates(room);
  return done;
}
