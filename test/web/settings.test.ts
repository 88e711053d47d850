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
import { problemUnder, textOfValue, valueOfText } from '../../src/web/views/settingValues.js';

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
