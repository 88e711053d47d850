import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RunReport } from '../../../src/node.js';
import { openPage, planner } from './helpers/openPage.js';
import { isolatedServer } from './helpers/server.js';

const CONTACTS = 50_000;
const DAY = '2025-06-13';
const COLUMNS =
  'id, contact_id, email_type, planned_send_date, scheduled_send_date, scheduled_send_time, status, skip_reason, priority, campaign_instance_id, email_template, sms_template, event_year, event_month, event_day, metadata';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));
const before = join(folder, 'before.sqlite3');
const after = join(folder, 'after.sqlite3');

function sendplan(...argument: string[]): string {
  const { status, stdout, stderr } = spawnSync('node', ['dist/cli/main.js', ...argument], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** What the program `sqlite3`, which is none of ours, reads in a file. */
function sqlite3(path: string, sql: string): string {
  const { status, stdout, stderr } = spawnSync('sqlite3', ['-readonly', path, sql], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

describe(`${CONTACTS} realistic contacts, in the page and in Node`, () => {
  let report: RunReport;
  let downloaded: string;

  openPage({ serve: isolatedServer }, async () => {
    sendplan('generate', before, '--contacts', String(CONTACTS), '--shape', 'realistic', '--as-of', DAY);
    report = JSON.parse(sendplan('run', before, '--as-of', DAY, '--out', after, '--json'));
    await planner.generate(CONTACTS, 'realistic', DAY);
    await planner.run();
    await planner.result();
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('the figures are those of Node', async () => {
    expect(await planner.figure('Emails to be sent')).toBe(report.rows.pre_scheduled.toLocaleString('en-US'));
    expect(await planner.figure('Skipped')).toBe(report.rows.skipped.toLocaleString('en-US'));
    expect(await planner.figure('Contacts planned')).toBe(report.contacts.planned.toLocaleString('en-US'));
    expect(await planner.figure('Busiest day')).toBe(report.busiest_days[0].load.toLocaleString('en-US'));
  });

  test('the downloaded database is sound and holds the same rows', async () => {
    const { path, fileName } = await planner.download('Database');
    downloaded = path;
    expect(fileName).toBe(`realistic-${CONTACTS}-planned-${DAY}.sqlite3`);
    expect(sqlite3(path, 'PRAGMA integrity_check')).toBe('ok\n');
    const rows = `SELECT ${COLUMNS} FROM email_schedules ORDER BY id`;
    const [ours, theirs] = [sqlite3(path, rows), sqlite3(after, rows)];
    expect(ours.length).toBeGreaterThan(10_000_000);
    expect(ours === theirs).toBe(true);
    const contacts = 'SELECT * FROM contacts ORDER BY id';
    expect(sqlite3(path, contacts) === sqlite3(before, contacts)).toBe(true);
    const issues = 'SELECT contact_id, kind, detail FROM scheduler_contact_issues ORDER BY 1, 2, 3';
    expect(sqlite3(path, issues)).toBe(sqlite3(after, issues));
  });

  test('SQL answers what sqlite3 answers', async () => {
    const sql = 'SELECT status, count(*) AS emails FROM email_schedules GROUP BY status ORDER BY status';
    const expected = sqlite3(downloaded, sql)
      .trim()
      .split('\n')
      .map((line) => line.split('|'));
    const found = await planner.sql(sql);
    expect(found).toEqual(expected);
  });

  test('SQL shows values as SQLite has them', async () => {
    const sql =
      "SELECT 0.00012345, 9007199254740993, -9223372036854775808, 2027, 1e21, 3.0, 0.1 + 0.2, '007', NULL, x'00ff'";
    expect(await planner.sql(sql)).toEqual([
      [
        ...['0.00012345', '9007199254740993', '-9223372036854775808', '2027', '1e+21', '3.0', '0.30000000000000004'],
        ...['007', 'NULL', "x'00ff'"],
      ],
    ]);
  });

  test('SQL that is wrong, or would write, is answered in words', async () => {
    const { page } = planner;
    await page.getByLabel('Query', { exact: true }).fill('SELECT * FROM nothing_of_the_kind');
    await page.getByRole('button', { name: 'Run SQL' }).click();
    await page.getByText('SQLite says: no such table: nothing_of_the_kind.').waitFor();
    await page.getByLabel('Query', { exact: true }).fill('DELETE FROM contacts');
    await page.getByRole('button', { name: 'Run SQL' }).click();
    await page.getByText('SQLite says: attempt to write a readonly database.').waitFor();
  });

  test('an SQL query that never ends is cancelled at once, and the next one is answered', async () => {
    const { page } = planner;
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
    await page.getByLabel('Query', { exact: true }).fill(endless);
    await page.getByRole('button', { name: 'Run SQL' }).click();
    await page.getByTestId('cancel').waitFor();
    const startMs = performance.now();
    await page.getByTestId('cancel').click();
    await page.getByText('Cancelled.').waitFor();
    expect(performance.now() - startMs).toBeLessThan(1000);
    expect(await planner.sql('SELECT 1 + 1')).toEqual([['2']]);
  });

  test('an explanation says what the command line says', async () => {
    const { page } = planner;
    const id = Number(
      sqlite3(after, "SELECT max(contact_id) FROM email_schedules WHERE skip_reason LIKE 'exclusion:%'"),
    );
    const { contacts } = JSON.parse(sendplan('explain', before, '--contact', String(id), '--as-of', DAY, '--json'));
    await planner.tab('Contact');
    await page.getByRole('searchbox').fill(String(id));
    await page.getByRole('button', { name: 'Search' }).click();
    // An id opens its contact, whoever else has it in an address.
    const letter = page.getByRole('region', { name: `Explanation of contact ${id}` });
    await letter.waitFor();
    const [facts] = contacts;
    expect(await letter.locator('.email').count()).toBe(facts.emails.length);
    for (const email of facts.emails) {
      await expect(letter.getByText(`${email.email_type}: `).first().textContent()).resolves.toContain(
        email.scheduled_send_date,
      );
    }
    await letter.locator('svg.sendplan-chart').waitFor();
  });

  test('a day shows its emails, and they are those of the database', async () => {
    const { page } = planner;
    const day = report.busiest_days.at(-1)?.day ?? '';
    await planner.tab('Day');
    await page.locator('#panel-day input[type=date]').fill(day);
    await page.getByLabel('Status').selectOption('pre-scheduled');
    const sql = `SELECT count(*) FROM email_schedules WHERE scheduled_send_date = '${day}' AND status = 'pre-scheduled'`;
    const count = Number(sqlite3(after, sql)).toLocaleString('en-US');
    await page.getByText(`1 to 50 of ${count}`).waitFor();
    await page.getByRole('button', { name: 'Later' }).click();
    await page.getByText(`51 to 100 of ${count}`).waitFor();
  });

  test('CSV, Parquet and Arrow hold every planned row', async () => {
    const csv = readFileSync((await planner.download('CSV')).path, 'utf8');
    expect(csv.trimEnd().split('\r\n')).toHaveLength(report.rows.total + 1);
    expect(csv.startsWith('contact_id,email_type,')).toBe(true);
    const parquet = await planner.download('Parquet');
    expect(readFileSync(parquet.path).subarray(0, 4).toString()).toBe('PAR1');
    const arrow = await planner.download('Arrow');
    expect(readFileSync(arrow.path).subarray(0, 6).toString()).toBe('ARROW1');
    expect(statSync(parquet.path).size).toBeLessThan(statSync(arrow.path).size);
  });

  test('a setting changed shows before and after', async () => {
    const { page } = planner;
    await planner.tab('Settings');
    await page.getByLabel('Most emails in a period').fill('1');
    await planner.run();
    await planner.result(2);
    await planner.tab('Compare');
    const settings = page.getByRole('region', { name: 'Settings' });
    expect(await settings.locator('tbody').textContent()).toBe('Most emails in a perioddefault1');
    const reports = JSON.parse(
      sendplan(
        'run',
        before,
        '--as-of',
        DAY,
        '--dry-run',
        '--json',
        '--config',
        configFile('frequency: { max_emails_per_period: 1 }'),
      ),
    ) as RunReport;
    const [, first, second] = await page
      .getByRole('row', { name: 'Emails to be sent' })
      .locator('td')
      .allTextContents();
    expect([first, second]).toEqual(
      [report.rows.pre_scheduled, reports.rows.pre_scheduled].map((count) => count.toLocaleString('en-US')),
    );
  });

  test('nothing was asked of the network, and the browser had nothing to complain about', () => {
    expect(planner.requests).toEqual([]);
    expect(planner.complaints).toEqual([]);
  });
});

function configFile(yaml: string): string {
  const path = join(folder, 'config.yaml');
  spawnSync('sh', ['-c', `printf '%s\\n' '${yaml}' > ${path}`]);
  return path;
}
