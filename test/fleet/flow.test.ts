import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { retryFailed } from '../../src/fleet/retryFailed.js';
import type * as Fleet from '../../src/fleet.js';
import { generateDatabase } from '../../src/generate/generateDatabase.js';
import { runFile, splitBook } from '../../src/node.js';
import { openNative } from '../../src/store/driver/native.js';
import type { SqlValue } from '../../src/store/format/sqlValue.js';
import { sendplan, start, testFolder } from '../helpers/cli.js';
import { allRowsOfFile } from '../helpers/connections.js';
import { childProcesses } from './childProcesses.js';
import { DAY } from './fleetBooks.js';
import { hasRedis, type RedisServer, startRedis } from './redisServer.js';

const inFolder = testFolder();
const CONTACTS = 1500;
const PARTS = 3;
const NAMES = Array.from({ length: PARTS }, (_, i) => `part-000${i}.sqlite3`);
const ROWS = `SELECT contact_id, email_type, planned_send_date, scheduled_send_date, scheduled_send_time, status, skip_reason, priority,
    campaign_instance_id, email_template, sms_template, event_year, event_month, event_day
  FROM email_schedules ORDER BY 1, 2, 4, 3, 6, 12, 9`;

let redis: RedisServer;
let wanted: SqlValue[][];

/** A fresh book in parts, and what is done with it. */
function flow(name: string) {
  const folder = inFolder(name);
  cpSync(inFolder('parts'), folder, { recursive: true });
  const place = ['--redis', redis.url, '--prefix', name];
  const inRun = () => (existsSync(join(folder, '.book-run')) ? readdirSync(join(folder, '.book-run')) : null);
  return {
    folder,
    prefix: name,
    enqueue: () => sendplan('fleet', 'enqueue', folder, '--as-of', DAY, ...place),
    work: (...words: string[]) => start('fleet', 'work', '--json', ...place, ...words),
    /** A worker whose rounds others take over two seconds after it was heard of last. */
    workBriefly: (...words: string[]) => start('fleet', 'work', '--json', '--lock', '2', ...place, ...words),
    /** Waits until the rounds of a kind go on; those of a machine at leisure may be over before anybody looks. */
    async until(round: 'count' | 'group' | 'write'): Promise<void> {
      const isReached = () => {
        const names = inRun();
        if (names === null)
          return NAMES.every((part) => readFileSync(join(folder, part)).includes('scheduler_last_run'));
        if (round === 'count') return true;
        if (round === 'write') return names.includes('journal.json');
        return names.filter((found) => !found.startsWith('.') && found.includes('.count.')).length === PARTS;
      };
      while (!isReached()) await sleep(5);
      await sleep(100);
    },
  };
}

function withBooks(id: number | undefined): number[] {
  return [id ?? 0, ...childProcesses(id)];
}

function signal(ids: readonly number[], name: NodeJS.Signals): void {
  for (const id of ids) {
    try {
      process.kill(id, name);
    } catch {
      // It has ended already.
    }
  }
}

async function expectPlannedOnce(folder: string): Promise<void> {
  const paths = NAMES.map((name) => join(folder, name));
  expect((await Promise.all(paths.map((path) => allRowsOfFile(path, ROWS)))).flat()).toEqual(wanted);
  for (const path of paths) {
    const runs = "SELECT count(*) FROM scheduler_checkpoints WHERE status = 'completed'";
    expect(await allRowsOfFile(path, runs)).toEqual([[1]]);
    expect(await allRowsOfFile(path, 'PRAGMA integrity_check')).toEqual([['ok']]);
  }
  expect(readdirSync(folder).sort()).toEqual(['book.json', ...NAMES]);
}

