import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';

let volume: Locator;
let calendar: Locator;

openPage({ viewport: { width: 1280, height: 1000 } }, async () => {
  await planner.generate(5000, 'realistic', '2025-06-13');
  await planner.tab('Settings');
  await planner.page.locator('[data-key="load_balancing.daily_send_limit"]').fill('300');
  await planner.run();
  await planner.result();
  await planner.tab('Plan');
  volume = planner.page.getByRole('region', { name: 'Emails per day', exact: true }).first();
  calendar = planner.page.getByRole('region', { name: 'The year as a calendar' });
});

const days = (chart: Locator) =>
  chart.locator('rect[data-day]').evaluateAll((found) => found.map((day) => day.getAttribute('data-day')));

test('days that a mouse is dragged over are what all charts show, also in Compare and after a reload', async () => {
  const { page } = planner;
  expect((await days(volume)).length).toBeGreaterThan(300);
  const from = await volume.locator('rect[data-day="2025-07-01"]').boundingBox();
  const to = await volume.locator('rect[data-day="2025-09-10"]').boundingBox();
  if (from === null || to === null) throw new Error('the days are not drawn');
  const y = from.y + from.height / 2;
  await page.mouse.move(from.x + from.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(to.x - 40, y, { steps: 5 });
  await page.mouse.move(to.x + to.width / 2, y, { steps: 5 });
  await page.mouse.up();
  await volume.getByText(/emails from 2025-07-01 to 2025-09-10/).waitFor();
  const shown = await days(volume);
  expect([shown[0], shown.at(-1), shown.length]).toEqual(['2025-07-01', '2025-09-10', 72]);
  expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe('2025-07-01');
  expect(await calendar.locator('rect[data-day="2025-09-10"]').getAttribute('fill-opacity')).not.toBe('0.35');
  expect(await calendar.locator('rect[data-day="2025-09-11"]').getAttribute('fill-opacity')).toBe('0.35');
  expect(page.url()).toContain('from=2025-07-01&to=2025-09-10');
  await page.getByLabel('To', { exact: true }).fill('2025-07-31');
  await volume.getByText(/emails from 2025-07-01 to 2025-07-31/).waitFor();
  await page.reload();
  await volume.getByText(/emails from 2025-07-01 to 2025-07-31/).waitFor();
  await volume.getByRole('button', { name: 'All days' }).click();
  await expect.poll(async () => (await days(volume)).length).toBeGreaterThan(300);
});

test('a series is left out and drawn again, and heights can be logarithmic', async () => {
  const toggle = volume.getByRole('button', { name: 'aep', exact: true });
  const drawn = () => volume.locator('svg text', { hasText: /^aep$/ }).count();
  expect(await drawn()).toBe(1);
  await toggle.click();
  expect(await toggle.getAttribute('aria-pressed')).toBe('false');
  expect(await drawn()).toBe(0);
  await toggle.click();
  expect(await drawn()).toBe(1);
  await volume.getByLabel('Scale').selectOption('log');
  const heights = await volume.locator('svg [aria-label="y-axis tick label"] text').allTextContents();
  expect(heights).toEqual(['1', '10', '100']);
  await volume.getByLabel('Scale').selectOption('linear');
});

test('days over their cap have a tick, and states a map of shares with steps of about as many states', async () => {
  const over = await volume.locator('.sendplan-over > *').count();
  const finding = await volume.locator('h3').textContent();
  expect(over > 0).toBe(/over its cap/.test(finding ?? ''));
  const states = planner.page.getByRole('region', { name: 'States', exact: true });
  await states.getByRole('img', { name: /^Share of emails that are skipped/ }).waitFor();
  const tile = states.locator('rect[data-state=CT]').nth(1);
  expect(await tile.locator('title').textContent()).toMatch(/^CT: 0 emails to be sent, [1-9]/);
  const fills = await states
    .locator('svg')
    .first()
    .locator('rect[data-state]')
    .evaluateAll((tiles) => tiles.map((found) => found.getAttribute('fill')));
  const counts = new Map<string | null, number>();
  for (const fill of fills) counts.set(fill, (counts.get(fill) ?? 0) + 1);
  expect(Math.max(...counts.values())).toBeLessThan(fills.length / 3);
  expect(planner.complaints).toEqual([]);
});

test('Compare has the days and series of the other charts', async () => {
  const { page } = planner;
  await planner.tab('Settings');
  await page.locator('[data-key="load_balancing.daily_send_limit"]').fill('200');
  await planner.run();
  await planner.result(2);
  await planner.tab('Compare');
  const compared = page.locator('#panel-compare').getByRole('region', { name: 'Emails per day', exact: true });
  await compared.locator('rect[data-day]').first().waitFor();
  const whole = (await days(compared)).length;
  expect(whole).toBeGreaterThan(300);
  const from = compared.getByLabel('From', { exact: true });
  await from.fill('2025-07-01');
  // What was filled in is still where the keyboard is.
  expect(await from.evaluate((field) => field === document.activeElement)).toBe(true);
  await compared.getByLabel('To', { exact: true }).fill('2025-07-31');
  await expect.poll(async () => (await days(compared)).length).toBe(31);
  const bars = async () => {
    const titles = await compared.locator('rect[data-day] title').allTextContents();
    const signs = titles.map((title) => {
      const [before, after] = [...title.matchAll(/^run [12]: ([0-9,]+)$/gm)].map(([, n]) => Number(n.replace(',', '')));
      return Math.sign(after - before);
    });
    const drawn = await compared.locator('.sendplan-differences rect').count();
    return { drawn, more: signs.filter((sign) => sign > 0).length, fewer: signs.filter((sign) => sign < 0).length };
  };
  const { drawn, more, fewer } = await bars();
  expect([more > 0, fewer > 0, drawn]).toEqual([true, true, more + fewer]);
  const series = compared.getByRole('group', { name: 'Series that are drawn' });
  expect(await series.getByRole('button').allTextContents()).toEqual(['run 1', 'run 2', 'more', 'fewer']);
  await series.getByRole('button', { name: 'more' }).click();
  expect((await bars()).drawn).toBe(fewer);
  const lines = () => compared.locator('svg [aria-label="line"] path').count();
  expect(await lines()).toBe(1);
  await series.getByRole('button', { name: 'run 2' }).click();
  expect(await lines()).toBe(0);
  // What is left out stays so when another range is looked at.
  await compared.getByRole('button', { name: 'All days' }).click();
  await expect.poll(async () => (await days(compared)).length).toBe(whole);
  expect(await lines()).toBe(0);
  await series.getByRole('button', { name: 'run 2' }).click();
  await series.getByRole('button', { name: 'more' }).click();
  expect(await lines()).toBe(1);
  expect(planner.complaints).toEqual([]);
});
