import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from './helpers/browser.js';
import { Planner } from './helpers/planner.js';
import { type PageServer, plainServer } from './helpers/server.js';

let browser: Browser;
let server: PageServer;
let planner: Planner;
let database: string;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), plainServer()]);
  planner = await Planner.open(browser, server.address);
  await planner.generate(5000, 'realistic', '2025-06-13');
  await planner.run();
  await planner.result();
  ({ path: database } = await planner.download('Database'));
});

afterAll(async () => {
  await planner?.close();
  await browser?.close();
  await server?.close();
});

/** What the program `sqlite3` reads of the result, a line a row. */
function asked(sql: string): string[] {
  const { status, stdout, stderr } = spawnSync('sqlite3', ['-readonly', database, sql], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

/** The pairs of contact and type in a CSV file of the page, as sqlite3 writes them. */
function rowsOf(path: string): string[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  expect(head.split(',').slice(0, 6)).toEqual(['contact_id', 'name', 'address', 'state', 'email_type', 'status']);
  return lines.map((line) => line.split(',')).map((cells) => `${cells[0]}|${cells[2]}|${cells[4]}`);
}

const LIST = 'SELECT contact_id, c.email, email_type FROM email_schedules AS s JOIN contacts AS c ON c.id = contact_id';
const list = () => planner.page.locator('#panel-day');

async function savedList(): Promise<{ readonly path: string; readonly fileName: string }> {
  return planner.saved(() => planner.page.getByRole('button', { name: 'This list as CSV' }).click());
}

test('a bar of the reasons leads to the contacts that it stops, and the list is a file', async () => {
  const { page } = planner;
  await planner.tab('Plan');
  const bar = page.getByRole('region', { name: 'Why emails are skipped' }).locator('rect[data-code]').first();
  const reason = (await bar.getAttribute('data-code')) ?? '';
  await bar.click();
  const expected = asked(`${LIST} WHERE status = 'skipped' AND skip_reason = '${reason}' ORDER BY contact_id`);
  await page.getByText(`1 to 50 of ${expected.length.toLocaleString('en-US')}`).waitFor();
  expect(await list().locator('h2').textContent()).toBe('All days');
  const { path, fileName } = await savedList();
  expect(fileName).toMatch(/^realistic-5000-emails-all-days-skipped-.*-2025-06-13\.csv$/);
  expect(rowsOf(path).sort()).toEqual(expected.sort());
  await list()
    .getByRole('button', { name: /^Explain contact/ })
    .first()
    .click();
  await page.getByRole('region', { name: /^Explanation of contact/ }).waitFor();
});

test('a state leads to its emails; day, kind and status narrow the list, and a reload keeps it', async () => {
  const { page } = planner;
  await planner.tab('Plan');
  const states = page.getByRole('region', { name: 'States', exact: true });
  await states.getByText('States as a table').click();
  const row = states.getByRole('row', { name: /^TX/ });
  await row.waitFor();
  const [, , toBeSent, skipped] = await row.locator('td').allTextContents();
  const count = [toBeSent, skipped].reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0);
  await states.locator('rect[data-state=TX]').first().click();
  await page.getByText(`1 to 50 of ${count.toLocaleString('en-US')}`).waitFor();
  // States are read in many ways of writing, so the contacts are those of the list.
  const contacts = [...new Set(rowsOf((await savedList()).path).map((row) => row.split('|')[0]))].join(', ');
  const inTexas = `email_type = 'birthday' AND status = 'pre-scheduled' AND contact_id IN (${contacts})`;
  await list().getByLabel('Kind').selectOption({ label: 'Birthday email' });
  await list().getByLabel('Status').selectOption('pre-scheduled');
  const [day] = asked(
    `SELECT scheduled_send_date FROM email_schedules WHERE ${inTexas} GROUP BY 1 ORDER BY count(*) DESC LIMIT 1`,
  );
  await list().locator('input[type=date]').fill(day);
  const expected = asked(`${LIST} WHERE ${inTexas} AND scheduled_send_date = '${day}'`);
  await page.getByText(`1 to ${expected.length} of ${expected.length}`).waitFor();
  expect(rowsOf((await savedList()).path).sort()).toEqual(expected.sort());
  await page.reload();
  await page.getByText(`1 to ${expected.length} of ${expected.length}`).waitFor();
  expect(await list().getByLabel('State').inputValue()).toBe('TX');
  await page.getByRole('button', { name: 'All emails' }).click();
  await page.getByRole('button', { name: 'All days' }).click();
  const all = asked(
    "SELECT count(*) FROM email_schedules WHERE status IN ('pre-scheduled', 'skipped') AND scheduled_send_date >= '2025-06-13'",
  );
  await page.getByText(`1 to 50 of ${Number(all[0]).toLocaleString('en-US')}`).waitFor();
});

test('a type leads to its emails', async () => {
  const { page } = planner;
  await planner.tab('Plan');
  await page.getByRole('region', { name: 'Emails by type' }).getByRole('button', { name: 'Policy email' }).click();
  await list().getByRole('region', { name: 'Emails of all days' }).waitFor();
  expect(await list().getByLabel('Kind').inputValue()).toBe('effective_date');
  expect(planner.complaints).toEqual([]);
});
