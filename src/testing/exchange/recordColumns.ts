import type {
  CampaignInstanceRecord,
  CampaignTypeRecord,
  ClickRecord,
  ContactEventRecord,
  ContactRecord,
  EnrolmentRecord,
  OrganizationRecords,
  ScheduleRecord,
  SuppressionRecord,
} from '../../rules/records.js';

/** The columns of a table: those that every record must have, and those that it may leave out. */
export interface RecordColumns {
  readonly required: readonly string[];
  /** The required ones first. */
  readonly all: readonly string[];
  readonly known: ReadonlySet<string>;
}

/** Whether a column must be there; a record type that gains one makes the table below incomplete. */
type Presence<Row> = { readonly [Column in keyof Required<Row>]: object extends Pick<Row, Column> ? 0 : 1 };

function columns<Row>(presence: Presence<Row>): RecordColumns {
  const all = Object.keys(presence);
  return { required: all.filter((name) => presence[name as keyof Row] === 1), all, known: new Set(all) };
}

/** The tables of an organization as JSON has them, with the columns of `OrganizationRecords`. */
export const RECORD_COLUMNS: Readonly<Record<keyof OrganizationRecords, RecordColumns>> = {
  contacts: columns<ContactRecord>({
    ...{ id: 1, email: 1, state: 0, zip_code: 0, birth_date: 0, birthday: 0, effective_date: 0, carrier: 0 },
    ...{ current_carrier: 0, failed_underwriting: 0, phone_number: 0 },
  }),
  campaign_types: columns<CampaignTypeRecord>({
    ...{ name: 1, respect_exclusion_windows: 0, enable_followups: 0, days_before_event: 0, target_all_contacts: 0 },
    ...{ priority: 0, active: 0, spread_evenly: 0, skip_failed_underwriting: 0 },
  }),
  campaign_instances: columns<CampaignInstanceRecord>({
    ...{ id: 1, campaign_type: 1, instance_name: 0, email_template: 0, sms_template: 0, active_start_date: 0 },
    ...{ active_end_date: 0, spread_start_date: 0, spread_end_date: 0, target_states: 0, target_carriers: 0 },
  }),
  contact_campaigns: columns<EnrolmentRecord>({
    ...{ contact_id: 1, campaign_instance_id: 1, trigger_date: 0, status: 0 },
  }),
  email_schedules: columns<ScheduleRecord>({
    ...{ id: 1, contact_id: 1, email_type: 1, planned_send_date: 0, scheduled_send_date: 0, actual_send_datetime: 0 },
    ...{ status: 1, priority: 0, campaign_instance_id: 0, event_year: 0, scheduled_send_time: 0, skip_reason: 0 },
    ...{ email_template: 0, sms_template: 0, event_month: 0, event_day: 0, metadata: 0 },
  }),
  tracking_clicks: columns<ClickRecord>({ contact_id: 1, clicked_at: 1 }),
  contact_events: columns<ContactEventRecord>({ contact_id: 1, event_type: 1, created_at: 1, metadata: 0 }),
  suppressions: columns<SuppressionRecord>({
    ...{ contact_id: 0, email: 0, scope: 0, reason: 0, starts_on: 0, ends_on: 0 },
  }),
};
