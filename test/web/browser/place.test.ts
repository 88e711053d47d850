import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from './helpers/browser.js';
import { Planner } from './helpers/planner.js';
import { type PageServer, plainServer } from './helpers/server.js';

const DAY = '2025-06-13';

let browser: Browser;
let server: PageServer;
let planner: Planner;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), plainServer()]);
  planner = await Planner.open(browser, server.address);
});

afterAll(async () => {
  await planner?.close();
  await browser?.close();
  await server?.close();
});

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
  expect(await selected()).toBe('Contact');
  await page.goBack();
  await page.goBack();
  expect(await selected()).toBe('Days');
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
