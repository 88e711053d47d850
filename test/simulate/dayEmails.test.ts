import { expect, test } from 'vitest';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { withSource } from '../../src/run/library.js';
import { DayEmails, EMAIL_FATES } from '../../src/simulate/dayEmails.js';
import type { SkipRule } from '../../src/simulate/ledger.js';
import { liveThrough, loadSimulation, settingsOf } from '../../src/simulate/simulate.js';
import { EMAIL_KINDS } from '../../src/simulate/simulation.js';
import { generatedImage } from '../helpers/generated.js';

test('the emails of every day are those that its volumes count, by kind, fate and rule', async () => {
  const settings = settingsOf({
    from: '2025-01-01',
    to: '2025-06-30',
    skipWeekends: true,
    outageRate: 0.05,
    bounceRate: 0.05,
    failureRate: 0.05,
    seed: 7,
  });
  const image = await generatedImage('realistic', 3000, '2025-01-01', 1);
  const loaded = await withSource(image, {}, async (source) => loadSimulation(source, settings));
  const { planned, contacts } = loaded.organization;
  const kinds = planned.types.map(({ kind }) => kind);
  const contactCount = contacts.count;
  const emails = new DayEmails();
  const { days, accounts } = await liveThrough(loaded, {}, emails);
  const seen = new Set<string>();
  for (const day of days) {
    const found = [...emails.of(parseIsoDay(day.day) ?? Number.NaN)];
    for (const kind of EMAIL_KINDS) {
      const ofKind = found.filter(({ type }) => kinds[type] === kind);
      const counts = EMAIL_FATES.map((fate) => ofKind.filter((email) => email.fate === fate).length);
      expect(counts).toEqual(EMAIL_FATES.map((fate) => day.by_kind[kind][fate]));
    }
    const rules: Record<string, number> = {};
    for (const { rule } of found) if (rule !== null) rules[rule] = (rules[rule] ?? 0) + 1;
    expect(rules).toEqual(day.skip_reasons);
    for (const { contact, fate, rule } of found) {
      expect(contact).toBeLessThan(contactCount);
      seen.add(rule ?? fate);
    }
  }
  // Otherwise nothing was compared.
  for (const word of ['sent', 'bounced', 'failed', 'held', 'exclusion', 'frequency_limit'])
    expect(seen).toContain(word);
  expect([...emails.of(0)]).toEqual([]);
  const rules = Object.keys(accounts.skipped) as SkipRule[];
  const listed = rules.map((rule) => [rule, [...emails.skippedInTheEnd(rule)].length]);
  expect(Object.fromEntries(listed)).toEqual(accounts.skipped);
  expect(accounts.skipped.exclusion).toBeGreaterThan(0);
});
