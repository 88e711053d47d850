import fc from 'fast-check';
import { expect, test } from 'vitest';
import { balanceDays } from '../../src/balance/balance.js';
import { balanceRanges, countRange, groupRange, placeRange, sumCounts } from '../../src/balance/ranges.js';
import { daySeats, sendDays } from '../../src/balance/sendDays.js';
import { loadOrganization } from '../../src/columns/organization.js';
import { organizationOfRecords } from '../../src/columns/recordSource.js';
import type { Plan } from '../../src/plan/plan.js';
import { plannedRows } from '../../src/plan/plannedRows.js';
import { planOrganization } from '../../src/plan/planOrganization.js';
import { Capacity } from '../../src/rules/capacity.js';
import { type Config, resolveConfig } from '../../src/rules/config.js';
import { type FieldValue, readInteger } from '../../src/rules/fields.js';
import { dailyLimits } from '../../src/rules/limits.js';
import type { OrganizationRecords, PlannedRow } from '../../src/rules/records.js';
import { organization } from '../helpers/arbitraries.js';
import { inOrder } from '../helpers/databases.js';
import { runCount, runSeed, runTimeout } from '../helpers/runs.js';

const RUNS = runCount(150);

/** The records of the contacts with ids in a range; what is no id belongs to the first range. */
function recordsIn(records: OrganizationRecords, start: number, end: number): OrganizationRecords {
  const isIn = (id: FieldValue) => {
    const number = Math.max(1, readInteger(id) ?? 1);
    return number >= start && number < end;
  };
  const divided = ['email_schedules', 'contact_campaigns', 'tracking_clicks', 'contact_events'] as const;
  return {
    ...records,
    contacts: records.contacts.filter(({ id }) => isIn(id)),
    ...Object.fromEntries(
      divided.map((table) => [
        table,
        records[table]?.filter(({ contact_id: id }: { readonly contact_id: FieldValue }) => isIn(id)),
      ]),
    ),
  };
}

function planOf(records: OrganizationRecords, config: Config, today: number, contactRows?: number): Promise<Plan> {
  const loaded = loadOrganization(organizationOfRecords(records), config, today);
  return planOrganization(loaded, config, today, { contactRows });
}

/** The rows of the ranges of a book, planned by themselves and balanced as one. */
async function rowsByRanges(ranges: readonly OrganizationRecords[], config: Config, today: number) {
  const counts = [];
  for (const records of ranges) counts.push(countRange(await planOf(records, config, today)));
  const all = sumCounts(counts);
  const grouped = [];
  for (const [i, records] of ranges.entries()) {
    grouped.push(groupRange(await planOf(records, config, today, all.contactRows), counts[i], all));
  }
  const dayCount = Math.max(all.history.length, ...grouped.map(({ starting }) => starting.length));
  const history = new Int32Array(dayCount);
  history.set(all.history);
  const capacity = new Capacity(config, dailyLimits(config, all.contactRows));
  const seats = daySeats(sendDays(capacity, today, dayCount), today, history);
  const placements = balanceRanges(grouped, seats, config.load_balancing.excess);
  const rows: PlannedRow[] = [];
  let moved = 0;
  for (const [i, range] of grouped.entries()) {
    const { balance } = placeRange(range, placements[i]);
    moved += balance.movedByCap + balance.movedBySmoothing;
    rows.push(...plannedRows(range.plan));
  }
  return { rows: inOrder(rows), moved };
}

test(
  `contacts planned in ranges get the rows of one run, for ${RUNS} random organizations`,
  async () => {
    let moved = 0;
    const property = fc.asyncProperty(
      organization(),
      fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 3 }),
      async ({ records, config: input, today }, cuts) => {
        const config = resolveConfig(input);
        const whole = await planOf(records, config, today);
        balanceDays(whole);
        const bounds = [1, ...new Set(cuts.toSorted((a, b) => a - b)), Number.POSITIVE_INFINITY];
        const ranges = bounds.slice(0, -1).map((start, i) => recordsIn(records, start, bounds[i + 1]));
        const found = await rowsByRanges(ranges, config, today);
        expect(found.rows).toEqual(inOrder(plannedRows(whole)));
        moved += found.moved;
      },
    );
    await fc.assert(property, { numRuns: RUNS, seed: runSeed(31) });
    expect(moved).toBeGreaterThan(RUNS);
  },
  runTimeout(RUNS),
);
