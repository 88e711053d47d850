import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addBooks } from '../../src/fleet/enqueueBooks.js';
import { findBooks } from '../../src/fleet/findBooks.js';
import { openFleet } from '../../src/fleet/fleetQueue.js';
import { fleetStatus } from '../../src/fleet/fleetStatus.js';
import type { WorkEvent } from '../../src/fleet/fleetWorker.js';
import { workOnFleet } from '../../src/fleet/workOnFleet.js';
import { MAIN, sendplan, start, testFolder, UNFORESEEN } from '../helpers/cli.js';
import type { Outcome, Started } from '../helpers/program.js';
import { childProcesses } from './childProcesses.js';
import {
  completedRuns,
  DAY,
  filesIn,
  makeBooks,
  onceEach,
  PARTS_OF,
  rowsOfBooks,
  rowsOfParts,
  runSingly,
  type SingleRuns,
  unsound,
} from './fleetBooks.js';
import { freePort, hasRedis, REDIS_MISSING, type RedisServer, startRedis } from './redisServer.js';

if (!hasRedis) console.warn(`Fleets are not tested: ${REDIS_MISSING}`);

const inFolder = testFolder();
/** Nineteen files of 20 to 400 contacts, and one of them in parts besides. */
const MANY = Array.from({ length: 19 }, (_, i) => 20 + 20 * i);
/** A book that takes a second, and one in parts. */
const LARGE = [5000];

let redis: RedisServer;
let ofMany: SingleRuns;
let ofLarge: SingleRuns;

/** A folder of fresh books, and the words that say where their queue is. */
function fleet(name: string, books: 'many' | 'large') {
  const folder = inFolder(name);
  cpSync(inFolder(books), folder, { recursive: true });
  const place = ['--redis', redis.url, '--prefix', name];
  const options = { redis: redis.url, prefix: name };
  return {
    folder,
    place,
    options,
    enqueue: async (day = DAY) =>
      JSON.parse((await sendplan('fleet', 'enqueue', folder, '--as-of', day, '--json', ...place)).stdout),
    work: (...words: string[]) => start('fleet', 'work', '--json', ...place, ...words),
    /** A worker whose books others take over two seconds after it was heard of last. */
    workBriefly: (...words: string[]) => start('fleet', 'work', '--json', '--lock', '2', ...place, ...words),
    status: () => fleetStatus(options),
    /** Waits until the state of the fleet is as it is wanted. */
    async until(isReached: (status: Awaited<ReturnType<typeof fleetStatus>>) => boolean): Promise<void> {
      while (!isReached(await fleetStatus(options))) await sleep(10);
    },
  };
}

/** Waits until a worker has processes of books, and returns them. */
async function booksOf({ child }: Started): Promise<number[]> {
  let books = childProcesses(child.pid);
  while (books.length === 0 && child.exitCode === null) {
    await sleep(5);
    books = childProcesses(child.pid);
  }
  return books;
}

/** The events and the report that a worker told. */
function toldBy({ stdout }: Outcome) {
  const lines = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  const events = lines.filter(({ kind }) => kind !== 'report') as WorkEvent[];
  return { events, report: lines.find(({ kind }) => kind === 'report')?.report };
}

/** Rows as single runs plan them, every book planned once for the day, all databases sound, and no file that was not there. */
async function expectPlannedOnce(folder: string, singly: SingleRuns, source: 'many' | 'large'): Promise<void> {
  expect(await completedRuns(folder)).toEqual(onceEach(folder));
  expect(await rowsOfBooks(folder)).toEqual(singly);
  expect(await rowsOfParts(folder)).toEqual(singly.get(PARTS_OF));
  expect(unsound(folder)).toEqual([]);
  expect(filesIn(folder)).toEqual(filesIn(inFolder(source)));
}

