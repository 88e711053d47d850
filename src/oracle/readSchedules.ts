import type { Config } from '../rules/config.js';
import type { DateOrder } from '../rules/dates.js';
import { comparedStatus, statusClass } from '../rules/emailTypes.js';
import {
  type FieldValue,
  hasMedicalConditions,
  readDate,
  readInteger,
  readPriority,
  readText,
} from '../rules/fields.js';
import type { ClickRecord, ContactEventRecord, ScheduleRecord } from '../rules/records.js';
import type { Reaction, ScheduleRow } from './model.js';

/** Reads the rows of `email_schedules` in the order of their ids, those without one last (Rules 1). */
export function readPlainSchedules(records: readonly ScheduleRecord[], config: Config): ScheduleRow[] {
  const idOf = (row: ScheduleRow) => row.id ?? Number.MAX_VALUE;
  return records.map((record) => readSchedule(record, config.reading.dates)).sort((a, b) => idOf(a) - idOf(b));
}

function readSchedule(record: ScheduleRecord, order: DateOrder): ScheduleRow {
  const status = comparedStatus(readText(record.status));
  const scheduledDay = readDate(record.scheduled_send_date, order).day;
  return {
    record,
    id: readInteger(record.id),
    contactId: readInteger(record.contact_id),
    type: (readText(record.email_type) ?? '').toLowerCase(),
    status,
    statusClass: statusClass(status),
    isPreScheduled: status === 'pre-scheduled',
    skipReason: readText(record.skip_reason),
    plannedDay: readDate(record.planned_send_date, order).day,
    scheduledDay,
    sentDay: readDate(record.actual_send_datetime, order).day ?? scheduledDay,
    priority: readPriority(record.priority),
    instanceId: readInteger(record.campaign_instance_id),
    eventYear: readInteger(record.event_year),
  };
}

/** Reads what contacts did, by contact id: clicks and answered health questions (Rules 10). */
export function readReactions(
  clicks: readonly ClickRecord[],
  events: readonly ContactEventRecord[],
  config: Config,
): Map<number, Reaction[]> {
  const reactions = new Map<number, Reaction[]>();
  const add = (contactId: number | null, day: number | null, kind: Reaction['kind']) => {
    if (contactId === null || day === null) return;
    reactions.set(contactId, [...(reactions.get(contactId) ?? []), { day, kind }]);
  };
  const dayOf = (value: FieldValue) => readDate(value, config.reading.dates).day;
  for (const click of clicks) add(readInteger(click.contact_id), dayOf(click.clicked_at), 'clicked');
  for (const event of events) {
    if (readText(event.event_type) !== 'eligibility_answered') continue;
    const kind = hasMedicalConditions(event.metadata) ? 'answered_yes' : 'answered';
    add(readInteger(event.contact_id), dayOf(event.created_at), kind);
  }
  return reactions;
}
