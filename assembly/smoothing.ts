import { yearOf } from './calendar';
import { deadlineOf } from './candidate';
import { candidateCount } from './emit';
import { enterContact, excludedBy } from './exclusion';
import { isHistory, typeOf } from './history';
import {
  candidateContact, candidateEvent, candidateReason, candidateSend, candidateStart, candidateStep,
  candidateType, contactId, EFFECTIVE_DATE, REASON_NONE, rowCount, rowPlannedDay, smoothingHistogram, smoothingLimit,
  smoothingSpan, smoothingWindowDays, today, typeCode,
} from './memory';
import { mix } from './mix';
import { inPieces } from './pieces';

/* Smoothing of the days on which many policies have their anniversary (Rules 9, smoothing). */

// @ts-ignore: decorator
@inline
function countDay(day: i32): void {
  const offset = <u32>(day - today);
  if (offset >= smoothingSpan) return;
  const address = smoothingHistogram + (<usize>offset << 2);
  store<i32>(address, load<i32>(address) + 1);
}

/** Tells whether smoothing may move a candidate: a policy anniversary email on its ideal day. */
// @ts-ignore: decorator
@inline
function isSmoothed(i: u32): bool {
  return (
    load<u16>(candidateType + (<usize>i << 1)) == EFFECTIVE_DATE &&
    load<u8>(candidateReason + i) == REASON_NONE &&
    load<u8>(candidateStep + i) == 1
  );
}

/** Moves a candidate of a crowded day by its contact's own number of days, where that is allowed. */
function smooth(i: u32): bool {
  const at = <usize>i << 2;
  const contact = load<u32>(candidateContact + at);
  const start = load<i32>(candidateStart + at);
  const code = load<u32>(typeCode + (<usize>EFFECTIVE_DATE << 2));
  const spread = mix(load<f64>(contactId + (<usize>contact << 3)), code, yearOf(load<i32>(candidateEvent + at)));
  const day = start + <i32>(spread % <u32>smoothingWindowDays) - smoothingWindowDays / 2;
  if (day == start || day < today || day > deadlineOf(i)) return false;
  enterContact(contact);
  if (excludedBy(day)) return false;
  store<i32>(candidateSend + at, day);
  return true;
}

function countPiece(first: u32, end: u32): u32 {
  for (let i = first; i < end; i++) if (isSmoothed(i)) countDay(load<i32>(candidateStart + (<usize>i << 2)));
  return 0;
}

/** Tells whether a day holds more policy anniversary emails than it should. */
function isAnyDayCrowded(): bool {
  for (let offset: u32 = 0; offset < smoothingSpan; offset++) {
    if (load<i32>(smoothingHistogram + (<usize>offset << 2)) > smoothingLimit) return true;
  }
  return false;
}

function smoothPiece(first: u32, end: u32): u32 {
  let moved: u32 = 0;
  for (let i = first; i < end; i++) {
    if (!isSmoothed(i)) continue;
    const offset = load<i32>(candidateStart + (<usize>i << 2)) - today;
    if (load<i32>(smoothingHistogram + (<usize>offset << 2)) > smoothingLimit && smooth(i)) moved++;
  }
  return moved;
}

/** Spreads crowded days of policy anniversary emails (Rules 9, smoothing). Returns how many were moved. */
export function smoothDays(): u32 {
  inPieces(candidateCount, countPiece);
  for (let row: u32 = 0; row < rowCount; row++) {
    if (typeOf(row) == EFFECTIVE_DATE && isHistory(row)) countDay(load<i32>(rowPlannedDay + (<usize>row << 2)));
  }
  return isAnyDayCrowded() ? inPieces(candidateCount, smoothPiece) : 0;
}
