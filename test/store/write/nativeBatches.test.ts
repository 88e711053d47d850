import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseIsoDay } from '../../../src/calendar/iso.js';
import { generateDatabase } from '../../../src/generate/generateDatabase.js';
import { type RunFileOptions, runFile } from '../../../src/node.js';
import { openNative } from '../../../src/store/driver/native.js';
import type { SqlValue } from '../../../src/store/format/sqlValue.js';
import { organization } from '../../helpers/arbitraries.js';
import { start } from '../../helpers/cli.js';
import { allRowsOfFile } from '../../helpers/connections.js';
import { databaseImage, hasSqlite3, integrityOf, PLANNED_COLUMNS, recordsImage } from '../../helpers/databases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../../helpers/runs.js';

const RUNS = runCount(20);
const TODAY = '2025-06-13';
const TOMORROW = '2025-06-14';

let folder: string;
let planned: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-batches-'));
  planned = join(folder, 'planned.sqlite3');
  const asOfDay = parseIsoDay(TODAY) ?? 0;
  await generateDatabase({ path: planned, contacts: 3000, seed: 5, shape: 'realistic', asOfDay, force: false });
  await runFile(planned, { asOf: TODAY });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a database with a day's plan in it. */
function plannedCopy(name: string): string {
  const path = join(folder, name);
  copyFileSync(planned, path);
  return path;
}

async function change(path: string, sql: string): Promise<void> {
  const connection = await openNative(path);
  connection.execute(sql);
  connection.commit();
  connection.close();
}

const COLUMNS = ['id', ...PLANNED_COLUMNS, 'created_at IS NULL'];

function rowsOf(path: string, columns: readonly string[] = COLUMNS): Promise<SqlValue[][]> {
  return allRowsOfFile(path, `SELECT ${columns.join(', ')} FROM email_schedules ORDER BY ${columns.join(', ')}`);
}

/** What a sender and people do between two days. */
const BETWEEN_DAYS = `UPDATE email_schedules SET status = 'sent', actual_send_datetime = scheduled_send_date || ' 09:00:00'
    WHERE status = 'pre-scheduled' AND id % 3 = 0;
  DELETE FROM email_schedules WHERE id % 11 = 0;
  UPDATE email_schedules SET priority = 77 WHERE id % 5 = 0 AND status = 'skipped'`;

/** Unique indexes that databases come with; rows of one contact are in the way of another's in the last. */
const INDEXES = [
  null,
  ['contact_id', 'scheduled_send_date'],
  ['contact_id', 'email_type', 'event_year'],
  ['email_type'],
];

describe.each(['delete', 'wal'])('in transactions of one to three contacts, journal mode %s', (mode) => {
  test(
    `three days leave the rows that the driver sqljs writes, for ${RUNS} random organizations`,
    async () => {
      let changedRows = 0;
      const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
        const columns = INDEXES[Math.abs(today) % INDEXES.length];
        const bytes = await databaseImage(
          (database) => {
            try {
              if (columns !== null)
                database.run(`CREATE UNIQUE INDEX found ON email_schedules (${columns.join(', ')})`);
            } catch {
              // The rows, or the columns, are not such.
            }
          },
          await recordsImage(records),
        );
        const inPlace = join(folder, 'a.sqlite3');
        const replaced = join(folder, 'b.sqlite3');
        for (const name of readdirSync(folder)) if (name.startsWith('a.sqlite3')) rmSync(join(folder, name));
        writeFileSync(inPlace, bytes);
        writeFileSync(replaced, bytes);
        const connection = await openNative(inPlace);
        connection.commit();
        connection.execute(`PRAGMA journal_mode = ${mode}`);
        connection.close();
        for (let day = today; day < today + 3; day++) {
          const report = await runFile(inPlace, { asOf: day, config, driver: 'native', batchSize: 1 + (day % 3) });
          const expected = await runFile(replaced, { asOf: day, config, flush: 'sql' });
          expect(report.changes).toEqual(expected.changes);
          expect(report.issues).toEqual(expected.issues);
          changedRows += report.changes.changed;
          expect(await rowsOf(inPlace)).toEqual(await rowsOf(replaced));
          for (const path of [inPlace, replaced]) await change(path, BETWEEN_DAYS);
        }
        if (hasSqlite3) expect(integrityOf(inPlace)).toBe('ok');
      });
      await assertOrganizations(property, { runs: RUNS, seed: runSeed(11) });
      expect(changedRows).toBeGreaterThan(0);
    },
    runTimeout(RUNS) * 4,
  );
});

/** Runs a second day in small transactions; what `disturb` does comes after the first of them. */
async function disturbedRun(path: string, disturb: () => void, options: RunFileOptions = {}) {
  let isDone = false;
  return runFile(path, {
    asOf: TOMORROW,
    driver: 'native',
    batchSize: 100,
    onProgress: (stage) => {
      if (stage !== 'flush' || isDone) return;
      isDone = true;
      disturb();
    },
    ...options,
  });
}

/** Starts SQL in another process, which waits for its turn. */
function startElsewhere(path: string, sql: string): Promise<string> {
  const script = `
    const database = new (require('libsql'))(process.argv[1], { timeout: 30 });
    try { database.exec(process.argv[2]); console.log('done'); } catch (error) { console.log(error.message); }`;
  const from = createRequire(import.meta.url).resolve('libsql');
  const child = spawn(process.execPath, ['-e', script, path, sql], { cwd: join(from, '../../..') });
  return new Promise((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    child.on('close', () => resolve(text.trim()));
  });
}

