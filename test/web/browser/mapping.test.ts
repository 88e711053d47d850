import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';
import { sqlite3 } from './helpers/sqlite3.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));

openPage({}, async () => {
  await planner.setDay('2025-06-13');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function made(name: string, sql: string): string {
  sqlite3(join(folder, name), sql);
  return join(folder, name);
}

const ROWS = "(1, 'a@example.org', 'TX', '1950-06-30', '75001'), (2, 'b@example.org', 'CA', '1950-07-30', '90001')";
const question = () => planner.page.getByRole('region', { name: 'Where the contacts are' });

test('a database without contacts asks which table they are, and reads it by a view of the copy', async () => {
  const { page } = planner;
  const file = made(
    'people.db',
    `CREATE TABLE notes (a, b); CREATE TABLE "the ""people""" (pid INTEGER PRIMARY KEY, "e-mail" TEXT, st TEXT, dob TEXT, zip TEXT);
     INSERT INTO "the ""people""" VALUES ${ROWS};`,
  );
  await planner.choose(file);
  await question().getByText('This database has no table contacts.', { exact: false }).waitFor();
  // The likeliest table is chosen, with what its names say.
  expect(await question().getByLabel('Birth date').inputValue()).toBe('dob');
  expect(await question().getByLabel('Email address').inputValue()).toBe('e-mail');
  await question().getByText('1950-06-30').waitFor();
  await page.getByRole('button', { name: 'Read it so' }).click();
  await question().getByText('Say which column it is: Number of the contact.').waitFor();
  await question().getByLabel('Number of the contact').selectOption('pid');
  await page.getByRole('button', { name: 'Read it so' }).click();
  await page.getByText(/^Contacts are read from the "people": id is pid, email is e-mail/).waitFor();
  expect(await question().isVisible()).toBe(false);
  await planner.run();
  await planner.result();
  expect(await planner.figure('Contacts planned')).toBe('2');
  const { path } = await planner.download('Database');
  expect(sqlite3(path, 'PRAGMA integrity_check; SELECT count(DISTINCT contact_id) FROM email_schedules;')).toBe(
    'ok\n2\n',
  );
});

test('columns of contacts with other names get columns of the known names that stand for them', async () => {
  const { page } = planner;
  const file = made(
    'other.db',
    `CREATE TABLE contacts (customer_id INTEGER PRIMARY KEY, mail TEXT, state TEXT, dob TEXT, zip TEXT); INSERT INTO contacts VALUES ${ROWS};`,
  );
  await planner.choose(file);
  await question().getByText('Some columns of contacts have names that are not read.', { exact: false }).waitFor();
  expect(await question().getByLabel('Number of the contact').inputValue()).toBe('customer_id');
  await page.getByRole('button', { name: 'Read it so' }).click();
  await page.getByText(/^Contacts are read from contacts: id is customer_id, email is mail/).waitFor();
  await planner.run();
  await planner.result(2);
  expect(await planner.figure('Contacts planned')).toBe('2');
  expect(await planner.sql('SELECT id, customer_id, birth_date, dob FROM contacts WHERE id = 2')).toEqual([
    ['2', '2', '1950-07-30', '1950-07-30'],
  ]);
  await planner.tab('Contact');
  await page.getByRole('searchbox').fill('b@example.org');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('region', { name: 'Explanation of contact 2' }).waitFor();
});

test('it can be left as it is, and names that are known ask nothing', async () => {
  const { page } = planner;
  await planner.choose(join(folder, 'people.db'));
  await page.getByRole('button', { name: 'Leave it as it is' }).click();
  expect(await question().isVisible()).toBe(false);
  await planner.run();
  expect(await planner.failure()).toMatch(/contacts/);
  expect(planner.complaints).toEqual([]);
});
