import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { browser, openPage, planner, reopenPage, server } from './helpers/openPage.js';
import { Planner } from './helpers/planner.js';
import { isolatedServer, plainServer } from './helpers/server.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = ['Plan', 'Day', 'Contact', 'Settings', 'Compare', 'Year', 'SQL', 'Download'];

openPage({ serve: () => plainServer('/a/sub/path/') });

interface AxeWindow {
  readonly axe: {
    run(context: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
  };
}

/** What axe-core finds wrong with the page as it is. */
async function violations(): Promise<string[]> {
  return planner.page.evaluate(async () => {
    const { axe } = window as unknown as AxeWindow;
    const { violations: found } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
}

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 320],
] as const)('%s, %i pixels', (colorScheme, width) => {
  test('axe-core finds nothing in any state, and nothing is wider than the screen', async () => {
    await reopenPage({
      colorScheme,
      viewport: { width, height: 800 },
      // axe-core comes in by the browser's own door, past the page's policy.
      bypassCSP: true,
    });
    const { page } = planner;
    await page.evaluate(AXE);
    const check = async (state: string) => {
      expect({ state, found: await violations() }).toEqual({ state, found: [] });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect({ state, overflow }).toEqual({ state, overflow: 0 });
    };
    await check('welcome');
    await planner.choose({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no database') });
    await planner.run();
    await planner.failure();
    await check('failure');
    await planner.generate(1000, 'realistic', '2025-06-13');
    await planner.run();
    await planner.result();
    for (const view of VIEWS) {
      await planner.tab(view);
      if (view === 'Day') await page.locator('#panel-day input[type=date]').fill('2025-06-20');
      if (view === 'Contact') {
        await page.getByRole('searchbox').fill('12');
        await page.getByRole('button', { name: 'Search' }).click();
        await page.getByRole('region', { name: 'Explanation of contact 12' }).waitFor();
      }
      if (view === 'Settings') {
        await page.getByLabel('Most emails in a period').fill('many');
        await page.getByText('Most emails in a period: a whole number, 0 to 1000.').waitFor();
        await check('a setting that is wrong');
        await page.getByLabel('Most emails in a period').fill('2');
        const suppressions = page.getByRole('group', { name: 'Suppressions' });
        await suppressions.getByRole('button', { name: 'Add it' }).click();
        await suppressions.getByText('Contact: its number, or an address beside it.').waitFor();
        await suppressions.getByLabel('Address').fill('somebody.with.a.long.name@a.long.name.example.org');
        await suppressions.getByLabel('Covers').selectOption('some emails only');
        await check('a suppression that is wrong');
        await suppressions.getByLabel('Birthday email').check();
        await suppressions.getByRole('button', { name: 'Add it' }).click();
        await suppressions.getByText(/^Added, but no contact/).waitFor();
        await check('a suppression');
        await planner.run();
        await planner.result(2);
        await planner.tab('Settings');
        await page.getByRole('button', { name: 'YAML' }).click();
        expect(await page.getByLabel('Settings as YAML').inputValue()).toBe('frequency:\n  max_emails_per_period: 2\n');
      }
      if (view === 'Year') {
        await page.getByLabel('Days of outage, %').fill('200');
        await page.getByRole('button', { name: 'Live through it' }).click();
        await page.getByText('Days of outage: 0 to 100 %.').waitFor();
        await check('a share that is wrong');
        await page.getByLabel('Days of outage, %').fill('1,5 %');
        await page.getByRole('button', { name: 'Live through it' }).click();
        await page.getByText('What became of every email').waitFor({ timeout: 60_000 });
      }
      if (view === 'SQL') await planner.sql('SELECT * FROM email_schedules LIMIT 20');
      await page.waitForTimeout(150);
      await check(view);
    }
  });
});

test('everything can be done with the keyboard', async () => {
  await reopenPage({ viewport: { width: 1280, height: 800 } });
  const { page } = planner;
  const { keyboard } = page;
  /** Goes on with the Tab key until the focus is on something of that name. */
  const tabTo = async (name: string | RegExp) => {
    for (let presses = 0; presses < 150; presses++) {
      await keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const at = document.activeElement;
        if (at === null || at === document.body) return '';
        const labels = at instanceof HTMLInputElement || at instanceof HTMLSelectElement ? (at.labels ?? []) : [];
        return at.getAttribute('aria-label') ?? (labels[0]?.textContent || at.textContent) ?? '';
      });
      if (typeof name === 'string' ? focused.startsWith(name) : name.test(focused)) {
        const outline = await page.evaluate(() => {
          const at = document.activeElement as Element;
          const shown = at.matches('input[type=file]') ? (at.parentElement as Element) : at;
          return getComputedStyle(shown).outlineStyle;
        });
        expect({ name: String(name), outline }).toEqual({ name: String(name), outline: 'solid' });
        return;
      }
    }
    throw new Error(`the Tab key does not come to ${name}`);
  };
  await tabTo('Choose a SQLite file');
  await tabTo('Or make a database up');
  await keyboard.press('Enter');
  await tabTo('Contacts');
  await keyboard.press('Home');
  await tabTo('Make it up');
  await keyboard.press('Enter');
  await page.getByTestId('drop').getByText('realistic-1000.sqlite3').waitFor();
  await tabTo('Plan this day');
  await keyboard.press('Enter');
  await planner.result();
  await tabTo('Plan');
  await tabTo(/^Days of the chart/);
  for (let day = 0; day < 3; day++) await keyboard.press('ArrowRight');
  const pointed = await page.locator('.pointed-day').first().textContent();
  await keyboard.press('Enter');
  const title = page.locator('#panel-day h2');
  await title.waitFor();
  expect(await title.textContent()).toContain(pointed?.split(':')[0]);
  await page.getByRole('tab', { name: 'Day' }).focus();
  await keyboard.press('ArrowRight');
  expect(await page.getByRole('tab', { name: 'Contact' }).getAttribute('aria-selected')).toBe('true');
  await tabTo('Contact');
  await keyboard.type('12');
  await keyboard.press('Enter');
  await page.getByRole('region', { name: 'Explanation of contact 12' }).waitFor();
  await page.getByRole('tab', { name: 'Contact' }).focus();
  for (let steps = 0; steps < 4; steps++) await keyboard.press('ArrowRight');
  await tabTo('Examples');
  await keyboard.press('Tab');
  await keyboard.press('Control+Enter');
  await page.getByRole('region', { name: 'Rows of the query' }).waitFor();
  await page.getByRole('tab', { name: 'SQL' }).focus();
  await keyboard.press('ArrowRight');
  await tabTo('Download CSV');
  const [download] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
});

