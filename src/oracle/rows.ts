import { civilFromDay } from '../calendar/day.js';
import { formatIsoDay } from '../calendar/iso.js';
import type { FieldValue } from '../rules/fields.js';
import type { Issue, PlannedRow } from '../rules/records.js';
import { storedPlannedDay } from '../rules/startDay.js';
import type { Candidate, PlainOrganization, ScheduleRow } from './model.js';
import { compareText, firstDifference } from './order.js';

/** The order of a run's rows: contact id, email type, send day; of equal ones the earlier event first (Rules 11). */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return firstDifference(
    a.contact.id - b.contact.id,
    compareText(a.emailType, b.emailType),
    a.sendDay - b.sendDay,
    a.eventDay - b.eventDay,
  );
}

/** The row of `email_schedules` that a candidate becomes (Rules 11). */
export function rowOfCandidate(candidate: Candidate, { config, today }: PlainOrganization): PlannedRow {
  const event = civilFromDay(candidate.eventDay);
  const hasEvent = candidate.kind !== 'followup';
  const isToBeSent = candidate.status === 'pre-scheduled';
  const plannedDay = isToBeSent ? storedPlannedDay(today, candidate, candidate.ownedRow) : candidate.startDay;
  return {
    contact_id: candidate.contact.id,
    email_type: candidate.emailType,
    planned_send_date: formatIsoDay(plannedDay),
    scheduled_send_date: formatIsoDay(candidate.sendDay),
    scheduled_send_time: config.send_time,
    status: candidate.status,
    skip_reason: candidate.skipReason,
    priority: candidate.priority,
    campaign_instance_id: candidate.instanceId,
    email_template: candidate.emailTemplate,
    sms_template: candidate.contact.hasPhone ? candidate.smsTemplate : null,
    event_year: candidate.eventYear,
    event_month: hasEvent ? event.month : null,
    event_day: hasEvent ? event.day : null,
    metadata: metadataOf(candidate),
  };
}

function metadataOf(candidate: Candidate): string | null {
  if (candidate.followed === null) return null;
  const { row, decidedBy } = candidate.followed;
  return JSON.stringify({ initial_schedule_id: row.id, decided_by: decidedBy });
}

/** The key of a row in a unique index, or null when a NULL among its columns keeps it from colliding. */
function keyIn(index: readonly string[], row: object): string | null {
  const values = index.map((column) => (row as Readonly<Record<string, FieldValue>>)[column]);
  if (values.some((value) => value === null || value === undefined)) return null;
  return JSON.stringify(values.map((value) => [typeof value, String(value)]));
}

/**
 * Leaves out the rows that a unique index refuses because another row holds their place (Rules 11, refused_by_index).
 *
 * @param rows in order: of two that want one place the first gets it
 */
export function refuseCollisions(
  rows: readonly PlannedRow[],
  schedules: readonly ScheduleRow[],
  uniqueIndexes: readonly (readonly string[])[],
): { accepted: PlannedRow[]; issues: Issue[] } {
  const existing = schedules.filter((row) => row.statusClass !== 'owned').map((row) => row.record);
  const takenKeys = uniqueIndexes.map((index) => new Set(existing.map((record) => keyIn(index, record))));
  const accepted: PlannedRow[] = [];
  const issues: Issue[] = [];
  for (const row of rows) {
    const keys = uniqueIndexes.map((index) => keyIn(index, row));
    if (keys.some((key, i) => key !== null && takenKeys[i].has(key))) {
      const detail = `${row.email_type} ${row.scheduled_send_date}`;
      issues.push({ contact_id: row.contact_id, kind: 'refused_by_index', detail });
      continue;
    }
    for (const [i, key] of keys.entries()) takenKeys[i].add(key);
    accepted.push(row);
  }
  return { accepted, issues };
}
