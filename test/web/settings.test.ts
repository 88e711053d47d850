import { describe, expect, test } from 'vitest';
import { checkConfig, resolveConfig } from '../../src/rules/config.js';
import {
  configSections,
  listFields,
  ruleStates,
  settingLines,
  valueAt,
  withValue,
} from '../../src/web/page/configFields.js';
import { settingName, settingText } from '../../src/web/views/settingTexts.js';
import { problemText, problemUnder, textOfValue, valueOfText } from '../../src/web/views/settingValues.js';
import { SECTION_WORDS, settingWords } from '../../src/web/views/settingWords.js';

describe('the form of the page', () => {
  test('has a field for every key of the configuration, with its default', () => {
    const config = resolveConfig({});
    const fields = configSections().flatMap((section) => section.fields);
    const keys = settingLines(config)
      .map(({ key }) => key)
      .filter((key) => !key.startsWith('state_rules.') && key !== 'aep');
    expect(fields.map(({ path }) => path.join('.')).sort()).toEqual(keys.sort());
    for (const { path, standard } of fields) expect([path, standard]).toEqual([path, valueAt(config, path)]);
  });

  test('knows what may be in a field', () => {
    const fieldAt = (key: string) =>
      configSections()
        .flatMap((section) => section.fields)
        .find(({ path }) => path.join('.') === key);
    expect(fieldAt('frequency.max_emails_per_period')).toMatchObject({ kind: 'whole', minimum: 0, maximum: 1000 });
    expect(fieldAt('load_balancing.profile')).toMatchObject({ kind: 'choice', standard: 'auto' });
    expect(fieldAt('load_balancing.daily_send_percentage_cap')).toMatchObject({ kind: 'number', standard: null });
    expect(fieldAt('followups.enabled')).toMatchObject({ kind: 'flag', standard: true });
    expect(fieldAt('timezone')).toMatchObject({ kind: 'text', standard: 'America/Chicago' });
    expect(fieldAt('calendar.weekdays')).toMatchObject({ kind: 'list', choices: expect.arrayContaining(['mon']) });
    expect(fieldAt('load_balancing.ramp')).toMatchObject({ kind: 'record', keys: ['start', 'first', 'growth'] });
    expect(listFields('aep').map(({ path }) => path[0])).toEqual(['month', 'day', 'deadline_month', 'deadline_day']);
    expect(listFields('state_rules')[0]).toMatchObject({ path: ['kind'], kind: 'choice' });
    expect(ruleStates()).toContain('PR');
  });

  test('every default is a value that the schema takes', () => {
    for (const { path, standard } of configSections().flatMap((section) => section.fields)) {
      expect(checkConfig(withValue({}, path, standard))).toEqual([]);
    }
  });
});

describe('the words of the form', () => {
  const sections = configSections();
  const fields = sections.flatMap((section) => section.fields);

  test('every field has a label of its own and a sentence of help, without names of the program', () => {
    for (const { name, fields: inner } of sections) {
      expect(SECTION_WORDS[name]?.label).toMatch(/^[A-Z]/);
      const labels = inner.map(({ path }) => settingWords(path).label);
      expect(new Set(labels).size).toBe(labels.length);
    }
    for (const { path } of fields) {
      const { label, help } = settingWords(path);
      expect([path, label, help].join()).toMatch(/,[A-Z][^_]*,[A-Z][^_]*\.$/);
    }
  });

  test('a limit that 0 switches off says so', () => {
    for (const key of ['frequency.max_emails_per_period', 'organization.suppress_after_bounces']) {
      expect(settingWords(key.split('.')).help).toMatch(/0 switches (this|the limit) off/);
    }
  });

  test('what is wrong is told with the label and what is allowed, without names of the program', () => {
    for (const field of fields) {
      for (const value of [-2e9, 1.5, 'x_y', [], {}, { lookback_days: 1 }]) {
        const problem = problemUnder(checkConfig(withValue({}, field.path, value)), field.path);
        if (problem === null) continue;
        const { label } = settingWords(field.path);
        const text = problemText(label, field, problem, value);
        expect(text.startsWith(`${label}: `)).toBe(true);
        // Choices are made in a list, which lets nobody choose wrongly.
        if (field.kind !== 'choice' && field.kind !== 'flag' && !field.path.includes('templates')) {
          expect(text).not.toMatch(/_|something else/);
        }
      }
    }
    const at = (key: string) => fields.find(({ path }) => path.join('.') === key) ?? fields[0];
    const told = (key: string, value: unknown) => {
      const field = at(key);
      const [problem] = checkConfig(withValue({}, field.path, value));
      return problemText(settingWords(field.path).label, field, problem, value);
    };
    expect(told('load_balancing.daily_send_percentage_cap', 2)).toBe('Daily cap, % of contacts: 0 to 100 %');
    expect(told('frequency.max_emails_per_period', 'many')).toBe('Most emails in a period: a whole number, 0 to 1000');
    expect(told('followups.delay_days', 40)).toBe(
      'Days after the email: not more than the days an email can be followed, which are 35',
    );
  });
});

