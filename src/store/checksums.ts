import type { Contacts } from '../columns/contacts.js';
import { ROW_CLASS } from '../columns/schedules.js';
import type { Plan } from '../plan/plan.js';
import { REASON } from '../plan/reasons.js';
import { fmix32 } from '../rules/mix.js';
import { ROW_ACTION, type ScheduleDiff } from './diff.js';

function hexadecimal(high: number, low: number): string {
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}

/** The sum of a checksum of every row: it does not depend on the order of rows, and rows can be taken out again. */
class RowSum {
  #low = 0;
  #high = 0;

  /** @param sign -1 takes the row out */
  add(sign: 1 | -1, values: readonly number[]): void {
    let hash = 0;
    for (const value of values) hash = fmix32(Math.imul(hash, 31) ^ (value % 4294967296) ^ Math.floor(value / 4294967296));
    this.#low = (this.#low + sign * hash) >>> 0;
    this.#high = (this.#high + sign * fmix32(hash ^ 0x5bd1e995)) >>> 0;
  }

  toString(): string {
    return hexadecimal(this.#high, this.#low);
  }
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** A checksum of a text, 16 hexadecimal digits. */
export function textChecksum(text: string): string {
  const low = hashText(text);
  return hexadecimal(fmix32(low ^ text.length), low);
}

/** A checksum of the contacts as they were read, 16 hexadecimal digits. */
export function contactsChecksum(contacts: Contacts): string {
  const sum = new RowSum();
  const carriers = contacts.carriers.map(hashText);
  const { id, state, birth, effective, carrier, flags } = contacts;
  for (let i = 0; i < contacts.count; i++) {
    sum.add(1, [id[i], state[i], birth[i], effective[i], carrier[i] < 0 ? 0 : carriers[carrier[i]], flags[i]]);
  }
  return sum.toString();
}

/**
 * The checksums of `email_schedules` before and after a run, 16 hexadecimal digits each: over contact, type, days and
 * status of every row, in any order. What comes after one run is what comes before the next, if nobody else writes.
 *
 * @param refused candidates whose row was refused
 */
export function scheduleChecksums(
  plan: Plan,
  diff: ScheduleDiff,
  refused: ReadonlySet<number>,
): { readonly before: string; readonly after: string } {
  const { views, organization } = plan;
  const { schedules, contacts, emailTypes } = organization;
  const typeHashes = emailTypes.names.map(hashText);
  const sum = new RowSum();
  const addFound = (row: number, contactId: number, sign: 1 | -1) => {
    const { type, plannedDay, scheduledDay, rowClass } = schedules;
    sum.add(sign, [contactId, typeHashes[type[row]], plannedDay[row], scheduledDay[row], rowClass[row]]);
  };
  const eachFound = (visit: (row: number, contactId: number) => void) => {
    for (let contact = 0; contact <= contacts.count; contact++) {
      const contactId = contact < contacts.count ? contacts.id[contact] : 0;
      for (let row = schedules.first[contact]; row < schedules.first[contact + 1]; row++) visit(row, contactId);
    }
  };
  eachFound((row, contactId) => addFound(row, contactId, 1));
  const before = sum.toString();
  const deleted = new Set(diff.deletedIds);
  eachFound((row, contactId) => {
    if (deleted.has(schedules.id[row])) addFound(row, contactId, -1);
  });
  for (let i = 0; i < plan.count; i++) {
    if (diff.action[i] < ROW_ACTION.insert || refused.has(i)) continue;
    const rowClass = views.candidateReason[i] === REASON.scheduled ? ROW_CLASS.preScheduled : ROW_CLASS.skipped;
    const contactId = contacts.id[views.candidateContact[i]];
    const typeHash = typeHashes[views.candidateType[i]];
    sum.add(1, [contactId, typeHash, views.candidateStart[i], views.candidateSend[i], rowClass]);
  }
  return { before, after: sum.toString() };
}
