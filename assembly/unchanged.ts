import { i32At, putI32, putU8, u8At, u16At, u32At } from './at';
import { candidateCount } from './emit';
import { enterRows } from './history';
import { limitContact } from './limits';
import {
  candidateEvent,
  candidateFirst,
  candidateReason,
  candidateSend,
  candidateStart,
  candidateStep,
  candidateType,
  cappedSend,
  capSpan,
  contactCount,
  dailyCap,
  dailyThreshold,
  dayChanged,
  dayLoad,
  EFFECTIVE_DATE,
  firstCampaign,
  firstFollowup,
  historyPerDay,
  isReplanned,
  limitedReason,
  plannedReason,
  REASON_NONE,
  smoothingWindowDays,
  today,
  waitedBefore,
} from './memory';

/*
 * What balancing a day need not work out again when it was balanced the day before (Rules 9, daily cap and contact limits).
 *
 * The walk of the cap falls into stretches of days: one starts on a day before which nothing waits, and ends on the day after
 * which nothing waits any more. What it does within a stretch hangs on nothing but the emails that the stretch starts out
 * with. While days go by these seldom change far ahead, where the largest stretches are, such as the weeks after an aep date.
 * A stretch that starts where one started yesterday, and on none of whose days an email has come, gone or changed since, is
 * set aside, and its emails go to the days that they went to yesterday.
 *
 * Likewise the contact limits: a contact that was not planned again, and whose emails lie on the days of yesterday, is limited
 * as it was.
 *
 *   dayChanged     u8    by days from today on: 1 where an email came, went or changed since yesterday
 *   waitedBefore   u8    by days from today on: 1 where yesterday something may have waited for the day
 *   dayLoad        i32   by days from today on: scheduled candidates, before the cap
 *   plannedReason  u8    by candidate: its reason before days are balanced
 *   cappedSend     i32   by candidate: the day that yesterday's cap left it on
 *   limitedReason  u8    by candidate: its reason after yesterday's contact limits
 *   isReplanned    u8    by contact
 */

/** The reason of a candidate that is set aside while the cap walks. */
const SET_ASIDE: u8 = 255;
/** A day's mark in `dayChanged`, beside 1: it lies in a stretch that is set aside. */
const UNCHANGED_STRETCH: u8 = 2;

/** @inline */
function startOf(i: u32): i32 {
  return i32At(candidateStart, i);
}

/** @inline */
function sendOf(i: u32): i32 {
  return i32At(candidateSend, i);
}

/** @inline */
function typeOfCandidate(i: u32): i32 {
  return <i32>u16At(candidateType, i);
}

/** Marks the days that a candidate is on, or can be smoothed to, as changed. */
function markDays(i: u32): void {
  const offset = startOf(i) - today;
  const reach = typeOfCandidate(i) === EFFECTIVE_DATE ? smoothingWindowDays : 0;
  const end = min(offset + reach + 1, <i32>capSpan);
  for (let day = max(0, offset - reach); day < end; day++) putU8(dayChanged, day, 1);
}

/** Tells whether balancing takes two scheduled candidates of a contact for the same. */
function isSame(a: u32, b: u32): bool {
  const type = typeOfCandidate(a);
  if (type !== typeOfCandidate(b) || startOf(a) !== startOf(b)) return false;
  if (i32At(candidateEvent, a) !== i32At(candidateEvent, b)) return false;
  // Only on its ideal day is a policy anniversary smoothed; a follow-up has its priority from a row.
  if (type === EFFECTIVE_DATE) return u8At(candidateStep, a) === u8At(candidateStep, b);
  return type < firstFollowup || type >= firstCampaign;
}

/**
 * Compares what was planned for a contact with what its slot holds from yesterday: marks the days of what differs, and has
 * what is the same keep its `cappedSend`.
 */
