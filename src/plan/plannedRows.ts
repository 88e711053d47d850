import { formatIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { ScheduleRows } from '../columns/scheduleRows.js';
import type { PlannedRow } from '../rules/records.js';
import type { Plan } from './plan.js';
import { becomesRow } from './reasons.js';
import { RowWriter } from './rows.js';

const BATCH_ROWS = 4096;

/** The row at a place of a batch as a plain record (Rules 11). */
export function plannedRow(rows: ScheduleRows, place: number): PlannedRow {
  const text = (code: number) => (code < 0 ? null : rows.texts[code]);
  const number = (value: number) => (value === NULL_INT32 || Number.isNaN(value) ? null : value);
  return {
    contact_id: rows.contactId[place],
    email_type: rows.texts[rows.emailType[place]],
    planned_send_date: formatIsoDay(rows.plannedDay[place]),
    scheduled_send_date: formatIsoDay(rows.sendDay[place]),
    scheduled_send_time: rows.texts[rows.sendTime[place]],
    status: rows.texts[rows.status[place]] as PlannedRow['status'],
    skip_reason: text(rows.skipReason[place]),
    priority: rows.priority[place],
    campaign_instance_id: number(rows.instanceId[place]),
    email_template: text(rows.emailTemplate[place]),
    sms_template: text(rows.smsTemplate[place]),
    event_year: number(rows.eventYear[place]),
    event_month: number(rows.eventMonth[place]),
    event_day: number(rows.eventDay[place]),
    metadata: text(rows.metadata[place]),
  };
}

/** The rows of a plan as plain records (Rules 11), contact by contact; rows are made as they are asked for. */
export function* plannedRows(plan: Plan): Generator<PlannedRow> {
  const writer = new RowWriter(plan, BATCH_ROWS);
  for (let candidate = 0; candidate < plan.count; candidate++) {
    if (!becomesRow(plan.views.candidateReason[candidate])) continue;
    writer.clear();
    yield plannedRow(writer.rows, writer.add(candidate));
  }
}
