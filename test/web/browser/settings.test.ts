import { expect, test } from 'vitest';
import { openPage, planner } from './helpers/openPage.js';

openPage({ viewport: { width: 1280, height: 900 } }, async () => {
  await planner.generate(1000, 'seed', '2025-06-13');
  await planner.run();
  await planner.result();
  await planner.tab('Settings');
});

const group = (name: string) => planner.page.getByRole('group', { name, exact: true });

test('the rules of states are seen before they are changed, and a legal window goes only after a question', async () => {
  const rules = group('State rules');
  await rules.getByText('The rules as they come').click();
  const row = rules.getByRole('row', { name: /^CA / });
  expect(await row.textContent()).toMatch(/from 30 days before to 60 days after .*the birthday$/);
  await rules.getByLabel('State', { exact: true }).selectOption('CA');
  await rules.getByRole('button', { name: 'Change this state' }).click();
  const own = group('CA');
  await own.getByRole('button', { name: 'Forbid nothing' }).click();
  await own.getByText(/^The law of CA forbids emails: from 30 days before/).waitFor();
  // Whoever presses the key twice has not said yes.
  expect(
    await own.getByRole('button', { name: 'Keep the rule' }).evaluate((one) => one === document.activeElement),
  ).toBe(true);
  await own.getByRole('button', { name: 'Keep the rule' }).click();
  expect(await own.getByText('forbids nothing').count()).toBe(0);
  await own.getByLabel('CA, Days before').fill('many');
  await own.getByText('Days before: a whole number from 0 to 1000.').waitFor();
  expect(await planner.page.getByRole('button', { name: 'Plan this day' }).isDisabled()).toBe(true);
  await own.getByRole('button', { name: 'Forbid nothing' }).click();
  await own.getByRole('button', { name: 'Send in CA all the same' }).click();
  await own.getByText('forbids nothing').waitFor();
  await planner.run();
  await planner.result(2);
  const skipped = await planner.sql(
    "SELECT count(*) FROM email_schedules WHERE skip_reason LIKE 'exclusion:%:CA' AND status = 'skipped'",
  );
  expect(skipped).toEqual([['0']]);
  await planner.tab('Settings');
  await own.getByRole('button', { name: 'Remove CA' }).click();
});

test('dates of the enrollment say what is wrong in their own words', async () => {
  const dates = group('Annual enrollment (AEP)');
  await dates.getByLabel('Date 1, Month').fill('13');
  await dates.getByText('Month: a whole number from 1 to 12.').waitFor();
  await dates.getByLabel('Date 1, Month').fill('12');
  await dates.getByText(/^Last month: a deadline in the same year, not before month 12, day 15\.$/).waitFor();
  await dates.getByRole('button', { name: 'Default dates' }).click();
  expect(await dates.getByText(/^Last month:/).count()).toBe(0);
});

test('days, ramp and limits have controls of their own, and no field speaks in names of the program', async () => {
  const { page } = planner;
  await page.getByLabel('Sun', { exact: true }).uncheck();
  await page.getByLabel('Day to close').fill('2025-07-04');
  await page.getByLabel('every year').check();
  await page.getByRole('button', { name: 'Close this day' }).click();
  await page.getByText('4 July, every year').waitFor();
  await page.getByLabel('There is a ramp').check();
  await page.getByLabel('Emails on it').fill('0');
  await page.getByText(/^Warm up a new sending domain: a first day, at least 1 email on it/).waitFor();
  await page.getByLabel('Emails on it').fill('40');
  await page.getByLabel('Growth a day, %').fill('25');
  await page.getByRole('button', { name: 'YAML' }).click();
  expect(await page.getByLabel('Settings as YAML').inputValue()).toBe(
    [
      'calendar:',
      '  weekdays:',
      ...['mon', 'tue', 'wed', 'thu', 'fri', 'sat'].map((day) => `    - ${day}`),
      '  closed:',
      '    - 07-04',
      'load_balancing:',
      '  ramp:',
      '    start: 2025-06-13',
      '    first: 40',
      '    growth: 0.25',
      '',
    ].join('\n'),
  );
  await page.getByRole('button', { name: 'Form' }).click();
  await page.getByRole('button', { name: 'Set all back' }).click();
  const words = (await page.locator('#panel-settings').textContent()) ?? '';
  expect(words.match(/\b[a-z]+_[a-z_]+\b/g)).toBeNull();
  expect(planner.complaints).toEqual([]);
});
