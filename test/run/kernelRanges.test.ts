import { copyFileSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/rules/config.js';
import type { RunReport } from '../../src/run/runReport.js';
import { type DatabaseSettings, type RunSettings, runDatabase } from '../../src/run/schedule.js';
import { Stopwatch } from '../../src/run/stopwatch.js';
import { loadSqlJs } from '../../src/store/driver/sqljs.js';
import { ImageSource } from '../../src/store/format/pageSource.js';
import { type OrganizationCase, organization } from '../helpers/arbitraries.js';
import { sendplan, testFolder } from '../helpers/cli.js';
import { recordsImage } from '../helpers/databases.js';
import { anonymousDump } from '../helpers/flushCases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

// Threads need JavaScript files: these are of the program as it was built.
const { PlanThreads } = await import(new URL('../../dist/src/run/startPlanThreads.js', import.meta.url).href);

const pathOf = testFolder();
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

type Ran = Awaited<ReturnType<typeof runWith>>;
type Day = Parameters<typeof runWith>[1];

/** Two days planned by one kernel and in another way, which must leave and tell the same. @returns how many emails were moved */
async function requireSame(
  { records, config, today }: OrganizationCase,
  runDivided: (image: Uint8Array, day: Day) => Promise<Ran>,
): Promise<number> {
  let moved = 0;
  let [expected, found] = [await recordsImage(records), await recordsImage(records)];
  for (const day of [today, today + 1]) {
    const whole = await runWith(expected, { config, today: day }, ONE_KERNEL);
    const divided = await runDivided(found, { config, today: day });
    expect(divided.told).toEqual(whole.told);
    expect(await anonymousDump(divided.image)).toEqual(await anonymousDump(whole.image));
    moved += (whole.told.moves?.smoothing ?? 0) + (whole.told.moves?.cap ?? 0);
    [expected, found] = [whole.image, divided.image];
  }
  return moved;
}

test(
  `whatever the kernels that contacts are divided among, rows and reports are those of one kernel, for ${RUNS} random organizations (seed ${SEED})`,
  async () => {
    let moved = 0;
    const random = fc.sample(limits, { numRuns: 100, seed: SEED });
    let turn = 0;
    const property = fc.asyncProperty(organization(), async (one) => {
      const kernelLimits = random[turn++ % random.length];
      moved += await requireSame(one, (image, day) => runWith(image, day, { kernelLimits }));
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
    const property = fc.asyncProperty(organization(), async (one) => {
      moved += await requireSame(one, async (image, day) => {
        const settings = { fromContacts: 1, headStartContacts: turn % 3, limits: random[turn++ % random.length] };
        const threads = new PlanThreads(3 + (turn % 2), settings);
        const divide: DatabaseSettings['divide'] = (...wanted) => {
          const shares = threads.divide(...wanted);
          divided += shares?.beside.length ?? 0;
          return shares;
        };
        const ran = await runWith(image, day, { divide });
        await threads.stop();
        return ran;
      });
    });
    await assertOrganizations(property, { runs: THREAD_RUNS, seed: SEED });
    expect(divided).toBeGreaterThan(THREAD_RUNS);
    expect(moved).toBeGreaterThan(THREAD_RUNS / 2);
  },
  runTimeout(20 * THREAD_RUNS),
);

/** An organization with contacts enough for several threads. */
function largest() {
  return fc
    .sample(organization(), { numRuns: 50, seed: SEED })
    .reduce((most, one) => (one.records.contacts.length > most.records.contacts.length ? one : most));
}

test('a thread that ends before it is done fails the run with a sentence', async () => {
  const { records, config, today } = largest();
  const image = await recordsImage(records);
  const threads = new PlanThreads(3, { fromContacts: 1, headStartContacts: 0 });
  const divide: DatabaseSettings['divide'] = (...wanted) => {
    const shares = threads.divide(...wanted);
    expect(shares?.beside).toHaveLength(1);
    void threads.stop();
    return shares;
  };
  const run = runWith(image, { config, today }, { divide });
  await expect(run).rejects.toMatchObject({ code: 'kernel_error', hint: expect.stringContaining('--threads 2') });
});

test('a run that waits for a thread is given up when its signal says so', async () => {
  const { records, config, today } = largest();
  const open = await loadSqlJs();
  const connection = open(new ImageSource(await recordsImage(records)));
  const forEver = () => new Promise<never>(() => {});
  const share = { contactsDone: 0, count: forEver, group: forEver, take: forEver };
  const limits = ONE_KERNEL.kernelLimits;
  const divide: DatabaseSettings['divide'] = () => ({ ownEnd: 1, limits, beside: [share] });
  const controller = new AbortController();
  const target = { kind: 'copy', pagesBefore: () => new ImageSource(new Uint8Array(0)) } as const;
  const settings = { config: resolveConfig(config), today, target, divide, force: ['unreadable'] } as const;
  const run = runDatabase(connection, settings, new Stopwatch(() => {}, { signal: controller.signal }));
  setTimeout(() => controller.abort(), 100);
  await expect(run).rejects.toMatchObject({ code: 'interrupted' });
  connection.close();
});

test('with two threads, one of which copies or reads, one kernel plans all contacts', async () => {
  const { records, config, today } = largest();
  const image = await recordsImage(records);
  const threads = new PlanThreads(2, { fromContacts: 1, headStartContacts: 0 });
  const divide: DatabaseSettings['divide'] = (...wanted) => {
    expect(threads.divide(...wanted)).toBeNull();
    return null;
  };
  const { told } = await runWith(image, { config, today }, { divide });
  expect(told).toEqual((await runWith(image, { config, today }, ONE_KERNEL)).told);
});

test('the command line plans a large book on several threads with the rows of one', async () => {
  const [one, three] = [pathOf('one.sqlite3'), pathOf('three.sqlite3')];
  const size = ['--contacts', '200000', '--shape', 'realistic', '--as-of', '2025-06-13'];
  expect((await sendplan('generate', one, ...size)).code).toBe(0);
  copyFileSync(one, three);
  const run = async (path: string, threads: string) => {
    const { code, stdout } = await sendplan('run', path, '--as-of', '2025-06-13', '--threads', threads, '--json');
    expect(code).toBe(0);
    const { run_id: _run, stages: _stages, seconds: _seconds, memory, traffic: _traffic, ...told } = JSON.parse(stdout);
    return { told, memory };
  };
  const [whole, shared] = [await run(one, '1'), await run(three, '3')];
  expect(shared.told).toEqual(whole.told);
  // The other share's kernel is not of the thread that is looked at.
  expect(shared.memory.array_buffer_bytes).toBeLessThan(whole.memory.array_buffer_bytes);
  const rows = (path: string) => readFileSync(path).length;
  expect(Math.abs(rows(three) / rows(one) - 1)).toBeLessThan(0.01);
  const audit = await sendplan('verify', three, '--as-of', '2025-06-13', '--json');
  expect(JSON.parse(audit.stdout)).toMatchObject({ findings: 0 });
});