describe('others who write between two transactions', () => {
  test('of tables that are only read get their turn, and the run goes on', async () => {
    const path = plannedCopy('clicks.sqlite3');
    const undisturbed = plannedCopy('undisturbed.sqlite3');
    await runFile(undisturbed, { asOf: TOMORROW });
    const write = "UPDATE contacts SET carrier = carrier || '' WHERE id = 1; CREATE TABLE turn (a)";
    const added = startElsewhere(path, `BEGIN IMMEDIATE; ${write}; COMMIT`);
    let elsewhere: Promise<string> | undefined = added;
    expect(await elsewhere).toBe('done');
    const report = await disturbedRun(path, () => {
      elsewhere = startElsewhere(path, 'INSERT INTO turn VALUES (1)');
    });
    expect(report.outcome).toBe('changed');
    expect(await elsewhere).toBe('done');
    expect(await allRowsOfFile(path, 'SELECT count(*) FROM turn')).toEqual([[1]]);
    expect(await rowsOf(path)).toEqual(await rowsOf(undisturbed));
  });

  test('and send what is about to be planned anew end it; the next run writes the rest', async () => {
    const path = plannedCopy('taken.sqlite3');
    const sent = "UPDATE email_schedules SET status = 'sent', actual_send_datetime = '2025-06-14 09:00:00'";
    const last = '(SELECT max(contact_id) - 500 FROM email_schedules)';
    let elsewhere: Promise<string> | undefined;
    const failing = disturbedRun(path, () => {
      elsewhere = startElsewhere(path, `${sent} WHERE status = 'pre-scheduled' AND contact_id > ${last}`);
    });
    await expect(failing).rejects.toMatchObject({
      code: 'file_changed',
      message: expect.stringMatching(/The emails of \d+ of \d+ contacts whose plan changes are written/),
      hint: expect.stringContaining('The next run writes the rest'),
    });
    expect(await elsewhere).toBe('done');
    expect(
      (await allRowsOfFile(path, "SELECT count(*) FROM email_schedules WHERE status = 'sent'"))[0][0],
    ).toBeGreaterThan(100);
    const again = await runFile(path, { asOf: TOMORROW, driver: 'native' });
    expect(again.outcome).toBe('changed');
    expect((await runFile(path, { asOf: TOMORROW, driver: 'native' })).outcome).toBe('unchanged');
  });
});

/** How many transactions have changed a file, as its header tells. */
function changeCount(path: string): number {
  const counter = Buffer.alloc(4);
  const descriptor = openSync(path, 'r');
  readSync(descriptor, counter, 0, 4, 24);
  closeSync(descriptor);
  return counter.readUInt32BE();
}

const runsOf = (path: string) =>
  allRowsOfFile(path, 'SELECT scheduler_run_id, count(*) FROM email_schedules GROUP BY scheduler_run_id');

test('a run that is killed between two transactions is completed by the next', async () => {
  const undisturbed = plannedCopy('whole.sqlite3');
  await runFile(undisturbed, { asOf: TOMORROW });
  const earlierRuns = new Set((await runsOf(planned)).map(([name]) => name));
  const rowsOfRun = async (path: string) =>
    (await runsOf(path)).reduce((sum, [name, rows]) => sum + (earlierRuns.has(name) ? 0 : Number(rows)), 0);
  const changed = await rowsOfRun(undisturbed);
  const written: number[] = [];
  for (const transactions of [0, 1, 20]) {
    let path = '';
    const killed = async () => {
      path = plannedCopy(`killed${transactions}.sqlite3`);
      const before = changeCount(path);
      const { child, outcome } = start('run', path, '--as-of', TOMORROW, '--driver', 'native', '--batch-size', '5');
      // The first transaction is open when its journal is there, and others have ended when the header has counted them.
      const isReached = () =>
        transactions === 0 ? existsSync(`${path}-journal`) : changeCount(path) >= before + transactions;
      while (!isReached() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill('SIGKILL');
      return (await outcome).signal === 'SIGKILL';
    };
    // Where the machine has much to do, the run may be done before its signal.
    let wasKilled = await killed();
    for (let i = 0; i < 4 && !wasKilled; i++) wasKilled = await killed();
    expect(wasKilled).toBe(true);
    written.push(await rowsOfRun(path));
    await runFile(path, { asOf: TOMORROW, driver: 'native' });
    expect(await rowsOf(path, PLANNED_COLUMNS)).toEqual(await rowsOf(undisturbed, PLANNED_COLUMNS));
    expect((await runFile(path, { asOf: TOMORROW })).outcome).toBe('unchanged');
    if (hasSqlite3) expect(integrityOf(path)).toBe('ok');
  }
  expect(written.some((rows) => rows > 0 && rows < changed)).toBe(true);
});

test('gives up with a clear error when another program keeps writing, and changes nothing', async () => {
  const path = plannedCopy('busy.sqlite3');
  const writer = await openNative(path);
  const before = await rowsOf(plannedCopy('before.sqlite3'));
  await expect(runFile(path, { asOf: TOMORROW, driver: 'native' })).rejects.toMatchObject({
    code: 'file_busy',
    message: expect.stringMatching(/is being written by another program, and was so for the \d+ seconds/),
  });
  writer.close();
  expect(await rowsOf(path)).toEqual(before);
}, 60_000);

test('says what to install when libsql is not there', () => {
  const script = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`export async function resolve(name, context, next) {
      if (name === 'libsql') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    }\`));
    const { runFile } = await import('./dist/src/node.js');
    await runFile(process.argv[1], { driver: 'native' }).catch((error) => console.log(error.code, error.hint));`;
  const options = { encoding: 'utf8', cwd: new URL('../../..', import.meta.url) } as const;
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', script, planned], options);
  expect(told).toMatch(/^driver_missing Install it \(npm install libsql@[0-9.]+\), or use the driver sqljs\.\s*$/);
});
