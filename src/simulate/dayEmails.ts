import { GrowingColumn } from '../columns/growing.js';
import type { SkipRule } from './ledger.js';

/** What becomes of an email on a day, as volumes count it. */
export const EMAIL_FATES = ['sent', 'bounced', 'failed', 'held', 'skipped'] as const;

/** One of `EMAIL_FATES`. */
export type EmailFate = (typeof EMAIL_FATES)[number];

/** An email of a day. */
export interface DayEmail {
  /** The index of the contact. */
  readonly contact: number;
  /** The index of the email type. */
  readonly type: number;
  readonly fate: EmailFate;
  /** The rule that skipped it, in the words that rows begin their skip reasons with; null when none did. */
  readonly rule: string | null;
}

/** Keeps which emails of a simulation had which fate on which day, for whoever wants to know who is behind the figures. */
export class DayEmails {
  readonly #contacts = new GrowingColumn(Uint32Array);
  /** Type and fate as one number: those of rules are behind the fates. */
  readonly #fates = new GrowingColumn(Uint32Array);
  readonly #rules: string[] = [];
  readonly #days = new Map<number, { readonly start: number; end: number }>();
  /** Contacts and types of those that were skipped in the end, by rule. */
  readonly #skipped = new Map<SkipRule, readonly [GrowingColumn<Uint32Array>, GrowingColumn<Uint32Array>]>();
  #latest = { day: Number.NaN, start: 0, end: 0 };

  /** Notes an email of a day; days come one after the other. @param rule as `DayEmail` has it */
  note(day: number, contact: number, type: number, fate: EmailFate, rule: string | null = null): void {
    const place = this.#contacts.length;
    this.#contacts.push(contact);
    this.#fates.push(type * CODES + this.#codeOf(fate, rule));
    if (this.#latest.day !== day) {
      this.#latest = { day, start: place, end: place };
      this.#days.set(day, this.#latest);
    }
    this.#latest.end = place + 1;
  }

  /** The emails of a day, in the order in which they were noted. */
  *of(day: number): Iterable<DayEmail> {
    const { start, end } = this.#days.get(day) ?? { start: 0, end: 0 };
    const [contacts, fates] = [this.#contacts.values(), this.#fates.values()];
    for (let i = start; i < end; i++) {
      const code = fates[i] % CODES;
      const rule = this.#rules[code - EMAIL_FATES.length] ?? null;
      yield {
        contact: contacts[i],
        type: Math.floor(fates[i] / CODES),
        fate: rule === null ? EMAIL_FATES[code] : 'skipped',
        rule,
      };
    }
  }

  /** Notes an email that a rule skipped in the end; a follow-up's type is one of those that follow-ups can have. */
  noteSkippedInTheEnd(contact: number, type: number, rule: SkipRule): void {
    const noted = this.#skipped.get(rule) ?? [new GrowingColumn(Uint32Array), new GrowingColumn(Uint32Array)];
    this.#skipped.set(rule, noted);
    noted[0].push(contact);
    noted[1].push(type);
  }

  /** The emails that a rule skipped in the end, by contact. */
  *skippedInTheEnd(rule: SkipRule): Iterable<DayEmail> {
    const [contacts, types] = (this.#skipped.get(rule) ?? []).map((column) => column.values());
    if (contacts === undefined) return;
    for (let i = 0; i < contacts.length; i++) yield { contact: contacts[i], type: types[i], fate: 'skipped', rule };
  }

  #codeOf(fate: EmailFate, rule: string | null): number {
    if (rule === null) return EMAIL_FATES.indexOf(fate);
    if (!this.#rules.includes(rule)) this.#rules.push(rule);
    return EMAIL_FATES.length + this.#rules.indexOf(rule);
  }
}

/** More than there are fates and rules. */
const CODES = 32;
