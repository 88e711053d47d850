import fc from 'fast-check';
import { readToday } from '../../oracle/readOrganization.js';
import type { CampaignInstanceRecord } from '../../rules/records.js';
import type { CampaignRecords } from './campaignRecords.js';
import type { DayConstraints } from './constraints.js';
import { fixed, flagValue, likely, mostlyOn, near, pick, type Text } from './values.js';
import { wellFormedCampaigns } from './wellFormed.js';

/** A row of `campaign_types`. */
export const campaignTypeSketch = fc.record({
  name: pick<Text[]>('news', 'News', ' rates', 'rate_increase', 'aep', 'AEP', 'x_1', null),
  respect_exclusion_windows: flagValue,
  enable_followups: flagValue,
  days_before_event: pick<Text[]>(0, 14, 5, -5, -1, null, '7', 'abc'),
  target_all_contacts: mostlyOn,
  priority: pick<Text[]>(30, 5, 10, 20, 50, null, 'x', -1),
  active: mostlyOn,
  spread_evenly: pick<Text[]>(0, 0, 1, 'yes'),
  skip_failed_underwriting: pick<Text[]>(0, 0, 1),
});

const targetList = (...lists: string[]) =>
  fc.oneof(
    { weight: 3, arbitrary: pick<Text[]>(null, null, '', ' ', 'ALL', ' ; ,') },
    { weight: 1, arbitrary: pick<Text[]>(...lists, ',') },
  );

/** A row of `campaign_instances` of one of the first eight types. */
export const instanceSketch = fc.record({
  id: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 8 }) },
    { weight: 1, arbitrary: pick<Text[]>(4294967200, '3', null, 'x') },
  ),
  typeIndex: fc.nat(7),
  email_template: pick<Text[]>('mail', null, ''),
  sms_template: pick<Text[]>(null, 'text'),
  active_start_date: fc.oneof(
    likely(4, near(-30, 0)),
    likely(4, fixed(null)),
    likely(1, fixed('', 'soon', ' ')),
    likely(1, near(-1, 3)),
  ),
  active_end_date: fc.oneof(likely(4, near(0, 40)), likely(4, fixed(null)), likely(1, near(-2, 1))),
  spread_start_date: fc.oneof(likely(3, near(-10, 10)), likely(1, fixed(null))),
  spread_end_date: fc.oneof(likely(3, near(-2, 40)), likely(1, fixed(null))),
  target_states: targetList('CA,KY,MO,TX', ' ca ; us-Tx,', 'CA,All', 'California, XX', 'XX'),
  target_carriers: targetList('Humana', 'HUMANA ; aetna', 'all,'),
});

/** A row of `contact_campaigns` for one of the first contacts and instances. */
export const enrolmentSketch = fc.record({
  contactIndex: fc.nat(11),
  instanceIndex: fc.nat(7),
  trigger_date: fc.oneof(likely(6, near(-20, 60)), likely(2, fixed(null)), likely(1, fixed('', 'soon'))),
  status: pick<Text[]>('pending', 'active', ' Active ', 'PENDING', 'completed', null),
});

/** A campaign type; its record needs nothing else. */
export type CampaignTypeSketch = typeof campaignTypeSketch extends fc.Arbitrary<infer T> ? T : never;

/** A campaign instance before today and its type are known. */
export type InstanceSketch = typeof instanceSketch extends fc.Arbitrary<infer T> ? T : never;

/** The names that instances and rows can be of: those of the types, and last one that is no type's. */
export function typeNames(types: readonly CampaignTypeSketch[]): string[] {
  return [...types.map((type) => String(type.name)), 'no_such'];
}

/** A sketch as a record of `campaign_instances`. */
export function instanceRecord(
  { typeIndex, ...sketch }: InstanceSketch,
  today: number,
  names: readonly string[],
): CampaignInstanceRecord {
  return {
    ...sketch,
    // The last name is no type's; it is not wanted often.
    campaign_type: spelled(
      names[typeIndex === 7 ? names.length - 1 : typeIndex % Math.max(1, names.length - 1)],
      typeIndex,
    ),
    active_start_date: sketch.active_start_date(today),
    active_end_date: sketch.active_end_date(today),
    spread_start_date: sketch.spread_start_date(today),
    spread_end_date: sketch.spread_end_date(today),
  };
}

/** A name as it is, or in other letters with white space, by which its type is found all the same (Rules 6). */
function spelled(name: string, typeIndex: number): string {
  return typeIndex === 5 ? ` ${name.toUpperCase()}\t` : name;
}

/**
 * At most 4 campaign types and 7 instances, most of which run today (Rules 6); spread into an organization's records.
 *
 * @throws SendplanError `bad_input` when `constraints.today` is no day
 * @example
 * import fc from 'fast-check';
 * import { campaigns } from 'sendplan/testing/arbitraries';
 * const [{ campaign_types }] = fc.sample(campaigns({ today: '2025-06-13' }), { numRuns: 1, seed: 1 });
 * console.log(campaign_types.length <= 4); // true
 */
export function campaigns(constraints: DayConstraints): fc.Arbitrary<CampaignRecords> {
  const today = readToday(constraints.today);
  const sketches = fc.record({
    types: fc.array(campaignTypeSketch, { maxLength: 4, size: 'max' }),
    instances: fc.array(instanceSketch, { maxLength: 7, size: 'max' }),
  });
  return fc.noBias(sketches).map(({ types, instances }) => {
    const names = typeNames(types);
    const records = {
      campaign_types: types,
      campaign_instances: instances.map((one) => instanceRecord(one, today, names)),
    };
    return constraints.wellFormed === true ? wellFormedCampaigns(records) : records;
  });
}