describe.skipIf(!hasRedis)('a fleet', () => {
  beforeAll(async () => {
    redis = await startRedis();
    for (const [name, counts] of [
      ['many', MANY],
      ['large', LARGE],
    ] as const) {
      mkdirSync(inFolder(name));
      await makeBooks(inFolder(name), counts);
    }
    ofMany = await runSingly(inFolder('many'), inFolder('many-singly'));
    ofLarge = await runSingly(inFolder('large'), inFolder('large-singly'));
  });

  afterAll(() => redis?.end());

  test('three workers plan twenty books as single runs do, however often they are enqueued', async () => {
    const { folder, options, enqueue, work, status } = fleet('three', 'many');
    expect(await enqueue()).toMatchObject({ books: 20, added: 20, problems: [], skipped: [] });
    expect(await enqueue()).toMatchObject({ books: 20, added: 0, there_already: 20 });
    const { queue, close } = await openFleet(options);
    const sizes = (await queue.getPrioritized()).map(({ data }) => data.bytes);
    await close();
    expect(sizes).toHaveLength(20);
    // The largest come first.
    expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
    const outcomes = await Promise.all([work('--drain'), work('--drain'), work('--drain')].map((one) => one.outcome));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    const kinds = outcomes.flatMap((outcome) => toldBy(outcome).events).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== 'round')).toEqual(Array(20).fill('done'));
    // Three rounds of the two parts of the one book that is in parts.
    expect(kinds.filter((kind) => kind === 'round')).toHaveLength(6);
    await expectPlannedOnce(folder, ofMany, 'many');
    expect(await status()).toMatchObject({
      day: DAY,
      books: { waiting: 0, active: 0, delayed: 0, done: 20, failed: 0 },
      outcomes: { changed: 20 },
      failures: [],
    });
    expect(await enqueue()).toMatchObject({ added: 0, already_planned: 20 });
    expect(await enqueue('2025-06-12')).toMatchObject({ added: 0, later_run: 20 });
  });

  test('a worker that is killed has its book taken over', async () => {
    const { folder, enqueue, workBriefly } = fleet('killed', 'large');
    await enqueue();
    const first = workBriefly();
    await booksOf(first);
    first.child.kill('SIGKILL');
    const { report } = toldBy(await workBriefly('--drain').outcome);
    expect(report.changed + report.already_planned).toBe(2);
    await expectPlannedOnce(folder, ofLarge, 'large');
  });

  test('a book whose process is killed is tried again', async () => {
    const { folder, enqueue, work } = fleet('process', 'large');
    await enqueue();
    const worker = work('--drain');
    for (const id of await booksOf(worker)) process.kill(id, 'SIGKILL');
    const { events, report } = toldBy(await worker.outcome);
    expect(events[0]).toMatchObject({ kind: 'failed', code: 'process_died', isTriedAgain: true });
    expect(report).toMatchObject({ failed: 0, attempts_failed: 1 });
    await expectPlannedOnce(folder, ofLarge, 'large');
  });

  test('a worker that was stopped beyond its lock goes on, and nothing is planned twice', async () => {
    const { folder, enqueue, workBriefly, until } = fleet('zombie', 'large');
    await enqueue();
    const first = workBriefly('--drain');
    await until(({ books }) => books.active === 1);
    first.child.kill('SIGSTOP');
    const second = await workBriefly('--drain').outcome;
    expect(second.code).toBe(0);
    first.child.kill('SIGCONT');
    expect((await first.outcome).code).toBe(0);
    await expectPlannedOnce(folder, ofLarge, 'large');
  });

  test('two workers on one book: one writes, the other finds nothing to do', async () => {
    const [one, two] = ['two-a', 'two-b'].map((name) => fleet(name, 'large'));
    await one.enqueue();
    const other = ['--as-of', DAY, '--redis', redis.url, '--prefix', 'two-b'];
    await sendplan('fleet', 'enqueue', one.folder, ...other);
    const outcomes = await Promise.all([one.work('--drain').outcome, two.work('--drain').outcome]);
    const reports = outcomes.map((outcome) => toldBy(outcome).report);
    expect(reports.map(({ failed }) => failed)).toEqual([0, 0]);
    expect(reports[0].changed + reports[1].changed).toBe(2);
    await expectPlannedOnce(one.folder, ofLarge, 'large');
  });

  test('SIGTERM hands back what has begun and what waits', async () => {
    const { folder, enqueue, work, until, status } = fleet('term', 'large');
    await enqueue();
    const first = work('--grace', '0');
    await until(({ books }) => books.active === 1);
    first.child.kill('SIGTERM');
    const outcome = await first.outcome;
    expect(outcome).toMatchObject({ code: 0, signal: null });
    expect(toldBy(outcome).report).toMatchObject({ failed: 0, attempts_failed: 0 });
    const { books } = await status();
    expect(books).toMatchObject({ active: 0, failed: 0 });
    expect(books.waiting + books.done).toBe(2);
    expect((await work('--drain').outcome).code).toBe(0);
    await expectPlannedOnce(folder, ofLarge, 'large');
  });

  test('Redis forgets everything in the middle: the books are enqueued again, and none is planned twice', async () => {
    const { folder, enqueue, work, until } = fleet('forgets', 'many');
    await enqueue();
    const port = await freePort();
    const worker = work('--concurrency', '2', '--metrics-port', `${port}`);
    await until(({ books }) => books.done >= 3);
    await redis.kill();
    await sleep(500);
    await redis.restartEmpty();
    const { added, already_planned: planned } = await enqueue();
    expect(planned).toBeGreaterThanOrEqual(3);
    expect(added + planned).toBe(20);
    await until(({ books }) => books.done + books.failed === added);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const changed = /^sendplan_fleet_jobs_total\{outcome="changed"\} ([0-9]+)$/m.exec(metrics);
    expect(Number(changed?.[1])).toBe(20);
    expect(metrics).toMatch(/^sendplan_fleet_stage_seconds_total\{stage="plan"\} [0-9.e-]+$/m);
    worker.child.kill('SIGTERM');
    const outcome = await worker.outcome;
    expect(outcome).toMatchObject({ code: 0, signal: null });
    expect(toldBy(outcome).report).toMatchObject({ changed: 20, failed: 0 });
    await expectPlannedOnce(folder, ofMany, 'many');
  });

  test('another configuration makes a book due again on the same day', async () => {
    const { folder, enqueue, work } = fleet('config', 'large');
    await enqueue();
    await work('--drain').outcome;
    writeFileSync(`${folder}/sendplan.yaml`, 'timezone: America/New_York\n');
    expect(await enqueue()).toMatchObject({ added: 2, already_planned: 0 });
    expect(toldBy(await work('--drain').outcome).report).toMatchObject({ changed: 2 });
    expect(await enqueue()).toMatchObject({ added: 0, already_planned: 2 });
  });

  test('a book that is done while books are looked for is not enqueued again', async () => {
    const { folder, options } = fleet('meanwhile', 'large');
    const found = await findBooks([folder], { asOf: DAY, driver: 'native' });
    const open = await openFleet(options);
    const { queue } = open;
    expect(await addBooks(open, found)).toMatchObject({ added: 2 });
    const result = { outcome: 'changed', config_hash: found.books[0].configHash };
    const getJob = queue.getJob.bind(queue);
    let worker: Worker | undefined;
    queue.getJob = async (id) => {
      const job = await getJob(id);
      // It ends between two questions about it.
      worker ??= new Worker(queue.name, async () => result, { connection: { url: redis.url }, prefix: options.prefix });
      while (!(await job?.isCompleted())) await sleep(10);
      return job;
    };
    expect(await addBooks(open, found)).toMatchObject({ added: 0, there_already: 2 });
    await worker?.close();
    await open.close();
  });

  test('what has not begun when the window closes fails, and can be tried again', async () => {
    const { folder, options, enqueue, status, place, work } = fleet('window', 'large');
    await enqueue();
    const events: WorkEvent[] = [];
    const until = new Date(Date.now() - 1);
    const report = await workOnFleet({ ...options, until, onEvent: (event) => events.push(event) });
    expect(report).toMatchObject({ failed: 2, changed: 0 });
    expect(events[0]).toMatchObject({ kind: 'failed', code: 'window_closed', isTriedAgain: false });
    const { books, failures } = await status();
    expect(books).toMatchObject({ waiting: 0, failed: 2 });
    expect(failures).toEqual([expect.objectContaining({ code: 'window_closed', books: 2 })]);
    expect(await enqueue()).toMatchObject({ added: 0, failed_before: 2 });
    const retried = await sendplan('fleet', 'retry', '--code', 'window_closed', '--json', ...place);
    expect(JSON.parse(retried.stdout)).toEqual({ retried: 2, left: 0 });
    await work('--drain').outcome;
    await expectPlannedOnce(folder, ofLarge, 'large');
  });

  test('a schedule has a worker look for books and enqueue them', async () => {
    const { folder, options, place, work, status } = fleet('schedule', 'large');
    const words = ['--cron', '0 2 * * *', '--timezone', 'America/Chicago', '--json', ...place];
    const made = JSON.parse((await sendplan('fleet', 'schedule', folder, ...words)).stdout);
    expect(made).toMatchObject({ name: 'nightly', cron: '0 2 * * *', timezone: 'America/Chicago', roots: [folder] });
    const { queue, close } = await openFleet(options);
    const [next] = await queue.getDelayed();
    expect(made.next).toBe(new Date(next.timestamp + next.delay).toISOString());
    await next.promote();
    await close();
    const { report } = toldBy(await work('--drain').outcome);
    expect(report).toMatchObject({ changed: 2, failed: 0 });
    expect(await status()).toMatchObject({ books: { done: 2 }, schedules: [{ name: 'nightly' }] });
    expect((await sendplan('fleet', 'schedule', '--remove', 'nightly', ...place)).code).toBe(0);
    expect(JSON.parse((await sendplan('fleet', 'schedule', '--list', '--json', ...place)).stdout)).toEqual([]);
    expect((await sendplan('fleet', 'schedule', '--remove', 'nightly', ...place)).code).toBe(2);
  });

  test('books that cannot be planned fail by sentence, at once where no attempt would help', async () => {
    const { folder, place, work, enqueue, status } = fleet('failing', 'large');
    mkdirSync(`${folder}/wrong`);
    cpSync(`${folder}/${PARTS_OF}`, `${folder}/wrong/a\u001b[31m.sqlite3`);
    writeFileSync(`${folder}/wrong/sendplan.yaml`, 'organisation: {}\n');
    expect(await enqueue()).toMatchObject({ added: 3, problems: [{ code: 'bad_config' }] });
    const outcome = await work('--drain').outcome;
    expect(outcome.code).toBe(1);
    expect(toldBy(outcome).report).toMatchObject({ changed: 2, failed: 1, attempts_failed: 0 });
    expect((await status()).failures).toMatchObject([{ code: 'bad_config', books: 1 }]);
    const { stdout } = await sendplan('fleet', 'status', ...place);
    expect(stdout).toContain('bad_config');
    expect(stdout).not.toContain('\u001b');
  });
});

