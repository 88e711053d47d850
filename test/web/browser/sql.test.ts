import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';

openPage({}, async () => {
  await planner.generate(1000, 'realistic', '2025-06-13');
  await planner.run();
  await planner.result();
});

const query = () => planner.page.getByLabel('Query', { exact: true });

async function refused(sql: string): Promise<string> {
  const { page } = planner;
  await query().fill(sql);
  await page.getByRole('button', { name: 'Run SQL' }).click();
  const alert = page.locator('#panel-sql [role=alert]');
  await alert.waitFor();
  return (await alert.textContent()) ?? '';
}

test('nothing can be changed, whatever is tried', async () => {
  await planner.tab('SQL');
  const readOnly = 'SQLite says: attempt to write a readonly database.';
  for (const sql of [
    'DELETE FROM contacts',
    'PRAGMA query_only = OFF; DELETE FROM contacts',
    'PRAGMA writable_schema = ON; DELETE FROM sqlite_schema',
    'DROP TABLE contacts',
    'CREATE TABLE mine (a)',
    'PRAGMA user_version = 7',
    'VACUUM',
  ]) {
    expect({ sql, said: await refused(sql) }).toEqual({ sql, said: readOnly });
  }
  expect(await planner.sql('SELECT count(*) FROM contacts')).toEqual([['1000']]);
  expect(await planner.sql('CREATE TEMP TABLE mine AS SELECT 7 AS a; SELECT a FROM mine')).toEqual([['7']]);
});

test('an error goes when the query is changed, and earlier queries can be had again', async () => {
  const { page } = planner;
  await refused('SELECT nothing');
  await query().fill('SELECT 1 AS one');
  expect(await page.locator('#panel-sql [role=alert]').count()).toBe(0);
  await planner.sql('SELECT 1 AS one');
  await page.getByLabel('Earlier queries').selectOption({ label: 'SELECT count(*) FROM contacts' });
  expect(await query().inputValue()).toBe('SELECT count(*) FROM contacts');
});

test('tables tell their columns, and one that is chosen becomes a query', async () => {
  const { page } = planner;
  await page.locator('#panel-sql summary', { hasText: 'Tables and columns' }).click();
  const table = page.locator('.schema-table', { hasText: 'email_schedules' }).first();
  await table.getByText('scheduled_send_date').waitFor();
  await page.getByRole('button', { name: 'Ask for contacts' }).click();
  expect(await query().inputValue()).toMatch(/^SELECT id, .*\nFROM contacts\nLIMIT 100$/);
});

test('a column orders all rows, those that are not shown as well, and all of them become a file', async () => {
  const { page } = planner;
  const sql =
    "SELECT id, 1000 - id AS rest, '\"=1' AS text, NULL AS gap, 0.5 AS half FROM contacts, (VALUES (1), (2)) -- two";
  const first = await planner.sql(sql);
  expect(first).toHaveLength(1000);
  await page.getByRole('button', { name: 'rest, order by it from the least' }).click();
  await page.getByRole('button', { name: 'rest, order by it from the greatest' }).waitFor();
  const row = page.locator('[aria-label="Rows of the query"] tbody tr').first();
  expect(await row.locator('td').allTextContents()).toEqual(['1000', '0', '"=1', 'NULL', '0.5']);
  const { path, fileName } = await planner.saved(() => page.getByRole('button', { name: 'All rows as CSV' }).click());
  expect(fileName).toBe('realistic-1000-query-2025-06-13.csv');
  const lines = readFileSync(path, 'utf8').split('\r\n');
  expect(lines.slice(0, 2)).toEqual(['id,rest,text,gap,half', '1000,0,"""=1",,0.5']);
  expect(lines).toHaveLength(2002);
  expect(planner.complaints).toEqual([]);
});
