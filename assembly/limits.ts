import { i32At, putI32, putU8, putU32, u16At, u32At } from './at';
import { priorityOf, typeOfCandidate } from './candidate';
import { addToDay, isScheduled, sendOffset } from './days';
import { endRow, enterRows, firstRow, flagsOfType, hasRows, isHistory, sentDayOf, typeOf } from './history';
import { hasLanesFor, lookAtLanes, MOVED, prepareLimitLanes } from './limitLanes';
import {
  candidateDetail,
  candidateEvent,
  candidateFirst,
  candidateReason,
  candidateSend,
  candidateStart,
  contactCount,
  firstCampaign,
  firstFollowup,
  limitDays,
  limitOrder,
  maxEmails,
  NULL,
  periodDays,
  REASON_CONFLICT,
  REASON_FREQUENCY,
  TYPE_FOLLOWUP,
  today,
  typeRank,
} from './memory';
import { inPieces } from './pieces';

/* Contact limits (Rules 9): one campaign a day, and not too many emails in a period. */

/** @inline */
function sendOf(i: u32): i32 {
  return i32At(candidateSend, i);
}

/** Whether skipped emails are taken off the counts of their days. */
let keepsCounts: bool = false;

/** Skips a candidate. @inline */
function skip(i: u32, reason: u8): void {
  putU8(candidateReason, i, reason);
  if (keepsCounts) addToDay(sendOffset(i), -1);
}

/** Keeps, of a contact's campaigns on one day, the one of smallest priority and instance id (Rules 9, conflict). */
function resolveConflicts(first: u32, end: u32): void {
  for (let i = first; i < end; i++) {
    if (!isScheduled(i) || typeOfCandidate(i) < firstCampaign) continue;
    // Types ascend with the instance id, so the first of the smallest priority wins. A loser never wins another day's
    // comparison: marking it at once changes no later one.
    let winner = i;
    for (let j = first; j < end; j++) {
      if (!isScheduled(j) || typeOfCandidate(j) < firstCampaign || sendOf(j) !== sendOf(i)) continue;
      if (priorityOf(j) < priorityOf(winner) || (priorityOf(j) === priorityOf(winner) && j < winner)) winner = j;
    }
    if (winner === i) continue;
    skip(i, REASON_CONFLICT);
    putI32(candidateDetail, i, typeOfCandidate(winner));
  }
}

/** Tells whether candidate `a` is accepted before candidate `b` (Rules 9, frequency, the order). */
function isBefore(a: u32, b: u32): bool {
  if (priorityOf(a) !== priorityOf(b)) return priorityOf(a) < priorityOf(b);
  if (sendOf(a) !== sendOf(b)) return sendOf(a) < sendOf(b);
  const rankA = u16At(typeRank, typeOfCandidate(a));
  const rankB = u16At(typeRank, typeOfCandidate(b));
  if (rankA !== rankB) return rankA < rankB;
  const eventA = i32At(candidateEvent, a);
  const eventB = i32At(candidateEvent, b);
  return eventA !== eventB ? eventA < eventB : a < b;
}

/** @inline */
function dayAt(i: u32): i32 {
  return i32At(limitDays, i);
}

/** Puts a day into its place among the ascending `count` days. */
function insertDay(count: u32, day: i32): void {
  let slot = count;
  while (slot > 0 && dayAt(slot - 1) > day) {
    putI32(limitDays, slot, dayAt(slot - 1));
    slot--;
  }
  putI32(limitDays, slot, day);
}

/** Tells whether one email more on `day` would make a period that contains it hold more than the limit. */
function isOverLimit(count: u32, day: i32): bool {
  // Of all periods that contain the day it is enough to look at those that start on a day with an email, or on the day.
  let from: u32 = 0;
  while (from < count && dayAt(from) <= day - periodDays) from++;
  let start = from;
  while (start < count && dayAt(start) <= day) {
    if (emailsFrom(start, count, dayAt(start)) + 1 > maxEmails) return true;
    start++;
  }
  return emailsFrom(start, count, day) + 1 > maxEmails;
}

/** How many of the days from `start` on lie in the period that starts on `firstDay`. @inline */
function emailsFrom(start: u32, count: u32, firstDay: i32): i32 {
  let emails = 0;
  for (let i = start; i < count && dayAt(i) < firstDay + periodDays; i++) emails++;
  return emails;
}

/** Tells whether no period holds more than the limit, even if every one of the ascending days has its email. */
function isWithinLimit(count: u32): bool {
  for (let i = <u32>maxEmails; i < count; i++) if (dayAt(i) - dayAt(i - maxEmails) < periodDays) return false;
  return true;
}

/** Tells whether a candidate counts for the limit: all but follow-ups do. @inline */
function isLimited(i: u32): bool {
  const type = typeOfCandidate(i);
  return isScheduled(i) && (type < firstFollowup || type >= firstCampaign);
}

