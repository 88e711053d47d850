import type { FieldValue } from './fields.js';

// The tables of an organization as plain records, in the names their columns have in a database. A field that is left
// out reads as NULL, as a missing column does.

/** A row of `contacts` (Rules 2). `birthday` and `current_carrier` are read only when the newer name is not there. */
export interface ContactRecord {
  readonly id: FieldValue;
  readonly email: FieldValue;
  readonly state?: FieldValue;
  readonly zip_code?: FieldValue;
  readonly birth_date?: FieldValue;
  readonly birthday?: FieldValue;
  readonly effective_date?: FieldValue;
  readonly carrier?: FieldValue;
  readonly current_carrier?: FieldValue;
  readonly failed_underwriting?: FieldValue;
  readonly phone_number?: FieldValue;
}

/** A row of `campaign_types` (Rules 6). */
export interface CampaignTypeRecord {
  readonly name: FieldValue;
  readonly respect_exclusion_windows?: FieldValue;
  readonly enable_followups?: FieldValue;
  readonly days_before_event?: FieldValue;
  readonly target_all_contacts?: FieldValue;
  readonly priority?: FieldValue;
  readonly active?: FieldValue;
  readonly spread_evenly?: FieldValue;
  readonly skip_failed_underwriting?: FieldValue;
}

/** A row of `campaign_instances` (Rules 6). */
export interface CampaignInstanceRecord {
  readonly id: FieldValue;
  readonly campaign_type: FieldValue;
  readonly instance_name?: FieldValue;
  readonly email_template?: FieldValue;
  readonly sms_template?: FieldValue;
  readonly active_start_date?: FieldValue;
  readonly active_end_date?: FieldValue;
  readonly spread_start_date?: FieldValue;
  readonly spread_end_date?: FieldValue;
  readonly target_states?: FieldValue;
  readonly target_carriers?: FieldValue;
}

/** A row of `contact_campaigns`: one contact's enrolment in a campaign instance (Rules 6). */
export interface EnrolmentRecord {
  readonly contact_id: FieldValue;
  readonly campaign_instance_id: FieldValue;
  readonly trigger_date?: FieldValue;
  readonly status?: FieldValue;
}

/** A row of the table or view `suppressions` (Rules 2, suppressions). */
export interface SuppressionRecord {
  readonly contact_id?: FieldValue;
  readonly email?: FieldValue;
  readonly scope?: FieldValue;
  readonly reason?: FieldValue;
  readonly starts_on?: FieldValue;
  readonly ends_on?: FieldValue;
}

/**
 * A row of `email_schedules` as it is found (Rules 1). What plans are made from comes first; an audit compares the rest with
 * what is planned.
 */
export interface ScheduleRecord {
  readonly id: FieldValue;
  readonly contact_id: FieldValue;
  readonly email_type: FieldValue;
  readonly planned_send_date?: FieldValue;
  readonly scheduled_send_date?: FieldValue;
  readonly actual_send_datetime?: FieldValue;
  readonly status: FieldValue;
  readonly priority?: FieldValue;
  readonly campaign_instance_id?: FieldValue;
  readonly event_year?: FieldValue;
  readonly scheduled_send_time?: FieldValue;
  readonly skip_reason?: FieldValue;
  readonly email_template?: FieldValue;
  readonly sms_template?: FieldValue;
  readonly event_month?: FieldValue;
  readonly event_day?: FieldValue;
  readonly metadata?: FieldValue;
}

/** A row of `tracking_clicks` (Rules 10). */
export interface ClickRecord {
  readonly contact_id: FieldValue;
  readonly clicked_at: FieldValue;
}

/** A row of `contact_events` (Rules 10). */
export interface ContactEventRecord {
  readonly contact_id: FieldValue;
  readonly event_type: FieldValue;
  readonly created_at: FieldValue;
  readonly metadata?: FieldValue;
}

/** An organization's tables as plain records; a table left out reads as an empty one. */
export interface OrganizationRecords {
  readonly contacts: readonly ContactRecord[];
  readonly campaign_types?: readonly CampaignTypeRecord[];
  readonly campaign_instances?: readonly CampaignInstanceRecord[];
  readonly contact_campaigns?: readonly EnrolmentRecord[];
  readonly email_schedules?: readonly ScheduleRecord[];
  readonly tracking_clicks?: readonly ClickRecord[];
  readonly contact_events?: readonly ContactEventRecord[];
  /** In the order of their rowids, or as they are read: of several that cover an email the first counts. */
  readonly suppressions?: readonly SuppressionRecord[];
}

/** A planned row of `email_schedules` (Rules 11), without its id, run id and times. */
export interface PlannedRow {
  readonly contact_id: number;
  readonly email_type: string;
  readonly planned_send_date: string;
  readonly scheduled_send_date: string;
  readonly scheduled_send_time: string;
  readonly status: 'pre-scheduled' | 'skipped';
  readonly skip_reason: string | null;
  readonly priority: number;
  readonly campaign_instance_id: number | null;
  readonly email_template: string | null;
  readonly sms_template: string | null;
  readonly event_year: number | null;
  readonly event_month: number | null;
  readonly event_day: number | null;
  readonly metadata: string | null;
}

/** What can be wrong with an organization's rows, or become of a candidate that gets no row (Rules 2, 4, 6, 11). */
export const ISSUE_KINDS = [
  'invalid_id',
  'duplicate_id',
  'invalid_email',
  'invalid_birth_date',
  'invalid_effective_date',
  'unknown_state',
  'no_anchor_for_window',
  'unknown_campaign_type',
  'unreadable_campaign',
  'unreadable_trigger',
  'unknown_target_state',
  'unreadable_suppression',
  'unknown_suppression_scope',
  'expired',
  'outside_active_window',
  'refused_by_index',
] as const;

/** One of `ISSUE_KINDS`. */
export type IssueKind = (typeof ISSUE_KINDS)[number];

/** A counted issue; it never stops a run (Rules 2). */
export interface Issue {
  /** The contact's id, null when it has no valid one. */
  readonly contact_id: number | null;
  readonly kind: IssueKind;
  /** The broken value in quotes, the state, or the email type the issue is about. */
  readonly detail: string | null;
}
