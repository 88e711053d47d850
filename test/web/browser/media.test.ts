import type { Locator } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';
import { picture } from './helpers/picture.js';

openPage({ viewport: { width: 1280, height: 900 } }, async () => {
  await planner.generate(1000, 'realistic', '2025-06-13');
  await planner.run();
  await planner.result();
});

afterEach(async () => {
  await planner.page.emulateMedia({ forcedColors: null, reducedMotion: null, media: null });
});

/** The colours that tell a control from its neighbours. */
function lookOf(control: Locator): Promise<string[]> {
  return control.evaluate((found) => {
    const style = getComputedStyle(found);
    return [style.borderBottomColor, style.color, style.borderTopWidth];
  });
}

test('in forced colours the chosen tab, form and series are told apart', async () => {
  const { page } = planner;
  await page.emulateMedia({ forcedColors: 'active' });
  for (const view of ['Plan', 'Settings']) {
    await planner.tab(view);
    // The pointer makes a look of its own.
    await page.mouse.move(0, 0);
    const chosen = await lookOf(page.getByRole('tab', { selected: true }));
    const others = await page.locator('[role=tab][aria-selected=false]').all();
    expect(others).toHaveLength(7);
    for (const other of others) {
      const look = await lookOf(other);
      expect(look[0]).not.toBe(chosen[0]);
      expect(look[1]).not.toBe(chosen[1]);
    }
  }
  const form = page.locator('.switch');
  const pressed = form.locator('button[aria-pressed=true]');
  expect(await lookOf(pressed)).not.toEqual(await lookOf(form.locator('button[aria-pressed=false]')));
  await picture('forced-settings');
  await planner.tab('Plan');
  const series = page.locator('#panel-plan').getByRole('group', { name: 'Series that are drawn' });
  await series.getByRole('button').first().click();
  const lineThrough = (toggle: Locator) =>
    toggle.evaluate((found) => getComputedStyle(found).textDecorationLine === 'line-through');
  expect(await lineThrough(series.getByRole('button').first())).toBe(true);
  expect(await lineThrough(series.getByRole('button').last())).toBe(false);
  await picture('forced-plan');
  await series.getByRole('button').first().click();
});

test('where no motion is wanted nothing moves: no animation, no transition, nothing that plays', async () => {
  const { page } = planner;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const moving = () =>
    page.evaluate(() => ({
      running: document.getAnimations().length,
      styled: [...document.querySelectorAll('*')]
        .filter((found) => {
          const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(found);
          return animationName !== 'none' || !/^0s(, 0s)*$/.test(transitionDuration) || scrollBehavior === 'smooth';
        })
        .map((found) => found.outerHTML.slice(0, 80)),
    }));
  await page.reload();
  await page.getByRole('button', { name: 'Plan this day' }).click();
  expect(await moving()).toEqual({ running: 0, styled: [] });
  await planner.result();
  await planner.tab('Settings');
  await page.getByRole('tab', { name: 'Plan' }).hover();
  expect(await moving()).toEqual({ running: 0, styled: [] });
  await planner.tab('Year');
  await page.locator('#panel-year').getByLabel('Last day').fill('2025-12-30');
  await page.getByRole('button', { name: 'Live through it' }).click();
  // A job under way shows how far it is without moving by itself.
  expect(await moving()).toEqual({ running: 0, styled: [] });
  await page.getByText('What became of every email').first().waitFor({ timeout: 60_000 });
  expect(await page.getByRole('button', { name: 'Play again' }).count()).toBe(0);
  const shown = page.locator('#panel-year .lived-day');
  const day = await shown.textContent();
  await page.waitForTimeout(500);
  expect(await shown.textContent()).toBe(day);
  await picture('still-year');
});

test('in print there are no controls and no sidebar, and tables are whole', async () => {
  const { page } = planner;
  const shownControls = async () => {
    const controls = page.locator('button, select, input, summary').filter({ visible: true });
    return controls.evaluateAll((found) =>
      found.filter((one) => one.closest('td, svg') === null).map((one) => one.outerHTML),
    );
  };
  /** Tables of which a part is behind a bar or an edge. */
  const cutTables = () =>
    page.locator('[role=tabpanel]:not([hidden]) .scroll').evaluateAll((boxes) =>
      boxes
        .filter((box) => {
          const table = box.querySelector('table');
          const isCut = box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY !== 'visible';
          return isCut || (table?.getBoundingClientRect().right ?? 0) > innerWidth + 1;
        })
        .map((box) => box.getAttribute('aria-label')),
    );
  await planner.tab('Plan');
  for (const table of await page.locator('#panel-plan details.as-table > summary').all()) await table.click();
  await planner.tab('Day');
  await page.locator('#panel-day tbody tr').first().waitFor();
  // The width of a sheet of letter paper between its margins.
  await page.setViewportSize({ width: 720, height: 960 });
  for (const view of ['Plan', 'Day', 'Year', 'Settings', 'Contact', 'SQL', 'Download']) {
    await page.emulateMedia({ media: null });
    await planner.tab(view);
    await page.emulateMedia({ media: 'print' });
    await page.waitForTimeout(150);
    await picture(`print-${view}`);
    expect({ view, isSidebarShown: await page.locator('.setup').isVisible() }).toEqual({ view, isSidebarShown: false });
    expect({ view, tabs: await page.getByRole('tab').filter({ visible: true }).count() }).toEqual({ view, tabs: 0 });
    if (view === 'Plan' || view === 'Day' || view === 'Year') {
      expect({ view, controls: await shownControls() }).toEqual({ view, controls: [] });
    }
    // What can only be pressed is of no use on paper; what leads on from a word stays as that word.
    const buttons = page.locator('button:not(.link, [aria-pressed])').filter({ visible: true });
    expect({ view, buttons: await buttons.count() }).toEqual({ view, buttons: 0 });
    expect({ view, cut: await cutTables() }).toEqual({ view, cut: [] });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect({ view, overflow }).toEqual({ view, overflow: 0 });
  }
  // The table of all days was among them.
  const volumes = page.locator('#panel-plan [aria-label="Emails per day"] .scroll tbody tr');
  expect(await volumes.count()).toBeGreaterThan(60);
  expect(planner.complaints).toEqual([]);
});