/** Collects the days of the contact's history emails that a period from today on can reach; returns how many. */
function collectHistory(): u32 {
  let count: u32 = 0;
  for (let row = firstRow(); row < endRow(); row++) {
    if (!isHistory(row) || flagsOfType(typeOf(row)) & TYPE_FOLLOWUP) continue;
    const sentDay = sentDayOf(row);
    // No candidate lies before today, so earlier periods than those that reach today cannot contain one.
    if (sentDay !== NULL && sentDay > today - periodDays) insertDay(count++, sentDay);
  }
  return count;
}

/** Accepts a contact's emails by precedence while the period's limit allows (Rules 9, frequency). */
function limitFrequency(first: u32, end: u32): void {
  let dayCount = collectHistory();
  let candidates: u32 = 0;
  for (let i = first; i < end; i++) {
    if (!isLimited(i)) continue;
    let slot = candidates++;
    while (slot > 0 && isBefore(i, u32At(limitOrder, slot - 1))) {
      putU32(limitOrder, slot, u32At(limitOrder, slot - 1));
      slot--;
    }
    putU32(limitOrder, slot, i);
  }
  for (let k: u32 = 0; k < candidates; k++) {
    const i = u32At(limitOrder, k);
    if (isOverLimit(dayCount, sendOf(i))) skip(i, REASON_FREQUENCY);
    else insertDay(dayCount++, sendOf(i));
  }
}

/** How many pairs of the days lie in a common period; they need no order. Without branches: which do, is as good as random. @inline */
function closePairs(count: u32): i32 {
  const most = <u32>(2 * periodDays - 1);
  let pairs = 0;
  for (let i: u32 = 1; i < count; i++) {
    const latest = dayAt(i) + periodDays - 1;
    for (let j: u32 = 0; j < i; j++) pairs += <u32>(latest - dayAt(j)) < most ? 1 : 0;
  }
  return pairs;
}

/** Puts the days in ascending order. */
function sortDays(count: u32): void {
  for (let i: u32 = 1; i < count; i++) insertDay(i, dayAt(i));
}

/** Applies the contact limits to the candidates `[first, end)` of the contact whose rows were entered (Rules 9). */
export function limitContact(first: u32, end: u32): void {
  let campaigns: u32 = 0;
  // A bit for each day of a campaign, which other days share.
  let campaignDays: u64 = 0;
  let dayCount = firstRow() < endRow() && maxEmails > 0 ? collectHistory() : 0;
  for (let i = first; i < end; i++) {
    const type = typeOfCandidate(i);
    const isSent: u32 = isScheduled(i) ? 1 : 0;
    const isCampaign = isSent & (type >= firstCampaign ? 1 : 0);
    campaigns += isCampaign;
    campaignDays |= (<u64>isCampaign) << (sendOf(i) & 63);
    putI32(limitDays, dayCount, sendOf(i));
    dayCount += isCampaign | (isSent & (type < firstFollowup ? 1 : 0));
  }
  if (<u32>popcnt(campaignDays) < campaigns) resolveConflicts(first, end);
  // More emails in a period than may be are at least so many pairs; most contacts have fewer.
  if (maxEmails <= 0 || <i32>dayCount <= maxEmails || closePairs(dayCount) < (maxEmails * (maxEmails + 1)) / 2) return;
  sortDays(dayCount);
  if (!isWithinLimit(dayCount)) limitFrequency(first, end);
}

/** Tells whether a candidate of `[first, end)` has moved. */
function hasMoved(first: u32, end: u32): bool {
  let moves = 0;
  for (let i = first; i < end; i++) moves |= sendOf(i) ^ i32At(candidateStart, i);
  return moves !== 0;
}

/** Tells whether the candidates `[first, end)` of a contact have moved, and in a way that limits may have to do with. @inline */
function mayBeLimited(contact: u32, first: u32, end: u32): bool {
  if (!ASC_FEATURE_SIMD || !hasLanesFor(end - first)) return hasMoved(first, end);
  const found = lookAtLanes(first, end - first);
  // Emails of history count too.
  return (found & MOVED) !== 0 && (found !== MOVED || hasRows(contact));
}

function limitPiece(firstContact: u32, endContact: u32): u32 {
  let first = u32At(candidateFirst, firstContact);
  for (let contact = firstContact; contact < endContact; contact++) {
    const end = u32At(candidateFirst, contact + 1);
    if (mayBeLimited(contact, first, end)) {
      enterRows(contact);
      limitContact(first, end);
    }
    first = end;
  }
  return 0;
}

/**
 * Applies the contact limits once more to the contacts whose emails were moved (Rules 9, step 4): for the others they hold
 * already. Keeps `dayCount` up.
 */
export function limitMovedContacts(): void {
  if (ASC_FEATURE_SIMD) prepareLimitLanes();
  keepsCounts = true;
  inPieces(contactCount, limitPiece);
  keepsCounts = false;
}
