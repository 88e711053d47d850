import { candidateCount } from './emit';
import { enterContact, excludedBy, isWide, nextExcludedDay } from './exclusion';
import {
  byDay, CAMPAIGN_RESPECTS_WINDOWS, campaignCount, campaignFlags, candidateContact, candidateDeadline, candidatePriority, candidateReason,
  candidateSend, candidateType, capSpan, dailyCap, dailyThreshold, dayFirst, firstCampaign, firstFollowup, historyPerDay,
  NO_DEADLINE, orderA, orderB, queues, REASON_NONE, stuckDay, stuckFirst, stuckNext, today, typePriority,
} from './memory';

/*
 * The daily cap (Rules 9, daily cap).
 *
 * The order of an overloaded day is (priority, contact, type code, event). Candidates leave planning in the order (contact,
 * type code, event), so a stable sort by priority brings them into that order once and for all; a stable counting sort then
 * deals them out to days. The days are walked in order. What an overloaded day cannot keep waits in queues, one for each
 * priority, and a day takes from their fronts.
 *
 * A waiting candidate becomes immovable on its *stuck day*: its deadline, or the last day before a window. Candidates that
 * enter a queue are therefore also chained to their stuck day, so that no day has to look through what waits.
 *
 *   queues       16 bytes a priority, ascending by priority:
 *                  0 priority i32   4 first place of its stretch of orderA u32   8 front u32   12 end u32
 *                what waits is orderA[front .. end); some of it may have left already
 *   byDay        the candidates by day and order: byDay[dayFirst[offset] .. dayFirst[offset + 1]) are one day's own
 *   orderB       room to merge a stretch of orderA
 *   stuckDay     of what waits: its stuck day, or LOOK; LEFT once it waits no more
 *   stuckFirst   by day: the first candidate of its chain, plus 1; 0 is none
 *   stuckNext    by candidate: the next one of its chain, plus 1
 */

/** `stuckDay` of a candidate whose windows are wide: every day has to be looked at. */
const LOOK: i32 = i32.MIN_VALUE;
/** `stuckDay` of a candidate that waits no more. */
const LEFT: i32 = i32.MIN_VALUE + 1;

let queueCount: u32 = 0;
let waitingCount: u32 = 0;
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
function queueAt(rank: u32): usize {
  return queues + (<usize>rank << 4);
}

// @ts-ignore: decorator
@inline
function sendOffset(i: u32): u32 {
  return <u32>(load<i32>(candidateSend + (<usize>i << 2)) - today);
}

