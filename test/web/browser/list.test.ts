import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';

let database: string;

openPage({}, async () => {
  await planner.generate(5000, 'realistic', '2025-06-13');
  await planner.run();
  await planner.result();
  ({ path: database } = await planner.download('Database'));
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
  const letter = page.getByRole('region', { name: /^Explanation of contact/ });
  // Whoever comes from a list has searched for nobody, and sees who it is all the same.
  const id = /[0-9]+$/.exec((await letter.locator('h3').textContent()) ?? '')?.[0] ?? '';
  const [who] = asked(
    `SELECT trim(first_name) || ' ' || trim(last_name) || ', ' || trim(email) FROM contacts WHERE id = ${id}`,
  );
  expect(await letter.locator('.file-name').textContent()).toBe(who);
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

test('a contact shows what was sent before, on the time line and as a table', async () => {
  const { page } = planner;
  const history = "status NOT IN ('pre-scheduled', 'skipped', 'scheduled')";
  const [most] = asked(
    `SELECT contact_id, count(*) FROM email_schedules WHERE ${history} AND contact_id IN (SELECT id FROM contacts WHERE email LIKE '_%@_%._%') GROUP BY 1 ORDER BY 2 DESC LIMIT 1`,
  );
  const [id, count] = most.split('|');
  await planner.tab('Contact');
  await page.getByRole('searchbox').first().fill(id);
  await page.getByRole('button', { name: 'Search' }).click();
  const letter = page.getByRole('region', { name: `Explanation of contact ${id}` });
  await letter.locator('svg text', { hasText: 'Sent before' }).first().waitFor();
  await letter.getByText('What was sent before as a table').click();
  const rows = letter.getByRole('region', { name: 'What was sent before' }).locator('tbody tr');
  await rows.first().waitFor();
  expect(await rows.count()).toBe(Number(count));
  const [day] = asked(
    `SELECT date(coalesce(actual_send_datetime, scheduled_send_date)) FROM email_schedules WHERE ${history} AND contact_id = ${id} ORDER BY 1 DESC LIMIT 1`,
  );
  const shown = new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
  expect(await rows.first().locator('td').first().textContent()).toBe(shown);
});

test('a type leads to its emails', async () => {
  const { page } = planner;
  await planner.tab('Plan');
  await page.getByRole('region', { name: 'Emails by type' }).getByRole('button', { name: 'Policy email' }).click();
  await list().getByRole('region', { name: 'Emails of all days' }).waitFor();
  expect(await list().getByLabel('Kind').inputValue()).toBe('effective_date');
  expect(planner.complaints).toEqual([]);
});
