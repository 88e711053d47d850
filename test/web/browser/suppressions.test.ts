import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';
import { sqlite3 } from './helpers/sqlite3.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));

openPage({ viewport: { width: 1280, height: 900 } }, async () => {
  await planner.setDay('2025-06-13');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;

/** Opens a database of three contacts and what else it is to have, in the place of the one before. */
async function openDatabase(sql: string): Promise<string> {
  made += 1;
  const file = join(folder, `book${made}.db`);
  sqlite3(
    file,
    `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, effective_date TEXT, opted_out INTEGER);
     INSERT INTO contacts VALUES (1, 'ann@example.org', 'TX', '1950-07-20', '2015-09-01', 0),
       (2, 'Bob@Example.org', 'TX', '1951-08-02', '2018-11-01', 0), (73, 'eve@example.org', 'TX', '1949-12-30', '2016-10-01', 1);
     ${sql}`,
  );
  await planner.choose(file);
  await planner.page.getByTestId('drop').getByText(`book${made}.db`).waitFor();
  await planner.tab('Settings');
  return file;
}

const editor = () => planner.page.getByRole('group', { name: 'Suppressions' });
const rows = () => editor().getByRole('region', { name: 'Suppressions' }).locator('tbody tr');
const texts = async () => {
  const cells = await rows().evaluateAll((found) =>
    found.map((row) => [...row.children].slice(0, 5).map((cell) => cell.textContent ?? '')),
  );
  return cells.map((row) => row.join('|'));
};
const field = (label: string) => editor().getByLabel(label, { exact: true });

let runs = 0;

async function planAgain(): Promise<void> {
  await planner.run();
  runs += 1;
  await planner.result(runs);
}

/** What the plan that is downloaded stops because of suppressions: contact, type, reason. */
async function suppressed(path: string): Promise<string[]> {
  const sql = `SELECT contact_id, email_type, skip_reason FROM email_schedules WHERE skip_reason LIKE 'suppressed:%' ORDER BY 1, 2;`;
  return sqlite3(path, sql)
    .split('\n')
    .filter((line) => line !== '');
}

test('a suppression is added, which the plan and the download heed and the file does not have', async () => {
  const { page } = planner;
  const file = await openDatabase('');
  const before = readFileSync(file);
  await planAgain();
  await planner.tab('Settings');
  await editor().getByText('This database has none.').waitFor();
  await field('Contact').fill('73');
  await field('Reason').fill('Asked by phone!');
  await editor().getByLabel('Covers').selectOption('some emails only');
  await editor().getByLabel('Birthday email').check();
  await editor().getByRole('button', { name: 'Add it' }).click();
  await editor().getByText('Added; it is for 1 contact.').waitFor();
  await editor().getByText('1 suppression.').waitFor();
  expect(await texts()).toEqual(['Contact 73|Birthday email|Asked by phone!||']);
  // The plan is one without it.
  await planner.tab('Plan');
  await page.getByText('The suppressions have been changed since.').waitFor();
  await page.getByText('1 change of suppressions is in the copy').waitFor();
  await planAgain();
  expect(await page.getByText('The suppressions have been changed since.').isVisible()).toBe(false);
  const { path } = await planner.download('Database');
  expect(await suppressed(path)).toEqual(['73|birthday|suppressed:asked_by_phone']);
  expect(sqlite3(path, 'PRAGMA integrity_check; SELECT typeof(contact_id), scope FROM suppressions;')).toBe(
    'ok\ninteger|birthday\n',
  );
  expect(readFileSync(file).equals(before)).toBe(true);
  await planner.tab('Compare');
  await page.getByRole('row', { name: /^suppressions as the database has them 1 change made here/ }).waitFor();
});

test('what is wrong is said at its field, and nothing is changed', async () => {
  // SQLite in a page cannot open one in WAL mode, unless it is told that it is none.
  await openDatabase('PRAGMA journal_mode = WAL;');
  const add = () => editor().getByRole('button', { name: 'Add it' }).click();
  await add();
  await editor().getByText('Contact: its number, or an address beside it.').waitFor();
  await field('Contact').fill('seven');
  await field('Address').fill('nobody');
  await editor().getByLabel('Covers').selectOption('some emails only');
  await field('First day').fill('2025-07-01');
  await field('Last day').fill('2025-06-30');
  await add();
  for (const problem of [
    'Contact: a whole number from 1 on.',
    'Address: such as name@example.org.',
    'Covers: at least one kind.',
    'Last day: not before the first day.',
  ]) {
    await editor().getByText(problem).waitFor();
  }
  expect(await field('Contact').getAttribute('aria-invalid')).toBe('true');
  expect(await field('Contact').evaluate((input) => input === document.activeElement)).toBe(true);
  await field('Contact').fill('8');
  expect(await editor().getByText('Contact: a whole number from 1 on.').isVisible()).toBe(false);
  await field('Address').fill('');
  await editor().getByLabel('Covers').selectOption('everything');
  await field('Last day').fill('2025-07-31');
  await add();
  await editor().getByText('Added, but no contact of this database has that number or address.').waitFor();
  await expect.poll(texts).toEqual(['Contact 8|everything|unsubscribed|1 Jul 2025|31 Jul 2025']);
});

test('those of a table are changed and removed, and all changes taken back', async () => {
  const { page } = planner;
  await openDatabase(
    `CREATE TABLE campaign_types (name TEXT); INSERT INTO campaign_types VALUES ('Rate Increase');
     CREATE TABLE suppressions (contact_id TEXT, email TEXT, scope TEXT, ends_on TEXT);
     INSERT INTO suppressions VALUES ('1', NULL, 'all', NULL), (NULL, ' bob@example.ORG ', 'aep_1, birthday', '6/30/2025'), ('x', NULL, NULL, NULL);`,
  );
  await editor().getByText('3 suppressions.').waitFor();
  expect((await texts()).at(-1)).toBe('Contact 1|everything|unsubscribed||');
  await editor().getByLabel('Find').fill('BOB@');
  await editor().getByText('3 suppressions, 1 found.').waitFor();
  await expect.poll(() => rows().count()).toBe(1);
  await editor()
    .getByRole('button', { name: /^Change suppression of/ })
    .click();
  expect(await field('Address').inputValue()).toBe(' bob@example.ORG ');
  expect(await editor().getByLabel('Enrollment email 1').isChecked()).toBe(true);
  await editor().getByText('The database has “6/30/2025”, which stays until you choose a day.').waitFor();
  await editor().getByLabel('rate increase').check();
  await field('Reason').fill('complained');
  await editor().getByRole('button', { name: 'Change it' }).click();
  await editor().getByText('Changed; it is for 1 contact.').waitFor();
  await editor().getByLabel('Find').fill('');
  await editor().getByRole('button', { name: 'Remove suppression of contact 1' }).click();
  await editor().getByText('2 suppressions.').waitFor();
  await page.getByText('2 changes of suppressions are in the copy').waitFor();
  await planAgain();
  const { path } = await planner.download('Database');
  expect(sqlite3(path, 'SELECT rowid, * FROM suppressions;')).toBe(
    '2||bob@example.ORG|birthday, rate increase, aep_1|6/30/2025|complained|\n3|x|||||\n',
  );
  expect((await suppressed(path)).filter((row) => !row.startsWith('2|'))).toEqual([]);
  await planner.tab('Settings');
  await editor().getByRole('button', { name: 'Take all changes back' }).click();
  await editor().getByText('3 suppressions.').waitFor();
  expect(await page.getByText(/changes? of suppressions/).count()).toBe(0);
});

test('a view stays, and what is added counts before it', async () => {
  await openDatabase(
    `CREATE VIEW "suppressions" (contact_id, reason) AS SELECT id, 'opted out' FROM contacts WHERE opted_out -- by hand`,
  );
  await editor().getByText('1 suppression. Those of a view stay as they are').waitFor();
  await rows().getByText('of a view').waitFor();
  await field('Address').fill('EVE@example.org');
  await field('Reason').fill('complaint');
  await editor().getByRole('button', { name: 'Add it' }).click();
  await editor().getByText('Added; it is for 1 contact.').waitFor();
  await expect.poll(texts).toEqual(['EVE@example.org|everything|complaint||', 'Contact 73|everything|opted out||']);
  await planAgain();
  const { path } = await planner.download('Database');
  expect(new Set((await suppressed(path)).map((row) => row.replace(/\|.*\|/, '|')))).toEqual(
    new Set(['73|suppressed:complaint']),
  );
  // The view still looks at the contacts; what was added can be taken out again, also of the file that was downloaded.
  sqlite3(path, 'UPDATE contacts SET opted_out = 1 WHERE id = 1;');
  await planner.choose({ name: 'again.db', mimeType: '', buffer: readFileSync(path) });
  await planner.tab('Settings');
  await editor().getByText('3 suppressions. Those of a view').waitFor();
  await editor().getByRole('button', { name: 'Remove suppression of EVE@example.org' }).click();
  await editor().getByText('2 suppressions. Those of a view').waitFor();
  expect(planner.complaints).toEqual([]);
});

test('what cannot be changed is shown and says so', async () => {
  await openDatabase(
    `CREATE TABLE suppressions (contact_id INTEGER PRIMARY KEY, reason TEXT) WITHOUT ROWID; INSERT INTO suppressions VALUES (2, 'bounced');`,
  );
  await editor().getByText('1 suppression. They are in a form that cannot be changed here.').waitFor();
  expect(await texts()).toEqual(['Contact 2|everything|bounced||']);
  expect(await editor().getByRole('button', { name: 'Add it' }).isVisible()).toBe(false);
});

test('changes are remembered with the file when that is asked for, and leaving asks as long as they are not downloaded', async () => {
  const { page } = planner;
  await openDatabase('');
  await planAgain();
  await planner.download('CSV');
  await planner.tab('Settings');
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.getByLabel('Remember this file in this browser').check();
  await field('Contact').fill('2');
  await editor().getByRole('button', { name: 'Add it' }).click();
  await expect.poll(texts).toEqual(['Contact 2|everything|unsubscribed||']);
  // What is kept is kept a moment later.
  await page.waitForTimeout(1000);
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  await page.getByText('1 change of suppressions is in the copy').waitFor();
  await planner.tab('Settings');
  await expect.poll(texts).toEqual(['Contact 2|everything|unsubscribed||']);
  await editor().getByRole('button', { name: 'Take all changes back' }).click();
  await editor().getByText('This database has none.').waitFor();
  await page.getByLabel('Remember this file in this browser').uncheck();
});
