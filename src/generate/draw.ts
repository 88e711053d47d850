import { fmix32 } from '../rules/mix.js';

const GOLDEN = 0x9e3779b9;

/** What is drawn for a contact: every field has numbers of its own, whatever else is drawn before it. */
export const FIELD = {
  state: 1,
  birthYear: 2,
  birthMonth: 3,
  birthDay: 4,
  effectiveYear: 5,
  effectiveMonth: 6,
  effectiveDay: 7,
  failedUnderwriting: 8,
  firstName: 9,
  lastName: 10,
  emailDomain: 11,
  zipCode: 12,
  zipForm: 13,
  stateForm: 14,
  carrier: 15,
  areaCode: 16,
  phoneNumber: 17,
  hasPhone: 18,
  isYoung: 19,
  isProspect: 20,
  onFirst: 21,
  isBroken: 22,
  breakage: 23,
  enrolmentStatus: 24,
  isSuppressed: 25,
  suppressedBy: 26,
  suppressedSince: 27,
  suppressedUntil: 28,
  pauseDays: 29,
  suppressedScope: 30,
  suppressedReason: 31,
  /** The first of the fields of sent emails; an email takes `EMAIL_FIELDS` of them. */
  email: 64,
} as const;

/** The fields that one sent email takes, counted from its first. */
export const EMAIL_FIELD = {
  status: 0,
  sentSecond: 1,
  clicks: 2,
  clickDelay: 3,
  clickSecond: 4,
  answers: 5,
  answerDelay: 6,
  answerSecond: 7,
  answer: 8,
} as const;

/** How many fields lie between the first fields of two sent emails. */
export const EMAIL_FIELDS = 16;

/**
 * Random numbers by place instead of by turn: the number of (seed, contact, field) is always the same, so a contact
 * does not depend on how many there are or in what order they are made. 32-bit integer arithmetic only.
 */
export class Draw {
  private readonly firstKey: number;
  private readonly secondKey: number;
  private base = 0;

  /** @param seed an integer from 0 to 2^32-1 */
  constructor(seed: number) {
    this.firstKey = fmix32((seed + GOLDEN) % 4294967296);
    this.secondKey = fmix32((this.firstKey + GOLDEN) % 4294967296);
  }

  /** Turns to a contact; all draws are its own until the next call. */
  turnTo(contactId: number): void {
    // Two keys with a scramble between them: one alone would make two seeds the same contacts in another order.
    this.base = fmix32(fmix32((contactId + this.firstKey) | 0) ^ this.secondKey);
  }

  /** A number of 32 bits, unsigned. */
  bits(field: number): number {
    return fmix32((this.base + Math.imul(field, GOLDEN)) | 0);
  }

  /** A whole number from 0 to `bound - 1`. */
  below(field: number, bound: number): number {
    return this.bits(field) % bound;
  }
}
