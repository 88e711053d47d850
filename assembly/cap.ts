import { i32At, putU32, u8At, u16At, u32At } from './at';
import { deadlineOf, priorityOf, typeOfCandidate } from './candidate';
import { countDays, isScheduled, sendOffset } from './days';
import { candidateCount } from './emit';
import { enterContact, excludedBy, lastFreeDay, WIDE } from './exclusion';
import {
  CAMPAIGN_RESPECTS_WINDOWS,
  campaignCount,
  campaignFlags,
  candidateContact,
  candidateSend,
  capSpan,
  contactRule,
  dailyCap,
  dailyThreshold,
  dayCount,
  dayFirst,
  firstCampaign,
  firstFollowup,
  historyPerDay,
  links,
  NO_DEADLINE,
  OPTION_FOLLOWUPS,
  options,
  order,
  ownCount,
  queues,
  stuckDay,
  stuckFirst,
  today,
  typePriority,
  typeQueue,
  waiting,
} from './memory';
import { inPieces } from './pieces';

/*
 * The daily cap (Rules 9, daily cap).
 *
 * The order of an overloaded day is (priority, contact, type code, event). Candidates leave planning in the order (contact,
 * type code, event), so a stable sort by priority gives every candidate its *place* in that order once and for all. Only the
 * candidates of days that overload can reach get one. The days are walked in order. What an overloaded day cannot keep
 * waits: a bit by place tells which, so that a day takes the first bits there are.
 *
 * A waiting candidate becomes immovable on its *stuck day*: its deadline, or the last day before a window. A place is in one
 * list at a time: its own day's, and from that day on its stuck day's, so that no day has to look through what waits.
 *
 *   queues       12 bytes a priority, ascending by priority:
 *                  0 priority i32   4 how many candidates it has u32   8 the place of its next one u32
 *   order        by place: the candidate
 *   waiting      by place: a bit
 *   dayFirst     by day: the first place of those that the day starts with, plus 1; 0 is none, UNREACHED a day that is never
 *                overloaded
 *   stuckFirst   by day: the first place of its stuck list, plus 1; 0 is none. Places that wait no more may be in it
 *   links        by place: the next one of its list, plus 1
 *   stuckDay     by place: its stuck day, or WIDE
 */

/** The list of a day that is never overloaded. */
const UNREACHED: u32 = u32.MAX_VALUE;

const QUEUE_BYTES: usize = 12;

let queueCount: u32 = 0;
let placeCount: u32 = 0;
let waitingCount: u32 = 0;
/** No place below this one waits. */
let firstWaiting: u32 = 0;
/** The contact that was entered last. */
let entered: u32 = 0;
let day: i32 = 0;
let moved: u32 = 0;

/** @inline */
function at(list: usize, i: u32): u32 {
  return u32At(list, i);
}

/** @inline */
function put(list: usize, i: u32, value: u32): void {
  putU32(list, i, value);
}

/** @inline */
function queueAt(rank: u32): usize {
  return queues + <usize>rank * QUEUE_BYTES;
}

/**
 * Marks the days that overload can reach by empty lists: a day cannot hold more than its own emails and all that may wait by
 * then. Tells whether there is such a day.
 */
function markReachedDays(): bool {
  memory.fill(dayFirst, 0xff, (<usize>capSpan) << 2);
  let isReached = false;
  let mostWaiting: i32 = 0;
  for (let offset: u32 = 0; offset < capSpan; offset++) {
    const own = <i32>at(ownCount, offset);
    const history = <i32>at(historyPerDay, offset);
    // History alone overloads no day: there is nothing that could be moved.
    if (own + mostWaiting === 0 || own + mostWaiting + history <= dailyThreshold) {
      mostWaiting = 0;
      continue;
    }
    put(dayFirst, offset, 0);
    isReached = true;
    mostWaiting += own - min(own + mostWaiting, max(0, dailyCap - history));
  }
  return isReached;
}

/** The place of the queue of a priority: how many queues have a smaller one. */
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
  if (rank < queueCount && load<i32>(queueAt(rank)) === priority) return;
  memory.copy(queueAt(rank + 1), queueAt(rank), <usize>(queueCount - rank) * QUEUE_BYTES);
  queueCount++;
  store<i32>(queueAt(rank), priority);
}

