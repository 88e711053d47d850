import { describe, expect, test } from 'vitest';
import { anniversary, dayFromCivil } from '../../src/calendar/day.js';
import { formatIsoDay, parseIsoDay } from '../../src/calendar/iso.js';
import { oracle } from '../../src/oracle/oracle.js';
import { type ConfigInput, resolveConfig } from '../../src/rules/config.js';
import type { ContactRecord, OrganizationRecords } from '../../src/rules/records.js';
import { type SchedulePlan, schedule } from '../../src/run/library.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { inOrder, issueTexts, plannedRowsOf, recordsImage } from '../helpers/databases.js';
import { checkInvariants } from '../helpers/invariants.js';

const dayOf = (text: string) => parseIsoDay(text) ?? Number.NaN;

function contact(id: number, fields: Partial<ContactRecord>): ContactRecord {
  return { id, email: `c${id}@example.com`, state: 'TX', birth_date: null, effective_date: null, ...fields };
}

/** Plans the records and compares every row, issue and overloaded day with the reference model. */
async function planLikeOracle(
  records: OrganizationRecords,
  today: string | number,
  config: ConfigInput = {},
): Promise<SchedulePlan> {
  const plan = await schedule(records, { today, config });
  const expected = oracle(records, { today, config, uniqueIndexes: [] });
  const rows = inOrder(plan.rows()).map((row) => JSON.stringify(row));
  const differing = inOrder(expected.rows).findIndex((row, i) => JSON.stringify(row) !== rows[i]);
  expect({ today, row: rows[differing] }).toEqual({ today, row: JSON.stringify(inOrder(expected.rows)[differing]) });
  expect(rows.length).toBe(expected.rows.length);
  expect(issueTexts(plan.issues)).toEqual(issueTexts(expected.issues));
  const overloaded = plan.balance.overloadedDays.map(({ day, planned, history }) => ({ day, load: planned + history }));
  expect(overloaded).toEqual(expected.overloadedDays);
  return plan;
}

const ALL_STATES = ['CA', 'ID', 'KY', 'MD', 'NV', 'OK', 'OR', 'VA', 'MO', 'NY', 'TX', 'ZZ'];

describe('the calendar', () => {
  const births = [
    '1904-02-29',
    '1960-02-29',
    '1960-02-28',
    '1960-03-01',
    '1955-01-01',
    '1955-12-31',
    '1969-12-31',
    '1970-01-01',
  ];
  const policies = ['2016-02-29', '2019-12-31', '2020-01-01', '2024-02-29', '2025-12-31', '1972-02-29', null];
  const grid = ALL_STATES.flatMap((state) =>
    births.flatMap((birth) => policies.map((policy) => ({ state, birth_date: birth, effective_date: policy }))),
  );
  const records = { contacts: grid.map((fields, i) => contact(i + 1, fields)) };

  test.each([
    ...[
      '2023-02-28',
      '2023-03-01',
      '2024-02-15',
      '2024-02-28',
      '2024-02-29',
      '2024-03-01',
      '2025-02-14',
      '2025-02-28',
      '2025-03-01',
    ],
    ...['2025-12-17', '2025-12-31', '2026-01-01', '2099-12-31', '2100-02-28', '2100-03-01'],
    ...['1970-01-01', '1969-12-31', '1960-02-29', '1900-01-01', '2198-12-31', '2199-12-31'],
  ])('is the one of the reference model on %s, for leap days, year ends and births before 1970', async (today) => {
    const plan = await planLikeOracle(records, today, { load_balancing: { daily_send_percentage_cap: 1 } });
    expect(plan.counts.total).toBeGreaterThan(grid.length / 2);
  });

  test('puts the birthday of a 29 February on the 28th in other years', async () => {
    const one = { contacts: [contact(1, { birth_date: '1960-02-29' })] };
    const birthday = async (today: string) =>
      [...(await planLikeOracle(one, today)).rows()].find((row) => row.email_type === 'birthday');
    expect(await birthday('2024-02-01')).toMatchObject({
      scheduled_send_date: '2024-02-15',
      event_year: 2024,
      event_month: 2,
      event_day: 29,
    });
    expect(await birthday('2025-02-01')).toMatchObject({
      scheduled_send_date: '2025-02-14',
      event_year: 2025,
      event_month: 2,
      event_day: 28,
    });
    expect(await birthday('2025-02-28')).toMatchObject({ scheduled_send_date: '2025-02-28', event_year: 2025 });
    expect(await birthday('2025-03-01')).toMatchObject({ scheduled_send_date: '2026-02-14', event_year: 2026 });
  });
});