test('days of the charts can be clicked', async () => {
  await reopenPage();
  const { page } = planner;
  await page.getByRole('button', { name: /^Try it with/ }).click();
  await planner.result();
  for (const chart of ['Emails per day', 'The year as a calendar']) {
    await planner.tab('Plan');
    const day = page.getByRole('region', { name: chart }).locator('rect[data-day]').nth(40);
    const name = await day.getAttribute('data-day');
    await day.click();
    await page.getByText(/^1 to \d+ of/).waitFor();
    expect(await page.locator('#panel-day input[type=date]').inputValue()).toBe(name);
  }
});

test('works with and without isolation, from any path', async () => {
  const isolated = await isolatedServer();
  try {
    for (const [{ address }, isIsolated] of [
      [server, false],
      [isolated, true],
    ] as const) {
      const opened = await Planner.open(browser, address);
      expect(await opened.page.evaluate(() => crossOriginIsolated)).toBe(isIsolated);
      await opened.generate(1000, 'seed', '2025-06-13');
      await opened.run();
      await opened.result();
      expect(await opened.figure('Contacts planned')).toBe('1,000');
      expect(opened.complaints).toEqual([]);
      await opened.close();
    }
  } finally {
    await isolated.close();
  }
});

test('settings are remembered only when that is asked for', async () => {
  await reopenPage();
  const { page } = planner;
  const kept = () => page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  await planner.tab('Settings');
  await page.getByLabel('Days after the email').fill('4');
  expect(await kept()).toEqual([0, 0, '']);
  await page.getByLabel('Remember these settings').check();
  await page.reload();
  await planner.tab('Settings');
  expect(await page.getByLabel('Days after the email').inputValue()).toBe('4');
  await page.getByLabel('Remember these settings').uncheck();
  expect(await kept()).toEqual([0, 0, '']);
});

test('the first load is at most 0.9 MB compressed', () => {
  const folder = fileURLToPath(new URL('../../../dist/web', import.meta.url));
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => gzipSync(readFileSync(`${entry.parentPath}/${entry.name}`), { level: 9 }).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`first load: ${(total / 1e6).toFixed(2)} MB compressed by gzip`);
  expect(total).toBeLessThanOrEqual(900_000);
});
