import { nearAnniversary, yearOf } from './calendar';
import {
  aepDeadline, birthdayDaysBefore, campaignDaysBefore, campaignEnd, candidateDetail, candidateEvent, candidateStep,
  candidateType, catchUpDays, effectiveDaysBefore, EFFECTIVE_DATE, FIRST_AEP, BIRTHDAY, firstCampaign, firstFollowup,
  followupDelayDays, followupLookbackDays, NULL, postWindowType, rowPriority, STEP_TRIGGERED, typePriority,
} from './memory';

/* What follows from a candidate's type, event and step, and is therefore not stored (Rules 5, 6, 8 and 10). */

// @ts-ignore: decorator
@inline
export function typeOfCandidate(i: u32): i32 {
  return <i32>load<u16>(candidateType + (<usize>i << 1));
}

// @ts-ignore: decorator
@inline
function eventOf(i: u32): i32 {
  return load<i32>(candidateEvent + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
function isFollowup(type: i32): bool {
  return type >= firstFollowup && type < firstCampaign;
}

/** Tells whether a campaign's candidate goes by a trigger date. */
// @ts-ignore: decorator
@inline
function isTriggered(i: u32): bool {
  return (load<u8>(candidateStep + i) & STEP_TRIGGERED) != 0;
}

/** A candidate's priority: its type's, for a follow-up its initial row's where that has one. */
// @ts-ignore: decorator
@inline
export function priorityOf(i: u32): i32 {
  const type = typeOfCandidate(i);
  if (isFollowup(type)) {
    const initial = load<u32>(candidateDetail + (<usize>i << 2));
    const priority = load<i32>(rowPriority + (<usize>initial << 2));
    if (priority != NULL) return priority;
  }
  return load<i32>(typePriority + (<usize>type << 2));
}

/** The last day on which a candidate still makes sense, or NO_DEADLINE. */
export function deadlineOf(i: u32): i32 {
  const type = typeOfCandidate(i);
  const event = eventOf(i);
  if (type < FIRST_AEP) return event;
  if (type < postWindowType) {
    return nearAnniversary(<i32>load<u16>(aepDeadline + (<usize>(type - FIRST_AEP) << 1)), yearOf(event));
  }
  if (type < firstFollowup) return event + 1 + catchUpDays;
  if (type < firstCampaign) return event + followupLookbackDays;
  const at = <usize>(type - firstCampaign) << 2;
  const end = load<i32>(campaignEnd + at);
  return isTriggered(i) && load<i32>(campaignDaysBefore + at) >= 0 ? min(end, event) : end;
}

/** The day on which a candidate would go out if nothing stood in its way. */
export function idealOf(i: u32): i32 {
  const type = typeOfCandidate(i);
  const event = eventOf(i);
  if (type == BIRTHDAY) return event - birthdayDaysBefore;
  if (type == EFFECTIVE_DATE) return event - effectiveDaysBefore;
  if (type < postWindowType) return event;
  if (type < firstFollowup) return event + 1;
  if (type < firstCampaign) return event + followupDelayDays;
  return isTriggered(i) ? event - load<i32>(campaignDaysBefore + (<usize>(type - firstCampaign) << 2)) : event;
}