/** Makes a queue for every priority: all emails of a type have its own but follow-ups, which bring their initial email's. */
function makeQueues(): void {
  queueCount = 0;
  if (options & OPTION_FOLLOWUPS) {
    for (let i: u32 = 0; i < candidateCount; i++) {
      const type = typeOfCandidate(i);
      if (type >= firstFollowup && type < firstCampaign && isScheduled(i)) addQueue(priorityOf(i));
    }
  }
  const typeCount = firstCampaign + <i32>campaignCount;
  for (let type: i32 = 0; type < typeCount; type++) {
    if (type < firstFollowup || type >= firstCampaign) addQueue(i32At(typePriority, type));
  }
  for (let type: i32 = 0; type < typeCount; type++) put(typeQueue, type, rankOf(i32At(typePriority, type)));
  for (let rank: u32 = 0; rank < queueCount; rank++) store<u32>(queueAt(rank), 0, 4);
}

/** Tells whether a candidate takes part: it is scheduled on a day that overload can reach. @inline */
function takesPart(i: u32): bool {
  return isScheduled(i) && at(dayFirst, sendOffset(i)) !== UNREACHED;
}

/** @inline */
function queueOf(i: u32): usize {
  const type = typeOfCandidate(i);
  return queueAt(type < firstFollowup || type >= firstCampaign ? at(typeQueue, type) : rankOf(priorityOf(i)));
}

function countPiece(first: u32, end: u32): u32 {
  for (let i = first; i < end; i++) {
    if (!takesPart(i)) continue;
    const queue = queueOf(i);
    store<u32>(queue, load<u32>(queue, 4) + 1, 4);
  }
  return 0;
}

function placePiece(first: u32, end: u32): u32 {
  // Nothing is entered yet, or something else.
  entered = u32.MAX_VALUE;
  for (let i = first; i < end; i++) {
    if (!takesPart(i)) continue;
    const queue = queueOf(i);
    const place = load<u32>(queue, 8);
    store<u32>(queue, place + 1, 8);
    put(order, place, i);
    const offset = sendOffset(i);
    put(stuckDay, place, findStuckDay(i, today + <i32>offset));
    put(links, place, at(dayFirst, offset));
    put(dayFirst, offset, place + 1);
  }
  return 0;
}

/** Gives every candidate that takes part its place, and puts it into its day's list. */
function placeCandidates(): void {
  inPieces(candidateCount, countPiece);
  placeCount = 0;
  for (let rank: u32 = 0; rank < queueCount; rank++) {
    store<u32>(queueAt(rank), placeCount, 8);
    placeCount += load<u32>(queueAt(rank), 4);
  }
  inPieces(candidateCount, placePiece);
  memory.fill(waiting, 0, (<usize>(placeCount >> 6) + 1) << 3);
}

/**
 * The last day to which a candidate can be moved from a day on, day by day; `WIDE` when every day has to be looked at.
 *
 * @inline
 */
function findStuckDay(i: u32, from: i32): i32 {
  const deadline = deadlineOf(i);
  if (deadline <= from || !respectsWindows(i)) return deadline;
  const contact = at(candidateContact, i);
  if (u8At(contactRule, contact) === 0) return deadline;
  if (contact !== entered) {
    enterContact(contact);
    entered = contact;
  }
  const free = lastFreeDay(from);
  return free === WIDE ? WIDE : min(deadline, free);
}

/** @inline */
function respectsWindows(i: u32): bool {
  const type = typeOfCandidate(i);
  if (type < firstCampaign) return true;
  return (u16At(campaignFlags, type - firstCampaign) & CAMPAIGN_RESPECTS_WINDOWS) !== 0;
}

/** Tells whether a candidate must not go to the next day (Rules 9, movable). @inline */
function isStuck(place: u32, stuck: i32): bool {
  return stuck === WIDE ? isStuckWide(at(order, place)) : stuck <= day;
}

function isStuckWide(i: u32): bool {
  if (day >= deadlineOf(i)) return true;
  enterContact(at(candidateContact, i));
  return excludedBy(day + 1) !== 0;
}