describe.skipIf(!hasRedis)('a book in parts is a flow of rounds', () => {
  beforeAll(async () => {
    redis = await startRedis();
    const path = inFolder('whole.sqlite3');
    await generateDatabase({ path, contacts: CONTACTS, seed: 9, shape: 'realistic', asOfDay: parseIsoDay(DAY) ?? 0 });
    await splitBook(path, { parts: PARTS, out: inFolder('parts') });
    await runFile(path, { asOf: DAY });
    wanted = await allRowsOfFile(path, ROWS);
  });

  afterAll(() => redis?.end());

  test('whose workers are killed in each of them', async () => {
    const { folder, enqueue, workBriefly, until } = flow('killed');
    await enqueue();
    for (const round of ['count', 'group', 'write'] as const) {
      const worker = workBriefly('--concurrency', '2');
      await until(round);
      signal(withBooks(worker.child.pid), 'SIGKILL');
      await worker.outcome;
    }
    expect((await workBriefly('--drain').outcome).code).toBe(0);
    await expectPlannedOnce(folder);
  });

  test('that a worker goes on to write after others have written them', async () => {
    const { folder, enqueue, workBriefly, until } = flow('zombie');
    await enqueue();
    const first = workBriefly('--drain', '--concurrency', '3');
    await until('count');
    // Processes of its own find their parts written; where one is stopped that has a lock, SQLite keeps the others waiting.
    signal([first.child.pid ?? 0], 'SIGSTOP');
    expect((await workBriefly('--drain').outcome).code).toBe(0);
    signal([first.child.pid ?? 0], 'SIGCONT');
    expect((await first.outcome).code).toBe(0);
    await expectPlannedOnce(folder);
  });

  test('that Redis forgets in each of them', async () => {
    const { folder, enqueue, work, until } = flow('forgets');
    await enqueue();
    const worker = work('--concurrency', '2');
    for (const round of ['count', 'group', 'write'] as const) {
      await until(round);
      await redis.kill();
      await redis.restartEmpty();
      await enqueue();
    }
    while (existsSync(join(folder, '.book-run'))) await sleep(50);
    worker.child.kill('SIGTERM');
    expect((await worker.outcome).code).toBe(0);
    await expectPlannedOnce(folder);
  });

  test('of which one fails for good: so does the book, with its sentence, until it is mended and tried again', async () => {
    const { folder, prefix, enqueue, work } = flow('failing');
    const change = async (sql: string) => {
      const connection = await openNative(join(folder, NAMES[1]));
      connection.execute(sql);
      connection.commit();
      connection.close();
    };
    await change(`INSERT INTO contacts (id, email) VALUES (${CONTACTS + 500}, 'a@b.co')`);
    await enqueue();
    const outcome = await work('--drain').outcome;
    expect(outcome.code).toBe(1);
    const told = outcome.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told.filter(({ kind }) => kind === 'failed')).toMatchObject([
      {
        code: 'bad_book',
        message: expect.stringContaining('part-0001.sqlite3 has the contact 2000'),
        isTriedAgain: false,
      },
    ]);
    await change(`DELETE FROM contacts WHERE id = ${CONTACTS + 500}`);
    expect(await retryFailed({ redis: redis.url, prefix })).toEqual({ retried: 1, left: 0 });
    expect((await work('--drain').outcome).code).toBe(0);
    await expectPlannedOnce(folder);
  });

  test('that a closed window keeps from beginning, but not from ending', async () => {
    const { folder, prefix, enqueue, workBriefly, until } = flow('window');
    await enqueue();
    const worker = workBriefly('--concurrency', '2');
    await until('count');
    signal(withBooks(worker.child.pid), 'SIGKILL');
    await worker.outcome;
    // The built one: it starts processes of its own.
    const { workOnFleet }: typeof Fleet = await import(new URL('../../dist/src/fleet.js', import.meta.url).href);
    const late = { redis: redis.url, prefix, lockMs: 2000, until: new Date(Date.now() - 1) };
    expect(await workOnFleet(late)).toMatchObject({ failed: 1, changed: 0 });
    await retryFailed({ redis: redis.url, prefix });
    const second = workBriefly('--concurrency', '2');
    await until('write');
    signal(withBooks(second.child.pid), 'SIGKILL');
    await second.outcome;
    expect(await workOnFleet(late)).toMatchObject({ failed: 0 });
    await expectPlannedOnce(folder);
  });
});
