import { f64At, i32At, putI32, u8At, u16At, u32At } from './at';
import { yearOf } from './calendar';
import { addToDay, countSmoothed, isSmoothed } from './days';
import { enterContact, excludedBy } from './exclusion';
import { isHistory, typeOf } from './history';
import {
  BIRTHDAY,
  candidateEvent,
  candidateFirst,
  candidateSend,
  candidateStart,
  candidateType,
  contactCount,
  contactId,
  contactRule,
  daySpan,
  EFFECTIVE_DATE,
  rowCount,
  rowPlannedDay,
  smoothingHistogram,
  smoothingLimit,
  smoothingWindowDays,
  today,
} from './memory';
import { mix } from './mix';
import { isOpen } from './openDays';
import { inPieces } from './pieces';

/* Smoothing of the days on which many policies have their anniversary (Rules 9, smoothing). */

/** The type code that enters the mix (Rules 3, type codes). */
const EFFECTIVE_DATE_CODE: u32 = 2;

/** Moves a candidate of a crowded day by its contact's own number of days, where that is allowed. */
function smooth(i: u32, contact: u32, start: i32): bool {
  const event = i32At(candidateEvent, i);
  const spread = mix(f64At(contactId, contact), EFFECTIVE_DATE_CODE, yearOf(event));
  const day = start + <i32>(spread % <u32>smoothingWindowDays) - smoothingWindowDays / 2;
  // The deadline of a policy anniversary email is its event.
  if (day === start || day < today || day > event || !isOpen(day)) return false;
  if (u8At(contactRule, contact) !== 0) {
    enterContact(contact);
    if (excludedBy(day)) return false;
  }
  putI32(candidateSend, i, day);
  addToDay(start - today, -1);
  addToDay(day - today, 1);
  return true;
}

/** Tells whether a day holds more policy anniversary emails than it should. */
function isAnyDayCrowded(): bool {
  for (let offset: u32 = 0; offset < daySpan; offset++) {
    if (i32At(smoothingHistogram, offset) > smoothingLimit) return true;
  }
  return false;
}

/** Smooths the contacts `[firstContact, endContact)`, each of whom has at most one policy anniversary email: its first, or behind its birthday's. */
function smoothPiece(firstContact: u32, endContact: u32): u32 {
  let moved: u32 = 0;
  let first = u32At(candidateFirst, firstContact);
  for (let contact = firstContact; contact < endContact; contact++) {
    const end = u32At(candidateFirst, contact + 1);
    const i = first + (u16At(candidateType, first) === BIRTHDAY ? 1 : 0);
    const isOwn = i < end;
    first = end;
    if (!isOwn || !isSmoothed(i)) continue;
    const start = i32At(candidateStart, i);
    if (i32At(smoothingHistogram, start - today) > smoothingLimit && smooth(i, contact, start)) moved++;
  }
  return moved;
}

/**
 * Spreads crowded days of policy anniversary emails, once the candidates have been counted; counts those of history first.
 * Returns how many were moved.
 */
export function smoothDays(): u32 {
  for (let row: u32 = 0; row < rowCount; row++) {
    if (typeOf(row) === EFFECTIVE_DATE && isHistory(row)) countSmoothed(i32At(rowPlannedDay, row));
  }
  return isAnyDayCrowded() ? inPieces(contactCount, smoothPiece) : 0;
}
