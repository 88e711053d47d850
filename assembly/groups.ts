import { i32At, putI32, putU8, putU32, u8At, u16At, u32At } from './at';
import { deadlineOf, priorityOf, typeOfCandidate } from './candidate';
import { isScheduled, sendOffset } from './days';
import { candidateCount } from './emit';
import { excludedBy, lastFreeDayOf, WIDE } from './exclusion';
import {
  CAMPAIGN_RESPECTS_WINDOWS,
  campaignFlags,
  candidateBooked,
  candidateContact,
  candidateReason,
  candidateSend,
  contactRule,
  firstCampaign,
  groupCapacity,
  groupCursor,
  groupSlots,
  groups,
  isGroupedDay,
  OPTION_ROWS,
  options,
  placementDay,
  placementSize,
  REASON_DAILY_CAP,
  today,
} from './memory';
import { hasClosedDays, lastOpenUpTo } from './openDays';

/*
 * Candidates that the daily cap cannot tell apart (Rules 9, daily cap): equal in priority, start, last day and booked day.
 * The host walks the days over groups; here candidates are put into groups, and get the days that the walk gave their group.
 *
 *   groups        20 bytes each, days from today on:
 *                   0 priority i32   4 start i32   8 last day i32   12 booked day i32, -1 none   16 candidates u32
 *   groupSlots    u32: a group + 1, 0 for a free slot; where, its four numbers tell. At most half are taken
 *   groupCursor   u32 by group: the placement that its next candidate gets
 *
 * From grouping to placing `candidateSend` of a candidate has its group, as FIRST_GROUP + group, in the place of the day that its
 * group starts on.
 */

/** No day is so early, and groups are fewer than the numbers from here to END_OF_GROUPS. */
const FIRST_GROUP: i32 = i32.MIN_VALUE;
const END_OF_GROUPS: i32 = i32.MIN_VALUE + 0x1000000;

/** How far after today the last day of a candidate can be. */
const BALANCE_HORIZON_DAYS: i32 = 1826;

const GROUP_BYTES: usize = 20;
const FIRST_SLOTS: u32 = 4096;

let groupCount: u32 = 0;
let slotMask: u32 = 0;

/** How many groups there are. */
export function countGroups(): u32 {
  return groupCount;
}

/** @inline */
function groupAt(group: u32): usize {
  return groups + <usize>group * GROUP_BYTES;
}

/** Tells whether windows hold a candidate back. Without branches: types follow each other as good as at random. @inline */
function respectsWindows(i: u32): bool {
  const campaign = typeOfCandidate(i) - firstCampaign;
  const flags = u16At(campaignFlags, max(campaign, 0));
  return ((campaign < 0 ? 1 : 0) | (flags & CAMPAIGN_RESPECTS_WINDOWS)) !== 0;
}

/** The last day up to `last`, which is after `start`, that a contact's own windows leave a candidate. */
function lastOwnDay(contact: u32, start: i32, last: i32): i32 {
  const free = lastFreeDayOf(contact, start);
  return free === WIDE ? lastFreeDayByDay(start, last) : min(last, free);
}

/** The last day up to `last` before which nothing after `start` is excluded, day by day; for the contact that was turned to. */
function lastFreeDayByDay(start: i32, last: i32): i32 {
  let day = start;
  while (day < last && !excludedBy(day + 1)) day++;
  return day;
}

/** @inline */
function scramble(priority: i32, start: i32, last: i32, booked: i32): u32 {
  let hash = <u32>(start + last * 2039 + booked * 4194301) * 0x9e3779b1 + <u32>priority * 0x85ebca6b;
  hash ^= hash >>> 15;
  hash *= 0x2c1b3c6d;
  return hash ^ (hash >>> 13);
}

/** Puts a group into its slot. */
function putSlot(group: u32): void {
  const address = groupAt(group);
  let slot = scramble(i32At(address, 0), i32At(address, 1), i32At(address, 2), i32At(address, 3)) & slotMask;
  while (u32At(groupSlots, slot) !== 0) slot = (slot + 1) & slotMask;
  putU32(groupSlots, slot, group + 1);
}

/** Starts with so many slots, a power of 2, and puts the groups there are into them. */
function useSlots(count: u32): void {
  slotMask = count - 1;
  memory.fill(groupSlots, 0, (<usize>count) << 2);
  for (let group: u32 = 0; group < groupCount; group++) putSlot(group);
}

/** The group of these numbers, a new one when there is none; `groupCapacity` when there is no room for it. */
function groupOf(priority: i32, start: i32, last: i32, booked: i32): u32 {
  let slot = scramble(priority, start, last, booked) & slotMask;
  for (let found = u32At(groupSlots, slot); found !== 0; found = u32At(groupSlots, slot)) {
    const address = groupAt(found - 1);
    if (
      i32At(address, 1) === start &&
      i32At(address, 2) === last &&
      i32At(address, 3) === booked &&
      i32At(address, 0) === priority
    ) {
      return found - 1;
    }
    slot = (slot + 1) & slotMask;
  }
  if (groupCount === groupCapacity) return groupCapacity;
  const group = groupCount++;
  const address = groupAt(group);
  putI32(address, 0, priority);
  putI32(address, 1, start);
  putI32(address, 2, last);
  putI32(address, 3, booked);
  putU32(address, 4, 0);
  putU32(groupSlots, slot, group + 1);
  if (groupCount * 2 > slotMask) useSlots((slotMask + 1) * 2);
  return group;
}