describe('the first and the last day of a window', () => {
  // Rules 4, the table, with the buffer of 60 days already in front.
  const windows: [string, 'birth_date' | 'effective_date', number, number, string?][] = [
    ['CA', 'birth_date', 90, 60],
    ['ID', 'birth_date', 60, 63],
    ['KY', 'birth_date', 60, 60],
    ['MD', 'birth_date', 60, 30],
    ['NV', 'birth_date', 60, 60, 'the first of the month'],
    ['OK', 'birth_date', 60, 60],
    ['OR', 'birth_date', 60, 31],
    ['VA', 'birth_date', 60, 30],
    ['MO', 'effective_date', 90, 33],
  ];
  const dates = ['1964-02-29', '1962-01-05', '1963-07-20', '1961-12-28'];
  const cases = windows.flatMap((window) =>
    dates.map((date) => [...window.slice(0, 1), date, window] as [string, string, typeof window]),
  );

  test.each(cases)('are inside in %s, with the date %s', async (state, date, [, column, front, after, monthStart]) => {
    for (const year of [2024, 2025]) {
      const anchorDate = monthStart === undefined ? date : `${date.slice(0, 8)}01`;
      const anchor = anniversary(dayOf(anchorDate), year);
      const days = {
        [anchor - front - 1]: null,
        [anchor - front]: state,
        [anchor + after]: state,
        [anchor + after + 1]: null,
      };
      for (const [day, excluding] of Object.entries(days)) {
        const today = formatIsoDay(Number(day));
        const plan = await planLikeOracle(
          {
            contacts: [contact(1, { state, [column]: date })],
            campaign_types: [{ name: 'news', respect_exclusion_windows: 1, target_all_contacts: 1, active: 1 }],
            campaign_instances: [{ id: 1, campaign_type: 'news', active_start_date: today }],
          },
          today,
        );
        const news = [...plan.rows()].find((row) => row.email_type === 'campaign_news_1');
        const kind = column === 'birth_date' ? 'birthday_window' : 'effective_date_window';
        expect({ today, reason: news?.skip_reason }).toEqual({
          today,
          reason: excluding && `exclusion:${kind}:${excluding}`,
        });
      }
    }
  });
});