export function noteChanges(slot: u32, slotEnd: u32, planned: u32, plannedEnd: u32): void {
  for (let j = planned; j < plannedEnd; j++) {
    putI32(cappedSend, j, i32.MIN_VALUE);
    if (u8At(candidateReason, j) !== REASON_NONE) continue;
    let i = slot;
    while (i < slotEnd && (u8At(plannedReason, i) !== REASON_NONE || !isSame(i, j))) i++;
    if (i === slotEnd) {
      markDays(j);
      continue;
    }
    putI32(cappedSend, j, i32At(cappedSend, i));
    // Found again; what is left in the end has gone.
    putU8(plannedReason, i, SET_ASIDE);
  }
  for (let i = slot; i < slotEnd; i++) if (u8At(plannedReason, i) === REASON_NONE) markDays(i);
}

/** Counts the scheduled candidates of every day. */
function countLoads(): void {
  memory.fill(dayLoad, 0, (<usize>capSpan) << 2);
  for (let i: u32 = 0; i < candidateCount; i++) {
    if (u8At(candidateReason, i) !== REASON_NONE) continue;
    const offset = sendOf(i) - today;
    putI32(dayLoad, offset, i32At(dayLoad, offset) + 1);
  }
}

/** Marks the stretches that can be set aside, and notes for tomorrow before which days something may wait. */
function markStretches(): bool {
  let isAny = false;
  let stretch: u32 = 0;
  let isUnchanged = false;
  // More than can wait: what cannot be moved on is kept beyond the cap.
  let waiting: i32 = 0;
  for (let offset: u32 = 0; offset < capSpan; offset++) {
    if (waiting === 0) {
      stretch = offset;
      isUnchanged = u8At(waitedBefore, offset) === 0;
    }
    putU8(waitedBefore, offset, waiting === 0 ? 0 : 1);
    if (u8At(dayChanged, offset) !== 0) isUnchanged = false;
    const history = i32At(historyPerDay, offset);
    const total = waiting + i32At(dayLoad, offset);
    const isOver = total > 0 && total + history > dailyThreshold;
    waiting = isOver ? total - min(total, max(0, dailyCap - history)) : 0;
    if (waiting > 0 || !isUnchanged || offset === stretch) continue;
    memory.fill(dayChanged + stretch, UNCHANGED_STRETCH, offset + 1 - stretch);
    isAny = true;
  }
  return isAny;
}

/**
 * Sets aside the emails of stretches that are as they were yesterday, on the days that yesterday's cap gave them; after
 * smoothing, before the cap.
 *
 * @returns how many of them the cap moves
 */
export function setAsideUnchanged(): u32 {
  countLoads();
  if (!markStretches()) return 0;
  let moved: u32 = 0;
  for (let i: u32 = 0; i < candidateCount; i++) {
    if (u8At(candidateReason, i) !== REASON_NONE) continue;
    const send = sendOf(i);
    if (u8At(dayChanged, send - today) !== UNCHANGED_STRETCH) continue;
    const capped = i32At(cappedSend, i);
    putU8(candidateReason, i, SET_ASIDE);
    if (capped === send) continue;
    putI32(candidateSend, i, capped);
    moved++;
  }
  return moved;
}

/**
 * Takes back what was set aside, and applies the contact limits once more to those whose emails were moved (Rules 9, step 4):
 * works them out for those of whom anything is not as it was yesterday.
 */
export function limitAfterCap(): void {
  for (let contact: u32 = 0; contact < contactCount; contact++) {
    const first = u32At(candidateFirst, contact);
    const end = u32At(candidateFirst, contact + 1);
    let isMoved = false;
    let isChanged = u8At(isReplanned, contact) !== 0;
    for (let i = first; i < end; i++) {
      const reason = u8At(candidateReason, i);
      if (reason === SET_ASIDE) putU8(candidateReason, i, REASON_NONE);
      else if (reason !== REASON_NONE) continue;
      const send = sendOf(i);
      if (send !== startOf(i)) isMoved = true;
      if (send !== i32At(cappedSend, i)) isChanged = true;
    }
    if (!isMoved) continue;
    if (isChanged) {
      enterRows(contact);
      limitContact(first, end);
    } else {
      memory.copy(candidateReason + first, limitedReason + first, end - first);
    }
  }
}
