import { i32At, putI32, u8At, u16At, u32At } from './at';
import { laterYearStart, nearAnniversary, nextYearStart, thisYear, yearOf } from './calendar';
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
  deadlineDays,
  deadlineMost,
  EFFECTIVE_DATE,
  effectiveDaysBefore,
  FIRST_AEP,
  firstCampaign,
  firstFollowup,
  followupDelayDays,
  followupLookbackDays,
  NO_DEADLINE,
  NULL,
  postWindowType,
  REASON_NONE,
  rowPlannedDay,
  rowPriority,
  rowScheduledDay,
  STEP_BITS,
  STEP_TRIGGERED,
  today,
  typeCount,
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

/** In `deadlineDays`, of a type whose deadline does not go by the event. */
const NOT_BY_EVENT: i32 = i32.MIN_VALUE;

/** Sets what the deadlines of a type's candidates go by: so many days after the event, and a last day by the event's civil year. */
function setDeadline(type: i32, days: i32, triggeredDays: i32): void {
  putI32(deadlineDays, 2 * type, days);
  putI32(deadlineDays, 2 * type + 1, triggeredDays);
  for (let year = 0; year < 4; year++) putI32(deadlineMost, 4 * type + year, NO_DEADLINE);
}

/** Works out what deadlines go by (Rules 5, 6, 8 and 10); after the calendar, before any is asked for. */
export function prepareDeadlines(): void {
  for (let type = 0; type < FIRST_AEP; type++) setDeadline(type, 0, 0);
  for (let type = FIRST_AEP; type < postWindowType; type++) {
    setDeadline(type, NOT_BY_EVENT, NOT_BY_EVENT);
    const monthDay = <i32>u16At(aepDeadline, type - FIRST_AEP);
    for (let year = 0; year < 3; year++) {
      putI32(deadlineMost, 4 * type + year, nearAnniversary(monthDay, thisYear + year));
    }
  }
  for (let type = postWindowType; type < firstFollowup; type++) setDeadline(type, 1 + catchUpDays, 0);
  for (let type = firstFollowup; type < firstCampaign; type++) setDeadline(type, followupLookbackDays, 0);
  for (let type = firstCampaign; type < <i32>typeCount; type++) {
    const campaign = type - firstCampaign;
    setDeadline(type, NOT_BY_EVENT, i32At(campaignDaysBefore, campaign) >= 0 ? 0 : NOT_BY_EVENT);
    for (let year = 0; year < 3; year++) putI32(deadlineMost, 4 * type + year, i32At(campaignEnd, campaign));
  }
}

/** The last day on which a candidate still makes sense, or NO_DEADLINE. Without branches: types follow each other as good as at random. */
export function deadlineOf(i: u32): i32 {
  const type = typeOfCandidate(i);
  const event = eventOf(i);
  const days = i32At(deadlineDays, 2 * type + (isTriggered(i) ? 1 : 0));
  // Whatever goes by the year is of this one or the two to come.
  const year = (event >= nextYearStart ? 1 : 0) + (event >= laterYearStart ? 1 : 0);
  const most = i32At(deadlineMost, 4 * type + year);
  return min(select<i32>(NO_DEADLINE, event + days, days === NOT_BY_EVENT), most);
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
