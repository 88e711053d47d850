import { i32At, u8At, u32At } from './at';
import {
  campaignBareType,
  campaignInstance,
  firstCampaign,
  NULL,
  ROW_DELIVERED,
  ROW_ENDED,
  ROW_HISTORY,
  ROW_SENT,
  ROW_SKIPPED,
  rowClass,
  rowEventYear,
  rowFirst,
  rowInstance,
  rowScheduledDay,
  rowSentDay,
  rowType,
  rowTypeFlags,
  TYPE_FOLLOWUP,
} from './memory';

/** The rows of `email_schedules` of one contact at a time; `enterRows` chooses it. */
let first: u32 = 0;
let end: u32 = 0;

/** How far, at most, an email without event year lies from the event it was for (Rules 5, history has it). */
const NEAR_EVENT_DAYS: i32 = 182;

/** Turns to the rows of a contact. */
export function enterRows(contact: u32): void {
  first = u32At(rowFirst, contact);
  end = u32At(rowFirst, contact + 1);
}

/** Tells whether a contact has rows. @inline */
export function hasRows(contact: u32): bool {
  return u32At(rowFirst, contact) !== u32At(rowFirst, contact + 1);
}

/** The first row of the contact. @inline */
export function firstRow(): u32 {
  return first;
}

/** The end of its rows. @inline */
export function endRow(): u32 {
  return end;
}

/** The `ROW_` class of a row. @inline */
export function classOf(row: u32): u8 {
  return u8At(rowClass, row);
}

/** The type index of a row, or a code above them. @inline */
export function typeOf(row: u32): i32 {
  return i32At(rowType, row);
}

/** The sent day of a row, or NULL. @inline */
export function sentDayOf(row: u32): i32 {
  return i32At(rowSentDay, row);
}

/** The `TYPE_` flags of a row's type. @inline */
export function flagsOfType(type: i32): u8 {
  return u8At(rowTypeFlags, type);
}

/** Tells whether a row is history, not ended. @inline */
export function isHistory(row: u32): bool {
  const status = classOf(row);
  return status >= ROW_HISTORY && status <= ROW_DELIVERED;
}

/** Tells whether a row is history or has ended. @inline */
export function isHistoryOrEnded(row: u32): bool {
  const status = classOf(row);
  return status >= ROW_HISTORY && status <= ROW_ENDED;
}

/** Tells whether a row is the run's own. @inline */
export function isOwned(row: u32): bool {
  return classOf(row) <= ROW_SKIPPED;
}

/** Tells whether a row's email was sent or delivered. @inline */
export function isSent(row: u32): bool {
  const status = classOf(row);
  return status === ROW_SENT || status === ROW_DELIVERED;
}

/** Tells whether a history or ended row is the email of this event (Rules 5, history has it). */
export function hasEvent(type: i32, eventYear: i32, event: i32): bool {
  for (let row = first; row < end; row++) {
    if (typeOf(row) !== type || !isHistoryOrEnded(row)) continue;
    const year = i32At(rowEventYear, row);
    if (year !== NULL) {
      if (year === eventYear) return true;
      continue;
    }
    const sentDay = sentDayOf(row);
    if (sentDay !== NULL && abs(sentDay - event) <= NEAR_EVENT_DAYS) return true;
  }
  return false;
}

/** Tells whether a history or ended row is the email of a campaign (Rules 5, history has it, for campaigns). */
export function hasCampaign(campaign: u32): bool {
  const instance = i32At(campaignInstance, campaign);
  const bareType = i32At(campaignBareType, campaign);
  for (let row = first; row < end; row++) {
    if (!isHistoryOrEnded(row)) continue;
    const type = typeOf(row);
    if (flagsOfType(type) & TYPE_FOLLOWUP) continue;
    const rowsInstance = i32At(rowInstance, row);
    if (rowsInstance === instance) return true;
    if (rowsInstance === -1 && (type === firstCampaign + <i32>campaign || type === bareType)) return true;
  }
  return false;
}

/** Tells whether a row that a run does not own holds this type and day (Rules 5, from ideal day to start day). */
export function isHeld(type: i32, day: i32): bool {
  for (let row = first; row < end; row++) {
    if (typeOf(row) === type && i32At(rowScheduledDay, row) === day && !isOwned(row)) return true;
  }
  return false;
}

/**
 * The owned row whose plan this email keeps, -1 when there is none (Rules 5, its owned row): of the same event year, or
 * else of none; of several the smallest id, which comes first.
 */
export function ownedRow(type: i32, eventYear: i32): i32 {
  let withoutYear = -1;
  for (let row = first; row < end; row++) {
    if (typeOf(row) !== type || !isOwned(row)) continue;
    const year = i32At(rowEventYear, row);
    if (year === eventYear) return <i32>row;
    if (year === NULL && withoutYear < 0) withoutYear = <i32>row;
  }
  return withoutYear;
}

/** The owned follow-up row of the smallest id, -1 when there is none (Rules 5, its owned row). */
export function ownedFollowup(): i32 {
  for (let row = first; row < end; row++) {
    if (isOwned(row) && flagsOfType(typeOf(row)) & TYPE_FOLLOWUP) return <i32>row;
  }
  return -1;
}
