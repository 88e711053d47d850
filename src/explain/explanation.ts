import type { PlannedType } from '../columns/plannedTypes.js';
import type { StateRuleKind } from '../rules/states.js';

// What an explanation says, as data. The names are stable: `sendplan explain --json` prints these objects as they are. Days
// are texts `YYYY-MM-DD`; null is "there is none".

/** A contact as the run read it (Rules 2). */
export interface ContactFacts {
  /** Two letters, null when unknown. */
  readonly state: string | null;
  readonly birth_date: string | null;
  readonly effective_date: string | null;
  /** In lower case. */
  readonly carrier: string | null;
  readonly failed_underwriting: boolean;
}

/** The exclusion rule of a contact's state (Rules 4). */
export interface RuleFacts {
  readonly state: string;
  readonly kind: StateRuleKind;
  readonly before_days: number;
  readonly after_days: number;
  /** The days in front of `before_days` that the organization keeps free besides. */
  readonly buffer_days: number;
  readonly uses_month_start: boolean;
  /** The date its windows are anchored to, a month's first day with `uses_month_start`; null when the contact lacks it. */
  readonly anchor_date: string | null;
}

/** One exclusion window, all ends inside (Rules 4, window). */
export interface WindowFacts {
  readonly year: number;
  readonly anchor: string;
  readonly first_day: string;
  readonly last_day: string;
  /** Where the part begins that the state itself forbids; all days before it are the buffer. */
  readonly statutory_first_day: string;
}

/** Which part of a rule forbids a day. */
export type ExclusionPart = 'buffer' | 'statutory' | 'all_year';

/** Why a day is excluded (Rules 7). */
export interface ExclusionFacts {
  readonly date: string;
  readonly part: ExclusionPart;
  /** Null in an all-year state. */
  readonly window: WindowFacts | null;
}

/** What the status of a row tells of its email (Rules 1): `sent` is sent or delivered, `on_its_way` all other history. */
export type RowStanding = 'pre-scheduled' | 'skipped' | 'on_its_way' | 'sent' | 'ended' | 'other';

/** A row of `email_schedules` that was there before the run. */
export interface RowFacts {
  readonly row_id: number | null;
  /** In lower case. */
  readonly email_type: string;
  readonly standing: RowStanding;
  readonly event_year: number | null;
  readonly planned_send_date: string | null;
  readonly scheduled_send_date: string | null;
  /** The sent day of a history or ended row (Rules 1). */
  readonly sent_date: string | null;
}

/** What decided the kind of a follow-up (Rules 10). */
export type FollowupDecision = 'nothing' | 'clicked' | 'answered' | 'answered_yes';

/** What an email's event comes from (Rules 5, the table; 6; 10). */
export type EventSource =
  | { readonly from: 'birth_date' | 'effective_date'; readonly date: string }
  | { readonly from: 'aep_date' | 'active_start_date' | 'today' }
  | {
      readonly from: 'window';
      readonly window: WindowFacts;
      /** The email types that the window excludes (Rules 8, a). */
      readonly excludes: readonly string[];
      /** Whether it is open or has just closed (Rules 8, b). */
      readonly is_open: boolean;
    }
  | { readonly from: 'spread'; readonly first_day: string; readonly last_day: string; readonly offset_days: number }
  | { readonly from: 'trigger_date'; readonly trigger_dates: readonly string[] }
  | {
      readonly from: 'initial_email';
      readonly row: RowFacts;
      readonly decided_by: FollowupDecision;
      /** The contact's latest click or answer that decided. */
      readonly decided_on: string | null;
    };

/** The arithmetic of a catch-up day (Rules 5, step 4). */
export interface CatchUpFacts {
  /** `n` of the rule; null for follow-ups, which are not spread. */
  readonly spread_days: number | null;
  readonly mix: number | null;
  /** `mix` modulo `spread_days`. */
  readonly remainder: number | null;
  /** The day that comes out. */
  readonly aimed_date: string;
  /** Why another day was looked for; null when `aimed_date` was free. */
  readonly excluded: ExclusionFacts | null;
}

/**
 * The step that gave a start day (Rules 5): the ideal day, the owned row's planned day, its send day, or catching up. Emails
 * skipped by underwriting go through no step.
 */
export type StartStep = 'ideal' | 'kept_planned_day' | 'kept_send_day' | 'catch_up' | 'underwriting';

