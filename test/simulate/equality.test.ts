import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatIsoDay } from '../../src/calendar/iso.js';
import { loadOrganization } from '../../src/columns/organization.js';
import { organizationOfRecords } from '../../src/columns/recordSource.js';
import { plannedRows } from '../../src/plan/plannedRows.js';
import { resolveConfig } from '../../src/rules/config.js';
import type { PlannedRow } from '../../src/rules/records.js';
import { Sender, type SenderOptions } from '../../src/simulate/sender.js';
import { Simulator } from '../../src/simulate/simulator.js';
import { type OrganizationCase, organization } from '../helpers/arbitraries.js';
import { DailyOracle } from '../helpers/dailyOracle.js';
import { inOrder } from '../helpers/databases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

/** A follow-up's metadata names a row by its id, and its campaign comes from that row; a simulation keeps neither. */
function comparable(row: PlannedRow): PlannedRow {
  return row.email_type.startsWith('followup_') ? { ...row, metadata: null, campaign_instance_id: null } : row;
}

async function expectSameDays(one: OrganizationCase, dayCount: number, options: SenderOptions): Promise<void> {
  const config = resolveConfig(one.config);
  const firstDay = one.today;
  const lastDay = firstDay + dayCount - 1;
  const sender = new Sender(options);
  const source = organizationOfRecords(one.records);
  const loaded = loadOrganization(source, config, firstDay, () => {}, lastDay);
  const simulator = await Simulator.create(loaded, config, sender, firstDay, lastDay);
  const reference = new DailyOracle(one.records, one.config, sender);
  for (let today = firstDay; today <= lastDay; today++) {
    const moves = await simulator.planDay();
    const { slots, run } = simulator.plan;
    // Follow-ups name rows of the simulation's own slots.
    const schedules = { ...loaded.schedules, priority: slots.views.rowPriority };
    const own = { ...loaded, schedules };
    const { kernel, views, size: count } = slots;
    const days = { history: new Int32Array(0), starting: new Uint32Array(0) };
    const plan = { organization: own, run: { ...run, today }, kernel, views, count, ...days };
    const planned = inOrder(plannedRows(plan)).map(comparable);
    expect(planned, formatIsoDay(today)).toEqual(inOrder(reference.liveThrough(today)).map(comparable));
    await simulator.sendDay(moves);
  }
  simulator.plan.close();
  const audit = simulator.plan.ledger.audit();
  expect(audit.lost).toEqual({ count: 0, first: [] });
  // A follow-up that goes out on the day of its initial email is not after it, so that the rules have another one follow.
  if (config.followups.delay_days > 0) expect(audit.repeated).toEqual({ count: 0, first: [] });
}

const RUNS = runCount(60);

test(
  'every day holds the rows of a run over whole tables, whoever is planned again',
  () =>
    assertOrganizations(
      fc.asyncProperty(organization({ maxContacts: 6 }), (one) =>
        expectSameDays(one, 50, { skipWeekends: true, outageRate: 0.1, bounceRate: 0.1, failureRate: 0.2, seed: 5 }),
      ),
      { runs: RUNS, seed: runSeed(1) },
    ),
  runTimeout(RUNS * 40),
);
