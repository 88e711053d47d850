import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { balanceDays } from '../../src/balance/balance.js';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { loadOrganization } from '../../src/columns/organization.js';
import { organizationOfRecords } from '../../src/columns/recordSource.js';
import type { KernelBuild } from '../../src/kernel/kernel.js';
import { oracle } from '../../src/oracle/oracle.js';
import { plannedRows } from '../../src/plan/plannedRows.js';
import { planOrganization } from '../../src/plan/planOrganization.js';
import { type ConfigInput, resolveConfig } from '../../src/rules/config.js';
import type { Issue, OrganizationRecords, PlannedRow } from '../../src/rules/records.js';
import { organization } from '../helpers/arbitraries.js';
import { goldenCases, goldenRow, openCase } from '../helpers/golden.js';
import { readRecords } from '../helpers/records.js';
import { runCount, runSeed, runTimeout } from '../helpers/runs.js';

const RUNS = runCount(400);

function inOrder(rows: Iterable<PlannedRow>): PlannedRow[] {
  const key = (row: PlannedRow) => `${row.email_type} ${row.scheduled_send_date}`;
  return [...rows].sort((a, b) => a.contact_id - b.contact_id || (key(a) < key(b) ? -1 : 1));
}

/** How the fast path works, which changes nothing that comes out. */
interface Working {
  readonly kernelBuild?: KernelBuild;
  /** How many groups of the daily cap the kernel can tell apart at a time. */
  readonly mostGroups?: number;
}

async function planFast(
  records: OrganizationRecords,
  config: ConfigInput,
  today: number,
  { kernelBuild, mostGroups }: Working = {},
) {
  const resolved = resolveConfig(config);
  const loaded = loadOrganization(organizationOfRecords(records), resolved, today);
  const plan = await planOrganization(loaded, resolved, today, { kernelBuild });
  if (mostGroups !== undefined) plan.kernel.setNumber('groupCapacity', Math.min(mostGroups, Math.max(1, plan.count)));
  const balance = balanceDays(plan);
  return { rows: inOrder(plannedRows(plan)), issues: loaded.issues.issues, balance };
}

function issueKeys(issues: readonly Issue[]): string[] {
  return issues.map((issue) => JSON.stringify(issue)).sort();
}

describe('the fast path', () => {
  test.each(goldenCases().map((goldenCase) => [goldenCase.name, goldenCase] as const))(
    'golden: %s',
    async (_, goldenCase) => {
      const database = await openCase(goldenCase);
      const records = readRecords(database);
      database.close();
      const { rows } = await planFast(records, goldenCase.config, parseIsoDay(goldenCase.asOf) ?? 0);
      const isRefused = (row: PlannedRow) =>
        goldenCase.name === 'legacy-database' && row.contact_id === 2 && row.email_type === 'birthday';
      expect(rows.filter((row) => !isRefused(row)).map(goldenRow)).toEqual(goldenCase.expected);
    },
  );

  test(
    'equals the reference model',
    async () => {
      await fc.assert(
        fc.asyncProperty(organization(), async ({ records, config, today }) => {
          const expected = oracle(records, { today, config, uniqueIndexes: [] });
          const actual = await planFast(records, config, today);
          expect(actual.rows).toEqual(inOrder(expected.rows));
          expect(issueKeys(actual.issues)).toEqual(issueKeys(expected.issues));
          expect((await planFast(records, config, today, { kernelBuild: 'scalar' })).rows).toEqual(actual.rows);
          expect((await planFast(records, config, today, { mostGroups: 3 })).rows).toEqual(actual.rows);
          expect(actual.balance.movedBySmoothing).toBe(expected.movedBySmoothing);
          expect(
            actual.balance.overloadedDays.map(({ day, planned, history }) => ({ day, load: planned + history })),
          ).toEqual(expected.overloadedDays);
        }),
        { numRuns: RUNS, seed: runSeed(1) },
      );
    },
    runTimeout(RUNS),
  );
});
