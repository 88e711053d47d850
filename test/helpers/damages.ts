import type { ConfigInput } from '../../src/rules/config.js';
import type { FindingKind } from '../../src/verify/kinds.js';

/** Damage to a planned database, and the kind of finding that it has to be. */
export interface Damage {
  readonly kind: FindingKind;
  /** The condition of the rows that can be damaged, of which the first is taken; `c` is the row's contact. */
  readonly row: string;
  /** What is done to the row, as the assignments of an UPDATE, or as statements in which `:id` is the row's id. */
  readonly set?: string;
  readonly sql?: string;
  /** Whether the finding is about a row that is added, with the id 9000000, or about the contact and no row. */
  readonly about?: 'added' | 'contact' | 'day';
  /** The configuration that it is found with; the one the database was planned with when left out. */
  readonly config?: ConfigInput;
  /** Whether only an audit of history finds it. */
  readonly history?: true;
}

const SENT = "status = 'sent' AND c.state IS NOT NULL";
const WAITS = "status = 'pre-scheduled'";
/** A row well ahead, whose day is its ideal one, so that no earlier plan counts. */
const AHEAD = `${WAITS} AND scheduled_send_date > '2025-09-01' AND c.state = 'TX'`;
const EVENT = "printf('%04d-%02d-%02d', event_year, event_month, event_day)";
const TO_BE_SENT = "status = 'pre-scheduled', skip_reason = NULL";

/** Adds a row like another one, with other values. */
const added = (values: Readonly<Record<string, string>>): string => {
  const columns = [
    ...['contact_id', 'email_type', 'planned_send_date', 'scheduled_send_date', 'scheduled_send_time', 'status'],
    ...['skip_reason', 'priority', 'campaign_instance_id', 'email_template', 'event_year', 'event_month', 'event_day'],
  ];
  const list = columns.map((column) => values[column] ?? column);
  return `INSERT INTO email_schedules (id, ${columns}, actual_send_datetime) SELECT 9000000, ${list}, ${values.actual_send_datetime ?? 'NULL'} FROM email_schedules WHERE id = :id`;
};

/** Puts the emails of two weeks on one day. */
const PILED_UP = `UPDATE email_schedules SET scheduled_send_date = '2025-06-17' WHERE ${WAITS} AND scheduled_send_date BETWEEN '2025-06-13' AND '2025-06-30'`;

/** Suppresses birthday emails of a row's contact, from a day on. */
const suppressed = (startsOn: string) =>
  `CREATE TABLE IF NOT EXISTS suppressions (contact_id, email, scope, reason, starts_on, ends_on);
    INSERT INTO suppressions (contact_id, scope, starts_on) SELECT contact_id, 'birthday', ${startsOn} FROM email_schedules WHERE id = :id`;

const skippedAs = (reason: string) => `status = 'skipped', skip_reason = ${reason}`;

