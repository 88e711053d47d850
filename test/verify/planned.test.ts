import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatIsoDay, parseIsoDay } from '../../src/calendar/iso.js';
import { type ConfigInput, resolveConfig } from '../../src/rules/config.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { type VerifyOptions, type VerifyReport, verify } from '../../src/verify/verify.js';
import { organization } from '../helpers/arbitraries.js';
import { recordsImage } from '../helpers/databases.js';
import { generatedImage } from '../helpers/generated.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

const RUNS = runCount(150);

async function audited(image: Uint8Array, options: VerifyOptions): Promise<VerifyReport> {
  return (await verify(image, options)).report;
}

/** Sends what is due on a day, as a sender would: most of it, so that the rest is planned again. */
const SEND = (
  day: string,
) => `UPDATE email_schedules SET status = CASE id % 7 WHEN 0 THEN 'bounced' WHEN 1 THEN 'scheduled' ELSE 'sent' END,
  actual_send_datetime = '${day} 09:00:00' WHERE status = 'pre-scheduled' AND scheduled_send_date = '${day}' AND id % 5 > 0`;

/** Runs and sends day after day, and audits every plan. */
async function auditDays(
  image: Uint8Array,
  { today, days, config }: { readonly today: number; readonly days: number; readonly config?: ConfigInput },
  onReport: (report: VerifyReport) => void,
  options: VerifyOptions = {},
): Promise<void> {
  const database = await openDatabase(image);
  try {
    for (let day = today; day < today + days; day++) {
      await database.run({ asOf: day, config });
      const { changes } = await database.run({ asOf: day, config });
      // A row that ran out of moves moves on with every run (Rules 5, last), so that no plan is the one to compare with.
      if (changes.added + changes.changed + changes.removed > 0) return;
      onReport(await audited(database.toImage(), { today: day, config, ...options }));
      database.query(SEND(formatIsoDay(day)));
    }
  } finally {
    database.close();
  }
}

test(
  'nothing is found in random organizations that were planned, on any of three days',
  async () => {
    let rows = 0;
    const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
      const image = await recordsImage(records);
      await auditDays(image, { today, days: 3, config: resolveConfig(config) }, (report) => {
        rows += report.rows;
        expect(report.kinds).toEqual([]);
      });
    });
    await assertOrganizations(property, { runs: RUNS, seed: runSeed(11) });
    expect(rows).toBeGreaterThan(RUNS);
  },
  runTimeout(RUNS) * 2,
);

test.each([
  ['seed', true],
  ['realistic', false],
] as const)(
  'nothing is found in a %s book that is run and sent day after day',
  async (shape, history) => {
    const reports: VerifyReport[] = [];
    const image = await generatedImage(shape, 1500, '2025-06-13', 5);
    await auditDays(image, { today: parseIsoDay('2025-06-13')!, days: 8 }, (report) => reports.push(report), {
      history,
    });
    expect(reports).toHaveLength(8);
    expect(reports.map((report) => report.kinds)).toEqual(reports.map(() => []));
    expect(reports[7].rows).toBeGreaterThan(5000);
  },
  60_000,
);
