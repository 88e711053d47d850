import { i32At, u8At } from './at';
import { emitPlaced } from './emit';
import { endRow, firstRow, flagsOfType, isHistoryOrEnded, isSent, ownedFollowup, sentDayOf, typeOf } from './history';
import {
  firstFollowup,
  followupDelayDays,
  followupLookbackDays,
  instanceFollowups,
  lastAnswerDay,
  lastClickDay,
  lastConditionDay,
  OPTION_FOLLOWUPS,
  options,
  rowInstance,
  TYPE_CAMPAIGN_FOLLOWED,
  TYPE_FOLLOWUP,
  TYPE_INITIAL,
  today,
} from './memory';
import { isSkippedAtOnce, underwritingOf } from './place';
import { placeFollowup } from './startDay';

/* Follow-ups of emails that were sent (Rules 10). */

/** Tells whether a row is of a kind that is followed up. */
function isFollowed(row: u32): bool {
  const flags = flagsOfType(typeOf(row));
  if (flags & TYPE_FOLLOWUP) return false;
  if (flags & TYPE_INITIAL) return true;
  const instance = i32At(rowInstance, row);
  return instance >= 0
    ? u8At(instanceFollowups, instance) !== 0
    : instance === -1 && (flags & TYPE_CAMPAIGN_FOLLOWED) !== 0;
}

/** The contact's latest initial email of the lookback period, by sent day, then row id; -1 when there is none. */
function latestInitial(): i32 {
  let latest = -1;
  let latestDay = today - followupLookbackDays;
  for (let row = firstRow(); row < endRow(); row++) {
    if (!isSent(row)) continue;
    const sentDay = sentDayOf(row);
    if (sentDay < latestDay || sentDay > today || !isFollowed(row)) continue;
    latest = <i32>row;
    latestDay = sentDay;
  }
  return latest;
}

/** Tells whether a follow-up went out, or ended, after a day. */
function hasFollowupAfter(day: i32): bool {
  for (let row = firstRow(); row < endRow(); row++) {
    if (isHistoryOrEnded(row) && sentDayOf(row) > day && flagsOfType(typeOf(row)) & TYPE_FOLLOWUP) return true;
  }
  return false;
}

/** The follow-up type by what the contact did from a day on: conditions, answers, a click, or nothing. */
function followupType(contact: u32, sentDay: i32): i32 {
  if (i32At(lastAnswerDay, contact) >= sentDay)
    return firstFollowup + (i32At(lastConditionDay, contact) >= sentDay ? 3 : 2);
  return firstFollowup + (i32At(lastClickDay, contact) >= sentDay ? 1 : 0);
}

/** Plans a contact's follow-up; the contact's state is known (Rules 10). */
export function planFollowup(contact: u32): void {
  if (!(options & OPTION_FOLLOWUPS) || firstRow() === endRow()) return;
  const initial = latestInitial();
  if (initial < 0) return;
  const event = sentDayOf(initial);
  if (hasFollowupAfter(event)) return;
  const type = followupType(contact, event);
  const ideal = event + followupDelayDays;
  const deadline = event + followupLookbackDays;
  const owned = ownedFollowup();
  if (!isSkippedAtOnce(type, owned, ideal, underwritingOf(contact))) placeFollowup(type, owned, ideal, deadline);
  emitPlaced(contact, type, event, initial);
}
