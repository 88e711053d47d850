import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPage, planner, reopenPage } from './helpers/openPage.js';

const DAY = '2025-06-13';
const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));
const path = (name: string) => join(folder, name);

function sendplan(...argument: string[]): void {
  const { status, stderr } = spawnSync('node', ['dist/cli/main.js', ...argument], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function sqlite3(name: string, sql: string): string {
  const { status, stdout, stderr } = spawnSync('sqlite3', [path(name)], { input: sql, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Drops a file on the page, as a hand would. */
async function drop(name: string, bytes: Buffer): Promise<void> {
  await planner.page.evaluate(
    ({ fileName, base64 }) => {
      const file = new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], fileName);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(file);
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    },
    { fileName: name, base64: bytes.toString('base64') },
  );
}

openPage({}, async () => {
  sendplan('generate', path('book.db'), '--contacts', '300', '--shape', 'realistic', '--as-of', DAY);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function opened(): Promise<void> {
  await reopenPage();
  await planner.setDay(DAY);
}

const stale = () => planner.page.locator('section.stale');

test('a plan says when day or settings are not those that are set, and its download which ones it has', async () => {
  await opened();
  const { page } = planner;
  await planner.choose(path('book.db'));
  await planner.run();
  await planner.result();
  expect(await stale().isVisible()).toBe(false);
  await planner.setDay('2025-06-20');
  await stale().getByText('It is as of 13 Jun 2025, and the day is 20 Jun 2025.').waitFor();
  await planner.tab('Download');
  await page.getByText('What you get is run 1: book.db as of 13 Jun 2025, with the default settings.').waitFor();
  await page.getByText('It is not what is set now.').waitFor();
  await page.getByRole('button', { name: 'Back to what this plan was made with' }).click();
  expect(await stale().isVisible()).toBe(false);
  expect(await page.getByLabel('Plan as of').inputValue()).toBe(DAY);
  await planner.tab('Settings');
  await page.locator('[data-key="followups.enabled"]').selectOption('false');
  await planner.tab('Plan');
  await stale().getByText('The settings have been changed since.').waitFor();
  await page.getByRole('button', { name: 'Plan again' }).click();
  await planner.result(2);
  expect(await stale().isVisible()).toBe(false);
  expect((await planner.download('CSV')).fileName).toBe(`book-planned-${DAY}-run2.csv`);
});

test('a dropped file is offered and does not replace; what is planned is stale with another one', async () => {
  const { page } = planner;
  sqlite3('book.db', `VACUUM INTO '${path('other.db')}'`);
  sqlite3('other.db', 'DELETE FROM contacts WHERE id > 200;');
  await drop('book.db', readFileSync(path('other.db')));
  const offer = page.getByRole('region', { name: 'Files that were dropped' });
  await offer.getByText('Open book.db in the place of book.db?').waitFor();
  expect(await stale().isVisible()).toBe(false);
  await offer.getByRole('button', { name: 'Leave it' }).click();
  await offer.waitFor({ state: 'hidden' });
  await drop('book.db', readFileSync(path('other.db')));
  await offer.getByRole('button', { name: /^Open book\.db/ }).click();
  await planner.tab('Plan');
  await stale().getByText('It is of book.db, and another database is chosen.').waitFor();
});

test('databases are told apart by their content, not their name', async () => {
  const { page } = planner;
  await planner.run();
  await planner.result(3);
  await planner.tab('Compare');
  await page
    .getByRole('region', { name: 'Settings' })
    .getByText(/book\.db \(content [0-9a-f]{6}\)/)
    .first()
    .waitFor();
  await planner.choose(path('other.db'));
  await planner.run();
  await page
    .getByLabel('After')
    .locator('option', { hasText: /^Run 4: other\.db/ })
    .waitFor({ state: 'attached' });
  await page.getByText('Nothing: day, settings and the content of the database are the same.').waitFor();
});

test('two runs that are the same have no day with fewer emails', async () => {
  const chart = planner.page.locator('#panel-compare svg.sendplan-chart');
  await chart.getByText('No day differs.').waitFor();
  expect(await chart.getByText('fewer').count()).toBe(0);
  expect(await chart.locator('.sendplan-differences rect').count()).toBe(0);
});

test('YAML that is not right keeps from planning, until it is right or discarded', async () => {
  await opened();
  const { page } = planner;
  await planner.choose(path('book.db'));
  await planner.tab('Settings');
  await page.getByRole('button', { name: 'YAML' }).click();
  const text = page.getByLabel('Settings as YAML');
  await text.fill('followups:\n  enabled: maybe\n');
  const run = page.getByRole('button', { name: 'Plan this day' });
  expect(await run.isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Form' }).isDisabled()).toBe(true);
  await page.getByText('The settings as YAML are not right; see Settings.').first().waitFor();
  await page.getByRole('button', { name: 'Discard it' }).click();
  expect(await text.inputValue()).toBe('');
  expect(await run.isEnabled()).toBe(true);
  await text.fill('a: [');
  expect(await run.isDisabled()).toBe(true);
  await text.fill('followups:\n  enabled: false\n');
  expect(await run.isEnabled()).toBe(true);
});

test('a file that was last planned with other settings opens with them, or says so', async () => {
  writeFileSync(path('own.yaml'), 'birthday_email_days_before: 21\nstate_rules: { CA: null }\n');
  sendplan('run', path('book.db'), '--as-of', DAY, '--config', path('own.yaml'), '--out', path('planned.db'));
  await opened();
  const { page } = planner;
  await planner.choose(path('planned.db'));
  await page.getByText('These are the settings it was last planned with, which the database keeps.').waitFor();
  await planner.tab('Settings');
  await page.getByRole('button', { name: 'YAML' }).click();
  const yaml = page.getByLabel('Settings as YAML');
  expect(await yaml.inputValue()).toBe('birthday_email_days_before: 21\nstate_rules:\n  CA: null\n');
  await page.getByRole('button', { name: 'Take the defaults' }).click();
  await page.getByText('This database was last planned with other settings than these.').waitFor();
  await page.getByRole('button', { name: 'Take its settings' }).click();
  expect(await yaml.inputValue()).toContain('birthday_email_days_before: 21');
  await planner.run();
  await planner.result();
  expect(await page.getByRole('region', { name: 'Changes' }).getByText('added').locator('..').textContent()).toBe(
    'added0',
  );
  // They do not go over to a file that has none of its own.
  await planner.choose(path('other.db'));
  await page.getByText('All as they come.').waitFor();
});

test('what goes out on a day is told apart from what is sent already', async () => {
  await opened();
  const { page } = planner;
  await planner.choose(path('book.db'));
  await planner.run();
  await planner.result();
  const rows = await planner.sql(
    `SELECT scheduled_send_date, count(*) FROM email_schedules WHERE status = 'pre-scheduled'
     GROUP BY 1 ORDER BY 2 DESC LIMIT 1`,
  );
  const [day, count] = rows[0];
  await planner.tab('Day');
  await page.locator('#panel-day input[type=date]').fill(day);
  await page.locator('#panel-day h2').getByText(`${count} emails to be sent`).waitFor();
});

test('an id opens its contact; names and addresses are found in any case and script', async () => {
  sqlite3(
    'other.db',
    `UPDATE contacts SET first_name = 'ЗОЯ', last_name = 'Łukasz', email = 'a73@example.org' WHERE id = 12;
     UPDATE contacts SET first_name = 'Straße' WHERE id = 13;`,
  );
  await opened();
  const { page } = planner;
  await planner.choose(path('other.db'));
  await planner.run();
  await planner.result();
  await planner.tab('Contact');
  const search = async (text: string) => {
    await page.getByRole('searchbox').fill(text);
    await page.getByRole('button', { name: 'Search' }).click();
  };
  for (const [text, id] of [
    ['73', 73],
    ['зоя łUKASZ', 12],
    ['STRASSE', 13],
    ['A73@EXAMPLE', 12],
  ] as const) {
    await search(text);
    await page.getByRole('region', { name: `Explanation of contact ${id}` }).waitFor();
  }
  expect(await page.locator('.letter .email h4').first().textContent()).not.toMatch(/_|exclusion:|mix/);
});