/** How the start day was found (Rules 5, from ideal day to start day). */
export interface StartFacts {
  readonly step: StartStep;
  /** The day that the step gave, before days held by other rows moved it. */
  readonly step_date: string;
  /** The owned row whose plan was kept, or could not be; null where the step does not ask for one or there is none. */
  readonly owned_row: RowFacts | null;
  /** Set for the step `catch_up`. */
  readonly catch_up: CatchUpFacts | null;
  /** The days that rows of others held, each with one of these rows. */
  readonly held: readonly { readonly date: string; readonly row_id: number | null }[];
  /** The start day, which a row stores as `planned_send_date`. */
  readonly date: string;
}

/** What smoothing did with a policy anniversary email of a crowded day (Rules 9, smoothing). */
export interface SmoothingFacts {
  readonly date: string;
  /** The policy anniversary emails of the day, history included. */
  readonly emails: number;
  readonly limit: number;
  readonly window_days: number;
  readonly mix: number;
  readonly offset_days: number;
  readonly target_date: string;
  /** Why it stays where it is; null when it goes to `target_date`. */
  readonly obstacle: 'no_offset' | 'before_today' | 'after_deadline' | 'excluded' | null;
}

/** A day that the daily cap moved an email on from (Rules 9, daily cap). */
export interface FullDayFacts {
  readonly date: string;
  /** The load that was found: planned emails, those just moved onto it, and history. */
  readonly emails: number;
  readonly history: number;
  readonly kept: number;
  /** How many of the kept ones come behind this email in order and stay because they cannot move. */
  readonly kept_immovable: number;
  /** The kept ones by email type, most first. */
  readonly kept_by_type: readonly { readonly email_type: string; readonly emails: number }[];
}

/** What the daily cap did with an email (Rules 9, daily cap). */
export interface CapFacts {
  readonly cap: number;
  readonly threshold: number;
  /** The days it was moved on from, in order. */
  readonly full_days: readonly FullDayFacts[];
}

/** When a limit decided: on start days, or once more on the balanced days (Rules 9, steps 1 and 4). */
export type LimitPass = 'before_balancing' | 'after_balancing';

/** The campaign that won an email's day (Rules 9, conflict). */
export interface ConflictFacts {
  readonly pass: LimitPass;
  readonly date: string;
  readonly campaign_instance_id: number;
  readonly email_type: string;
  readonly priority: number;
}

/** An email that fills a period. */
export interface PeriodEmail {
  readonly date: string;
  readonly email_type: string;
  /** The history row; null for a planned email. */
  readonly row_id: number | null;
  /** Null for a history row. */
  readonly priority: number | null;
}

/** The period that was full already (Rules 9, frequency). */
export interface FrequencyFacts {
  readonly pass: LimitPass;
  readonly date: string;
  readonly max_emails: number;
  readonly period_days: number;
  readonly first_day: string;
  readonly last_day: string;
  readonly emails: readonly PeriodEmail[];
}

/** Everything about one planned email. */
export interface EmailExplanation {
  readonly email_type: string;
  readonly kind: PlannedType['kind'];
  readonly campaign_instance_id: number | null;
  readonly priority: number;
  readonly event_date: string;
  readonly event: EventSource;
  /** Earlier events that history has, and the rows by which it has them (Rules 5, which occurrence). */
  readonly passed_over: readonly { readonly event_date: string; readonly rows: readonly RowFacts[] }[];
  readonly respects_windows: boolean;
  readonly ideal_date: string;
  readonly deadline: string | null;
  readonly start: StartFacts;
  /** What excludes the start day; null when nothing does or underwriting came first. */
  readonly exclusion: ExclusionFacts | null;
  /** Null when the email's day was not crowded. */
  readonly smoothing: SmoothingFacts | null;
  /** Null when the cap did not move it. */
  readonly daily_cap: CapFacts | null;
  /** The load of the final day where that stays over the threshold, because what it holds cannot move. */
  readonly overloaded_day: { readonly emails: number; readonly threshold: number } | null;
  readonly conflict: ConflictFacts | null;
  readonly frequency: FrequencyFacts | null;
  readonly planned_send_date: string;
  readonly scheduled_send_date: string;
  readonly status: 'pre-scheduled' | 'skipped';
  readonly skip_reason: string | null;
  /** A row that is not owned and holds contact, type and final day: the table's unique index refuses this one (Rules 11). */
  readonly place_taken_by: RowFacts | null;
}
