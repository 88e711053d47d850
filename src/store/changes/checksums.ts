import type { Contacts } from '../../columns/contacts.js';
import type { Plan } from '../../plan/plan.js';
import { plannedDayOf } from '../../plan/plan.js';
import { rowClassOf } from '../../plan/reasons.js';
import { fmix32 } from '../../rules/mix.js';
import { ROW_ACTION, type ScheduleDiff } from './diffSchedules.js';

function hexadecimal(high: number, low: number): string {
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}

/** Takes the next value of a row into its hash. @param value a safe integer */
function mixNumber(hash: number, value: number): number {
  // Small numbers are 32 bits: the same hash without divisions.
  if (value >= 0 && value < 2147483648) return mixInt32(hash, value);
  return fmix32(Math.imul(hash, 31) ^ (value % 4294967296) ^ Math.floor(value / 4294967296));
}

/** Takes the next value of a row into its hash. @param value of 32 bits; the same hash as by `mixNumber` */
function mixInt32(hash: number, value: number): number {
  return fmix32(Math.imul(hash, 31) ^ value ^ (value >> 31));
}

/** The sum of a checksum of every row: it does not depend on the order of rows. */
class RowSum {
  /** Low and high half; elements of an array, because a number of 32 bits in a field is an object anew with every addition. */
  readonly #halves = new Int32Array(2);

  /** Puts a row in. @param hash of its values */
  add(hash: number): void {
    this.#halves[0] += hash;
    this.#halves[1] += fmix32(hash ^ 0x5bd1e995);
  }

  toString(): string {
    return hexadecimal(this.#halves[1], this.#halves[0]);
  }
}

/**
 * The hash of a row of `email_schedules`. Its values are put into one number first, each times an odd number of its own, so that
 * it is scrambled once a row.
 *
 * @param contactHash `mixNumber` of the contact's id
 */
function hashRow(contactHash: number, typeHash: number, plannedDay: number, sendDay: number, rowClass: number): number {
  const days = Math.imul(plannedDay, 0x9e3779b1) + Math.imul(sendDay, 0x85ebca77);
  return fmix32(contactHash ^ (days + Math.imul(typeHash, 0xc2b2ae3d) + Math.imul(rowClass, 0x27d4eb2f)));
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
    let hash = mixInt32(mixNumber(0, id[i]), state[i]);
    hash = mixInt32(mixInt32(hash, birth[i]), effective[i]);
    sum.add(mixInt32(mixInt32(hash, carrier[i] < 0 ? 0 : carriers[carrier[i]]), flags[i]));
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
  const after = new RowSum();
  const { staysAsIs } = diff;
  const { first, type, plannedDay, scheduledDay, rowClass } = schedules;
  for (let contact = 0; contact <= contacts.count; contact++) {
    if (first[contact] === first[contact + 1]) continue;
    const contactHash = mixNumber(0, contact < contacts.count ? contacts.id[contact] : 0);
    for (let row = first[contact]; row < first[contact + 1]; row++) {
      const hash = hashRow(contactHash, typeHashes[type[row]], plannedDay[row], scheduledDay[row], rowClass[row]);
      sum.add(hash);
      if (staysAsIs[row] === 1) after.add(hash);
    }
  }
  const { candidateReason, candidateContact, candidateType, candidateSend } = views;
  const { action } = diff;
  const hasRefused = refused.size > 0;
  let lastContact = -1;
  let contactHash = 0;
  for (let i = 0; i < plan.count; i++) {
    if (action[i] < ROW_ACTION.insert || (hasRefused && refused.has(i))) continue;
    const contact = candidateContact[i];
    if (contact !== lastContact) {
      lastContact = contact;
      contactHash = mixNumber(0, contacts.id[contact]);
    }
    const rowClass = rowClassOf(candidateReason[i]);
    after.add(hashRow(contactHash, typeHashes[candidateType[i]], plannedDayOf(plan, i), candidateSend[i], rowClass));
  }
  return { before: sum.toString(), after: after.toString() };
}
