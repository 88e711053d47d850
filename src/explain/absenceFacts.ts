import type { PlannedType } from '../columns/plannedTypes.js';
import type { DateOrder } from '../rules/dates.js';
import type { RowFacts, WindowFacts } from './explanation.js';

/** Why an email that could be expected is not planned. */
export type AbsenceReason =
  | {
      /** The contact has no valid email address, so that it gets nothing (Rules 2, email). */
      readonly reason: 'rejected_contact';
      /** The address that was found, in quotes, up to 60 characters. */
      readonly value: string | null;
    }
  /** The state is unknown (Rules 2, state). */
  | { readonly reason: 'unknown_state' }
  | {
      readonly reason: 'no_birth_date' | 'no_effective_date';
      /** The value that is no date, in quotes, null when the field is empty. */
      readonly invalid_value: string | null;
      /** The setting of `reading.dates` by which dates are read. */
      readonly read_as: DateOrder;
    }
  | {
      /** The policy is too young (Rules 5, first policy anniversary). */
      readonly reason: 'first_email_months';
      readonly event_date: string;
      readonly months: number;
      /** `effective_date_first_email_months`: there have to be more months than this. */
      readonly first_email_months: number;
    }
  | {
      /** The email went out, is on its way or ended before (Rules 5, history has it). */
      readonly reason: 'history_has_it';
      /** Each event looked at, with the rows by which history has it; the event of a campaign is null. */
      readonly events: readonly { readonly event_date: string | null; readonly rows: readonly RowFacts[] }[];
    }
  /** `enable_post_window_emails` or `followups.enabled` is off (Rules 8, 10). */
  | { readonly reason: 'switched_off' }
  /** The contact has no windows: its state has no rule, forbids all year, or the anchor's date is missing (Rules 4, 8). */
  | { readonly reason: 'no_windows'; readonly because: 'no_rule' | 'year_round' | 'no_anchor' }
  | {
      /** No window is open or excludes an email (Rules 8). */
      readonly reason: 'no_window_owes';
      readonly next_window: WindowFacts | null;
    }
  | {
      /** The day after one window lies in another (Rules 8). */
      readonly reason: 'next_window_overlaps';
      readonly window: WindowFacts;
      readonly excluded_date: string;
      readonly excluded_by: WindowFacts;
    }
  /** The state cannot be read, and the campaign looks at windows: the state may forbid it (Rules 2, unknown states). */
  | { readonly reason: 'unreadable_state' }
  /** A date of the campaign cannot be read, so that it does not run (Rules 6). */
  | { readonly reason: 'campaign_unreadable'; readonly problem: string | null }
  | { readonly reason: 'campaign_type_inactive'; readonly campaign_type: string }
  | { readonly reason: 'campaign_not_started'; readonly active_start_date: string }
  | { readonly reason: 'campaign_over'; readonly active_end_date: string }
  /** There is no enrolment with the status pending or active (Rules 6, audience). */
  | { readonly reason: 'not_enrolled' }
  | { readonly reason: 'filtered_by_state'; readonly states: readonly string[] }
  | { readonly reason: 'filtered_by_carrier'; readonly carriers: readonly string[] }
  | {
      /** The deadline has passed, or the ideal day lies behind the campaign's end (Rules 6). */
      readonly reason: 'expired' | 'outside_active_window';
      readonly event_date: string;
      readonly ideal_date: string;
      readonly deadline: string | null;
      readonly active_end_date: string | null;
    }
  | {
      /** Nothing that is followed up was sent lately (Rules 10, initial emails). */
      readonly reason: 'no_initial_email';
      readonly lookback_first_day: string;
    }
  | {
      /** A follow-up went out, or ended, after the latest initial email (Rules 10). */
      readonly reason: 'followup_after_initial';
      readonly initial: RowFacts;
      readonly followup: RowFacts;
    };

/** An email that could be expected and is not planned. */
export type Absence = AbsenceReason & {
  /** The email type; `followup` and `all` where no single one is meant. */
  readonly email_type: string;
  readonly kind: PlannedType['kind'] | 'all';
  readonly campaign_instance_id: number | null;
};
