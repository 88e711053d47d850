import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';

const DAYS = 140;

let sent: Locator;

const panel = () => planner.page.locator('#panel-year');

openPage({ viewport: { width: 1280, height: 1000 } }, async () => {
  const { page } = planner;
  await planner.generate(1000, 'realistic', '2025-06-13');
  await planner.run();
  await planner.result();
  await planner.tab('Year');
  await panel().getByLabel('Last day').fill('2025-10-30');
  await page.getByLabel('Emails that bounce, %').fill('20');
  await page.getByRole('button', { name: 'Live through it' }).click();
  await page.getByText('What became of every email').first().waitFor({ timeout: 60_000 });
  sent = page.getByRole('region', { name: 'Emails sent per day' });
});

const days = (chart: Locator) =>
  chart.locator('rect[data-day]').evaluateAll((found) => found.map((day) => day.getAttribute('data-day')));

test('charts of the year have findings and sources, and series, scale and range of the other charts', async () => {
  const { page } = planner;
  const calendar = panel().getByRole('region', { name: 'The year as a calendar' });
  expect(await sent.locator('h3').textContent()).toMatch(/Most was sent on|is over its threshold/);
  expect(await calendar.locator('h3').textContent()).toMatch(/ 2025 has most emails: /);
  expect(await sent.locator('.source').textContent()).toBe(
    'Source: realistic-1000.sqlite3, lived through from 13 Jun 2025 to 30 Oct 2025.',
  );
  expect(await days(sent)).toHaveLength(DAYS);
  const drawn = () => sent.locator('svg text', { hasText: /^aep$/ }).count();
  expect(await drawn()).toBe(1);
  await sent.getByRole('button', { name: 'aep', exact: true }).click();
  expect(await drawn()).toBe(0);
  await sent.getByRole('button', { name: 'aep', exact: true }).click();
  await sent.getByLabel('Scale').selectOption('log');
  expect((await sent.locator('svg [aria-label="y-axis tick label"] text').allTextContents())[0]).toBe('1');
  await sent.getByLabel('Scale').selectOption('linear');
  const from = await sent.locator('rect[data-day="2025-07-01"]').boundingBox();
  const to = await sent.locator('rect[data-day="2025-07-20"]').boundingBox();
  if (from === null || to === null) throw new Error('the days are not drawn');
  const y = from.y + from.height / 2;
  await page.mouse.move(from.x + from.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(to.x - 20, y, { steps: 4 });
  await page.mouse.move(to.x + to.width / 2, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await days(sent)).length).toBe(20);
  expect(await calendar.locator('rect[data-day="2025-07-20"]').getAttribute('fill-opacity')).not.toBe('0.35');
  expect(await calendar.locator('rect[data-day="2025-07-21"]').getAttribute('fill-opacity')).toBe('0.35');
  // One range for all charts.
  await planner.tab('Plan');
  const planned = page.locator('#panel-plan').getByRole('region', { name: 'Emails per day', exact: true }).first();
  expect(await days(planned)).toHaveLength(20);
  await planner.tab('Year');
  await sent.getByRole('button', { name: 'All days' }).click();
  await expect.poll(async () => (await days(sent)).length).toBe(DAYS);
});

test('skipped is an email that a rule stops, on its day or in the end, and each is told with its words', async () => {
  const { page } = planner;
  await planner.tab('Plan');
  const planned = page.locator('#panel-plan .figure', { hasText: /^Skipped/ });
  expect(await planned.locator('dd.note').textContent()).toMatch(/^planned emails that a rule stops: /);
  const [[count]] = await planner.sql(
    "SELECT count(*) FROM email_schedules WHERE status = 'skipped' AND scheduled_send_date >= '2025-06-13'",
  );
  const numberOf = (text: string | null | undefined) => Number((text ?? '').replaceAll(',', ''));
  expect(numberOf(await planned.locator('dd').first().textContent())).toBe(Number(count));
  await planner.tab('Year');
  const lived = panel().locator('.figure', { hasText: 'Skipped on its day' });
  expect(await lived.locator('dd.note').textContent()).toBe('by a rule; some are planned again later');
  const onTheirDay = numberOf(await lived.locator('dd').first().textContent());
  const lastCells = async (table: string, row: RegExp) => {
    const rows = panel().getByRole('region', { name: table }).getByRole('row', { name: row });
    const cells = await rows.locator('td:last-child').allTextContents();
    return cells.reduce((sum, text) => sum + numberOf(text), 0);
  };
  expect(await lastCells('Volumes by kind', /^[A-Z]/)).toBe(onTheirDay);
  const inTheEnd = await lastCells('Accounts', /^Skipped in the end: /);
  expect(inTheEnd).toBeGreaterThan(0);
  expect(inTheEnd).toBeLessThan(onTheirDay);
  // No other label speaks of skipping.
  const labels = await panel().locator('dt, th, td:first-child').allTextContents();
  expect(labels.filter((label) => /skip/i.test(label) && !/^Skipped (on its day|in the end: )/.test(label))).toEqual(
    [],
  );
});

