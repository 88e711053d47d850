import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';
import { picture } from './helpers/picture.js';

// What an operator comes to the page for, done as they would do it. With SENDPLAN_SHOTS=folder every task leaves a picture there.

const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));

openPage({ viewport: { width: 1280, height: 900 } }, async () => {
  await planner.generate(5000, 'realistic', '2025-06-13');
  // Few emails a day, so that a day is over its cap.
  await planner.tab('Settings');
  await planner.page.locator('[data-key="load_balancing.daily_send_percentage_cap"]').fill('1');
  await planner.run();
  await planner.result();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('why did this person not get their email?', async () => {
  const { page } = planner;
  await planner.tab('Days');
  await page.locator('#panel-day').getByLabel('Status').selectOption('skipped');
  const row = page.getByRole('region', { name: 'Emails of all days' }).locator('tbody tr').first();
  await row.waitFor();
  const [id, , address] = await row.locator('td').allTextContents();
  // They know an address, and search for it.
  await planner.tab('Contact');
  await page.getByRole('searchbox').fill(address);
  await page.getByRole('button', { name: 'Search' }).click();
  const letter = page.getByRole('region', { name: `Explanation of contact ${id}` });
  await letter.waitFor();
  const skipped = letter.locator('.email.skipped').first();
  expect(await skipped.locator('h4').textContent()).toMatch(/: not sent on .*, because /);
  await picture('1-why-not', true);
});

test('who is on a day, and the list of them', async () => {
  const { page } = planner;
  await planner.tab('Plan');
  const calendar = page.getByRole('region', { name: 'The year as a calendar' });
  await calendar.locator('rect[data-day="2025-07-22"]').click();
  await page.locator('#panel-day h2').getByText('Tue, 22 July 2025').waitFor();
  await page.getByRole('button', { name: 'All emails' }).click();
  await page.locator('#panel-day').getByLabel('Status').selectOption('pre-scheduled');
  const pager = page.locator('#panel-day .pager span');
  await pager.waitFor();
  await picture('2-who-is-on-the-22nd', true);
  const { path, fileName } = await planner.saved(() => page.getByRole('button', { name: 'This list as CSV' }).click());
  expect(fileName).toBe('realistic-5000-emails-on-2025-07-22-pre-scheduled-2025-06-13.csv');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  expect(lines[1]).toMatch(/@.*,pre-scheduled,.*2025-07-22/);
  expect(`of ${(lines.length - 1).toLocaleString('en-US')}`).toBe(
    (await pager.textContent())?.replace(/^.* (of .*)$/, '$1'),
  );
});

test('what is over its cap, and why', async () => {
  const { page } = planner;
  await planner.tab('Plan');
  const volume = page.getByRole('region', { name: 'Emails per day', exact: true }).first();
  expect(await volume.locator('h3').textContent()).toMatch(/over its cap/);
  expect(await volume.locator('.sendplan-over > *').count()).toBeGreaterThan(0);
  await picture('3-over-the-cap', true);
});

test('what changes if nothing goes out on Sundays', async () => {
  const { page } = planner;
  await page.getByLabel('Name of this run').fill('as it is');
  await page.getByLabel('Name of this run').blur();
  await planner.tab('Settings');
  await page.getByLabel('Sun', { exact: true }).uncheck();
  await planner.tab('Compare');
  await planner.run();
  await page.getByText(/^Run 2 sends /).waitFor({ timeout: 60_000 });
  const changed = page.getByRole('region', { name: 'Settings' });
  await changed
    .getByText(/weekday|days/i)
    .first()
    .waitFor();
  await page
    .getByText(/“as it is”/)
    .first()
    .waitFor({ state: 'attached' });
  await picture('4-without-sundays', true);
  expect(planner.complaints).toEqual([]);
});
