import { f64At, i32At, putI32, u8At, u16At, u32At } from './at';
import { yearOf } from './calendar';
import { deadlineOf } from './candidate';
import { candidateCount } from './emit';
import { enterContact, excludedBy } from './exclusion';
import { isHistory, typeOf } from './history';
import {
  candidateContact,
  candidateEvent,
  candidateReason,
  candidateSend,
  candidateStart,
  candidateStep,
  candidateType,
  contactId,
  daySpan,
  EFFECTIVE_DATE,
  REASON_NONE,
  rowCount,
  rowPlannedDay,
  smoothingHistogram,
  smoothingLimit,
  smoothingWindowDays,
  today,
  typeCode,
} from './memory';
import { mix } from './mix';
import { isOpen } from './openDays';
import { inPieces } from './pieces';

/* Smoothing of the days on which many policies have their anniversary (Rules 9, smoothing). */

/** @inline */
function countDay(day: i32): void {
  const offset = <u32>(day - today);
  if (offset >= daySpan) return;
  putI32(smoothingHistogram, offset, i32At(smoothingHistogram, offset) + 1);
}

/** Tells whether smoothing may move a candidate: a policy anniversary email on its ideal day. @inline */
function isSmoothed(i: u32): bool {
  return (
    u16At(candidateType, i) === EFFECTIVE_DATE &&
    u8At(candidateReason, i) === REASON_NONE &&
    u8At(candidateStep, i) === 1
  );
}

/** Moves a candidate of a crowded day by its contact's own number of days, where that is allowed. */
function smooth(i: u32): bool {
  const contact = u32At(candidateContact, i);
  const start = i32At(candidateStart, i);
  const code = u32At(typeCode, EFFECTIVE_DATE);
  const spread = mix(f64At(contactId, contact), code, yearOf(i32At(candidateEvent, i)));
  const day = start + <i32>(spread % <u32>smoothingWindowDays) - smoothingWindowDays / 2;
  if (day === start || day < today || day > deadlineOf(i)) return false;
  if (!isOpen(day)) return false;
  enterContact(contact);
  if (excludedBy(day)) return false;
  putI32(candidateSend, i, day);
  return true;
}

function countPiece(first: u32, end: u32): u32 {
  for (let i = first; i < end; i++) if (isSmoothed(i)) countDay(i32At(candidateStart, i));
  return 0;
}

/** Tells whether a day holds more policy anniversary emails than it should. */
function isAnyDayCrowded(): bool {
  for (let offset: u32 = 0; offset < daySpan; offset++) {
    if (i32At(smoothingHistogram, offset) > smoothingLimit) return true;
  }
  return false;
}

function smoothPiece(first: u32, end: u32): u32 {
  let moved: u32 = 0;
  for (let i = first; i < end; i++) {
    if (!isSmoothed(i)) continue;
    const offset = i32At(candidateStart, i) - today;
    if (i32At(smoothingHistogram, offset) > smoothingLimit && smooth(i)) moved++;
  }
  return moved;
}

/** Spreads crowded days of policy anniversary emails (Rules 9, smoothing). Returns how many were moved. */
export function smoothDays(): u32 {
  inPieces(candidateCount, countPiece);
  for (let row: u32 = 0; row < rowCount; row++) {
    if (typeOf(row) === EFFECTIVE_DATE && isHistory(row)) countDay(i32At(rowPlannedDay, row));
  }
  return isAnyDayCrowded() ? inPieces(candidateCount, smoothPiece) : 0;
}
