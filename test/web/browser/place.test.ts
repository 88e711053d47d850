import { expect, test } from 'vitest';
import { browser, openPage, planner, server } from './helpers/openPage.js';
import { Planner } from './helpers/planner.js';

const DAY = '2025-06-13';

openPage();

const selected = () => planner.page.locator('[role=tab][aria-selected=true]').textContent();

test('view, day and contact are steps that Back takes back', async () => {
  const { page } = planner;
  await planner.generate(1000, 'realistic', DAY);
  await planner.run();
  await planner.result();
  await planner.tab('Day');
  await page.locator('#panel-day input[type=date]').fill('2025-06-20');
  await page.locator('#panel-day h2').getByText('Fri, 20 June 2025').waitFor();
  await page.locator('#panel-day').getByLabel('Status').selectOption('skipped');
  await planner.tab('Contact');
  await page.getByRole('searchbox').fill('73');
  await page.getByRole('button', { name: 'Search' }).click();
  const letter = page.getByRole('region', { name: 'Explanation of contact 73' });
  await letter.waitFor();
  await planner.tab('SQL');
  await page.goBack();
  await letter.waitFor();
  await expect.poll(selected).toBe('Contact');
  await page.goBack();
  await page.goBack();
  await expect.poll(selected).toBe('Days');
  expect(await page.locator('#panel-day').getByLabel('Status').inputValue()).toBe('skipped');
  await page.goForward();
  await page.goForward();
  await letter.waitFor();
});

test('reloading makes up the same database, plans it again and shows the same', async () => {
  const { page } = planner;
  await planner.tab('Settings');
  await page.locator('[data-key="followups.delay_days"]').fill('4');
  await planner.run();
  await planner.result(2);
  const sent = await planner.figure('Emails to be sent');
  await planner.tab('Day');
  await page.locator('#panel-day input[type=date]').fill('2025-06-20');
  await page.locator('#panel-day').getByLabel('Status').selectOption('skipped');
  await page.reload();
  await page.locator('#panel-day h2').getByText('Fri, 20 June 2025').waitFor();
  expect(await page.locator('#panel-day').getByLabel('Status').inputValue()).toBe('skipped');
  expect(await planner.figure('Emails to be sent')).toBe(sent);
  expect(await page.getByLabel('Plan as of').inputValue()).toBe(DAY);
  expect(await page.locator('[data-key="followups.delay_days"]').inputValue()).toBe('4');
  expect(planner.requests.every((address) => !address.includes('2025'))).toBe(true);
});

test('runs have names, and several files can be gone back to', async () => {
  const { page } = planner;
  const first = await planner.download('Database');
  await planner.tab('Plan');
  await page.getByLabel('Name of this run').fill('four days');
  await page.getByLabel('Name of this run').blur();
  await page
    .getByText(/run \d+ \(four days\)\.$/)
    .first()
    .waitFor();
  await planner.generate(1000, 'seed', DAY);
  await page.getByLabel('Files of this visit').selectOption({ label: 'realistic-1000.sqlite3' });
  await page.getByTestId('drop').getByText('realistic-1000.sqlite3').waitFor();
  await planner.setDay('2025-06-14');
  await planner.run();
  await page.locator('#panel-plan h2').getByText('14 Jun 2025').waitFor();
  await planner.tab('Compare');
  await page
    .getByText(/Run \d+ “four days”: realistic-1000/)
    .first()
    .waitFor({ state: 'attached' });
  expect(first.fileName).toContain('realistic-1000');
  await planner.setDay(DAY);
});

test('a file is remembered when that is asked for, planned again by itself, and forgotten when asked', async () => {
  const { path } = await planner.download('Database');
  const other = await Planner.open(browser, server.address);
  const { page } = other;
  const kept = () => page.evaluate(async () => (await indexedDB.databases()).length);
  await other.choose(path);
  await other.setDay(DAY);
  await other.run();
  await other.result();
  await other.tab('Days');
  expect(await kept()).toBe(0);
  await page.getByLabel('Remember this file in this browser').check();
  await expect.poll(kept).toBe(1);
  await page.waitForTimeout(600);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto('about:blank');
  await page.goto(server.address);
  await page.getByText(/^1 to 50 of/).waitFor();
  expect(await page.getByLabel('Plan as of').inputValue()).toBe(DAY);
  // An address of another file does not make the browser forget this one.
  await page.goto('about:blank');
  await page.goto(`${server.address}#view=plan&file=another.db`);
  await page.getByText('Choose a SQLite file').waitFor();
  await page.waitForTimeout(600);
  await page.goto('about:blank');
  await page.goto(server.address);
  await page.getByText(/^1 to 50 of/).waitFor();
  await page.getByLabel('Remember this file in this browser').uncheck();
  await expect.poll(kept).toBe(0);
  await page.goto('about:blank');
  await page.goto(server.address);
  await page.getByText('Choose a SQLite file').waitFor();
  expect(other.complaints).toEqual([]);
  await other.close();
});

test('with a file of your own leaving asks, and after a reload the page says which file to choose again', async () => {
  const { page } = planner;
  const { path } = await planner.download('Database');
  await page.goto(`${server.address}?other`);
  await planner.choose(path);
  await planner.setDay(DAY);
  await planner.run();
  await planner.result();
  await planner.tab('Contact');
  await page.getByRole('searchbox').fill('73');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('region', { name: 'Explanation of contact 73' }).waitFor();
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  await page.getByText(/^Choose .* again$/).waitFor();
  await planner.choose(path);
  await planner.run();
  await page.getByRole('region', { name: 'Explanation of contact 73' }).waitFor();
  await planner.download('CSV');
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
});
