import type { EmailFate } from '../../simulate/dayEmails.js';
import type { SkipRule } from '../../simulate/ledger.js';
import type { KindFilter } from './emailFilter.js';

/** Emails of a day, in days since 1970-01-01, or those that a rule skipped in the end. */
export type SimulatedGroup = { readonly day: number } | { readonly skippedBy: SkipRule };

/** Which emails of a simulation are meant; null takes all. */
export interface SimulatedEmailChoice extends KindFilter {
  readonly of: SimulatedGroup;
  readonly fate: EmailFate | null;
}

/** Which of the emails that are meant are shown. */
export interface SimulatedEmailsRequest extends SimulatedEmailChoice {
  /** Counted from 0: `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/** An email of a simulation with whom it goes to, where the database tells. */
export interface ListedSimulatedEmail {
  readonly contactId: number;
  readonly name: string | null;
  readonly address: string | null;
  readonly state: string | null;
  readonly emailType: string;
  readonly fate: EmailFate;
  /** The rule that skipped it, as `SimulatedDay` or `Accounts` names it; null when none did. */
  readonly rule: string | null;
}

/** Emails of a simulation, and how many there are. */
export interface ListedSimulatedEmails {
  readonly total: number;
  readonly emails: readonly ListedSimulatedEmail[];
  /** What the group has, whatever is meant of it: kinds of `DailyVolume`, and states, null where one is not known. */
  readonly kinds: readonly string[];
  readonly states: readonly (string | null)[];
}
