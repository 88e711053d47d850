import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatIsoDay, parseIsoDay } from '../../src/calendar/iso.js';
import { Capacity } from '../../src/rules/capacity.js';
import { type Config, resolveConfig } from '../../src/rules/config.js';
import { checkConfigText } from '../../src/rules/configProblems.js';
import { parseConfig } from '../../src/rules/configText.js';
import { dailyLimits } from '../../src/rules/limits.js';
import type { ContactRecord } from '../../src/rules/records.js';
import { DEFAULT_STATE_RULES } from '../../src/rules/states.js';
import { exclusionOn, statutoryStart, type WindowedContact, windowOfYear } from '../../src/rules/windows.js';
import { oracle } from '../../src/testing.js';

const FOLDER = new URL('../../examples/', import.meta.url);
const textOf = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
const configOf = (name: string): Config => resolveConfig(parseConfig(textOf(name), name));
const day = (text: string) => Number(parseIsoDay(text));

/** The keys that an example sets to something else than the default. */
function changedKeys(name: string): string[] {
  const defaults = resolveConfig({}) as unknown as Record<string, unknown>;
  const entries = Object.entries(configOf(name));
  return entries.filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key])).map(([key]) => key);
}

const texan = (id: number, fields: Partial<ContactRecord> = {}): ContactRecord => ({
  ...{ id, email: `c${id}@example.com`, state: 'TX', phone_number: '555' },
  ...fields,
});

const rowsOf = (name: string, contacts: readonly ContactRecord[], today: string) =>
  oracle({ contacts }, { today, config: parseConfig(textOf(name)) }).rows;

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