test('shares are written in percent, and come back as they were', () => {
  const share = { kind: 'number', keys: [], isShare: true } as const;
  for (const [text, value] of [
    ['7', 0.07],
    ['20 %', 0.2],
    ['0.1', 0.001],
    ['100', 1],
  ] as const) {
    expect(valueOfText(text, share)).toBe(value);
    expect(valueOfText(textOfValue(value, share), share)).toBe(value);
  }
  expect(valueOfText('much', share)).toBe('much');
});

test('settings are compared as the form has them, shares in percent', () => {
  const cap = 'load_balancing.daily_send_percentage_cap';
  expect([settingName(cap), settingText(cap, '0.03')]).toEqual(['Daily cap, % of contacts', '3 %']);
  const growth = 'load_balancing.ramp.growth';
  expect([settingName(growth), settingText(growth, '0.2')]).toEqual([
    'Warm up a new sending domain: growth a day',
    '20 %',
  ]);
  expect([settingName('state_rules.CA'), settingText('state_rules.CA', 'null')]).toEqual(['CA', 'forbids nothing']);
  expect(settingText('calendar.closed', '["2025-12-24","12-25"]')).toBe('2025-12-24, 12-25');
  expect(settingText('followups.enabled', 'false')).toBe('no');
  expect(settingText('timezone', undefined)).toBe('default');
});

describe('a draft', () => {
  test('gets a value under its keys, and loses it with the sections that are empty then', () => {
    const one = withValue({ timezone: 'UTC' }, ['templates', 'aep', 'email'], 'x');
    expect(one).toEqual({ timezone: 'UTC', templates: { aep: { email: 'x' } } });
    expect(withValue(one, ['templates', 'aep', 'email'], undefined)).toEqual({ timezone: 'UTC' });
    expect(withValue(one, ['state_rules', 'CA'], null)).toMatchObject({ state_rules: { CA: null } });
  });

  test('is told of as keys and values', () => {
    expect(settingLines({ aep: [{ month: 1 }], followups: { enabled: false } })).toEqual([
      { key: 'aep', value: '[{"month":1}]' },
      { key: 'followups.enabled', value: 'false' },
    ]);
  });

  test('that is wrong is told of at the key', () => {
    const [problem] = checkConfig({ aep: [{ month: 2, day: 31 }] });
    expect(problem).toMatchObject({ path: ['aep', 0, 'day'], allowed: 'a day of month 2, from 1 to 29' });
  });
});

test('what stands in a field of several values is read and written by its commas', () => {
  const weekdays = { kind: 'list', keys: [] } as const;
  expect(valueOfText(' mon, tue ,', weekdays)).toEqual(['mon', 'tue']);
  expect(valueOfText('  ', weekdays)).toBeUndefined();
  expect(textOfValue(['mon', 'tue'])).toBe('mon, tue');
  const ramp = { kind: 'record', keys: ['start', 'first', 'growth'] } as const;
  const value = valueOfText('2025-06-16, 100, 0.2', ramp);
  expect(value).toEqual({ start: '2025-06-16', first: 100, growth: 0.2 });
  expect(checkConfig({ load_balancing: { ramp: value } })).toEqual([]);
  expect(textOfValue(value)).toBe('2025-06-16, 100, 0.2');
  const problems = checkConfig({ load_balancing: { ramp: valueOfText('2025-06-16', ramp) } });
  expect(problemUnder(problems, ['load_balancing', 'ramp'])).toMatchObject({
    path: ['load_balancing', 'ramp', 'first'],
  });
});
