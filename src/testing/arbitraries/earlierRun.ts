import fc from 'fast-check';
import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import { oracle } from '../../oracle/oracle.js';
import type { ConfigInput } from '../../rules/config.js';
import type { OrganizationRecords, PlannedRow } from '../../rules/records.js';
import { pick } from './values.js';

/** What became of a row that an earlier run planned. */
const fate = pick(
  'kept',
  'kept',
  'kept',
  'held',
  'held long',
  'kept',
  'upper',
  'spelled',
  'no year',
  'later',
  'gone',
  'sent',
  'failed',
  'bounced',
  'scheduled',
);

/** The rows an earlier run planned, so that kept plans, held days and history are where the rules look for them. */
export const earlierRun = fc.option(
  fc.record({
    daysAgo: pick(0, 1, 1, 1, 2, 3, 7, 20),
    hadCalendar: pick(true, true, true, false),
    fates: fc.array(fate, { minLength: 1, maxLength: 7 }),
  }),
);

/** An earlier run before its organization is known; null when there was none. */
export type EarlierRun = typeof earlierRun extends fc.Arbitrary<infer T> ? T : never;

/**
 * What an earlier run planned, and what became of it since, as records of `email_schedules` that have no id yet.
 *
 * @param records may hold rows of `email_schedules` too, which need no id for this
 */
export function earlierRows(
  run: EarlierRun,
  records: Omit<OrganizationRecords, 'email_schedules'>,
  today: number,
  config: ConfigInput,
) {
  if (run === null) return [];
  const { daysAgo, hadCalendar, fates } = run;
  const { rows } = oracle(records, {
    today: today - daysAgo,
    config: hadCalendar ? config : { ...config, calendar: null },
  });
  return rows.flatMap((row, i) => rowsLeftBy(row, fates[i % fates.length]));
}

function rowsLeftBy(row: PlannedRow, fate: string) {
  const record = {
    contact_id: row.contact_id,
    email_type: row.email_type,
    planned_send_date: row.planned_send_date as string | null,
    scheduled_send_date: row.scheduled_send_date,
    actual_send_datetime: null as string | null,
    status: row.status as string,
    skip_reason: row.skip_reason,
    priority: row.priority,
    campaign_instance_id: row.campaign_instance_id,
    event_year: row.event_year,
  };
  switch (fate) {
    case 'gone':
      return [];
    case 'kept':
      return [record];
    case 'upper':
      return [{ ...record, email_type: row.email_type.toUpperCase() }];
    case 'spelled':
      return [{ ...record, status: ` ${row.status.toUpperCase()}` }];
    case 'no year':
      return [{ ...record, event_year: null }];
    case 'later':
      return [{ ...record, planned_send_date: null }];
    case 'sent':
      return [{ ...record, status: 'sent', actual_send_datetime: `${row.scheduled_send_date} 08:31:00` }];
    case 'held':
      return heldDays(record, 2);
    case 'held long':
      return heldDays(record, 9);
    default:
      return [{ ...record, status: fate }];
  }
}

/** Failed tries on a row's planned day and the days after it. */
function heldDays<T extends { readonly planned_send_date: string | null }>(record: T, days: number) {
  const first = parseIsoDay(String(record.planned_send_date)) ?? 0;
  return Array.from({ length: days }, (_, i) => ({
    ...record,
    scheduled_send_date: formatIsoDay(first + i),
    status: 'failed',
  }));
}
