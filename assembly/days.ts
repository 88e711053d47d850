import { i32At, putU32, u8At, u32At } from './at';
import { candidateCount } from './emit';
import { candidateReason, candidateSend, dayCount, daySpan, REASON_NONE, today } from './memory';
import { inPieces } from './pieces';

/* How many emails every day holds. */

/** @inline */
export function isScheduled(i: u32): bool {
  return u8At(candidateReason, i) === REASON_NONE;
}

/** The day of a candidate, in days from today on. @inline */
export function sendOffset(i: u32): u32 {
  return <u32>(i32At(candidateSend, i) - today);
}

function countPiece(first: u32, end: u32): u32 {
  for (let i = first; i < end; i++) {
    if (isScheduled(i)) putU32(dayCount, sendOffset(i), u32At(dayCount, sendOffset(i)) + 1);
  }
  return 0;
}

/** Counts the scheduled candidates of every day into `dayCount`. */
export function countDays(): void {
  memory.fill(dayCount, 0, (<usize>daySpan) << 2);
  inPieces(candidateCount, countPiece);
}
