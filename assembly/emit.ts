import {
  candidateContact, candidateDeadline, candidateDetail, candidateEvent, candidateFirst, candidateIdeal,
  candidatePriority, candidateReason, candidateSend, candidateStart, candidateStep, candidateType, pending,
} from './memory';

/*
 * Candidates on their way out. Within a contact they leave in the order of type code and event, which later orders rely
 * on; kinds that are worked out ahead of their turn wait in `pending`, 48 bytes each:
 *
 *   0 type i32   4 event i32   8 ideal i32   12 start i32   16 deadline i32   20 priority i32
 *   24 detail i32   28 step u8   29 reason u8   30 .. 47 unused
 */

@unmanaged
class Candidate {
  type: i32;
  event: i32;
  ideal: i32;
  start: i32;
  deadline: i32;
  priority: i32;
  detail: i32;
  step: u8;
  reason: u8;
  unused0: u16;
  unused1: u64;
  unused2: u64;
}

/** How many candidates have left so far. */
export let candidateCount: u32 = 0;

let pendingCount: u32 = 0;

/** Starts over at a number of candidates. */
export function resetCandidates(count: u32): void {
  candidateCount = count;
}

/** Notes where a contact's candidates start; called for every contact in turn, and once after the last. */
// @ts-ignore: decorator
@inline
export function beginContact(contact: u32): void {
  store<u32>(candidateFirst + (<usize>contact << 2), candidateCount);
}

/** Sends a candidate out. */
export function emit(
  contact: u32, type: i32, event: i32, ideal: i32, start: i32, deadline: i32, priority: i32, step: u8, reason: u8, detail: i32,
): void {
  const i: usize = candidateCount++;
  store<u32>(candidateContact + (i << 2), contact);
  store<u16>(candidateType + (i << 1), <u16>type);
  store<u8>(candidateStep + i, step);
  store<u8>(candidateReason + i, reason);
  store<i32>(candidateEvent + (i << 2), event);
  store<i32>(candidateIdeal + (i << 2), ideal);
  store<i32>(candidateStart + (i << 2), start);
  store<i32>(candidateSend + (i << 2), start);
  store<i32>(candidateDeadline + (i << 2), deadline);
  store<i32>(candidatePriority + (i << 2), priority);
  // Memory starts as zeros, and most candidates have no detail.
  if (detail != 0) store<i32>(candidateDetail + (i << 2), detail);
}

// @ts-ignore: decorator
@inline
function pendingAt(i: u32): Candidate {
  return changetype<Candidate>(pending + <usize>i * 48);
}

/** Lets a candidate wait for its turn. */
export function hold(
  type: i32, event: i32, ideal: i32, start: i32, deadline: i32, priority: i32, step: u8, reason: u8,
): void {
  const candidate = pendingAt(pendingCount++);
  candidate.type = type;
  candidate.event = event;
  candidate.ideal = ideal;
  candidate.start = start;
  candidate.deadline = deadline;
  candidate.priority = priority;
  candidate.detail = 0;
  candidate.step = step;
  candidate.reason = reason;
}

/** Sends the waiting candidates out as they came. */
export function emitHeld(contact: u32): void {
  for (let i: u32 = 0; i < pendingCount; i++) {
    const held = pendingAt(i);
    emit(
      contact, held.type, held.event, held.ideal, held.start, held.deadline, held.priority, held.step, held.reason,
      held.detail,
    );
  }
  pendingCount = 0;
}

/** Sends the waiting candidates out by event, those of one event as they came. */
export function emitHeldByEvent(contact: u32): void {
  for (let i: u32 = 1; i < pendingCount; i++) {
    memory.copy(pending + <usize>pendingCount * 48, pending + <usize>i * 48, 48);
    const moving = pendingAt(pendingCount);
    let slot = i;
    while (slot > 0 && pendingAt(slot - 1).event > moving.event) {
      memory.copy(pending + <usize>slot * 48, pending + <usize>(slot - 1) * 48, 48);
      slot--;
    }
    memory.copy(pending + <usize>slot * 48, pending + <usize>pendingCount * 48, 48);
  }
  emitHeld(contact);
}
