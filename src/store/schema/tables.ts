/** The columns of a table and the types they get when a run adds them. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** The columns of `email_schedules` that a run writes, and their types when it adds them (Rules 11). */
export const SCHEDULE_COLUMNS = {
  id: 'INTEGER PRIMARY KEY',
  contact_id: 'INTEGER NOT NULL',
  email_type: 'TEXT NOT NULL',
  planned_send_date: 'TEXT',
  scheduled_send_date: 'TEXT',
  scheduled_send_time: 'TEXT',
  status: 'TEXT NOT NULL',
  skip_reason: 'TEXT',
  priority: 'INTEGER',
  campaign_instance_id: 'INTEGER',
  email_template: 'TEXT',
  sms_template: 'TEXT',
  scheduler_run_id: 'TEXT',
  event_year: 'INTEGER',
  event_month: 'INTEGER',
  event_day: 'INTEGER',
  metadata: 'TEXT',
  created_at: 'TEXT',
  updated_at: 'TEXT',
} as const satisfies ColumnTypes;

const CHECKPOINT_COLUMNS: ColumnTypes = {
  id: 'INTEGER PRIMARY KEY',
  scheduler_run_id: 'TEXT',
  run_timestamp: 'TEXT',
  contacts_checksum: 'TEXT',
  schedules_before_checksum: 'TEXT',
  schedules_after_checksum: 'TEXT',
  contacts_processed: 'INTEGER',
  emails_scheduled: 'INTEGER',
  emails_skipped: 'INTEGER',
  status: 'TEXT',
  error_message: 'TEXT',
  completed_at: 'TEXT',
  as_of: 'TEXT',
  config_hash: 'TEXT',
  rows_added: 'INTEGER',
  rows_changed: 'INTEGER',
  rows_removed: 'INTEGER',
  error_code: 'TEXT',
};

const ISSUE_COLUMNS: ColumnTypes = {
  id: 'INTEGER PRIMARY KEY',
  scheduler_run_id: 'TEXT',
  contact_id: 'INTEGER',
  kind: 'TEXT',
  detail: 'TEXT',
  created_at: 'TEXT',
};

const CONFIG_COLUMNS: ColumnTypes = {
  id: 'INTEGER PRIMARY KEY',
  config_hash: 'TEXT',
  config: 'TEXT',
  created_at: 'TEXT',
};

const LAST_RUN_COLUMNS: ColumnTypes = {
  id: 'INTEGER PRIMARY KEY',
  file_digest: 'TEXT',
  scheduler_run_id: 'TEXT',
  completed_at: 'TEXT',
  settings: 'TEXT',
  report: 'TEXT',
};

/** The tables a run writes. `actual_send_datetime` is the sender's: a run reads it and only sees to it that it is there. */
export const TABLES: Readonly<Record<string, ColumnTypes>> = {
  email_schedules: { ...SCHEDULE_COLUMNS, actual_send_datetime: 'TEXT' },
  scheduler_checkpoints: CHECKPOINT_COLUMNS,
  scheduler_contact_issues: ISSUE_COLUMNS,
  config_versions: CONFIG_COLUMNS,
  scheduler_last_run: LAST_RUN_COLUMNS,
};

/** The names of our own indexes on `email_schedules`. */
export const SCHEDULE_INDEXES = {
  unique: 'sendplan_schedules_contact_type_day',
  plain: 'sendplan_schedules_contact_type_day_plain',
  status: 'sendplan_schedules_status_day',
  run: 'sendplan_schedules_run',
} as const;

/** An index that a run wants. */
export interface IndexWish {
  readonly name: string;
  readonly table: string;
  /** Each column with the older name that stands in for it. */
  readonly columns: readonly (readonly string[])[];
  readonly isUnique?: boolean;
  /** Whether the index is worth having without the columns that are not there. */
  readonly takesFewer?: boolean;
}

/** The indexes that a run makes where table and columns are there and none like them is. */
export const INDEXES: readonly IndexWish[] = [
  {
    name: SCHEDULE_INDEXES.unique,
    table: 'email_schedules',
    columns: [['contact_id'], ['email_type'], ['scheduled_send_date']],
    isUnique: true,
  },
  { name: SCHEDULE_INDEXES.status, table: 'email_schedules', columns: [['status'], ['scheduled_send_date']] },
  { name: SCHEDULE_INDEXES.run, table: 'email_schedules', columns: [['scheduler_run_id']] },
  {
    name: 'sendplan_contacts_state_dates',
    table: 'contacts',
    columns: [['state'], ['birth_date', 'birthday'], ['effective_date']],
    takesFewer: true,
  },
  {
    name: 'sendplan_campaign_instances_active',
    table: 'campaign_instances',
    columns: [['active_start_date'], ['active_end_date']],
  },
  {
    name: 'sendplan_contact_campaigns_contact',
    table: 'contact_campaigns',
    columns: [['contact_id'], ['campaign_instance_id'], ['status']],
  },
];
