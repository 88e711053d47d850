import { dayFromCivil } from '../calendar/day.js';

/** The tables of a generated database in the order they are created, with their CREATE TABLE statements. */
export const TABLE_STATEMENTS = {
  contacts: `CREATE TABLE contacts (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT NOT NULL, state TEXT, zip_code TEXT, birth_date TEXT, effective_date TEXT, carrier TEXT, phone_number TEXT, failed_underwriting INTEGER NOT NULL DEFAULT 0)`,
  campaign_types: `CREATE TABLE campaign_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL, respect_exclusion_windows INTEGER NOT NULL, enable_followups INTEGER NOT NULL, days_before_event INTEGER NOT NULL, target_all_contacts INTEGER NOT NULL, priority INTEGER NOT NULL, active INTEGER NOT NULL, spread_evenly INTEGER NOT NULL, skip_failed_underwriting INTEGER NOT NULL)`,
  campaign_instances: `CREATE TABLE campaign_instances (id INTEGER PRIMARY KEY, campaign_type TEXT NOT NULL, instance_name TEXT NOT NULL, email_template TEXT, sms_template TEXT, active_start_date TEXT, active_end_date TEXT, spread_start_date TEXT, spread_end_date TEXT, target_states TEXT, target_carriers TEXT)`,
  contact_campaigns: `CREATE TABLE contact_campaigns (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, campaign_instance_id INTEGER NOT NULL, trigger_date TEXT, status TEXT)`,
  email_schedules: `CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, email_type TEXT NOT NULL, planned_send_date TEXT, scheduled_send_date TEXT, scheduled_send_time TEXT, status TEXT NOT NULL, skip_reason TEXT, priority INTEGER, campaign_instance_id INTEGER, email_template TEXT, sms_template TEXT, scheduler_run_id TEXT, event_year INTEGER, event_month INTEGER, event_day INTEGER, actual_send_datetime TEXT, metadata TEXT, created_at TEXT, updated_at TEXT)`,
  tracking_clicks: `CREATE TABLE tracking_clicks (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, email_schedule_id INTEGER, clicked_at TEXT NOT NULL)`,
  contact_events: `CREATE TABLE contact_events (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, event_type TEXT NOT NULL, metadata TEXT, created_at TEXT NOT NULL)`,
  suppressions: `CREATE TABLE suppressions (id INTEGER PRIMARY KEY, contact_id INTEGER, email TEXT, scope TEXT, reason TEXT, starts_on TEXT, ends_on TEXT)`,
} as const;

/** The name of a generated table. */
export type TableName = keyof typeof TABLE_STATEMENTS;

/** A generated campaign: its type, which carries its name, and the type's only instance; days are days since 1970-01-01. */
export interface GeneratedCampaign {
  readonly instanceId: number;
  readonly name: string;
  readonly respectsWindows: boolean;
  readonly enablesFollowups: boolean;
  readonly daysBeforeEvent: number;
  readonly targetsAll: boolean;
  readonly priority: number;
  readonly skipsFailedUnderwriting: boolean;
  readonly activeStart: number;
  readonly activeEnd: number;
  /** First and last day of the spread, or null for none. */
  readonly spread: readonly [number, number] | null;
  readonly smsTemplate: string | null;
}

/** The instance that every fiftieth contact is enrolled in. */
export const BIRTHDAY_SPECIAL_ID = 2;

/** The days of the campaigns are those of this year. */
const YEAR = 2025;

const on = (month: number, day: number) => dayFromCivil(YEAR, month, day);

/** The campaigns of every generated database, as they are around the day that databases are made for by default. */
const CAMPAIGNS: readonly GeneratedCampaign[] = [
  {
    instanceId: 1,
    name: 'mega_newsletter',
    respectsWindows: true,
    enablesFollowups: false,
    daysBeforeEvent: 0,
    targetsAll: true,
    priority: 50,
    skipsFailedUnderwriting: false,
    activeStart: on(1, 1),
    activeEnd: on(12, 31),
    spread: [on(3, 1), on(4, 30)],
    smsTemplate: null,
  },
  {
    instanceId: BIRTHDAY_SPECIAL_ID,
    name: 'birthday_mega_special',
    respectsWindows: false,
    enablesFollowups: false,
    daysBeforeEvent: 3,
    targetsAll: false,
    priority: 15,
    skipsFailedUnderwriting: false,
    activeStart: on(1, 1),
    activeEnd: on(12, 31),
    spread: null,
    smsTemplate: 'birthday_mega_special_sms',
  },
  {
    instanceId: 3,
    name: 'renewal_blast',
    respectsWindows: true,
    enablesFollowups: true,
    daysBeforeEvent: 0,
    targetsAll: true,
    priority: 25,
    skipsFailedUnderwriting: true,
    activeStart: on(6, 1),
    activeEnd: on(8, 31),
    spread: [on(6, 15), on(7, 15)],
    smsTemplate: null,
  },
  {
    instanceId: 4,
    name: 'compliance_alert',
    respectsWindows: false,
    enablesFollowups: false,
    daysBeforeEvent: 0,
    targetsAll: true,
    priority: 5,
    skipsFailedUnderwriting: false,
    activeStart: on(6, 1),
    activeEnd: on(6, 7),
    spread: null,
    smsTemplate: null,
  },
];

/** The campaigns of a generated database. @param shiftDays by how many days they are later than in 2025 */
export function campaignsOf(shiftDays: number): readonly GeneratedCampaign[] {
  return CAMPAIGNS.map((campaign) => ({
    ...campaign,
    activeStart: campaign.activeStart + shiftDays,
    activeEnd: campaign.activeEnd + shiftDays,
    spread: campaign.spread === null ? null : [campaign.spread[0] + shiftDays, campaign.spread[1] + shiftDays],
  }));
}
