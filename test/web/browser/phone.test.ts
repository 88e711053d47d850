import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));

openPage({ viewport: { width: 375, height: 740 }, hasTouch: true });

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('with a plan the database folds up and can be unfolded; a tap points at a day, and a button opens it', async () => {
  const { page } = planner;
  await planner.generate(1000, 'realistic', '2025-06-13');
  await planner.run();
  await planner.result();
  expect(await page.getByLabel('Plan as of').isVisible()).toBe(false);
  const fold = page.getByRole('button', { name: 'realistic-1000.sqlite3, 13 Jun 2025' });
  await fold.tap();
  expect(await page.getByLabel('Plan as of').isVisible()).toBe(true);
  await fold.tap();
  const calendar = page.getByRole('region', { name: 'The year as a calendar' });
  await calendar.locator('rect[data-day="2025-07-10"]').tap();
  const show = calendar.getByRole('button', { name: /^Thu, 10 July 2025: \d+ emails?$/ });
  expect((await show.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await calendar.getByRole('button', { name: 'The day after' }).tap();
  await calendar.getByRole('button', { name: /^Fri, 11 July 2025/ }).tap();
  await page.locator('#panel-day h2').getByText('Fri, 11 July 2025').waitFor();
});

test('characters that make an address look like another are shown by their codes', async () => {
  const { page } = planner;
  const file = join(folder, 'odd.db');
  const sql = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT, state TEXT, birth_date TEXT);
    INSERT INTO contacts VALUES (1, 'P' || char(0x430) || 'ul', 'Зоя', 'p' || char(0x430) || 'ul@example.org', 'TX', '1950-06-30'),
      (2, 'An' || char(0x200b) || 'na', 'Müller', 'anna@example.org', 'TX', '1950-06-30'), (3, 'علی' || char(0x200c) || 'رضا', NULL, 'a@example.org', 'TX', '1950-06-30');`;
  expect(spawnSync('sqlite3', [file], { input: sql }).status).toBe(0);
  await page.getByRole('button', { name: 'realistic-1000.sqlite3, 13 Jun 2025' }).tap();
  await planner.choose(file);
  await planner.run();
  await planner.result(2);
  await planner.tab('Contact');
  await page.getByRole('searchbox').fill('@example');
  await page.getByRole('button', { name: 'Search' }).tap();
  await page.getByRole('region', { name: 'Contacts found' }).waitFor();
  const cells = await page
    .getByRole('region', { name: 'Contacts found' })
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].slice(1, 3).map((cell) => cell.textContent)));
  expect(cells[0]).toEqual(['PаU+0430ul Зоя', 'pаU+0430ul@example.org']);
  expect(cells[1]).toEqual(['AnU+200Bna Müller', 'anna@example.org']);
  expect(cells[2]).toEqual(['علی\u200cرضا', 'a@example.org']);
  expect(planner.complaints).toEqual([]);
});
