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
  let beyond: u32 = 0;
  for (let i = first; i < end; i++) {
    if (!isScheduled(i)) continue;
    const offset = sendOffset(i);
    if (offset >= daySpan) {
      beyond++;
      continue;
    }
    putU32(dayCount, offset, u32At(dayCount, offset) + 1);
  }
  return beyond;
}

/** Counts the scheduled candidates of every day into `dayCount`; returns how many lie beyond its last day. */
export function countDays(): u32 {
  memory.fill(dayCount, 0, (<usize>daySpan) << 2);
  return inPieces(candidateCount, countPiece);
}
