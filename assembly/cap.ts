import { candidateCount } from './emit';
import { enterContact, excludedBy, isWide, nextExcludedDay } from './exclusion';
import {
  byDay, CAMPAIGN_RESPECTS_WINDOWS, campaignFlags, candidateContact, candidateDeadline, candidatePriority, candidateReason,
  candidateSend, candidateType, capSpan, dailyCap, dailyThreshold, dayFirst, firstCampaign, historyPerDay, NO_DEADLINE, orderA,
  orderB, REASON_NONE, stuckDay, today,
} from './memory';

/*
 * The daily cap (Rules 9, daily cap).
 *
 * All scheduled candidates are sorted once by (priority, contact, type code, event): candidates leave planning in the order
 * (contact, type code, event), so a stable sort by priority does it. A stable counting sort then deals them out to days. The
 * days are walked in order; what an overloaded day cannot keep is carried to the next one as a list in that same order, and
 * merged with the day's own.
 */

/** `stuckDay` of a candidate whose windows are wide: every day has to be looked at. */
const LOOK: i32 = i32.MIN_VALUE;

let carried: usize = 0;
let carriedCount: u32 = 0;
let day: i32 = 0;
let moved: u32 = 0;

// @ts-ignore: decorator
@inline
function at(list: usize, i: u32): u32 {
  return load<u32>(list + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
function put(list: usize, i: u32, value: u32): void {
  store<u32>(list + (<usize>i << 2), value);
}

// @ts-ignore: decorator
@inline
function sendOffset(i: u32): u32 {
  return <u32>(load<i32>(candidateSend + (<usize>i << 2)) - today);
}

/** Tells whether a candidate comes before another in the order of an overloaded day. */
// @ts-ignore: decorator
@inline
function isBefore(a: u32, b: u32): bool {
  const priorityA = load<i32>(candidatePriority + (<usize>a << 2));
  const priorityB = load<i32>(candidatePriority + (<usize>b << 2));
  return priorityA != priorityB ? priorityA < priorityB : a < b;
}

/** Counts candidates per day into `dayFirst[offset + 1]`; tells whether any day is over the threshold. */
function countDays(): bool {
  memory.fill(dayFirst, 0, (<usize>capSpan + 1) << 2);
  for (let i: u32 = 0; i < candidateCount; i++) {
    if (load<u8>(candidateReason + i) != REASON_NONE) continue;
    const offset = sendOffset(i);
    put(dayFirst, offset + 1, at(dayFirst, offset + 1) + 1);
  }
  for (let offset: u32 = 0; offset < capSpan; offset++) {
    if (<i32>at(dayFirst, offset + 1) + <i32>at(historyPerDay, offset) > dailyThreshold && at(dayFirst, offset + 1) > 0) return true;
  }
  return false;
}

/** Sorts the scheduled candidates by priority, stably, a byte at a time. Returns the list that holds them. */
function sortByPriority(): usize {
  let count: u32 = 0;
  for (let i: u32 = 0; i < candidateCount; i++) {
    if (load<u8>(candidateReason + i) == REASON_NONE) put(orderA, count++, i);
  }
  let from = orderA;
  let to = orderB;
  const buckets = memory.data(257 * 4);
  for (let shift: u32 = 0; shift < 32; shift += 8) {
    memory.fill(buckets, 0, 257 * 4);
    for (let i: u32 = 0; i < count; i++) {
      const digit = priorityDigit(at(from, i), shift);
      put(buckets, digit + 1, at(buckets, digit + 1) + 1);
    }
    if (count > 0 && at(buckets, priorityDigit(at(from, 0), shift) + 1) == count) continue;
    for (let digit: u32 = 1; digit < 256; digit++) put(buckets, digit, at(buckets, digit) + at(buckets, digit - 1));
    for (let i: u32 = 0; i < count; i++) {
      const candidate = at(from, i);
      const digit = priorityDigit(candidate, shift);
      const slot = at(buckets, digit);
      put(to, slot, candidate);
      put(buckets, digit, slot + 1);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/** A byte of a candidate's priority, the sign turned so that unsigned order is the order of the numbers. */
// @ts-ignore: decorator
@inline
function priorityDigit(candidate: u32, shift: u32): u32 {
  return ((load<u32>(candidatePriority + (<usize>candidate << 2)) ^ 0x80000000) >>> shift) & 255;
}

/** Deals a sorted list out to days: `byDay[dayFirst[offset] .. dayFirst[offset + 1])` are a day's candidates in order. */
function dealToDays(list: usize): void {
  // dayFirst[offset + 1] holds a count now; running sums turn it into where the day after starts.
  for (let offset: u32 = 0; offset < capSpan; offset++) put(dayFirst, offset + 1, at(dayFirst, offset + 1) + at(dayFirst, offset));
  const count = at(dayFirst, capSpan);
  for (let i = count; i > 0; i--) {
    const candidate = at(list, i - 1);
    const offset = sendOffset(candidate);
    const slot = at(dayFirst, offset + 1) - 1;
    put(byDay, slot, candidate);
    put(dayFirst, offset + 1, slot);
  }
  // Filling from the back has turned every end into the day's start, one place too far right.
  memory.copy(dayFirst, dayFirst + 4, <usize>capSpan << 2);
  put(dayFirst, capSpan, count);
}

/** The last day to which a candidate on the current day can be moved on, day by day; `LOOK` for wide windows. */
function findStuckDay(i: u32): i32 {
  const deadline = load<i32>(candidateDeadline + (<usize>i << 2));
  const type = <i32>load<u16>(candidateType + (<usize>i << 1));
  if (type >= firstCampaign) {
    const flags = load<u16>(campaignFlags + (<usize>(type - firstCampaign) << 1));
    if (!(flags & CAMPAIGN_RESPECTS_WINDOWS)) return deadline;
  }
  enterContact(at(candidateContact, i));
  if (isWide()) return LOOK;
  const excluded = nextExcludedDay(day + 1);
  return excluded == i32.MAX_VALUE ? deadline : min(deadline, excluded - 1);
}

/** Tells whether a candidate on the current day may go to the next one (Rules 9, movable). */
// @ts-ignore: decorator
@inline
function isMovable(i: u32): bool {
  const stuck = load<i32>(stuckDay + (<usize>i << 2));
  if (stuck != LOOK) return stuck > day || stuck == NO_DEADLINE;
  enterContact(at(candidateContact, i));
  return day < load<i32>(candidateDeadline + (<usize>i << 2)) && !excludedBy(day + 1);
}

/** Keeps what fits on an overloaded day and carries the rest to the next. */
function spillDay(first: u32, end: u32, history: i32, next: usize): u32 {
  for (let k = first; k < end; k++) store<i32>(stuckDay + (<usize>at(byDay, k) << 2), findStuckDay(at(byDay, k)));
  let immovable = 0;
  for (let k = first; k < end; k++) if (!isMovable(at(byDay, k))) immovable++;
  for (let k: u32 = 0; k < carriedCount; k++) if (!isMovable(at(carried, k))) immovable++;
  let room = dailyCap - history - immovable;
  let nextCount: u32 = 0;
  let own = first;
  let brought: u32 = 0;
  while (own < end || brought < carriedCount) {
    const takesOwn = brought == carriedCount || (own < end && isBefore(at(byDay, own), at(carried, brought)));
    const candidate = takesOwn ? at(byDay, own++) : at(carried, brought++);
    const stays = !isMovable(candidate) || room-- > 0;
    if (!stays) {
      put(next, nextCount++, candidate);
    } else if (!takesOwn) {
      store<i32>(candidateSend + (<usize>candidate << 2), day);
      moved++;
    }
  }
  return nextCount;
}

/** Walks the days and moves what overloads them (Rules 9, daily cap). Returns how many emails changed their day. */
export function capDays(): u32 {
  if (!countDays()) return 0;
  const sorted = sortByPriority();
  dealToDays(sorted);
  carried = orderA;
  carriedCount = 0;
  let next = orderB;
  moved = 0;
  const memberCount = at(dayFirst, capSpan);
  for (let offset: u32 = 0; carriedCount > 0 || memberStart(offset, memberCount) < memberCount; offset++) {
    const first = memberStart(offset, memberCount);
    const end = memberStart(offset + 1, memberCount);
    day = today + <i32>offset;
    const history = offset < capSpan ? <i32>at(historyPerDay, offset) : 0;
    if (<i32>(carriedCount + end - first) + history <= dailyThreshold) {
      for (let k: u32 = 0; k < carriedCount; k++) store<i32>(candidateSend + (<usize>at(carried, k) << 2), day);
      moved += carriedCount;
      carriedCount = 0;
      continue;
    }
    const nextCount = spillDay(first, end, history, next);
    const swap = carried;
    carried = next;
    next = swap;
    carriedCount = nextCount;
  }
  return moved;
}

/** Where a day's own candidates start in `byDay`; days after the last that holds any start at its end. */
// @ts-ignore: decorator
@inline
function memberStart(offset: u32, memberCount: u32): u32 {
  return offset < capSpan ? at(dayFirst, offset) : memberCount;
}
