import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/rules/config.js';
import { readPlace, writePlace } from '../../src/web/page/address.js';
import { ownSettings, settingsKey } from '../../src/web/page/ownSettings.js';
import { staleReasons } from '../../src/web/page/stale.js';
import { ALL_EMAILS, type ChosenDatabase, type FinishedRun, firstState } from '../../src/web/page/state.js';

const DATABASE: ChosenDatabase = {
  name: 'book.db',
  file: new Blob([]),
  made: null,
  log: null,
  mapping: null,
  suppressions: null,
};
const STATE = firstState({ asOf: '2025-06-13', draft: {}, isRemembering: false, sessionMemory: 'off', awaited: null });

function runOf(database: ChosenDatabase, config: object): FinishedRun {
  const result = { report: { as_of: '2025-06-13' } } as FinishedRun['result'];
  return { number: 1, name: '', database, databaseName: database.name, config, result };
}

describe('a plan is stale', () => {
  const planned = { ...STATE, database: DATABASE, current: runOf(DATABASE, {}) };

  test('when day, settings or database are others, and not otherwise', () => {
    expect(staleReasons(planned)).toEqual([]);
    expect(staleReasons({ ...planned, asOf: '2025-06-14' })).toHaveLength(1);
    expect(staleReasons({ ...planned, draft: { timezone: 'UTC' } })).toHaveLength(1);
    expect(staleReasons({ ...planned, database: { ...DATABASE } })).toHaveLength(1);
    expect(staleReasons({ ...planned, isYamlWrong: true })).toHaveLength(1);
  });

  test('when suppressions were changed, until that is taken back', () => {
    const changed = { ...DATABASE, suppressions: { changeCount: 1, before: DATABASE } };
    expect(staleReasons({ ...planned, database: changed })).toEqual(['The suppressions have been changed since.']);
    expect(staleReasons({ ...planned, database: { ...changed }, current: runOf(changed, {}) })).toHaveLength(1);
    expect(staleReasons({ ...planned, database: DATABASE, current: runOf(changed, {}) })).toHaveLength(1);
  });

  test('not by a setting that is the default', () => {
    expect(staleReasons({ ...planned, draft: { birthday_email_days_before: 14, frequency: {} } })).toEqual([]);
    expect(staleReasons({ ...planned, draft: { birthday_email_days_before: 15 } })).toHaveLength(1);
  });
});

describe('what a database keeps of its settings', () => {
  test('is what is not the default, and plans the same', () => {
    const input = {
      timezone: 'UTC',
      birthday_email_days_before: 14,
      state_rules: { CA: null, TX: { kind: 'birthday_window', after: 5 } },
      aep: [{ month: 10, day: 1 }],
      calendar: { weekdays: ['mon', 'tue'] },
      load_balancing: { ramp: { start: '2025-06-16', first: 100, growth: 0.2 } },
    } as const;
    const own = ownSettings(resolveConfigInput(input));
    expect(Object.keys(own).sort()).toEqual(['aep', 'calendar', 'load_balancing', 'state_rules', 'timezone']);
    expect(own.state_rules).toMatchObject({ CA: null });
    expect(settingsKey(own)).toBe(settingsKey(input));
    expect(ownSettings({})).toEqual({});
    expect(settingsKey({ timezone: 'nowhere' })).toBeNull();
  });
});

function resolveConfigInput(input: Parameters<typeof ownSettings>[0]): Parameters<typeof ownSettings>[0] {
  resolveConfig(input);
  return input;
}

describe('an address', () => {
  const sight = {
    view: 'day',
    day: 20259,
    contact: 73,
    filter: { kind: 'campaign_a & b', status: 'skipped', state: '??', reason: 'exclusion:year_round:NY' },
    range: { start: 20250, end: 20281 },
  } as const;
  const made = { shape: 'realistic', contacts: 5000, seed: 1, asOf: '2025-06-13' } as const;

  test('tells what is looked at', () => {
    const draft = { frequency: { max_emails_per_period: 2 }, templates: { aep: { email: '<b>&#"' } } };
    const database = { ...DATABASE, made };
    const hash = writePlace({ ...STATE, ...sight, draft, database, current: runOf(database, {}) });
    expect(readPlace(hash)).toEqual({ sight, asOf: '2025-06-13', draft, made, fileName: null, isPlanned: true });
    expect(readPlace(writePlace({ ...STATE, database: DATABASE }))).toMatchObject({ fileName: 'book.db', made: null });
  });

  test('that makes no sense is an empty page', () => {
    const place = readPlace('#view=nothing&asof=2025-02-30&day=x&contact=1e9&status=all&settings=%7B&made=seed.x.1.2');
    expect(place).toMatchObject({ asOf: null, draft: null, made: null, isPlanned: false });
    expect(place.sight).toEqual({ view: 'plan', day: null, contact: null, filter: ALL_EMAILS, range: null });
    expect(readPlace('#settings=[1]').draft).toBeNull();
  });
});
