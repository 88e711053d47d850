import { putI32, putU8, putU16, putU32 } from './at';
import {
  candidateBooked,
  candidateContact,
  candidateDetail,
  candidateEvent,
  candidateFirst,
  candidateReason,
  candidateSend,
  candidateStart,
  candidateStep,
  candidateType,
  pending,
} from './memory';
import { placedBooked, placedReason, placedStart, placedStep } from './startDay';

/*
 * Candidates on their way out. Within a contact they leave in the order of type code and event, which later orders rely
 * on; kinds that are worked out ahead of their turn wait in `pending`, 16 bytes each:
 *
 *   0 type u16   2 step u8   3 reason u8   4 event i32   8 start i32   12 booked day i32, as candidateBooked has it
 */

@unmanaged
class Candidate {
  type: u16;
  step: u8;
  reason: u8;
  event: i32;
  start: i32;
  booked: i32;
}

const CANDIDATE_BYTES: usize = 16;

/** How many candidates have left so far. */
export let candidateCount: u32 = 0;

let pendingCount: u32 = 0;

/** Starts over at a number of candidates. */
export function resetCandidates(count: u32): void {
  candidateCount = count;
}

/** Notes where a contact's candidates start; called for every contact in turn, and once after the last. @inline */
export function beginContact(contact: u32): void {
  putU32(candidateFirst, contact, candidateCount);
}

/** Sends out a candidate that startDay.ts has placed. @inline */
export function emitPlaced(contact: u32, type: i32, event: i32, detail: i32): void {
  // Memory starts as zeros, and most candidates have no detail and no booked day.
  if (detail !== 0) putI32(candidateDetail, candidateCount, detail);
  if (placedBooked !== 0) putI32(candidateBooked, candidateCount, placedBooked);
  emit(contact, type, event, placedStart, placedStep, placedReason);
}

/** Sends out a candidate without detail and booked day. @inline */
export function emit(contact: u32, type: i32, event: i32, start: i32, step: u8, reason: u8): void {
  const i = candidateCount++;
  putU32(candidateContact, i, contact);
  putU16(candidateType, i, <u16>type);
  putU8(candidateStep, i, step);
  putU8(candidateReason, i, reason);
  putI32(candidateEvent, i, event);
  putI32(candidateStart, i, start);
  putI32(candidateSend, i, start);
}

/** @inline */
function pendingAt(i: u32): Candidate {
  return changetype<Candidate>(pending + <usize>i * CANDIDATE_BYTES);
}

/** Lets a candidate wait for its turn that startDay.ts has placed. @param flags the bits of its step beside the step @inline */
export function holdPlaced(type: i32, event: i32, flags: u8): void {
  const candidate = pendingAt(pendingCount++);
  candidate.type = <u16>type;
  candidate.step = placedStep | flags;
  candidate.reason = placedReason;
  candidate.event = event;
  candidate.start = placedStart;
  candidate.booked = placedBooked;
}

/** Sends the waiting candidates out as they came. */
export function emitHeld(contact: u32): void {
  for (let i: u32 = 0; i < pendingCount; i++) {
    const held = pendingAt(i);
    if (held.booked !== 0) putI32(candidateBooked, candidateCount, held.booked);
    emit(contact, held.type, held.event, held.start, held.step, held.reason);
  }
  pendingCount = 0;
}

/** Sends the waiting candidates out by event, those of one event as they came. */
export function emitHeldByEvent(contact: u32): void {
  for (let i: u32 = 1; i < pendingCount; i++) {
    copy(i, pendingCount);
    const moving = pendingAt(pendingCount);
    let slot = i;
    while (slot > 0 && pendingAt(slot - 1).event > moving.event) {
      copy(slot - 1, slot);
      slot--;
    }
    copy(pendingCount, slot);
  }
  emitHeld(contact);
}

function copy(from: u32, to: u32): void {
  memory.copy(pending + <usize>to * CANDIDATE_BYTES, pending + <usize>from * CANDIDATE_BYTES, CANDIDATE_BYTES);
}
