import fc from 'fast-check';
import { anniversaryOf, dayFromCivil } from '../../src/calendar/day.js';
import { formatIsoDay, parseIsoDay } from '../../src/calendar/iso.js';
import { oracle } from '../../src/oracle/oracle.js';
import type { ConfigInput } from '../../src/rules/config.js';
import type { OrganizationRecords, PlannedRow, ScheduleRecord } from '../../src/rules/records.js';
import { configuration } from './arbitraryConfig.js';
import { campaignType, click, contact, contactEvent, enrolment, instance, pick, schedule } from './arbitraryTables.js';

/** A small organization, its configuration and the day of a run. */
export interface OrganizationCase {
  readonly records: OrganizationRecords;
  readonly config: ConfigInput;
  readonly today: number;
}

/** What became of a row that an earlier run planned. */
const fate = pick(
  'kept',
  'kept',
  'kept',
  'held',
  'held long',
  'upper',
  'no year',
  'later',
  'gone',
  'sent',
  'failed',
  'bounced',
  'scheduled',
);

/** The rows an earlier run planned, so that kept plans, held days and history are where the rules look for them. */
const earlierRun = fc.option(
  fc.record({ daysAgo: pick(0, 1, 2, 3, 7, 20), fates: fc.array(fate, { minLength: 1, maxLength: 7 }) }),
);

const today = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: dayFromCivil(2023, 1, 1), max: dayFromCivil(2028, 12, 31) }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 2023, max: 2028 }), pick([1, 1], [12, 31], [2, 28], [2, 29], [3, 1]))
      .map(([year, [month, day]]) => anniversaryOf(month, day, year)),
  },
);

const blueprint = fc.record({
  today,
  config: configuration(),
  contacts: fc.array(contact, { maxLength: 12, size: 'max' }),
  keepsDuplicates: pick(false, false, false, false, true),
  nameColumns: pick('new', 'new', 'old', 'both'),
  campaign_types: fc.array(campaignType, { maxLength: 4, size: 'max' }),
  campaign_instances: fc.array(instance, { maxLength: 7, size: 'max' }),
  contact_campaigns: fc.array(enrolment, { maxLength: 14, size: 'max' }),
  email_schedules: fc.array(schedule, { maxLength: 16, size: 'max' }),
  descendingIds: fc.boolean(),
  missingColumns: fc.oneof(
    { weight: 8, arbitrary: fc.constant<string[]>([]) },
    {
      weight: 1,
      arbitrary: fc.subarray(['planned_send_date', 'actual_send_datetime', 'campaign_instance_id', 'event_year']),
    },
  ),
  tracking_clicks: fc.array(click, { maxLength: 6, size: 'max' }),
  contact_events: fc.array(contactEvent, { maxLength: 6, size: 'max' }),
  earlierRun,
});

type Blueprint = typeof blueprint extends fc.Arbitrary<infer T> ? T : never;

/** Small organizations with all that the rules speak of; their records can go into a database and come back the same. */
export function organization(): fc.Arbitrary<OrganizationCase> {
  // Without fast-check's own bias, which makes most lists short; the biases here are in the values.
  return fc.noBias(blueprint).map(build);
}

const STRANGER = 777_777;

function build(plan: Blueprint): OrganizationCase {
  const { today } = plan;
  const config = plan.config(today);
  const contacts = plan.keepsDuplicates
    ? plan.contacts
    : plan.contacts.filter((one, i) => plan.contacts.findIndex((other) => other.id === one.id) === i);
  const contactOf = (i: number) => (i < 0 || contacts.length === 0 ? STRANGER : contacts[i % contacts.length].id);
  const names = [...plan.campaign_types.map((type) => String(type.name)), 'no_such'];
  const instances = plan.campaign_instances;
  const instanceOf = (i: number) => (i < 0 || instances.length === 0 ? null : instances[i % instances.length].id);
  const instanceIds = [...instances.map((one) => one.id), 1];

  const records = {
    contacts: contacts.map((one) => contactRecord(one, plan)),
    campaign_types: plan.campaign_types,
    campaign_instances: instances.map(({ typeIndex, ...one }) => ({
      ...one,
      // The last name is no type's; it is not wanted often.
      campaign_type: names[typeIndex === 7 ? names.length - 1 : typeIndex % Math.max(1, names.length - 1)],
      active_start_date: one.active_start_date(today),
      active_end_date: one.active_end_date(today),
      spread_start_date: one.spread_start_date(today),
      spread_end_date: one.spread_end_date(today),
    })),
    contact_campaigns: plan.contact_campaigns.map((one) => ({
      contact_id: contactOf(one.contactIndex),
      campaign_instance_id: instanceOf(one.instanceIndex),
      trigger_date: one.trigger_date(today),
      status: one.status,
    })),
    email_schedules: plan.email_schedules.map((one) => ({
      contact_id: contactOf(one.contactIndex),
      email_type: one.email_type(names, instanceIds, Math.max(0, one.instanceIndex)),
      planned_send_date: one.planned_send_date(today),
      scheduled_send_date: one.scheduled_send_date(today),
      actual_send_datetime: one.actual_send_datetime(today),
      status: one.status,
      priority: one.priority,
      campaign_instance_id: instanceOf(one.instanceIndex),
      event_year: one.event_year(today),
    })),
    tracking_clicks: plan.tracking_clicks.map((one) => ({
      contact_id: contactOf(one.contactIndex),
      clicked_at: one.clicked_at(today),
    })),
    contact_events: plan.contact_events.map(({ contactIndex, ...one }) => ({
      contact_id: contactOf(contactIndex),
      ...one,
      created_at: one.created_at(today),
    })),
  };
  const earlier = earlierRows(plan, records, config);
  const schedules = [...records.email_schedules, ...earlier].map((row, i) => {
    const id = plan.descendingIds ? 1000 - i : i + 1;
    return withoutColumns({ id, ...row }, plan.missingColumns);
  });
  return { records: { ...records, email_schedules: schedules }, config, today };
}

function withoutColumns(row: ScheduleRecord, columns: readonly string[]): ScheduleRecord {
  const kept = Object.entries(row).filter(([column]) => !columns.includes(column));
  return Object.fromEntries(kept) as unknown as ScheduleRecord;
}

function contactRecord(one: Blueprint['contacts'][number], { today, nameColumns }: Blueprint) {
  const { birth_date, carrier, ...rest } = one;
  const birth = birth_date(today);
  const record = { ...rest, effective_date: one.effective_date(today) };
  if (nameColumns === 'old') return { ...record, birthday: birth, current_carrier: carrier };
  if (nameColumns === 'new') return { ...record, birth_date: birth, carrier };
  return { ...record, birth_date: birth, birthday: '1970-06-15', carrier, current_carrier: 'Humana' };
}

function earlierRows(plan: Blueprint, records: Omit<OrganizationRecords, 'email_schedules'>, config: ConfigInput) {
  if (plan.earlierRun === null) return [];
  const { daysAgo, fates } = plan.earlierRun;
  const { rows } = oracle(records, { today: plan.today - daysAgo, config });
  return rows.flatMap((row, i) => {
    return rowsLeftBy(row, fates[i % fates.length]);
  });
}

function rowsLeftBy(row: PlannedRow, fate: string) {
  const record = {
    contact_id: row.contact_id,
    email_type: row.email_type,
    planned_send_date: row.planned_send_date as string | null,
    scheduled_send_date: row.scheduled_send_date,
    actual_send_datetime: null as string | null,
    status: row.status as string,
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
