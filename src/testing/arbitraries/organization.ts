import fc from 'fast-check';
import { anniversaryOf, dayFromCivil } from '../../calendar/day.js';
import { readToday } from '../../oracle/readOrganization.js';
import { type ConfigInput, resolveConfig } from '../../rules/config.js';
import type { OrganizationRecords, ScheduleRecord } from '../../rules/records.js';
import { campaignTypeSketch, enrolmentSketch, instanceRecord, instanceSketch, typeNames } from './campaigns.js';
import { configurationSketch } from './configuration.js';
import type { DayConstraints } from './constraints.js';
import { contactRecord, contactSketch, distinct } from './contacts.js';
import { earlierRows, earlierRun } from './earlierRun.js';
import { clickSketch, contactEventSketch, neighboursOf, scheduleRecord, scheduleSketch } from './history.js';
import { suppressionRecord, suppressionSketch } from './suppressions.js';
import { pick } from './values.js';
import { wellFormed } from './wellFormed.js';

/** A small organization, its configuration and the day of a run. */
export interface OrganizationCase {
  readonly records: OrganizationRecords;
  readonly config: ConfigInput;
  /** Days since 1970-01-01. */
  readonly today: number;
}

/** Which organizations `organization` makes; all there are when everything is left out. */
export interface OrganizationConstraints extends Partial<DayConstraints> {
  /** The configuration of all of them. */
  readonly config?: ConfigInput;
  /** How many contacts at most, 12 when left out. */
  readonly maxContacts?: number;
  /** False for organizations without campaigns. */
  readonly campaigns?: boolean;
  /** False for organizations in which nobody is suppressed. */
  readonly suppressions?: boolean;
  /** False for organizations that never sent or planned anything: no `email_schedules`, clicks or answers. */
  readonly history?: boolean;
}

const today = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: dayFromCivil(2023, 1, 1), max: dayFromCivil(2028, 12, 31) }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 2023, max: 2028 }), pick([1, 1], [12, 31], [2, 28], [2, 29], [3, 1]))
      .map(([year, [month, day]]) => anniversaryOf(month, day, year)),
  },
);

/** The tables before today is known and before rows know each other. */
function blueprint(constraints: OrganizationConstraints) {
  const { campaigns = true, history = true } = constraints;
  const list = <T>(sketch: fc.Arbitrary<T>, maxLength: number, isWanted: boolean) =>
    fc.array(sketch, { maxLength: isWanted ? maxLength : 0, size: 'max' });
  return fc.record({
    today: constraints.today === undefined ? today : fc.constant(readToday(constraints.today)),
    config: constraints.config === undefined ? configurationSketch : fc.constant(() => constraints.config!),
    contacts: list(contactSketch, constraints.maxContacts ?? 12, true),
    keepsDuplicates: pick(false, false, false, false, true),
    nameColumns: pick('new', 'new', 'old', 'both'),
    campaign_types: list(campaignTypeSketch, 4, campaigns),
    campaign_instances: list(instanceSketch, 7, campaigns),
    contact_campaigns: list(enrolmentSketch, 14, campaigns),
    email_schedules: list(scheduleSketch, 16, history),
    descendingIds: fc.boolean(),
    missingColumns: fc.oneof(
      { weight: 8, arbitrary: fc.constant<string[]>([]) },
      {
        weight: 1,
        arbitrary: fc.subarray([
          'planned_send_date',
          'actual_send_datetime',
          'campaign_instance_id',
          'event_year',
          'skip_reason',
        ]),
      },
    ),
    tracking_clicks: list(clickSketch, 6, history),
    contact_events: list(contactEventSketch, 6, history),
    suppressions: list(suppressionSketch, 5, constraints.suppressions ?? true),
    earlierRun: history ? earlierRun : fc.constant(null),
  });
}

type Blueprint = ReturnType<typeof blueprint> extends fc.Arbitrary<infer T> ? T : never;

/**
 * Small organizations with all that the rules speak of (Rules 1 to 12), and much that they only just cope with.
 *
 * Everything is near an edge of some rule more often than chance would have it: windows that open or close around today,
 * full days, earlier plans, events that history has. A case shrinks to few rows of plain values; its records can go into a
 * database and come back the same.
 *
 * @throws SendplanError `bad_input` when `constraints.today` is no day
 * @example
 * import fc from 'fast-check';
 * import { oracle } from 'sendplan/testing';
 * import { organization } from 'sendplan/testing/arbitraries';
 * fc.assert(
 *   fc.property(organization(), ({ records, today, config }) => {
 *     const { rows } = oracle(records, { today, config });
 *     return rows.every((row) => row.status === 'pre-scheduled' || row.skip_reason !== null);
 *   }),
 * );
 */
export function organization(constraints: OrganizationConstraints = {}): fc.Arbitrary<OrganizationCase> {
  // Without fast-check's own bias, which makes most lists short; the biases here are in the values.
  const cases = fc.noBias(blueprint(constraints)).map(build);
  if (constraints.wellFormed !== true) return cases;
  return cases.map((one) => ({
    ...one,
    records: wellFormed(one.records, one.today, resolveConfig(one.config).reading.dates),
  }));
}

function build(plan: Blueprint): OrganizationCase {
  const { today } = plan;
  const config = plan.config(today);
  const contacts = plan.keepsDuplicates ? plan.contacts : distinct(plan.contacts);
  const names = typeNames(plan.campaign_types);
  const neighbours = neighboursOf(contacts, plan.campaign_instances, names);
  const { contactOf, instanceOf } = neighbours;

  const records = {
    contacts: contacts.map((one) => contactRecord(one, today, plan.nameColumns)),
    campaign_types: plan.campaign_types,
    campaign_instances: plan.campaign_instances.map((one) => instanceRecord(one, today, names)),
    contact_campaigns: plan.contact_campaigns.map((one) => ({
      contact_id: contactOf(one.contactIndex),
      campaign_instance_id: instanceOf(one.instanceIndex),
      trigger_date: one.trigger_date(today),
      status: one.status,
    })),
    email_schedules: plan.email_schedules.map((one) => scheduleRecord(one, today, neighbours)),
    tracking_clicks: plan.tracking_clicks.map((one) => ({
      contact_id: contactOf(one.contactIndex),
      clicked_at: one.clicked_at(today),
    })),
    contact_events: plan.contact_events.map(({ contactIndex, ...one }) => ({
      contact_id: contactOf(contactIndex),
      ...one,
      created_at: one.created_at(today),
    })),
    suppressions: plan.suppressions.map((one) => suppressionRecord(one, today, neighbours)),
  };
  const earlier = earlierRows(plan.earlierRun, records, today, config);
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