test('the emails of a day can be had by kind and state, and the list is a file', async () => {
  const { page } = planner;
  await planner.tab('Year');
  await sent.locator('rect[data-day="2025-07-15"]').click();
  const list = page.getByRole('region', { name: 'Emails of a day that was lived through' });
  const saved = async () => {
    const { path, fileName } = await planner.saved(() =>
      list.getByRole('button', { name: 'This list as CSV' }).click(),
    );
    const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
    expect(head).toBe('contact_id,name,address,state,email_type,outcome,skip_rule');
    return { fileName, rows: lines.map((line) => line.split(',')) };
  };
  const total = list.locator('.pager span');
  await total.waitFor();
  const all = await saved();
  expect(all.fileName).toBe('realistic-1000-lived-emails-on-2025-07-15.csv');
  expect(await total.textContent()).toMatch(new RegExp(` of ${all.rows.length}$`));
  const birthdays = all.rows.filter((row) => row[4] === 'birthday');
  const [, , , state] = birthdays[0];
  const expected = birthdays.filter((row) => row[3] === state);
  expect(expected.length).toBeLessThan(birthdays.length);
  expect(birthdays.length).toBeLessThan(all.rows.length);
  await list.getByLabel('Kind').selectOption({ label: 'Birthday email' });
  await list.getByLabel('State').selectOption(state);
  await expect.poll(() => total.textContent()).toMatch(new RegExp(` of ${expected.length}$`));
  expect(await list.locator('tbody tr td:first-child').allTextContents()).toEqual(expected.map(([id]) => id));
  const some = await saved();
  expect(some.fileName).toBe(`realistic-1000-lived-emails-on-2025-07-15-birthday-${state}.csv`);
  expect(some.rows).toEqual(expected);
  await list.getByText(`${some.fileName}, `).waitFor();
  await list.getByLabel('Kind').selectOption('');
  await list.getByLabel('State').selectOption('');
  await expect.poll(() => total.textContent()).toMatch(new RegExp(` of ${all.rows.length}$`));
  expect(await list.getByText(`${some.fileName}, `).count()).toBe(0);
});

test('a bar of what was skipped in the end leads to the emails that it stands for', async () => {
  const { page } = planner;
  await planner.tab('Year');
  const chart = page.getByRole('region', { name: 'Why emails were skipped in the end' });
  await chart.locator('rect[data-code=exclusion]').click();
  const list = page.getByRole('region', { name: 'Emails that were skipped in the end' });
  expect(await list.locator('h3').textContent()).toBe('Skipped in the end: exclusion');
  const row = panel()
    .getByRole('region', { name: 'Accounts' })
    .getByRole('row', { name: /in the end: exclusion/ });
  const count = await row.locator('td:last-child').textContent();
  await expect.poll(() => list.locator('.pager span').textContent()).toBe(`1 to 50 of ${count}`);
  const { path, fileName } = await planner.saved(() => list.getByRole('button', { name: 'This list as CSV' }).click());
  expect(fileName).toBe('realistic-1000-lived-emails-skipped-in-the-end-exclusion.csv');
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  expect(lines).toHaveLength(Number(count?.replace(',', '')));
  expect(lines.filter((line) => !line.endsWith(',skipped,exclusion'))).toEqual([]);
  // The same without a pointer, from the table.
  await row.getByRole('button').press('Enter');
  expect(await list.locator('h3').evaluate((title) => title === document.activeElement)).toBe(true);
});

test('a day leads to its emails with what became of each, and from there to the contact', async () => {
  const { page } = planner;
  await planner.tab('Year');
  const busiest = await sent.locator('rect[data-day]').evaluateAll((found) => {
    const counts = found.map((day) => Number(/: ([0-9]+) emails/.exec(day.textContent ?? '')?.[1] ?? 0));
    return found[counts.indexOf(Math.max(...counts))].getAttribute('data-day');
  });
  const day = sent.locator(`rect[data-day="${busiest}"]`);
  const count = Number(/: ([0-9]+) emails/.exec((await day.textContent()) ?? '')?.[1]);
  expect(count).toBeGreaterThan(5);
  await day.click();
  const list = page.getByRole('region', { name: 'Emails of a day that was lived through' });
  const totalOf = async (fate: string) => {
    await list.getByLabel('Emails', { exact: true }).selectOption(fate);
    const shown = list.locator('.pager span, .empty');
    await expect.poll(() => shown.count()).toBe(1);
    await page.waitForTimeout(300);
    return Number(/ of ([0-9,]+)$/.exec((await shown.textContent()) ?? '')?.[1]?.replace(',', '') ?? 0);
  };
  const [sentCount, bouncedCount, skippedCount] = [
    await totalOf('sent'),
    await totalOf('bounced'),
    await totalOf('skipped'),
  ];
  expect(sentCount + bouncedCount).toBe(count);
  expect(bouncedCount).toBeGreaterThan(0);
  expect(await totalOf('')).toBe(count + skippedCount);
  await totalOf('bounced');
  const cells = await list.locator('tbody tr').first().locator('td').allTextContents();
  expect(cells[2]).toContain('@');
  expect(cells[5]).toBe('sent, and bounced');
  await list
    .getByRole('button', { name: `Explain contact ${cells[0]}` })
    .first()
    .click();
  await page.getByRole('region', { name: `Explanation of contact ${cells[0]}` }).waitFor();
  expect(planner.complaints).toEqual([]);
});