/** Engines put fast code in the place of quickly compiled code between calls. */
const PIECE: u32 = 4096;

/** Those candidates of a piece that are grouped, ascending: u32, scheduled for a day that is marked so. */
const grouped: usize = memory.data(4096 * 4);

/** Lists the candidates of the piece `[first, end)` that are grouped; returns how many. Without branches: who is, is as good as random. */
function listGrouped(first: u32, end: u32): u32 {
  let count: u32 = 0;
  for (let i = first; i < end; i++) {
    putU32(grouped, count, i);
    const isSent = isScheduled(i);
    // Skipped candidates can have any day.
    count += <u32>isSent & u8At(isGroupedDay, select<u32>(sendOffset(i), 0, isSent));
  }
  return count;
}

/** The last day of each listed candidate, i32, and the places in the list of those that windows may hold back, u32. */
const lastDays: usize = memory.data(4096 * 4);
const windowed: usize = memory.data(4096 * 4);

/**
 * Works out the last day of each of the `count` listed candidates (Rules 9, last day): open, and with nothing excluded after its
 * start. One thing after the other for all of them, so that what differs from candidate to candidate is branched on in few places.
 */
function findLastDays(count: u32): void {
  const horizon = today + BALANCE_HORIZON_DAYS;
  let windowedCount: u32 = 0;
  for (let k: u32 = 0; k < count; k++) {
    const i = u32At(grouped, k);
    putI32(lastDays, k, max(min(deadlineOf(i), horizon), i32At(candidateSend, i)));
    putU32(windowed, windowedCount, k);
    windowedCount += u8At(contactRule, u32At(candidateContact, i)) !== 0 ? 1 : 0;
  }
  for (let w: u32 = 0; w < windowedCount; w++) {
    const k = u32At(windowed, w);
    const i = u32At(grouped, k);
    const start = i32At(candidateSend, i);
    const last = i32At(lastDays, k);
    const own = lastOwnDay(u32At(candidateContact, i), start, last);
    putI32(lastDays, k, select<i32>(max(start, own), last, respectsWindows(i)));
  }
  if (!hasClosedDays()) return;
  for (let k: u32 = 0; k < count; k++) {
    const start = i32At(candidateSend, u32At(grouped, k));
    const last = i32At(lastDays, k);
    if (last > start) putI32(lastDays, k, lastOpenUpTo(last));
  }
}

/** Groups the candidates of the piece `[first, end)`; returns the first one that there was no room for. */
function groupPiece(first: u32, end: u32): u32 {
  const count = listGrouped(first, end);
  findLastDays(count);
  // Only rows promise days: without any, the column is memory that nobody has touched.
  const isAnyBooked = (options & OPTION_ROWS) !== 0;
  for (let k: u32 = 0; k < count; k++) {
    const i = u32At(grouped, k);
    const last = i32At(lastDays, k) - today;
    const booked = isAnyBooked ? i32At(candidateBooked, i) - 1 : -1;
    const group = groupOf(priorityOf(i), <i32>sendOffset(i), last, booked);
    if (group === groupCapacity) return i;
    putI32(candidateSend, i, FIRST_GROUP + <i32>group);
    const size = groupAt(group) + 16;
    putU32(size, 0, u32At(size, 0) + 1);
  }
  return end;
}

/**
 * Groups candidates from `first` on, starting with no groups, until all are in groups or there is no room for another group.
 *
 * @returns the first candidate that is not in a group yet
 */
export function groupCandidates(first: u32): u32 {
  groupCount = 0;
  useSlots(FIRST_SLOTS);
  for (let start = first; start < candidateCount; ) {
    const end = min(start + PIECE, candidateCount);
    start = groupPiece(start, end);
    if (start < end) return start;
  }
  return candidateCount;
}

/** Lists the candidates of the piece `[first, end)` that have a group in the place of their day; returns how many. */
function listWaiting(first: u32, end: u32): u32 {
  let count: u32 = 0;
  for (let i = first; i < end; i++) {
    putU32(grouped, count, i);
    count += i32At(candidateSend, i) < END_OF_GROUPS ? 1 : 0;
  }
  return count;
}

/** Gives the candidates of the piece `[first, end)` the days of their groups. */
function placePiece(first: u32, end: u32): void {
  const count = listWaiting(first, end);
  for (let k: u32 = 0; k < count; k++) {
    const i = u32At(grouped, k);
    const group = <u32>(i32At(candidateSend, i) - FIRST_GROUP);
    const placement = u32At(groupCursor, group);
    const left = u32At(placementSize, placement) - 1;
    putU32(placementSize, placement, left);
    if (left === 0) putU32(groupCursor, group, placement + 1);
    const place = i32At(placementDay, placement);
    if (place & 1) putU8(candidateReason, i, REASON_DAILY_CAP);
    putI32(candidateSend, i, today + (place >> 1));
  }
}

/**
 * Gives the candidates `[first, end)`, which were grouped together, the days of their groups. A group's placements are used
 * up by it, one candidate after the other.
 */
export function placeCandidates(first: u32, end: u32): void {
  for (let start = first; start < end; start += PIECE) placePiece(start, min(start + PIECE, end));
}