/** The stuck list of a day; days further off than there are lists share those of earlier days. @inline */
function listOf(stuck: i32): u32 {
  const offset = <u32>(stuck - today);
  return offset < capSpan ? offset : offset % capSpan;
}

/** Puts a waiting place into the list of its stuck day; one of wide windows into tomorrow's, to be looked at again. */
function awaitStuckDay(place: u32, stuck: i32): void {
  if (stuck === NO_DEADLINE) return;
  const list = listOf(stuck === WIDE ? day + 1 : stuck);
  put(links, place, at(stuckFirst, list));
  put(stuckFirst, list, place + 1);
}

/** @inline */
function wordOf(place: u32): usize {
  return waiting + ((<usize>(place >> 6)) << 3);
}

/** @inline */
function isWaiting(place: u32): bool {
  return ((load<u64>(wordOf(place)) >> (place & 63)) & 1) !== 0;
}

/** Lets a candidate that waits no more rest on the current day. @inline */
function rest(place: u32): void {
  const send = candidateSend + ((<usize>at(order, place)) << 2);
  if (load<i32>(send) === day) return;
  store<i32>(send, day);
  moved++;
}

/** Lets those rest whose stuck day has come; returns how many. */
function restStuck(): i32 {
  const list = listOf(day);
  let count = 0;
  let link = at(stuckFirst, list);
  put(stuckFirst, list, 0);
  while (link !== 0) {
    const place = link - 1;
    link = at(links, place);
    if (!isWaiting(place)) continue;
    const stuck = <i32>at(stuckDay, place);
    if (!isStuck(place, stuck)) {
      awaitStuckDay(place, stuck);
      continue;
    }
    store<u64>(wordOf(place), load<u64>(wordOf(place)) & ~((<u64>1) << (place & 63)));
    rest(place);
    count++;
  }
  waitingCount -= count;
  return count;
}

/** Has all candidates of an overloaded day wait that can move; returns how many cannot. */
function awaitOwn(firstLink: u32): i32 {
  let stuckCount = 0;
  let link = firstLink;
  while (link !== 0) {
    const place = link - 1;
    link = at(links, place);
    const stuck = <i32>at(stuckDay, place);
    if (isStuck(place, stuck)) {
      stuckCount++;
      continue;
    }
    awaitStuckDay(place, stuck);
    const word = wordOf(place);
    store<u64>(word, load<u64>(word) | ((<u64>1) << (place & 63)));
    waitingCount++;
    firstWaiting = min(firstWaiting, place);
  }
  return stuckCount;
}

/** Lets up to `room` waiting candidates rest on the current day, by order. */
function restInOrder(room: i32): void {
  let place = firstWaiting & ~63;
  let left = min(<i32>waitingCount, max(room, 0));
  waitingCount -= left;
  while (left > 0) {
    let bits = load<u64>(wordOf(place));
    for (; bits !== 0 && left > 0; left--) {
      rest(place + <u32>ctz(bits));
      bits &= bits - 1;
    }
    store<u64>(wordOf(place), bits);
    if (bits === 0) place += 64;
  }
  firstWaiting = waitingCount > 0 ? place : u32.MAX_VALUE;
}

/** Walks the days and moves what overloads them (Rules 9, daily cap). Returns how many emails changed their day. */
export function capDays(): u32 {
  countDays();
  memory.copy(ownCount, dayCount, (<usize>capSpan) << 2);
  if (!markReachedDays()) return 0;
  makeQueues();
  placeCandidates();
  memory.fill(stuckFirst, 0, (<usize>capSpan) << 2);
  waitingCount = 0;
  firstWaiting = u32.MAX_VALUE;
  moved = 0;
  for (let offset: u32 = 0; offset < capSpan || waitingCount > 0; offset++) {
    const own = offset < capSpan ? at(ownCount, offset) : 0;
    if (own + waitingCount === 0) continue;
    day = today + <i32>offset;
    const history = offset < capSpan ? <i32>at(historyPerDay, offset) : 0;
    if (<i32>(waitingCount + own) + history <= dailyThreshold) {
      restInOrder(i32.MAX_VALUE);
      continue;
    }
    const stuckCount = restStuck() + (own > 0 ? awaitOwn(at(dayFirst, offset)) : 0);
    restInOrder(dailyCap - history - stuckCount);
  }
  return moved;
}