describe('the examples', () => {
  it('are these', () => {
    expect(names.sort()).toEqual(['medigap-2026.yaml', 'plain.yaml', 'strict.yaml', 'warm-up.yaml']);
  });

  it.each(names)('%s is right, begins with the line for editors, and comments every section', (name) => {
    const text = textOf(name);
    expect(checkConfigText(text)).toEqual([]);
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../dist/config.schema.json');
    expect(text).toMatch(/^#\n# [A-Z]/m);
    expect(changedKeys(name).length).toBeGreaterThan(0);
  });
});

describe('plain.yaml', () => {
  it('sends birthday emails 21 days ahead, on weekdays, with the templates named', () => {
    expect(changedKeys('plain.yaml').sort()).toEqual(
      ['timezone', 'birthday_email_days_before', 'frequency', 'calendar', 'templates'].sort(),
    );
    const rows = rowsOf(
      'plain.yaml',
      [texan(1, { birth_date: '1960-07-20' }), texan(2, { birth_date: '1960-07-19' })],
      '2025-06-02',
    );
    const birthdays = rows.filter((row) => row.email_type === 'birthday');
    // 28 June 2025 is a Saturday.
    expect(birthdays.map((row) => row.planned_send_date)).toEqual(['2025-06-30', '2025-06-30']);
    expect(birthdays[0]).toMatchObject({ email_template: 'birthday_card', sms_template: 'birthday_short' });
    expect(configOf('plain.yaml').frequency).toEqual({ max_emails_per_period: 2, frequency_period_days: 30 });
  });
});

describe('strict.yaml', () => {
  const config = configOf('strict.yaml');
  const capacity = new Capacity(config, dailyLimits(config, 1_000_000));

  it('closes weekends, federal holidays and two days of every year', () => {
    const isOpen = (text: string) => capacity.openDays.isOpen(day(text));
    expect(
      ['2026-01-03', '2026-01-04', '2026-07-03', '2026-12-24', '2027-12-24', '2026-12-25', '2026-12-31'].filter(isOpen),
    ).toEqual([]);
    expect(['2026-01-02', '2026-07-06', '2026-12-28'].filter(isOpen)).toHaveLength(3);
  });

  it('sends at most 5,000 emails on a day, and skips what has no seat', () => {
    expect(capacity.capOn(day('2026-01-05'))).toBe(5000);
    expect(capacity.thresholdOn(day('2026-01-05'))).toBe(5000);
    expect(config.load_balancing.excess).toBe('skip');
  });

  it('sets every guard', () => {
    const defaults = resolveConfig({}).guards;
    for (const [guard, value] of Object.entries(config.guards)) {
      expect([guard, value]).not.toEqual([guard, defaults[guard as keyof Config['guards']]]);
      expect([guard, Boolean(value)]).toEqual([guard, true]);
    }
  });

  it('writes to nobody who failed underwriting but for aep, whose state is unknown, or who bounced twice', () => {
    const failed = rowsOf(
      'strict.yaml',
      [texan(1, { birth_date: '1960-07-20', failed_underwriting: 1 })],
      '2025-06-02',
    );
    expect(failed.map((row) => [row.email_type, row.skip_reason])).toEqual([
      ['aep', null],
      ['birthday', 'underwriting:organization'],
    ]);
    expect(config.organization).toMatchObject({ send_without_zipcode_for_universal: false, suppress_after_bounces: 2 });
  });
});

describe('warm-up.yaml', () => {
  it('grows from 200 emails by 30 percent on each open day, as its comment says', () => {
    const config = configOf('warm-up.yaml');
    const capacity = new Capacity(config, dailyLimits(config, 1_000_000));
    const days = Array.from({ length: 8 }, (_, i) => day('2026-01-05') + i);
    const caps = days.map((one) => capacity.capOn(one));
    expect(caps).toEqual([200, 260, 338, 439, 570, 0, 0, 741]);
    const comment = textOf('warm-up.yaml').replace(/\n *# /g, ' ');
    expect(comment).toContain('200, 260, 338, 439, 570 in the first week, 741 on the Monday after');
    expect(capacity.capOn(day('2026-01-02'))).toBe(20_000);
    expect(capacity.capOn(day('2027-01-04'))).toBe(20_000);
    expect(formatIsoDay(days[0])).toBe(config.load_balancing.ramp?.start);
  });
});

describe('medigap-2026.yaml', () => {
  const text = textOf('medigap-2026.yaml');
  const config = configOf('medigap-2026.yaml');
  const AFTER = { VA: 60, IN: 60, LA: 63, IL: 45, UT: 60, WY: 63, MO: 30, OR: 30 };

  function contactIn(state: string): WindowedContact {
    const rule = config.state_rules[state] ?? null;
    return { state, rule, buffer: 60, birthDay: day('1958-05-10'), effectiveDay: day('2019-03-01') };
  }

  it.each(Object.entries(AFTER))('forbids %s the date and the %i days after it, and no more', (state, after) => {
    const contact = contactIn(state);
    const window = windowOfYear(contact, 2026)!;
    const date = day(state === 'MO' ? '2026-03-01' : '2026-05-10');
    expect(window.anchor).toBe(date);
    expect(statutoryStart(contact, window)).toBe(state === 'MO' ? date - 30 : date);
    expect(exclusionOn(contact, date)).not.toBeNull();
    expect(exclusionOn(contact, date + after)).not.toBeNull();
    expect(exclusionOn(contact, date + after + 1)).toBeNull();
    // The comment in front of the rule says so.
    const comment = text
      .slice(0, text.search(new RegExp(`^  ${state}:`, 'm')))
      .split('\n\n')
      .at(-1)!;
    expect(comment).toMatch(new RegExp(`\\b${after} days`));
    expect(comment.replace(/\s+#\s+/g, ' ')).toMatch(/check with counsel/);
  });

  it('changes no other state, and keeps the kinds of the default table', () => {
    const { state_rules: rules } = config;
    for (const [state, rule] of Object.entries(DEFAULT_STATE_RULES)) {
      if (!(state in AFTER)) expect(rules[state]).toEqual(rule);
      else expect(rules[state]).toEqual({ ...rule, after: AFTER[state as keyof typeof AFTER] });
    }
    expect(Object.keys(rules).sort()).toEqual(
      [...new Set([...Object.keys(DEFAULT_STATE_RULES), ...Object.keys(AFTER)])].sort(),
    );
    expect(changedKeys('medigap-2026.yaml')).toEqual(['state_rules']);
  });

  it('tells to ask counsel', () => {
    expect(text).toContain('NOT LEGAL ADVICE');
    expect(text).toContain('Ask counsel');
  });
});
