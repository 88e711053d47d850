import { i32At, u8At, u16At, u32At } from './at';
import { nearAnniversary, yearOf } from './calendar';
import { enterRows, ownedFollowup, ownedRow } from './history';
import {
  aepDeadline,
  BIRTHDAY,
  birthdayDaysBefore,
  campaignDaysBefore,
  campaignEnd,
  candidateContact,
  candidateDetail,
  candidateEvent,
  candidateReason,
  candidateSend,
  candidateStart,
  candidateStep,
  candidateType,
  catchUpDays,
  EFFECTIVE_DATE,
  effectiveDaysBefore,
  FIRST_AEP,
  firstCampaign,
  firstFollowup,
  followupDelayDays,
  followupLookbackDays,
  NULL,
  postWindowType,
  REASON_NONE,
  rowPlannedDay,
  rowPriority,
  rowScheduledDay,
  STEP_BITS,
  STEP_TRIGGERED,
  today,
  typePriority,
} from './memory';

/* What follows from a candidate's type, event and step, and is therefore not stored (Rules 5, 6, 8 and 10). */

/** The type index of a candidate. @inline */
export function typeOfCandidate(i: u32): i32 {
  return <i32>u16At(candidateType, i);
}

/** @inline */
function eventOf(i: u32): i32 {
  return i32At(candidateEvent, i);
}

/** @inline */
function isFollowup(type: i32): bool {
  return type >= firstFollowup && type < firstCampaign;
}

/** Tells whether a campaign's candidate goes by a trigger date. @inline */
function isTriggered(i: u32): bool {
  return (u8At(candidateStep, i) & STEP_TRIGGERED) !== 0;
}

/** A candidate's priority: its type's, for a follow-up its initial row's where that has one. @inline */
export function priorityOf(i: u32): i32 {
  const type = typeOfCandidate(i);
  if (isFollowup(type)) {
    const initial = u32At(candidateDetail, i);
    const priority = i32At(rowPriority, initial);
    if (priority !== NULL) return priority;
  }
  return i32At(typePriority, type);
}

/** The last day on which a candidate still makes sense, or NO_DEADLINE. */
export function deadlineOf(i: u32): i32 {
  const type = typeOfCandidate(i);
  const event = eventOf(i);
  if (type < FIRST_AEP) return event;
  if (type < postWindowType) {
    return nearAnniversary(<i32>u16At(aepDeadline, type - FIRST_AEP), yearOf(event));
  }
  if (type < firstFollowup) return event + 1 + catchUpDays;
  if (type < firstCampaign) return event + followupLookbackDays;
  const end = i32At(campaignEnd, type - firstCampaign);
  return isTriggered(i) && i32At(campaignDaysBefore, type - firstCampaign) >= 0 ? min(end, event) : end;
}

/** The day on which a candidate would go out if nothing stood in its way. */
export function idealOf(i: u32): i32 {
  const type = typeOfCandidate(i);
  const event = eventOf(i);
  if (type === BIRTHDAY) return event - birthdayDaysBefore;
  if (type === EFFECTIVE_DATE) return event - effectiveDaysBefore;
  if (type < postWindowType) return event;
  if (type < firstFollowup) return event + 1;
  if (type < firstCampaign) return event + followupDelayDays;
  return isTriggered(i) ? event - i32At(campaignDaysBefore, type - firstCampaign) : event;
}

/**
 * The day that a candidate's row says it was planned for: its start, but what it said before today where the email keeps the
 * day that its row had for it (Rules 5, step 3).
 */
export function plannedOf(i: u32): i32 {
  const start = i32At(candidateStart, i);
  if ((u8At(candidateStep, i) & STEP_BITS) !== 3 || u8At(candidateReason, i) !== REASON_NONE) return start;
  enterRows(u32At(candidateContact, i));
  const row = ownedRowOf(i);
  if (row < 0 || i32At(rowScheduledDay, row) !== i32At(candidateSend, i)) return start;
  const planned = i32At(rowPlannedDay, row);
  return planned !== NULL && planned < today ? planned : start;
}

/** The owned row of a candidate whose contact's rows were entered, -1 for none. */
function ownedRowOf(i: u32): i32 {
  const type = typeOfCandidate(i);
  if (isFollowup(type)) return ownedFollowup();
  return ownedRow(type, type === postWindowType ? i32At(candidateDetail, i) : yearOf(eventOf(i)));
}
