import type { ClosedBy } from '../calendar/openDays.js';
import type { PlannedType } from '../columns/plannedTypes.js';
import type { SmoothingObstacle } from '../rules/smoothing.js';
import type { StartStep } from '../rules/startDay.js';
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

/** The step that gave a start day (Rules 5). Emails that are suppressed, or skipped by underwriting, go through none. */
export type ExplainedStep = StartStep | 'suppressed' | 'underwriting';

/** A closed day on which an email would have started (Rules 5, step 6). */
export interface ClosedDayFacts {
  readonly date: string;
  readonly closed_by: ClosedBy;
  /** The open day that it starts on instead; null when there is none, so that it is skipped. */
  readonly moved_to: string | null;
}

/** How the start day was found (Rules 5, from ideal day to start day). */
export interface StartFacts {
  readonly step: ExplainedStep;
  /** The day that the step gave, before days held by other rows and closed days moved it. */
  readonly step_date: string;
  /** The owned row whose plan was kept, or could not be; null where the step does not ask for one or there is none. */
  readonly owned_row: RowFacts | null;
  /** Set for the step `catch_up`. */
  readonly catch_up: CatchUpFacts | null;
  /** The days that rows of others held, each with one of these rows. */
  readonly held: readonly { readonly date: string; readonly row_id: number | null }[];
  /** Set where the start fell on a closed day. */
  readonly closed: ClosedDayFacts | null;
  /** The start day. */
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
  readonly obstacle: 'no_offset' | SmoothingObstacle | null;
}

/** A day that an email had to wait on, because the daily cap did not place it there (Rules 9, daily cap). */
export interface FullDayFacts {
  readonly date: string;
  /** The planned emails that waited for a place on it. */
  readonly waiting: number;
  readonly history: number;
  readonly cap: number;
  readonly threshold: number;
  /** The places within the cap that history left. */
  readonly seats: number;
  /** How many of the waiting went. */
  readonly went: number;
  /** How many of these are more important than this email. */
  readonly more_important: number;
  /** How many are as important and were promised this day. */
  readonly promised: number;
  /** How many are less important, and went because they would have missed their last days otherwise. */
  readonly had_to_go: number;
  /** Those that went by email type, most first. */
  readonly went_by_type: readonly { readonly email_type: string; readonly emails: number }[];
}

/** What the daily cap did with an email that did not go out on its first day (Rules 9, daily cap). */
export interface CapFacts {
  /** The last day that it could have been given. */
  readonly last_date: string;
  /** The open days that it waited on, in order; its last day too where it is skipped. */
  readonly full_days: readonly FullDayFacts[];
}

/** Why an email is suppressed (Rules 2, suppressions). */
export type SuppressionFacts =
  | {
      readonly by: 'suppression';
      readonly reason: string;
      /** The elements of its scope; null when it covers everything. */
      readonly scope: readonly string[] | null;
      readonly starts_on: string | null;
      readonly ends_on: string | null;
    }
  | {
      readonly by: 'bounces';
      /** The emails that have bounced since the last one that was delivered. */
      readonly bounces: number;
      /** `suppress_after_bounces`. */
      readonly most_bounces: number;
    };

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
  /** Null when nothing covers it. */
  readonly suppression: SuppressionFacts | null;
  readonly start: StartFacts;
  /** What excludes the start day; null when nothing does, or it is suppressed or stopped by underwriting before. */
  readonly exclusion: ExclusionFacts | null;
  /** Null when the email's day was not crowded. */
  readonly smoothing: SmoothingFacts | null;
  /** The day that its row of an earlier run promised it, today or later (Rules 1, booked day). */
  readonly booked_date: string | null;
  /** Null when the cap did not move it. */
  readonly daily_cap: CapFacts | null;
  /** The load of the final day where that ends over the threshold, because there are not seats enough for all. */
  readonly overloaded_day: { readonly emails: number; readonly threshold: number } | null;
  readonly conflict: ConflictFacts | null;
  readonly frequency: FrequencyFacts | null;
  /** The start, or, where the email keeps the day of its row, what that row was planned for before today. */
  readonly planned_send_date: string;
  readonly scheduled_send_date: string;
  readonly status: 'pre-scheduled' | 'skipped';
  readonly skip_reason: string | null;
  /** A row that is not owned and holds contact, type and final day: the table's unique index refuses this one (Rules 11). */
  readonly place_taken_by: RowFacts | null;
}
