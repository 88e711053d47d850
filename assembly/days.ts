import { candidateCount } from './emit';
import { candidateReason, candidateSend, capSpan, dayCount, REASON_NONE, today } from './memory';
import { inPieces } from './pieces';

/* How many emails every day holds. */

// @ts-ignore: decorator
@inline
export function isScheduled(i: u32): bool {
  return load<u8>(candidateReason + i) == REASON_NONE;
}

/** The day of a candidate, in days from today on. */
// @ts-ignore: decorator
@inline
export function sendOffset(i: u32): u32 {
  return <u32>(load<i32>(candidateSend + (<usize>i << 2)) - today);
}

function countPiece(first: u32, end: u32): u32 {
  let beyond: u32 = 0;
  for (let i = first; i < end; i++) {
    if (!isScheduled(i)) continue;
    const offset = sendOffset(i);
    if (offset >= capSpan) {
      beyond++;
      continue;
    }
    const at = dayCount + (<usize>offset << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  return beyond;
}

/** Counts the scheduled candidates of every day into `dayCount`; returns how many lie beyond its last day. */
export function countDays(): u32 {
  memory.fill(dayCount, 0, <usize>capSpan << 2);
  return inPieces(candidateCount, countPiece);
}
