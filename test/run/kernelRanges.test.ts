import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/rules/config.js';
import type { RunReport } from '../../src/run/runReport.js';
import { type DatabaseSettings, type RunSettings, runDatabase } from '../../src/run/schedule.js';
import { loadSqlJs } from '../../src/store/driver/sqljs.js';
import { ImageSource } from '../../src/store/format/pageSource.js';
import { organization } from '../helpers/arbitraries.js';
import { recordsImage } from '../helpers/databases.js';
import { anonymousDump } from '../helpers/flushCases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

// Threads need JavaScript files: these are of the program as it was built.
const { PlanThreads } = await import(new URL('../../dist/src/run/startPlanThreads.js', import.meta.url).href);

const RUNS = runCount(100);
const SEED = runSeed(53);

const ONE_KERNEL = { kernelLimits: { contacts: 1e9, bytes: 1e15, keptBytes: 1e15 } };

/** A day's run by statements, its contacts divided in some way; gives the database as it leaves it, and what it tells. */
async function runWith(
  image: Uint8Array,
  run: { readonly config: object | null; readonly today: number },
  divided: Pick<RunSettings & DatabaseSettings, 'kernelLimits' | 'divide'>,
): Promise<{ readonly image: Uint8Array; readonly told: Partial<RunReport> }> {
  const open = await loadSqlJs();
  const before = new ImageSource(image);
  const connection = open(before);
  try {
    const target = { kind: 'copy', pagesBefore: () => before } as const;
    const settings = {
      config: resolveConfig(run.config),
      today: run.today,
      target,
      flush: 'sql',
      ...divided,
    } as const;
    const { report } = await runDatabase(connection, { ...settings, force: ['unreadable'] });
    const { run_id: _run, stages: _stages, seconds: _seconds, ...told } = report;
    return { image: connection.toImage(), told };
  } finally {
    connection.close();
  }
}

/** Kernels of a few contacts, or as many as few bytes hold; kept, or made anew for each round. */
const limits = fc.record({
  contacts: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(1e9)),
  bytes: fc.constantFrom(1, 2 ** 20, 1e15),
  keptBytes: fc.constantFrom(0, 1e15),
});

test(
  `whatever the kernels that contacts are divided among, rows and reports are those of one kernel, for ${RUNS} random organizations (seed ${SEED})`,
  async () => {
    let moved = 0;
    const random = fc.sample(limits, { numRuns: 100, seed: SEED });
    let turn = 0;
    const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
      const others = random[turn++ % random.length];
      let [expected, found] = [await recordsImage(records), await recordsImage(records)];
      for (const day of [today, today + 1]) {
        const whole = await runWith(expected, { config, today: day }, ONE_KERNEL);
        const ranges = await runWith(found, { config, today: day }, { kernelLimits: others });
        expect(ranges.told).toEqual(whole.told);
        expect(await anonymousDump(ranges.image)).toEqual(await anonymousDump(whole.image));
        moved += (whole.told.moves?.smoothing ?? 0) + (whole.told.moves?.cap ?? 0);
        [expected, found] = [whole.image, ranges.image];
      }
    });
    await assertOrganizations(property, { runs: RUNS, seed: SEED });
    expect(moved).toBeGreaterThan(RUNS);
  },
  runTimeout(2 * RUNS),
);

const THREAD_RUNS = runCount(25);

test(
  `whatever the threads that contacts are divided among, rows and reports are those of one, for ${THREAD_RUNS} random organizations (seed ${SEED})`,
  async () => {
    let divided = 0;
    let moved = 0;
    const random = fc.sample(limits, { numRuns: 100, seed: SEED + 1 });
    let turn = 0;
    const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
      let [expected, found] = [await recordsImage(records), await recordsImage(records)];
      for (const day of [today, today + 1]) {
        const whole = await runWith(expected, { config, today: day }, ONE_KERNEL);
        const settings = { fromContacts: 1, headStart: turn % 3, limits: random[turn++ % random.length] };
        const threads = new PlanThreads(3 + (turn % 2), settings);
        const divide: DatabaseSettings['divide'] = (...wanted) => {
          const division = threads.divide(...wanted);
          divided += division?.beside.length ?? 0;
          return division;
        };
        const shared = await runWith(found, { config, today: day }, { divide });
        await threads.stop();
        expect(shared.told).toEqual(whole.told);
        expect(await anonymousDump(shared.image)).toEqual(await anonymousDump(whole.image));
        moved += (whole.told.moves?.smoothing ?? 0) + (whole.told.moves?.cap ?? 0);
        [expected, found] = [whole.image, shared.image];
      }
    });
    await assertOrganizations(property, { runs: THREAD_RUNS, seed: SEED });
    expect(divided).toBeGreaterThan(THREAD_RUNS);
    expect(moved).toBeGreaterThan(THREAD_RUNS / 2);
  },
  runTimeout(20 * THREAD_RUNS),
);

test('a thread that ends before it is done fails the run with a sentence, and the database is as it was', async () => {
  const { records, config, today } = fc
    .sample(organization(), { numRuns: 50, seed: SEED })
    .reduce((most, one) => (one.records.contacts.length > most.records.contacts.length ? one : most));
  const image = await recordsImage(records);
  const threads = new PlanThreads(3, { fromContacts: 1, headStart: 0 });
  const divide: DatabaseSettings['divide'] = (...wanted) => {
    const division = threads.divide(...wanted);
    expect(division?.beside).toHaveLength(1);
    void threads.stop();
    return division;
  };
  const run = runWith(image, { config, today }, { divide });
  await expect(run).rejects.toMatchObject({ code: 'kernel_error', hint: expect.stringContaining('--threads 1') });
});