describe.skipIf(!hasRedis)('docs/scale.md', () => {
  test('its trial does what it says, word for word', async () => {
    const server = await startRedis();
    const text = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
    const [, commands] = /<!-- trial -->\n```sh\n([\s\S]*?)```/.exec(text) ?? [];
    const folder = inFolder('trial');
    mkdirSync(folder);
    const script = `set -e\nsendplan() { "${process.execPath}" "${MAIN}" "$@"; }\n${commands.replaceAll('npx sendplan', 'sendplan')}`;
    const env = { ...process.env, SENDPLAN_REDIS: server.url };
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8', env });
    await server.end();
    expect(stderr).toContain('3 enqueued');
    expect(stderr).toContain('Books: 3 changed');
    expect(stdout).toContain('Books of 2025-06-13 (Fri)');
    expect(status).toBe(0);
  });
});

describe('the commands of a fleet', () => {
  test('a Redis that does not answer is told in a sentence, with a code', async () => {
    const place = ['--redis', `redis://someone:secret@127.0.0.1:${await freePort()}`, '--json'];
    const commands = [['status'], ['work', '--drain'], ['retry'], ['schedule', '--list'], ['enqueue', inFolder()]];
    const outcomes = await Promise.all(commands.map((words) => sendplan('fleet', ...words, ...place)));
    for (const { code, stdout, stderr } of outcomes) {
      expect(code).toBe(1);
      expect(JSON.parse(stdout).error).toMatchObject({ code: 'redis_unreachable' });
      expect(stderr).toMatch(/^error: Redis does not answer at 127\.0\.0\.1:\d+: /);
      expect(stdout + stderr).not.toMatch(/secret|someone/);
      expect(stderr).not.toMatch(UNFORESEEN);
    }
  });

  test('wrong use is told before anything is done', async () => {
    const commands = [
      ['status', '--redis', 'http://127.0.0.1'],
      ['status', '--queue', 'a:b'],
      ['work', '--until', '25:00'],
      ['enqueue'],
      ['schedule', '--cron', '0 2 * * *'],
      ['schedule', '/', '--cron', '0 2 * *'],
      ['schedule', '/', '--cron', '0 2 * * *', '--timezone', 'Mars'],
      [],
    ];
    const outcomes = await Promise.all(commands.map((words) => sendplan('fleet', ...words)));
    for (const { code, stderr } of outcomes) {
      expect(code).toBe(2);
      expect(stderr).not.toMatch(UNFORESEEN);
    }
  });
});
