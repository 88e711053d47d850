import { i32At, putI32, putU32, u8At, u16At, u32At } from './at';
import { candidateCount } from './emit';
import {
  candidateReason,
  candidateSend,
  candidateStart,
  candidateStep,
  candidateType,
  dayCount,
  daySpan,
  EFFECTIVE_DATE,
  REASON_NONE,
  smoothingHistogram,
  today,
} from './memory';
import { inPieces } from './pieces';

/*
 * How many emails every day holds: `dayCount` counts all that are scheduled, `smoothingHistogram` the policy anniversary emails on
 * their ideal days. They are counted as contacts are planned, while what was planned is at hand, and kept up by what moves or
 * skips emails afterwards.
 */

/** Tells whether a candidate is to be sent. @inline */
export function isScheduled(i: u32): bool {
  return u8At(candidateReason, i) === REASON_NONE;
}

/** The day of a candidate, in days from today on. @inline */
export function sendOffset(i: u32): u32 {
  return <u32>(i32At(candidateSend, i) - today);
}

/** Tells whether smoothing may move a candidate: a policy anniversary email on its ideal day. @inline */
export function isSmoothed(i: u32): bool {
  return u16At(candidateType, i) === EFFECTIVE_DATE && isScheduled(i) && u8At(candidateStep, i) === 1;
}

/** Counts a policy anniversary email of a day, when the day is among those that are counted. @inline */
export function countSmoothed(day: i32): void {
  const offset = <u32>(day - today);
  if (offset < daySpan) putI32(smoothingHistogram, offset, i32At(smoothingHistogram, offset) + 1);
}

/** Adds to the emails of a day, in days from today on. @inline */
export function addToDay(offset: u32, emails: i32): void {
  putU32(dayCount, offset, u32At(dayCount, offset) + emails);
}

/** Starts counting. */
export function resetCounts(): void {
  memory.fill(dayCount, 0, (<usize>daySpan) << 2);
  memory.fill(smoothingHistogram, 0, (<usize>daySpan) << 2);
}

/** Counts the candidates `[first, end)`, none of which has been moved. */
export function countCandidates(first: u32, end: u32): u32 {
  for (let i = first; i < end; i++) {
    if (!isScheduled(i)) continue;
    addToDay(sendOffset(i), 1);
    if (isSmoothed(i)) countSmoothed(i32At(candidateStart, i));
  }
  return 0;
}

/** Counts all candidates anew, on top of the policy anniversary emails that `smoothingHistogram` has. */
export function countAll(): void {
  memory.fill(dayCount, 0, (<usize>daySpan) << 2);
  inPieces(candidateCount, countCandidates);
}
