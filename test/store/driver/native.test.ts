import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatIsoDay, parseIsoDay } from '../../../src/calendar/iso.js';
import { SendplanError } from '../../../src/errors.js';
import { generateDatabase } from '../../../src/generate/generateDatabase.js';
import { explainFile, runFile } from '../../../src/node.js';
import { openNative, openNativeReader } from '../../../src/store/driver/native.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';

const TODAY = '2025-06-13';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-native-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function realisticFile(name: string): Promise<string> {
  const path = join(folder, name);
  const asOfDay = parseIsoDay(TODAY) ?? 0;
  await generateDatabase({ path, contacts: 400, seed: 5, shape: 'realistic', asOfDay, force: false });
  return path;
}

async function plannedRows(path: string) {
  const connection = await openNative(path);
  try {
    const sql = `SELECT id, contact_id, email_type, planned_send_date, scheduled_send_date, status, skip_reason, priority,
      campaign_instance_id, email_template, event_year, event_month, event_day, metadata, typeof(contact_id)
      FROM email_schedules ORDER BY id`;
    return Array.from(connection.query(sql), (row) => [...row]);
  } finally {
    connection.close();
  }
}

test('writes in place the rows that the driver sqljs writes into a new file, and nothing the second time', async () => {
  const inPlace = await realisticFile('native.sqlite3');
  const replaced = join(folder, 'sqljs.sqlite3');
  copyFileSync(inPlace, replaced);
  const report = await runFile(inPlace, { asOf: TODAY, driver: 'native' });
  await runFile(replaced, { asOf: TODAY, flush: 'sql' });
  expect(report.outcome).toBe('changed');
  expect(report.rows.total).toBeGreaterThan(1000);
  expect(await plannedRows(inPlace)).toEqual(await plannedRows(replaced));
  const bytes = readFileSync(inPlace);
  expect((await runFile(inPlace, { asOf: TODAY, driver: 'native' })).outcome).toBe('unchanged');
  expect(readFileSync(inPlace).equals(bytes)).toBe(true);
});

test('sees what is still in the log of a database in WAL mode', async () => {
  const path = join(folder, 'wal.sqlite3');
  writeFileSync(path, '');
  const connection = await openNative(path);
  connection.execute('CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT)');
  connection.commit();
  connection.execute('PRAGMA journal_mode = WAL');
  connection.execute("INSERT INTO contacts VALUES (1, 'a@example.com', 'TX')");
  const report = await runFile(path, { asOf: TODAY, driver: 'native' });
  connection.close();
  expect(report.contacts).toMatchObject({ rows: 1, planned: 1 });
  expect(report.rows.total).toBe(1);
});

test('makes no database where one has gone', async () => {
  const path = join(folder, 'gone.sqlite3');
  for (const open of [openNative, openNativeReader]) {
    await expect(open(path)).rejects.toMatchObject({ code: 'file_not_found', message: expect.stringContaining(path) });
  }
  expect(existsSync(path)).toBe(false);
});

test('keeps nothing of a dry run', async () => {
  const path = await realisticFile('dry.sqlite3');
  const bytes = readFileSync(path);
  const report = await runFile(path, { asOf: TODAY, driver: 'native', dryRun: true });
  expect(report).toMatchObject({ outcome: 'dry_run', as_of: formatIsoDay(parseIsoDay(TODAY) ?? 0) });
  expect(report.changes.added).toBeGreaterThan(1000);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test('reads text with NUL, text that is no UTF-8, blobs and numbers as the driver sqljs does', async () => {
  const sql =
    "SELECT 'a' || char(0) || 'b', CAST(x'ff41' AS TEXT), x'0001', 9007199254740991, -2.5, NULL, '' UNION ALL SELECT 1, 'é', '', 0, 1e300, 7, x''";
  const path = join(folder, 'values.sqlite3');
  const sqlJs = await openSqlJs(null);
  sqlJs.execute('CREATE TABLE t (a)');
  writeFileSync(path, sqlJs.toImage());
  const native = await openNative(path);
  const read = (connection: { query(text: string): Iterable<unknown[]> }) =>
    Array.from(connection.query(sql), (row) => row.map((value) => (value instanceof Uint8Array ? [...value] : value)));
  expect(read(native)).toEqual(read(sqlJs));
  native.close();
  sqlJs.close();
});

test('refuses what is no database, and another file for the result', async () => {
  const path = join(folder, 'text.sqlite3');
  writeFileSync(path, 'hello');
  await expect(runFile(path, { driver: 'native' })).rejects.toMatchObject({ code: 'not_a_database' });
  await expect(runFile(path, { driver: 'native', outPath: join(folder, 'x') })).rejects.toBeInstanceOf(SendplanError);
});

test('leaves a database that sqlite3 calls sound', async () => {
  const path = await realisticFile('sound.sqlite3');
  await runFile(path, { asOf: TODAY, driver: 'native' });
  let answer = 'ok\n';
  try {
    answer = execFileSync('sqlite3', [path, 'PRAGMA integrity_check'], { encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  expect(answer).toBe('ok\n');
});

test('explains what the driver sqljs explains, also while another connection is writing to a log', async () => {
  const path = await realisticFile('explained.sqlite3');
  const options = { contacts: [73, 5], asOf: TODAY };
  const expected = await explainFile(path, options);
  expect(await explainFile(path, { ...options, driver: 'native' })).toEqual(expected);
  const writer = await openNative(path);
  writer.commit();
  writer.execute("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; UPDATE contacts SET birth_date = '1961-12-01'");
  expect(await explainFile(path, { ...options, driver: 'native' })).toEqual(expected);
  writer.execute('COMMIT');
  await expect(explainFile(path, options)).rejects.toMatchObject({ code: 'file_busy' });
  expect(await explainFile(path, { ...options, driver: 'native' })).not.toEqual(expected);
  writer.close();
});

test('rows that are not read to the end hold no lock once the connection is closed', async () => {
  const path = join(folder, 'some.sqlite3');
  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n';
  execFileSync('sqlite3', [path, `CREATE TABLE some (number); INSERT INTO some ${numbers}`]);
  const connection = await openNativeReader(path);
  for (const [number] of connection.query('SELECT number FROM some')) if (Number(number) === 3) break;
  connection.close();
  // Refused at once while anybody reads.
  execFileSync('sqlite3', ['-bail', path, 'BEGIN EXCLUSIVE; DELETE FROM some; COMMIT']);
});

test('a file that is cut short anywhere is called so, as by the driver sqljs', async () => {
  const path = await realisticFile('cut.sqlite3');
  const bytes = readFileSync(path);
  for (const byteLength of [bytes.length - 1, bytes.length - 4096, 10_000, 4096, 1000, 100, 50]) {
    writeFileSync(path, bytes.subarray(0, byteLength));
    for (const driver of ['sqljs', 'native'] as const) {
      const run = runFile(path, { asOf: TODAY, driver });
      await expect(run).rejects.toMatchObject({
        code: 'not_a_database',
        message: expect.stringMatching(/is cut short/),
      });
    }
  }
});
