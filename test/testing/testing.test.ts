import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  campaigns,
  configuration,
  contacts,
  history,
  organization,
  suppressions,
} from '../../src/testing/arbitraries.js';
import {
  compareSchedules,
  type OrganizationRecords,
  oracle,
  type PlannedRow,
  planWith,
  type ScheduledRow,
} from '../../src/testing.js';
import '../../src/testing/vitest.js';

const options = { today: '2025-01-01', config: { load_balancing: { daily_send_percentage_cap: 1 } } };

// The Californian of docs/rules.md, a Texan whose birthday email was sent, and one whose address is broken.
const input: OrganizationRecords = {
  contacts: [
    { id: 1, email: 'a@example.com', state: 'CA', birth_date: '1960-07-20', effective_date: '2020-03-01' },
    { id: 2, email: 'b@example.com', state: 'TX', birth_date: '1960-07-20', effective_date: '2025-01-01' },
    { id: 3, email: 'nobody', state: 'TX', birth_date: '1960-07-20' },
  ],
  email_schedules: [
    {
      id: 12,
      contact_id: 2,
      email_type: 'birthday',
      status: 'bounced',
      scheduled_send_date: '2025-07-06',
      event_year: 2025,
    },
  ],
};

const expected = oracle(input, options);

/** The expected rows, one contact's row of a type with other values, or without it. */
function rowsBut(contactId: number, emailType: string, change: Partial<ScheduledRow> | null): ScheduledRow[] {
  return expected.rows.flatMap((row): ScheduledRow[] => {
    if (row.contact_id !== contactId || row.email_type !== emailType) return [row];
    return change === null ? [] : [{ ...row, ...change }];
  });
}

const extraRow = (contactId: number, emailType: string, eventYear: number | null = null) => ({
  contact_id: contactId,
  email_type: emailType,
  scheduled_send_date: '2025-02-02',
  status: 'pre-scheduled',
  event_year: eventYear,
});