// @ts-ignore: decorator
@inline
function priorityOf(i: u32): i32 {
  return load<i32>(candidatePriority + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
function isScheduled(i: u32): bool {
  return load<u8>(candidateReason + i) == REASON_NONE;
}

/** Counts candidates per day into `dayFirst[offset + 1]`; tells whether any day is over the threshold. */
function countDays(): bool {
  memory.fill(dayFirst, 0, (<usize>capSpan + 1) << 2);
  for (let i: u32 = 0; i < candidateCount; i++) {
    if (!isScheduled(i)) continue;
    const offset = sendOffset(i);
    put(dayFirst, offset + 1, at(dayFirst, offset + 1) + 1);
  }
  for (let offset: u32 = 0; offset < capSpan; offset++) {
    const planned = at(dayFirst, offset + 1);
    if (planned > 0 && <i32>planned + <i32>at(historyPerDay, offset) > dailyThreshold) return true;
  }
  return false;
}

/** The place of the queue of a priority: how many queues have a smaller one. */
// @ts-ignore: decorator
@inline
function rankOf(priority: i32): u32 {
  let first: u32 = 0;
  let end = queueCount;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if (load<i32>(queueAt(middle)) < priority) first = middle + 1;
    else end = middle;
  }
  return first;
}

function addQueue(priority: i32): void {
  const rank = rankOf(priority);
  if (rank < queueCount && load<i32>(queueAt(rank)) == priority) return;
  memory.copy(queueAt(rank + 1), queueAt(rank), <usize>(queueCount - rank) << 4);
  queueCount++;
  store<i32>(queueAt(rank), priority);
}

/** Makes a queue for every priority: all emails of a type have its own but follow-ups, which bring their initial email's. */
function makeQueues(): void {
  queueCount = 0;
  for (let i: u32 = 0; i < candidateCount; i++) {
    const type = <i32>load<u16>(candidateType + (<usize>i << 1));
    if (type >= firstFollowup && type < firstCampaign && isScheduled(i)) addQueue(priorityOf(i));
  }
  const typeCount = firstCampaign + <i32>campaignCount;
  for (let type: i32 = 0; type < typeCount; type++) {
    if (type < firstFollowup || type >= firstCampaign) addQueue(load<i32>(typePriority + (<usize>type << 2)));
  }
}

/** Sorts the scheduled candidates by priority, stably, into `orderA`: a stretch for each queue, which starts out empty. */
function sortByPriority(): void {
  for (let rank: u32 = 0; rank < queueCount; rank++) store<u32>(queueAt(rank), 0, 12);
  for (let i: u32 = 0; i < candidateCount; i++) {
    if (!isScheduled(i)) continue;
    const queue = queueAt(rankOf(priorityOf(i)));
    store<u32>(queue, load<u32>(queue, 12) + 1, 12);
  }
  let first: u32 = 0;
  for (let rank: u32 = 0; rank < queueCount; rank++) {
    const queue = queueAt(rank);
    const count = load<u32>(queue, 12);
    store<u32>(queue, first, 4);
    store<u32>(queue, first, 8);
    store<u32>(queue, first, 12);
    first += count;
  }
  for (let i: u32 = 0; i < candidateCount; i++) {
    if (!isScheduled(i)) continue;
    const queue = queueAt(rankOf(priorityOf(i)));
    const place = load<u32>(queue, 12);
    put(orderA, place, i);
    store<u32>(queue, place + 1, 12);
  }
}

/** Deals the sorted candidates out to days and empties the queues. */
function dealToDays(): void {
  // dayFirst[offset + 1] holds a count now; running sums turn it into where the day after starts.
  for (let offset: u32 = 0; offset < capSpan; offset++) put(dayFirst, offset + 1, at(dayFirst, offset + 1) + at(dayFirst, offset));
  const count = at(dayFirst, capSpan);
  for (let i = count; i > 0; i--) {
    const candidate = at(orderA, i - 1);
    const offset = sendOffset(candidate);
    const slot = at(dayFirst, offset + 1) - 1;
    put(byDay, slot, candidate);
    put(dayFirst, offset + 1, slot);
  }
  // Filling from the back has turned every end into the day's start, one place too far right.
  memory.copy(dayFirst, dayFirst + 4, <usize>capSpan << 2);
  put(dayFirst, capSpan, count);
  for (let rank: u32 = 0; rank < queueCount; rank++) store<u32>(queueAt(rank), load<u32>(queueAt(rank), 4), 12);
}

/** The last day on which a candidate on the current day can be moved on no more, day by day; `LOOK` for wide windows. */
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

/** Tells whether a candidate of wide windows must not go to the next day (Rules 9, movable). */
function isStuckWide(i: u32): bool {
  enterContact(at(candidateContact, i));
  return day >= load<i32>(candidateDeadline + (<usize>i << 2)) || excludedBy(day + 1) != 0;
}

/** Tells whether a candidate whose stuck day is known must stay on the current day. */
// @ts-ignore: decorator
@inline
function isStuck(i: u32, stuck: i32): bool {
  return stuck == LOOK ? isStuckWide(i) : stuck <= day;
}

/** The chain of a day; days further off than there are chains share those of earlier days. */
// @ts-ignore: decorator
@inline
function bucketOf(chained: i32): u32 {
  return <u32>(chained - today) % capSpan;
}

/** Chains a waiting candidate to its stuck day; one of wide windows to tomorrow, to be looked at again. */
function chain(i: u32, stuck: i32): void {
  if (stuck == NO_DEADLINE) return;
  const bucket = bucketOf(stuck == LOOK ? day + 1 : stuck);
  put(stuckNext, i, at(stuckFirst, bucket));
  put(stuckFirst, bucket, i + 1);
}

/** Lets a waiting candidate rest on the current day. */
// @ts-ignore: decorator
@inline
function rest(i: u32): void {
  store<i32>(stuckDay + (<usize>i << 2), LEFT);
  waitingCount--;
  if (load<i32>(candidateSend + (<usize>i << 2)) == day) return;
  store<i32>(candidateSend + (<usize>i << 2), day);
  moved++;
}

/** Lets those rest whose stuck day has come; returns how many. */
function restStuck(): i32 {
  const bucket = bucketOf(day);
  let count = 0;
  let link = at(stuckFirst, bucket);
  put(stuckFirst, bucket, 0);
  while (link != 0) {
    const i = link - 1;
    link = at(stuckNext, i);
    const stuck = load<i32>(stuckDay + (<usize>i << 2));
    if (stuck == LEFT) continue;
    if (isStuck(i, stuck)) {
      rest(i);
      count++;
    } else {
      chain(i, stuck);
    }
  }
  return count;
}

/** Merges the `count` candidates `byDay[first ..]`, all of one priority and ascending, into their queue. */
function enqueue(queue: usize, first: u32, count: u32): void {
  const stretch = load<u32>(queue, 4);
  const end = load<u32>(queue, 12);
  let front = load<u32>(queue, 8);
  while (front < end && load<i32>(stuckDay + (<usize>at(orderA, front) << 2)) == LEFT) front++;
  let own = first;
  const ownEnd = first + count;
  let place = stretch;
  if (front < end) {
    memory.copy(orderB + (<usize>front << 2), orderA + (<usize>front << 2), <usize>(end - front) << 2);
    while (front < end) {
      const waiting = at(orderB, front);
      if (load<i32>(stuckDay + (<usize>waiting << 2)) == LEFT) {
        front++;
        continue;
      }
      if (own < ownEnd && at(byDay, own) < waiting) {
        put(orderA, place++, at(byDay, own++));
      } else {
        put(orderA, place++, waiting);
        front++;
      }
    }
  }
  while (own < ownEnd) put(orderA, place++, at(byDay, own++));
  store<u32>(queue, stretch, 8);
  store<u32>(queue, place, 12);
}

/** Puts an overloaded day's own candidates into the queues; returns how many of them cannot move. */
function enqueueOwn(first: u32, end: u32): i32 {
  let stuckCount = 0;
  let k = first;
  while (k < end) {
    const priority = priorityOf(at(byDay, k));
    // The movable ones of a priority are closed up to the front of their stretch of the day.
    const stretch = k;
    let count: u32 = 0;
    for (; k < end && priorityOf(at(byDay, k)) == priority; k++) {
      const i = at(byDay, k);
      const stuck = findStuckDay(i);
      if (isStuck(i, stuck)) {
        stuckCount++;
        continue;
      }
      store<i32>(stuckDay + (<usize>i << 2), stuck);
      chain(i, stuck);
      put(byDay, stretch + count++, i);
    }
    if (count > 0) enqueue(queueAt(rankOf(priority)), stretch, count);
    waitingCount += count;
  }
  return stuckCount;
}

/** Lets up to `room` waiting candidates rest on the current day, by order. */
function restInOrder(room: i32): void {
  for (let rank: u32 = 0; rank < queueCount && room > 0 && waitingCount > 0; rank++) {
    const queue = queueAt(rank);
    const end = load<u32>(queue, 12);
    let front = load<u32>(queue, 8);
    while (front < end && room > 0) {
      const i = at(orderA, front++);
      if (load<i32>(stuckDay + (<usize>i << 2)) == LEFT) continue;
      rest(i);
      room--;
    }
    store<u32>(queue, front, 8);
  }
}

/** Where a day's own candidates start in `byDay`; days after the last that holds any start at its end. */
// @ts-ignore: decorator
@inline
function memberStart(offset: u32, memberCount: u32): u32 {
  return offset < capSpan ? at(dayFirst, offset) : memberCount;
}

/** Walks the days and moves what overloads them (Rules 9, daily cap). Returns how many emails changed their day. */
export function capDays(): u32 {
  if (!countDays()) return 0;
  makeQueues();
  sortByPriority();
  dealToDays();
  memory.fill(stuckFirst, 0, <usize>capSpan << 2);
  waitingCount = 0;
  moved = 0;
  const memberCount = at(dayFirst, capSpan);
  for (let offset: u32 = 0; waitingCount > 0 || memberStart(offset, memberCount) < memberCount; offset++) {
    const first = memberStart(offset, memberCount);
    const end = memberStart(offset + 1, memberCount);
    day = today + <i32>offset;
    const history = offset < capSpan ? <i32>at(historyPerDay, offset) : 0;
    if (<i32>(waitingCount + end - first) + history <= dailyThreshold) {
      restInOrder(i32.MAX_VALUE);
      continue;
    }
    const stuckCount = restStuck() + enqueueOwn(first, end);
    restInOrder(dailyCap - history - stuckCount);
  }
  return moved;
}
