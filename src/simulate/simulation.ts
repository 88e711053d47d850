import type { PlannedType } from '../columns/plannedTypes.js';
import type { SkipRule } from './ledger.js';
import type { Hold, SenderOptions } from './sender.js';

/** The kinds of emails that volumes are counted by, in the order of the rules (Rules 5). */
export const EMAIL_KINDS = [
  'birthday',
  'effective_date',
  'aep',
  'post_window',
  'campaign',
  'followup',
] as const satisfies readonly PlannedType['kind'][];

/** One of `EMAIL_KINDS`. */
export type EmailKind = (typeof EMAIL_KINDS)[number];

/** How many emails of one kind, or of all, had what happen to them on a day. */
export interface Volumes {
  /** They went out, and did not bounce. */
  readonly sent: number;
  readonly bounced: number;
  /** Sending them failed; they are planned again while their deadline allows. */
  readonly failed: number;
  /** They were due on a day on which nothing went out; they are planned again likewise. */
  readonly held: number;
  /** Those of `sent` and `bounced` that went out on a catch-up day (Rules 5, step 4). */
  readonly caught_up: number;
  /** They stand on the day and a rule skips them. */
  readonly skipped: number;
}

/** A simulated day. */
export interface SimulatedDay extends Volumes {
  /** `YYYY-MM-DD` */
  readonly day: string;
  /** The emails that were to go out, and history of that sent day that was found: what the threshold is held against. */
  readonly load: number;
  /** What the day takes by the caps, and what makes it overloaded; 0 on a closed day. */
  readonly cap: number;
  readonly threshold: number;
  readonly is_over_threshold: boolean;
  /** Why nothing went out, null when emails did. */
  readonly held_by: Hold | null;
  readonly by_kind: Readonly<Record<EmailKind, Volumes>>;
  readonly skip_reasons: Readonly<Record<string, number>>;
  /** How many emails of the plan, of all days to come, balancing moved on this day. */
  readonly moves: { readonly smoothing: number; readonly cap: number };
  /** How many contacts had to be planned again. */
  readonly replanned_contacts: number;
}

/** An email that the accounts are about. */
export interface SimulatedEmail {
  readonly contact_id: number;
  /** A follow-up's is given without what decided its kind. */
  readonly email_type: string;
  /** The year of the event; null for a campaign, which a contact gets once, and for a follow-up. */
  readonly event_year: number | null;
  /** The day on which a follow-up's initial email was sent, null for other emails. */
  readonly initial_sent_date: string | null;
}

/**
 * What became of all emails that were expected (Rules 12.7): their ideal day came while they stood in the plan. Every one is
 * in exactly one of the counts. `src/simulate/ledger.ts` has the definitions.
 */
export interface Accounts {
  readonly expected: number;
  readonly sent: number;
  readonly bounced: number;
  /** By the rule that skipped them to the end. */
  readonly skipped: Readonly<Record<SkipRule, number>>;
  /** Follow-ups that a newer initial email ended (Rules 10). */
  readonly superseded: number;
  /** Nothing went out on their last days, or sending failed, until the deadline had passed. */
  readonly unsent: number;
  /** Planned on, or skipped so far, after the last day, with days left. */
  readonly open: number;
  /** Expected, and none of the above. */
  readonly lost: { readonly count: number; readonly first: readonly SimulatedEmail[] };
  /** The same event's email sent more than once. */
  readonly repeated: { readonly count: number; readonly first: readonly SimulatedEmail[] };
}

/** A simulation in figures; the names are stable. */
export interface Simulation {
  /** `YYYY-MM-DD`, the first and the last simulated day. */
  readonly from: string;
  readonly to: string;
  readonly contacts: { readonly rows: number; readonly planned: number; readonly rejected: number };
  readonly sender: Readonly<Required<SenderOptions>>;
  readonly limits: { readonly profile: string; readonly cap: number; readonly threshold: number };
  readonly total: Volumes;
  readonly by_kind: Readonly<Record<EmailKind, Volumes>>;
  readonly days: readonly SimulatedDay[];
  /** The days whose load is over their threshold: what they hold had no seat on any other day. */
  readonly days_over_threshold: readonly { readonly day: string; readonly load: number }[];
  readonly days_held: { readonly weekend: number; readonly outage: number; readonly closed: number };
  readonly accounts: Accounts;
  readonly seconds: { readonly load: number; readonly days: number; readonly accounts: number };
}
