import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseIsoDay } from '../../../src/calendar/iso.js';
import { generateDatabase } from '../../../src/generate/generateDatabase.js';
import { runFile } from '../../../src/node.js';
import type { SqlValue } from '../../../src/store/format/sqlValue.js';
import { organization } from '../../helpers/arbitraries.js';
import { start } from '../../helpers/cli.js';
import { allRowsOfFile } from '../../helpers/connections.js';
import { databaseImage, hasSqlite3, integrityOf, recordsImage } from '../../helpers/databases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../../helpers/runs.js';

const RUNS = runCount(25);
const TODAY = '2025-06-13';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-staging-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every row of `email_schedules` but for what tells one run from another, and what comes after a run's columns. */
async function rowsOf(path: string): Promise<SqlValue[][]> {
  const names = (await allRowsOfFile(path, "SELECT name FROM pragma_table_info('email_schedules')")).map(([name]) =>
    String(name),
  );
  const isOfRun = /^(created_at|updated_at|scheduler_run_id)$/i;
  const columns = names.map((name) => (isOfRun.test(name) ? `length("${name}")` : `"${name}"`));
  return allRowsOfFile(path, `SELECT ${columns.join(', ')} FROM email_schedules ORDER BY id`);
}

const COLUMNS = 'contact_id INTEGER NOT NULL, email_type TEXT, scheduled_send_date TEXT, status TEXT';

/** What databases hold of `email_schedules` before their first run. */
const TABLES = {
  nothing: 'DROP TABLE IF EXISTS email_schedules',
  'a table without rows': '',
  'ids that are never used again, and a column of its own': `DROP TABLE IF EXISTS email_schedules;
    CREATE TABLE Email_Schedules (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT DEFAULT 'none', ${COLUMNS});
    INSERT INTO email_schedules (id, contact_id) VALUES (500, 1); DELETE FROM email_schedules`,
  'a unique index that refuses rows': `DROP TABLE IF EXISTS email_schedules;
    CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, ${COLUMNS}, UNIQUE (contact_id, scheduled_send_date))`,
};

describe.each(Object.entries(TABLES))('a first run over %s', (name, sql) => {
  test(
    `moves in the rows that the driver sqljs writes by SQL, for ${RUNS} random organizations`,
    async () => {
      let staged = 0;
      const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
        const bytes = await databaseImage(sql, await recordsImage({ ...records, email_schedules: [] }));
        const inPlace = join(folder, 'a.sqlite3');
        const replaced = join(folder, 'b.sqlite3');
        writeFileSync(inPlace, bytes);
        writeFileSync(replaced, bytes);
        const report = await runFile(inPlace, { asOf: today, config, driver: 'native', flush: 'pages' });
        const expected = await runFile(replaced, { asOf: today, config, flush: 'sql' });
        expect(report.changes).toEqual(expected.changes);
        expect(report.issues).toEqual(expected.issues);
        expect(report.warnings).toEqual(expected.warnings);
        if (report.flush === 'pages') staged++;
        expect(await rowsOf(inPlace)).toEqual(await rowsOf(replaced));
        expect(readdirSync(folder).filter((file) => file.endsWith('.tmp'))).toEqual([]);
        if (hasSqlite3) expect(integrityOf(inPlace)).toBe('ok');
        if (report.changes.refused > 0 || expected.issues.refused_by_index) return;
        const next = { asOf: today + 1, config };
        const nextReport = await runFile(inPlace, { ...next, driver: 'native' });
        expect(nextReport.changes).toEqual((await runFile(replaced, { ...next, flush: 'sql' })).changes);
        expect(await rowsOf(inPlace)).toEqual(await rowsOf(replaced));
      });
      await assertOrganizations(property, { runs: RUNS, seed: runSeed(name.length) });
      expect(staged).toBeGreaterThan(RUNS / 2);
    },
    runTimeout(RUNS) * 2,
  );
});

test.each([
  ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON email_schedules BEGIN SELECT 1; END', /the trigger "t" is about it/],
  [
    'rows',
    "INSERT INTO email_schedules (contact_id, email_type, status) VALUES (1, 'x', 'other')",
    /it has rows already/,
  ],
])('a table with %s is written by statements, and the report says why', async (name, sql, reason) => {
  const path = join(folder, `${name.replaceAll(' ', '')}.sqlite3`);
  const schedules = `CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, ${COLUMNS});`;
  const contacts =
    "CREATE TABLE contacts (id INTEGER PRIMARY KEY, email, state); INSERT INTO contacts VALUES (1, 'a@b.c', 'TX')";
  writeFileSync(path, await databaseImage(`${schedules} ${contacts}; ${sql}`));
  const report = await runFile(path, { asOf: TODAY, driver: 'native', flush: 'pages' });
  expect(report).toMatchObject({
    outcome: 'changed',
    flush: 'sql',
    warnings: expect.arrayContaining([expect.stringMatching(reason)]),
  });
});

test('a dry run stages nothing', async () => {
  const path = await seedFile('dry.sqlite3', 400);
  const options = { asOf: TODAY, driver: 'native', flush: 'pages' } as const;
  const dry = await runFile(path, { ...options, dryRun: true });
  expect(await allRowsOfFile(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'email_schedules'")).toEqual([[0]]);
  expect((await runFile(path, options)).changes).toEqual(dry.changes);
});

async function seedFile(name: string, contacts: number): Promise<string> {
  const path = join(folder, name);
  const asOfDay = parseIsoDay(TODAY) ?? 0;
  await generateDatabase({ path, contacts, seed: 5, shape: 'seed', asOfDay, force: false });
  return path;
}

describe('a first run that is ended', () => {
  test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
    'by %s leaves nothing that the next run does not clear away',
    async (signal) => {
      const path = await seedFile(`${signal}.sqlite3`, 30_000);
      const undisturbed = join(folder, `${signal}.whole.sqlite3`);
      copyFileSync(path, undisturbed);
      const staged = () => readdirSync(folder).filter((name) => name.startsWith(`.${signal}.sqlite3.sendplan-`));
      const ended = async () => {
        copyFileSync(undisturbed, path);
        const { child, outcome } = start('run', path, '--as-of', TODAY, '--driver', 'native');
        while (staged().length === 0 && child.exitCode === null) await sleep(1);
        child.kill(signal);
        return (await outcome).signal;
      };
      // Where the machine has much to do, the run may be done before its signal.
      let endedBy = await ended();
      for (let i = 0; i < 4 && endedBy === null; i++) endedBy = await ended();
      expect(endedBy).toBe(signal);
      expect(staged()).toHaveLength(signal === 'SIGKILL' ? 1 : 0);
      expect((await runFile(path, { asOf: TODAY, driver: 'native' })).flush).toBe('pages');
      await runFile(undisturbed, { asOf: TODAY });
      expect(staged()).toEqual([]);
      expect(await rowsOf(path)).toEqual(await rowsOf(undisturbed));
      if (hasSqlite3) expect(integrityOf(path)).toBe('ok');
    },
  );
});
