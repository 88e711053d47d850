import type { Contacts } from '../../columns/contacts.js';
import { ROW_CLASS } from '../../columns/schedules.js';
import type { CountedRow } from '../../plan/countRows.js';
import type { Plan } from '../../plan/plan.js';
import { fmix32 } from '../../rules/mix.js';
import { keepsBookedDay } from '../../rules/reasons.js';
import type { ScheduleDiff } from './diffSchedules.js';
import type { RowTemplates } from './rowTemplates.js';
import type { WrittenBatch } from './writtenBatches.js';

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

  /** Takes a row out that was put in. @param hash of its values */
  takeOut(hash: number): void {
    this.#halves[0] -= hash;
    this.#halves[1] -= fmix32(hash ^ 0x5bd1e995);
  }

  /** The sum for another thread. */
  plain(): Int32Array {
    return this.#halves;
  }

  /** Puts all rows of another thread's sum in. */
  append(halves: Int32Array): void {
    this.#halves[0] += halves[0];
    this.#halves[1] += halves[1];
  }

  copy(): RowSum {
    const copy = new RowSum();
    copy.#halves.set(this.#halves);
    return copy;
  }

  toString(): string {
    return hexadecimal(this.#halves[1], this.#halves[0]);
  }
}

/** What the email type and the class of a row add to its hash. */
function hashKind(typeHash: number, rowClass: number): number {
  return (Math.imul(typeHash, 0xc2b2ae3d) + Math.imul(rowClass, 0x27d4eb2f)) | 0;
}

/**
 * The hash of a row of `email_schedules`. Its values are put into one number first, each times an odd number of its own, so that
 * it is scrambled once a row.
 *
 * @param contactHash `mixNumber` of the contact's id
 * @param kindHash `hashKind` of the row
 */
function hashRow(contactHash: number, kindHash: number, plannedDay: number, sendDay: number): number {
  const days = Math.imul(plannedDay, 0x9e3779b1) + Math.imul(sendDay, 0x85ebca77);
  return fmix32(contactHash ^ (days + kindHash));
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

/** A checksum of the contacts as they were read, plan by plan. */
export class ContactsChecksum {
  readonly #sum = new RowSum();

  add({ id, state, birth, effective, carrier, carriers, flags, count }: Contacts): void {
    const hashes = carriers.map(hashText);
    for (let i = 0; i < count; i++) {
      let hash = mixInt32(mixNumber(0, id[i]), state[i]);
      hash = mixInt32(mixInt32(hash, birth[i]), effective[i]);
      this.#sum.add(mixInt32(mixInt32(hash, carrier[i] < 0 ? 0 : hashes[carrier[i]]), flags[i]));
    }
  }

  /** The checksum so far for another thread. */
  plain(): Int32Array {
    return this.#sum.plain();
  }

  /** Puts in the contacts of another thread. */
  append(sum: Int32Array): void {
    this.#sum.append(sum);
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return this.#sum.toString();
  }
}

/** What of a written row enters the checksum of `email_schedules`. */
export interface SummedRow extends CountedRow {
  readonly contactId: number;
  readonly plannedDay: number;
  readonly sendDay: number;
}

/** `hashKind` of rows that a run writes. */
function hashKindOf({ emailType, skipReason }: CountedRow): number {
  const skippedClass = keepsBookedDay(skipReason) ? ROW_CLASS.limited : ROW_CLASS.skipped;
  return hashKind(hashText(emailType.toLowerCase()), skipReason === null ? ROW_CLASS.preScheduled : skippedClass);
}

/** The sums of two checksums, each its low and its high half, as data that goes from thread to thread. */
export interface PlainChecksums {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/**
 * The checksums of `email_schedules` before and after a run: over contact, type, days and status of every row, in any order. What comes
 * after one run is what comes before the next, if nobody else writes.
 */
export class ScheduleChecksums {
  readonly #before = new RowSum();
  readonly #after = new RowSum();
  /** `hashKind` by the number of a template. */
  readonly #kindHashes: number[] = [];

  /** Puts in what a plan found. */
  addFound({ organization }: Plan, { staysAsIs }: ScheduleDiff): void {
    const { schedules, contacts, emailTypes } = organization;
    const typeHashes = emailTypes.names.map(hashText);
    const { first, type, plannedDay, scheduledDay, rowClass } = schedules;
    for (let contact = 0; contact <= contacts.count; contact++) {
      if (first[contact] === first[contact + 1]) continue;
      const contactHash = mixNumber(0, contact < contacts.count ? contacts.id[contact] : 0);
      for (let row = first[contact]; row < first[contact + 1]; row++) {
        const kindHash = hashKind(typeHashes[type[row]], rowClass[row]);
        const hash = hashRow(contactHash, kindHash, plannedDay[row], scheduledDay[row]);
        this.#before.add(hash);
        if (staysAsIs[row] === 1) this.#after.add(hash);
      }
    }
  }

  /** Puts in some rows that are written. */
  addWritten({ rows, odd }: WrittenBatch, templates: RowTemplates): void {
    const { kind, contactId, plannedDay, sendDay, count } = rows;
    const hashes = this.#kindHashes;
    let lastContactId = Number.NaN;
    let contactHash = 0;
    let nextOdd = 0;
    for (let i = 0; i < count; i++) {
      if (contactId[i] !== lastContactId) {
        lastContactId = contactId[i];
        contactHash = mixNumber(0, lastContactId);
      }
      const template = kind[i] < 0 ? odd[nextOdd++].template : kind[i];
      hashes[template] ??= hashKindOf(templates.contentOf(template));
      this.#after.add(hashRow(contactHash, hashes[template], plannedDay[i], sendDay[i]));
    }
  }

  /** The checksums so far for another thread. */
  plain(): PlainChecksums {
    return { before: this.#before.plain(), after: this.#after.plain() };
  }

  /** Puts in the rows of another thread. */
  append({ before, after }: PlainChecksums): void {
    this.#before.append(before);
    this.#after.append(after);
  }

  /** 16 hexadecimal digits. */
  before(): string {
    return this.#before.toString();
  }

  /** 16 hexadecimal digits. @param refused rows that were put in as written and are not */
  after(refused: Iterable<SummedRow>): string {
    const sum = this.#after.copy();
    for (const row of refused) {
      sum.takeOut(hashRow(mixNumber(0, row.contactId), hashKindOf(row), row.plannedDay, row.sendDay));
    }
    return sum.toString();
  }
}
