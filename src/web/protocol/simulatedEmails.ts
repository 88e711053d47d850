import type { EmailFate } from '../../simulate/dayEmails.js';
import type { EmailFilter } from './protocol.js';

/** Which emails of a simulated day are meant; null takes all. */
export interface SimulatedEmailChoice extends Pick<EmailFilter, 'kind' | 'state'> {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly fate: EmailFate | null;
}

/** Which of the emails that are meant are shown. */
export interface SimulatedEmailsRequest extends SimulatedEmailChoice {
  /** Counted from 0: `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/** An email of a simulated day with whom it goes to, where the database tells. */
export interface ListedSimulatedEmail {
  readonly contactId: number;
  readonly name: string | null;
  readonly address: string | null;
  readonly state: string | null;
  readonly emailType: string;
  readonly fate: EmailFate;
  /** The rule that skipped it, as `SimulatedDay` names it; null when none did. */
  readonly rule: string | null;
}

/** Emails of a simulated day, and how many there are. */
export interface ListedSimulatedEmails {
  readonly total: number;
  readonly emails: readonly ListedSimulatedEmail[];
  /** What the day has, whatever is meant of it: kinds of `DailyVolume`, and states, null where one is not known. */
  readonly kinds: readonly string[];
  readonly states: readonly (string | null)[];
}