describe('compareSchedules', () => {
  it('finds nothing in the expected rows, in any order, numbers as text, NULL left out', () => {
    const texts = expected.rows.toReversed().map((row) => {
      const fields = Object.entries(row).filter(([, value]) => value !== null);
      return Object.fromEntries(fields.map(([column, value]) => [column, String(value)])) as unknown as PlannedRow;
    });
    const difference = compareSchedules(texts, expected);
    expect(difference).toMatchObject({ equal: true, contacts: [] });
    expect(difference.text).toBe(
      `The schedules are equal: ${expected.rows.length} rows expected, ${expected.rows.length} found.`,
    );
  });

  it('finds a missing row and says why it is expected', () => {
    const { equal, contacts, text } = compareSchedules(rowsBut(1, 'post_window', null), expected);
    expect(equal).toBe(false);
    expect(contacts).toHaveLength(1);
    expect(contacts[0]).toMatchObject({ contactId: 1, unexpected: [], different: [] });
    expect(contacts[0].missing.map((row) => row.email_type)).toEqual(['post_window']);
    expect(text).toMatchInlineSnapshot(`
      "The schedules differ for 1 contact: 1 missing (6 rows expected, 5 found).

      contact 1 in CA, born 1960-07-20, policy of 2020-03-01
        post_window is missing: pre-scheduled on 2025-09-19
          - Its event is 2025-09-18, its ideal day 2025-09-19, its deadline 2025-09-26, its priority 40.
          - It starts on its ideal day, which has not passed as of 2025-01-01.
          - 2025-09-19 lies outside the windows 2025-04-21 to 2025-09-18 (its buffer ends on 2025-06-19) and 2026-04-21 to 2026-09-18 (its buffer ends on 2026-06-19)."
    `);
  });

  it('finds a different row and shows its columns', () => {
    const rows = rowsBut(1, 'birthday', { status: 'pre-scheduled', skip_reason: null });
    const { contacts } = compareSchedules(rows, expected);
    expect(contacts[0].different).toMatchObject([{ columns: ['status', 'skip_reason'] }]);
    expect(contacts[0].text).toMatchInlineSnapshot(`
      "contact 1 in CA, born 1960-07-20, policy of 2020-03-01
        birthday is different:
                       expected                      found
          status       skipped                       pre-scheduled
          skip_reason  exclusion:birthday_window:CA  NULL
          - Its event is 2025-07-20, its ideal day 2025-07-06, its deadline 2025-07-20, its priority 10.
          - It starts on its ideal day, which has not passed as of 2025-01-01.
          - 2025-07-06 lies in the window 2025-04-21 to 2025-09-18 (its buffer ends on 2025-06-19), so it is skipped."
    `);
    expect(readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8')).toContain(contacts[0].text);
  });

  it('finds unexpected rows and says why nothing is planned', () => {
    const rows = [
      ...expected.rows,
      extraRow(1, 'birthday', 2024),
      extraRow(2, 'birthday', 2025),
      extraRow(2, 'Effective_Date', 2025),
      extraRow(3, 'aep'),
      extraRow(99, 'aep'),
      { ...extraRow(1, 'aep'), contact_id: 'x' },
    ];
    const { contacts, text } = compareSchedules(rows, expected);
    expect(contacts.map((contact) => [contact.contactId, contact.unexpected.length])).toEqual([
      [null, 1],
      [1, 1],
      [2, 2],
      [3, 1],
      [99, 1],
    ]);
    expect(text).toMatchInlineSnapshot(`
      "The schedules differ for 5 contacts: 6 not expected (6 rows expected, 12 found).

      rows without a contact id
        aep is not expected: pre-scheduled on 2025-02-02
          - There is no such contact.

      contact 1 in CA, born 1960-07-20, policy of 2020-03-01
        birthday is not expected: pre-scheduled on 2025-02-02
          - This is one more than is planned of its type.

      contact 2 in TX, born 1960-07-20, policy of 2025-01-01
        birthday is not expected: pre-scheduled on 2025-02-02
          - History has it already: row 12, bounced.
        Effective_Date is not expected: pre-scheduled on 2025-02-02
          - The policy is too young: its anniversary comes 0 months after it, and it takes more than 11.

      contact 3
        aep is not expected: pre-scheduled on 2025-02-02
          - The contact is rejected: invalid_email.

      contact 99
        aep is not expected: pre-scheduled on 2025-02-02
          - There is no such contact."
    `);
  });

  it('says why emails are suppressed, on other days, or have no seat', () => {
    const today = '2027-12-20';
    const contacts = [1, 2, 3, 4].map((id) => ({
      id,
      email: `c${id}@example.com`,
      state: 'TX',
      birth_date: '1960-01-07',
    }));
    const records = {
      contacts,
      suppressions: [{ email: 'C1@example.com', scope: 'birthday', reason: 'Asked us', starts_on: '2027-01-01' }],
    };
    const config = {
      aep: [],
      calendar: { us_federal_holidays: true },
      load_balancing: { daily_send_limit: 1, daily_send_percentage_cap: 1 },
    };
    const { text } = compareSchedules([], oracle(records, { today, config }), { shownContacts: 4 });
    expect(text).toMatchInlineSnapshot(`
      "The schedules differ for 4 contacts: 4 missing (4 rows expected, 0 found).

      contact 1 in TX, born 1960-01-07, no policy
        birthday is missing: skipped on 2027-12-24, suppressed:asked_us
          - Its event is 2028-01-07, its ideal day 2027-12-24, its deadline 2028-01-07, its priority 10.
          - A suppression of c1@example.com covers birthday from 2027-01-01 on, so that no start day is looked for: suppressed:asked_us.

      contact 2 in TX, born 1960-01-07, no policy
        birthday is missing: pre-scheduled on 2027-12-25
          - Its event is 2028-01-07, its ideal day 2027-12-24, its deadline 2028-01-07, its priority 10.
          - It starts on its ideal day, which has not passed as of 2027-12-20.
          - 2027-12-24 is closed, a federal holiday, so it starts on 2027-12-25, the next open day that is free for it.

      contact 3 in TX, born 1960-01-07, no policy
        birthday is missing: pre-scheduled on 2027-12-26
          - Its event is 2028-01-07, its ideal day 2027-12-24, its deadline 2028-01-07, its priority 10.
          - It starts on its ideal day, which has not passed as of 2027-12-20.
          - 2027-12-24 is closed, a federal holiday, so it starts on 2027-12-25, the next open day that is free for it.
          - On 2027-12-25 3 emails wait for 1 seat; the one that goes comes before it.
          - The daily cap moved it to 2027-12-26; its last day is 2028-01-07.

      contact 4 in TX, born 1960-01-07, no policy
        birthday is missing: pre-scheduled on 2027-12-27
          - Its event is 2028-01-07, its ideal day 2027-12-24, its deadline 2028-01-07, its priority 10.
          - It starts on its ideal day, which has not passed as of 2027-12-20.
          - 2027-12-24 is closed, a federal holiday, so it starts on 2027-12-25, the next open day that is free for it.
          - On 2027-12-25 3 emails wait for 1 seat; the one that goes comes before it.
          - On 2027-12-26 2 emails wait for 1 seat; the one that goes comes before it.
          - The daily cap moved it to 2027-12-27; its last day is 2028-01-07."
    `);
  });

  it('compares the columns and email types it is told to', () => {
    const rows = rowsBut(1, 'birthday', { email_template: 'other', scheduled_send_date: '2025-07-07' });
    const columnsOf = (columns: readonly (keyof PlannedRow)[]) =>
      compareSchedules(rows, expected, { columns }).contacts.flatMap((contact) => contact.different[0].columns);
    expect(columnsOf(['email_template', 'status'])).toEqual(['email_template']);
    expect(columnsOf(['status'])).toEqual([]);
    expect(compareSchedules(rows, expected, { emailTypes: ['AEP', 'post_window'] }).equal).toBe(true);
    expect(compareSchedules(rows, expected, { emailTypes: ['Birthday'] }).expectedCount).toBe(2);
    expect(() => compareSchedules(rows, expected, { columns: [] })).toThrow(RangeError);
    expect(() => columnsOf(['colour' as 'status'])).toThrow(/columns: expected some of contact_id, .* got "colour"/);
  });

  it('takes plain rows for the expected ones, and then gives no reasons', () => {
    const { text } = compareSchedules([extraRow(1, 'aep')], [extraRow(1, 'birthday')]);
    expect(text).toMatchInlineSnapshot(`
      "The schedules differ for 1 contact: 1 missing, 1 not expected (1 row expected, 1 found).

      contact 1
        birthday is missing: pre-scheduled on 2025-02-02
        aep is not expected: pre-scheduled on 2025-02-02"
    `);
  });

  it('describes only the first contacts in its text', () => {
    const { text, contacts } = compareSchedules([], expected, { shownContacts: 1 });
    expect(contacts).toHaveLength(2);
    expect(text).toContain('contact 1 in CA');
    expect(text).not.toContain('contact 2');
    expect(text).toMatch(/\.\.\. and 1 more contact\.$/);
  });

  it('pairs rows of one type by what they share: all, their year, nothing', () => {
    const windows = [2024, 2025].map((year) => extraRow(1, 'post_window', year));
    const late = { ...windows[0], scheduled_send_date: '2025-03-03' };
    const { contacts } = compareSchedules([late, windows[1]], windows);
    expect(contacts[0].different).toMatchObject([{ expected: windows[0], actual: late }]);
    const other = compareSchedules([extraRow(1, 'post_window', 2023)], windows).contacts[0];
    expect(other.missing).toHaveLength(1);
    expect(other.different[0].columns).toEqual(['event_year']);
  });

  it('finds every change of a row, and every row that is gone, whatever the organization', () => {
    fc.assert(
      fc.property(organization(), fc.nat(), (one, n) => {
        const result = oracle(one.records, one);
        expect(compareSchedules(result.rows, result).equal).toBe(true);
        if (result.rows.length === 0) return;
        const place = n % result.rows.length;
        const without = compareSchedules(result.rows.toSpliced(place, 1), result);
        expect(without.contacts.flatMap((contact) => contact.missing)).toHaveLength(1);
        const more = compareSchedules([...result.rows, result.rows[place]], result);
        expect(more.contacts.flatMap((contact) => contact.unexpected)).toHaveLength(1);
        const changed = { ...result.rows[place], scheduled_send_date: '2199-01-01' };
        const [difference] = compareSchedules(result.rows.toSpliced(place, 1, changed), result).contacts;
        expect(difference.contactId).toBe(changed.contact_id);
        // Rows of several windows may be told apart by less than all of their columns.
        expect(difference.different.flatMap((row) => row.columns)).toContain('scheduled_send_date');
        expect(difference.text).toContain('Its event is');
      }),
      { numRuns: 150 },
    );
  });
});

describe('the matcher', () => {
  it('passes on the expected rows, with either engine, and fails on .not', async () => {
    expect(expected.rows).toMatchSchedule(input, options);
    await expect(expected.rows).toMatchSchedule(input, { ...options, engine: 'fast' });
    expect([]).not.toMatchSchedule(input, options);
    expect(() => expect(expected.rows).not.toMatchSchedule(input, options)).toThrow('Expected the schedules to differ');
  });

  it('fails with the difference', async () => {
    const rows = rowsBut(1, 'birthday', { status: 'pre-scheduled' });
    const { text } = compareSchedules(rows, expected);
    expect(() => expect(rows).toMatchSchedule(input, options)).toThrow(text);
    const byFast = expect(rows).toMatchSchedule(input, { ...options, engine: 'fast' });
    await expect(byFast).rejects.toThrow('birthday is different');
  });

  it('refuses what is no list of rows', () => {
    expect(() => expect(7).toMatchSchedule(input, options)).toThrow(TypeError);
  });
});

describe('planWith', () => {
  it('gives the same rows in the same order with both engines', async () => {
    await fc.assert(
      fc.asyncProperty(organization(), async ({ records, config, today }) => {
        const rows = await planWith('reference', records, { config, today });
        expect(await planWith('fast', records, { config, today })).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses other engines', async () => {
    await expect(planWith('slow' as 'fast', input, options)).rejects.toThrow(TypeError);
  });
});

describe('the oracle', () => {
  it('looks again at a configuration that was changed in place', () => {
    const config = { send_time: '10:00:00' };
    const timeOf = () => oracle(input, { today: '2025-01-01', config }).rows[0].scheduled_send_time;
    expect(timeOf()).toBe('10:00:00');
    expect(timeOf()).toBe('10:00:00');
    config.send_time = '11:00:00';
    expect(timeOf()).toBe('11:00:00');
    config.send_time = 'noon';
    expect(timeOf).toThrow('send_time');
  });
});

describe('the arbitraries', () => {
  const today = '2025-06-13';

  it('make records that fit together, table by table', () => {
    const records = contacts({ today, wellFormed: true }).chain((list) =>
      campaigns({ today, wellFormed: true }).chain((both) =>
        history({ today, contacts: list, campaigns: both, wellFormed: true }).chain((email_schedules) =>
          suppressions({ today, contacts: list, wellFormed: true }).map((rows) => ({
            contacts: list,
            ...both,
            email_schedules,
            suppressions: rows,
          })),
        ),
      ),
    );
    fc.assert(
      fc.property(records, configuration({ today }), (one, config) => {
        expect(oracle(one, { today, config }).rows).toMatchSchedule(one, { today, config });
      }),
      { numRuns: 100 },
    );
  });

  it('make well-formed organizations without anything broken, and the messy ones with it', () => {
    const broken = (one: { records: OrganizationRecords; today: number }) =>
      oracle(one.records, one).issues.filter(({ kind }) => /^(invalid|duplicate|unknown|unreadable)/.test(kind));
    fc.assert(
      fc.property(organization({ wellFormed: true }), (one) => {
        expect(broken(one)).toEqual([]);
      }),
      { numRuns: 100 },
    );
    expect(fc.sample(organization(), { numRuns: 20, seed: 1 }).flatMap(broken).length).toBeGreaterThan(20);
  });

  it('keep to the constraints', () => {
    const config = { aep: [] };
    const constraints = { today, config, maxContacts: 2, campaigns: false, history: false, suppressions: false };
    fc.assert(
      fc.property(organization(constraints), ({ records, ...rest }) => {
        expect(rest).toEqual({ today: 20252, config });
        expect(records.contacts.length).toBeLessThanOrEqual(2);
        const { contacts: _, ...tables } = records;
        expect(Object.values(tables).flat()).toEqual([]);
      }),
      { numRuns: 50 },
    );
    expect(() => organization({ today: '2025-02-30' })).toThrow('2025-02-30');
  });
});

describe('the types', () => {
  it('hold for callers', () => {
    const file = fileURLToPath(new URL('./testing.types.ts', import.meta.url));
    const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const flags =
      '--noEmit --ignoreConfig --strict --skipLibCheck --target es2023 --module nodenext --verbatimModuleSyntax'.split(
        ' ',
      );
    const { stdout, status } = spawnSync(process.execPath, [compiler, ...flags, file], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