describe('sizes', () => {
  test('no contacts at all', async () => {
    const plan = await planLikeOracle({ contacts: [] }, '2025-06-13');
    expect(plan.counts).toMatchObject({ total: 0, preScheduled: 0, byType: [] });
    expect(plan.toArrow().numRows).toBe(0);
    expect([...plan.rows()]).toEqual([]);
  });

  test('a cap of one email a day', async () => {
    const contacts = Array.from({ length: 60 }, (_, i) =>
      contact(i + 1, { birth_date: '1960-06-20', state: i % 3 === 0 ? 'CA' : 'TX' }),
    );
    const plan = await planLikeOracle({ contacts }, '2025-06-13', { load_balancing: { daily_send_percentage_cap: 0 } });
    const perDay = new Map(plan.balance.days.map(({ day, planned }) => [day, planned]));
    // The first seven days have a share of what catches up; what has no seat on any of the eight days is spread over them.
    const first = dayFromCivil(2025, 6, 13);
    expect(Array.from({ length: 8 }, (_, i) => perDay.get(first + i))).toEqual([1, 4, 4, 7, 6, 6, 6, 6]);
  });

  test('campaigns alone, for contacts without dates and states', async () => {
    const records = {
      contacts: Array.from({ length: 20 }, (_, i) => contact(i + 1, { state: i % 2 === 0 ? 'nowhere' : null })),
      campaign_types: [{ name: 'news', target_all_contacts: 1, active: 1, spread_evenly: 1 }],
      campaign_instances: [
        { id: 9, campaign_type: 'news', spread_start_date: '2025-06-15', spread_end_date: '2025-06-18' },
      ],
    };
    const plan = await planLikeOracle(records, '2025-06-13', { load_balancing: { daily_send_percentage_cap: 1 } });
    expect(plan.counts.byType).toEqual([{ email_type: 'campaign_news_9', pre_scheduled: 20, skipped: 0 }]);
    expect(plan.balance.days.map(({ planned }) => planned)).toEqual([5, 5, 5, 5]);
  });

  test('ids up to 2^53 - 1, of contacts, campaigns and rows', async () => {
    const ids = [1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 2, 2 ** 53 - 1];
    const records: OrganizationRecords = {
      contacts: ids.map((id) => contact(id, { birth_date: '1960-06-20', state: 'CA' })),
      campaign_types: [{ name: 'news', target_all_contacts: 1, active: 1 }],
      campaign_instances: [1, 2 ** 32, 2 ** 53 - 1].map((id) => ({ id, campaign_type: 'news' })),
      email_schedules: ids.map((id, i) => ({
        ...{ id: 2 ** 52 + i, contact_id: id, email_type: 'birthday', status: 'sent', event_year: 2025 },
        ...{ scheduled_send_date: '2025-06-06', campaign_instance_id: null },
      })),
    };
    await planLikeOracle(records, '2025-06-13');
    const database = await openDatabase(await recordsImage(records));
    await database.run({ asOf: '2025-06-13' });
    const expected = oracle(records, { today: '2025-06-13' });
    expect(plannedRowsOf(database)).toEqual(expected.rows);
    expect(
      database.query('SELECT DISTINCT typeof(contact_id) FROM email_schedules WHERE id > ?', [2 ** 52 + 6]),
    ).toEqual([['integer']]);
    expect((await database.run({ asOf: '2025-06-13' })).outcome).toBe('unchanged');
    database.close();
  });

  test('300 campaigns for 500 contacts', async () => {
    const contacts = Array.from({ length: 500 }, (_, i) =>
      contact(i + 1, { state: ALL_STATES[i % 12], birth_date: '1960-06-20', effective_date: '2015-08-01' }),
    );
    const types = Array.from({ length: 10 }, (_, i) => ({
      ...{
        name: `t${i}`,
        target_all_contacts: 1,
        active: 1,
        priority: i % 4,
        spread_evenly: i % 2,
        respect_exclusion_windows: i % 3,
        days_before_event: 0,
      },
    }));
    const instances = Array.from({ length: 300 }, (_, i) => ({
      ...{ id: i + 1, campaign_type: `t${i % 10}`, active_end_date: '2025-12-31', active_start_date: '2025-06-01' },
      ...{ spread_start_date: '2025-06-20', spread_end_date: formatIsoDay(dayFromCivil(2025, 6, 20) + (i % 90)) },
    }));
    const records = { contacts, campaign_types: types, campaign_instances: instances, contact_campaigns: [] };
    const database = await openDatabase(
      await recordsImage({
        ...records,
        contact_campaigns: [{ contact_id: 1, campaign_instance_id: 1, trigger_date: null, status: 'x' }],
      }),
    );
    const report = await database.run({ asOf: '2025-06-13' });
    expect(report.rows.total).toBeGreaterThan(100_000);
    expect(report.skip_reasons.some(({ reason }) => reason.startsWith('conflict:campaign:'))).toBe(true);
    expect(checkInvariants(database, resolveConfig({}), dayFromCivil(2025, 6, 13)).violations).toEqual([]);
    database.close();
    await planLikeOracle({ ...records, contacts: contacts.slice(0, 60) }, '2025-06-13');
  });

  test('one contact with 20,000 rows of every status', async () => {
    const statuses = ['sent', 'pre-scheduled', 'skipped', 'failed', 'bounced', 'scheduled', 'delivered', 'missed'];
    const types = ['birthday', 'effective_date', 'aep', 'campaign_news_1', 'followup_1_cold', 'post_window', 'promo'];
    const email_schedules = Array.from({ length: 20_000 }, (_, i) => ({
      ...{ id: i + 1, contact_id: 1, email_type: types[i % 7], status: statuses[i % 8], event_year: 1990 + (i % 35) },
      ...{ scheduled_send_date: formatIsoDay(dayFromCivil(2025, 6, 13) - 1 - (i % 9000)) },
    }));
    const records = {
      contacts: [
        contact(1, { birth_date: '1960-06-20', effective_date: '2015-08-01' }),
        contact(2, { birth_date: '1960-06-20' }),
      ],
      email_schedules,
    };
    await planLikeOracle(records, '2025-06-13');
    const database = await openDatabase(await recordsImage(records));
    const report = await database.run({ asOf: '2025-06-13' });
    const owned = email_schedules.filter(({ status }) => status === 'pre-scheduled' || status === 'skipped').length;
    expect(report.changes.removed + report.changes.changed).toBe(owned);
    expect(plannedRowsOf(database)).toEqual(oracle(records, { today: '2025-06-13', uniqueIndexes: [] }).rows);
    expect((await database.run({ asOf: '2025-06-13' })).outcome).toBe('unchanged');
    database.close();
  });
});
