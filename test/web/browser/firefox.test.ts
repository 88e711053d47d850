import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFirefox, startFirefox } from './helpers/firefox.js';
import { type PageServer, plainServer } from './helpers/server.js';

const firefox = findFirefox();
if (firefox === null) {
  console.log(
    'The page is not tried in Firefox: none was found. On Debian: sudo apt-get install --yes firefox-esr. Elsewhere: set FIREFOX_PATH.',
  );
}

const folder = mkdtempSync(join(tmpdir(), 'sendplan-firefox-'));
let server: PageServer;

beforeAll(async () => {
  server = await plainServer();
});

afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(firefox === null)(
  'Firefox opens the page, plans, draws the charts, answers SQL and saves a file',
  async () => {
    const browser = await startFirefox(firefox ?? '', folder);
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(`${server.address}#asof=2025-06-13`);
      const press = (name: string) => page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
      const tab = (name: string) => page.locator(`#tab-${name}`).click();
      await page.locator('.welcome button').click();
      await page.waitForSelector('#panel-plan svg.sendplan-chart [data-day]', { timeout: 60_000 });
      expect(await page.$$eval('#panel-plan svg.sendplan-chart', (charts) => charts.length)).toBe(5);
      await tab('sql');
      await press('Run SQL');
      await page.waitForSelector('[aria-label="Rows of the query"] tbody tr', { timeout: 60_000 });
      await page.evaluate(() => document.querySelector<HTMLElement>('#tab-plan')?.click());
      const day = await page.waitForSelector('#panel-plan [data-day="2025-06-20"]');
      await day?.click();
      await page.waitForSelector('#panel-day tbody tr');
      await tab('download');
      await press('Download CSV');
      const saved = () => readdirSync(folder).filter((name) => name.endsWith('.csv'));
      await expect.poll(() => saved().length, { timeout: 30_000 }).toBe(1);
      await expect
        .poll(() => readFileSync(join(folder, saved()[0]), 'utf8').length, { timeout: 30_000 })
        .toBeGreaterThan(100_000);
      expect(readFileSync(join(folder, saved()[0]), 'utf8')).toMatch(/^contact_id,email_type,/);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);