/** Every kind of damage an audit finds in a realistic book that was planned as of 2025-06-13. */
export const DAMAGES: readonly Damage[] = [
  {
    kind: 'in_statutory_window',
    row: "email_type = 'birthday' AND skip_reason = 'exclusion:birthday_window:KY'",
    set: `${TO_BE_SENT}, scheduled_send_date = ${EVENT}`,
  },
  { kind: 'in_year_round_state', row: "skip_reason = 'exclusion:year_round:NY'", set: TO_BE_SENT },
  {
    kind: 'in_window_buffer',
    row: "email_type = 'birthday' AND skip_reason = 'exclusion:birthday_window:KY'",
    set: TO_BE_SENT,
  },
  { kind: 'though_suppressed', row: `${AHEAD} AND email_type = 'birthday'`, sql: suppressed('NULL') },
  {
    kind: 'sent_in_statutory_window',
    row: `${SENT} AND c.state = 'ID' AND c.birth_date IS NOT NULL`,
    set: "actual_send_datetime = '2025-' || (SELECT substr(birth_date, 6, 5) FROM contacts WHERE id = contact_id) || ' 09:00'",
    history: true,
  },
  {
    kind: 'sent_in_year_round_state',
    row: SENT,
    sql: "UPDATE contacts SET state = 'NY' WHERE id = (SELECT contact_id FROM email_schedules WHERE id = :id)",
    history: true,
  },
  {
    kind: 'sent_in_window_buffer',
    row: `${SENT} AND c.state = 'ID' AND c.birth_date IS NOT NULL`,
    set: "actual_send_datetime = date('2025-' || (SELECT substr(birth_date, 6, 5) FROM contacts WHERE id = contact_id), '-9 days')",
    history: true,
  },
  {
    kind: 'sent_though_suppressed',
    row: `${SENT} AND email_type = 'birthday'`,
    sql: suppressed("'2001-01-01'"),
    history: true,
  },
  { kind: 'past_send_day', row: AHEAD, set: "scheduled_send_date = '2025-06-12'" },
  {
    kind: 'after_deadline',
    row: `${AHEAD} AND email_type = 'birthday'`,
    set: `scheduled_send_date = date(${EVENT}, '+1 day')`,
  },
  {
    kind: 'after_campaign_end',
    row: `${WAITS} AND (SELECT active_end_date FROM campaign_instances i WHERE i.id = campaign_instance_id) IS NOT NULL`,
    set: "scheduled_send_date = (SELECT date(active_end_date, '+1 day') FROM campaign_instances i WHERE i.id = campaign_instance_id)",
  },
  {
    kind: 'already_sent',
    row: `${SENT} AND email_type = 'birthday' AND event_year = 2025`,
    sql: added({ status: "'pre-scheduled'", scheduled_send_date: "'2025-07-01'" }),
    about: 'added',
  },
  {
    kind: 'duplicate_email',
    row: AHEAD,
    sql: added({ scheduled_send_date: "date(scheduled_send_date, '+1 day')" }),
    about: 'added',
  },
  {
    kind: 'two_campaigns_a_day',
    row: `${WAITS} AND campaign_instance_id = 1 AND EXISTS (SELECT 1 FROM email_schedules o WHERE o.contact_id = s.contact_id AND o.campaign_instance_id = 3 AND o.status = 'pre-scheduled')`,
    set: 'scheduled_send_date = (SELECT scheduled_send_date FROM email_schedules o WHERE o.contact_id = email_schedules.contact_id AND o.campaign_instance_id = 3)',
  },
  { kind: 'frequency_exceeded', row: "skip_reason = 'frequency_limit'", set: TO_BE_SENT },
  {
    kind: 'on_closed_day',
    row: AHEAD,
    set: "scheduled_send_date = '2027-12-31'",
    config: { calendar: { closed: ['2027-12-31'] } },
  },
  { kind: 'avoidable_excess', row: WAITS, sql: PILED_UP, about: 'day' },
  {
    kind: 'day_over_hard_limit',
    row: WAITS,
    sql: PILED_UP,
    about: 'day',
    config: { load_balancing: { excess: 'skip' } },
  },
  {
    kind: 'sent_twice',
    row: `${SENT} AND email_type = 'birthday' AND event_year IS NOT NULL`,
    sql: added({ actual_send_datetime: "date(scheduled_send_date, '+40 days')" }),
    about: 'added',
    history: true,
  },
  {
    kind: 'sent_two_campaigns_a_day',
    row: `${SENT} AND email_type = 'birthday'`,
    sql: `UPDATE email_schedules SET email_type = 'campaign_mega_newsletter_1', campaign_instance_id = 1, priority = 1 WHERE id = :id;
      ${added({ campaign_instance_id: '3', email_type: "'campaign_renewal_blast_3'", priority: '2', actual_send_datetime: 'actual_send_datetime' })}`,
    about: 'added',
    history: true,
  },
  {
    kind: 'sent_too_often',
    row: SENT,
    sql: `UPDATE email_schedules SET status = 'bounced' WHERE contact_id = (SELECT contact_id FROM email_schedules WHERE id = :id) AND id <> :id;
      UPDATE email_schedules SET email_type = 'aep', actual_send_datetime = '2025-05-01', event_year = 2000 WHERE id = :id;
      INSERT INTO email_schedules (contact_id, email_type, status, actual_send_datetime, event_year) SELECT contact_id, 'aep', 'sent', '2025-05-0' || n, 2000 + n
        FROM email_schedules, (SELECT 2 AS n UNION SELECT 3) WHERE id = :id;
      ${added({ actual_send_datetime: "'2025-05-30'", event_year: '2009' })}`,
    about: 'added',
    history: true,
  },
  {
    kind: 'sent_on_closed_day',
    row: SENT,
    set: "actual_send_datetime = '2025-01-01 09:00:00'",
    config: { calendar: { closed: ['2025-01-01'] } },
    history: true,
  },
  { kind: 'missing_email', row: AHEAD, sql: 'DELETE FROM email_schedules WHERE id = :id', about: 'contact' },
  {
    kind: 'missing_skip',
    row: "skip_reason LIKE 'exclusion:%'",
    sql: 'DELETE FROM email_schedules WHERE id = :id',
    about: 'contact',
  },
  {
    kind: 'unexpected_email',
    row: `${AHEAD} AND email_type = 'birthday'`,
    sql: added({ email_type: "'post_window'", event_year: '2025' }),
    about: 'added',
  },
  {
    kind: 'unexpected_skip',
    row: `${AHEAD} AND email_type = 'birthday'`,
    sql: added({
      email_type: "'post_window'",
      event_year: '2025',
      status: "'skipped'",
      skip_reason: "'frequency_limit'",
    }),
    about: 'added',
  },
  {
    kind: 'campaign_does_not_run',
    row: AHEAD,
    sql: `INSERT INTO campaign_instances (id, instance_name, campaign_type, active_end_date) SELECT 99, 'old', campaign_type, '2024-12-31' FROM campaign_instances WHERE id = 1;
      ${added({ email_type: "'campaign_mega_newsletter_99'", campaign_instance_id: '99' })}`,
    about: 'added',
  },
  { kind: 'not_skipped', row: "skip_reason = 'exclusion:birthday_window:CA'", set: TO_BE_SENT },
  {
    // Of two emails that have no room beside each other, the wrong one is skipped.
    kind: 'wrongly_skipped',
    row: `${WAITS} AND email_type = 'birthday' AND EXISTS (SELECT 1 FROM email_schedules o WHERE o.contact_id = s.contact_id AND o.skip_reason = 'frequency_limit'
      AND abs(julianday(o.scheduled_send_date) - julianday(s.scheduled_send_date)) < 5)`,
    sql: `UPDATE email_schedules SET ${TO_BE_SENT} WHERE skip_reason = 'frequency_limit' AND contact_id = (SELECT contact_id FROM email_schedules WHERE id = :id);
      UPDATE email_schedules SET ${skippedAs("'frequency_limit'")} WHERE id = :id`,
  },
  { kind: 'suppression_does_not_hold', row: AHEAD, set: skippedAs("'suppressed:unsubscribed'") },
  { kind: 'exclusion_does_not_hold', row: AHEAD, set: skippedAs("'exclusion:birthday_window:CA'") },
  {
    kind: 'wrong_exclusion',
    row: "skip_reason = 'exclusion:birthday_window:KY'",
    set: skippedAs("'exclusion:birthday_window:CA'"),
  },
  { kind: 'underwriting_does_not_hold', row: AHEAD, set: skippedAs("'underwriting:organization'") },
  { kind: 'closed_day_does_not_hold', row: AHEAD, set: skippedAs("'no_open_day'") },
  { kind: 'conflict_does_not_hold', row: AHEAD, set: skippedAs("'conflict:campaign:3'") },
  { kind: 'frequency_does_not_hold', row: AHEAD, set: skippedAs("'frequency_limit'") },
  { kind: 'cap_does_not_hold', row: AHEAD, set: skippedAs("'daily_cap'") },
  { kind: 'skip_without_reason', row: "skip_reason LIKE 'exclusion:%'", set: 'skip_reason = NULL' },
  { kind: 'unknown_skip_reason', row: "skip_reason LIKE 'exclusion:%'", set: "skip_reason = 'not today'" },
  {
    kind: 'other_skip_reason',
    row: "skip_reason = 'underwriting:campaign' AND c.state = 'NY' AND campaign_instance_id = 3",
    set: "skip_reason = 'exclusion:year_round:NY'",
  },
  { kind: 'reason_on_email', row: AHEAD, set: "skip_reason = 'frequency_limit'" },
  { kind: 'other_send_day', row: AHEAD, set: "scheduled_send_date = date(scheduled_send_date, '+1 day')" },
  { kind: 'other_planned_day', row: AHEAD, set: "planned_send_date = date(planned_send_date, '-1 day')" },
  { kind: 'other_send_time', row: AHEAD, set: "scheduled_send_time = '23:59:00'" },
  { kind: 'other_event', row: `${AHEAD} AND email_type = 'birthday'`, set: 'event_day = event_day % 28 + 1' },
  { kind: 'other_priority', row: AHEAD, set: 'priority = priority + 1' },
  { kind: 'other_campaign_instance', row: AHEAD, set: 'campaign_instance_id = 2' },
  { kind: 'other_email_template', row: AHEAD, set: "email_template = 'other'" },
  { kind: 'other_sms_template', row: AHEAD, set: "sms_template = 'other'" },
  { kind: 'other_metadata', row: AHEAD, set: "metadata = '{}'" },
  { kind: 'unknown_contact', row: AHEAD, set: 'contact_id = 987654' },
  {
    kind: 'contact_without_email',
    row: AHEAD,
    sql: "UPDATE contacts SET email = 'nobody' WHERE id = (SELECT contact_id FROM email_schedules WHERE id = :id)",
  },
  {
    kind: 'contact_without_state',
    row: `${AHEAD} AND email_type = 'birthday'`,
    sql: "UPDATE contacts SET state = '', zip_code = NULL WHERE id = (SELECT contact_id FROM email_schedules WHERE id = :id)",
  },
  { kind: 'unknown_type', row: AHEAD, set: "email_type = 'promo'" },
  { kind: 'type_spelling', row: `${AHEAD} AND email_type = 'birthday'`, set: "email_type = 'Birthday'" },
  { kind: 'no_send_day', row: AHEAD, set: 'scheduled_send_date = NULL' },
  { kind: 'unreadable_send_day', row: AHEAD, set: "scheduled_send_date = '31.12.2025'" },
  { kind: 'unreadable_planned_day', row: AHEAD, set: "planned_send_date = '2025-02-30'" },
  { kind: 'impossible_event_date', row: AHEAD, set: 'event_month = 13' },
  { kind: 'odd_form', row: AHEAD, set: "scheduled_send_date = scheduled_send_date || ' 00:00:00'" },
  { kind: 'misspelled_status', row: AHEAD, set: "status = 'Pre_Scheduled'", history: true },
  { kind: 'sent_to_unknown_contact', row: SENT, set: 'contact_id = 987654', history: true },
  {
    kind: 'sent_without_day',
    row: SENT,
    set: "actual_send_datetime = 'soon', scheduled_send_date = NULL",
    history: true,
  },
  { kind: 'sent_in_future', row: SENT, set: "actual_send_datetime = '2025-06-20 09:00:00'", history: true },
];
