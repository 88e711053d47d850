import { describe, expect, it } from 'vitest';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { type OracleOptions, oracle } from '../../src/oracle/oracle.js';
import type { ContactRecord, OrganizationRecords, ScheduleRecord } from '../../src/rules/records.js';

const TODAY = '2025-06-13';

// Nothing but what a test is about: no aep emails, no cap in the way, and smoothing that moves by no day.
const QUIET: OracleOptions = {
  today: TODAY,
  config: { aep: [], load_balancing: { daily_send_percentage_cap: 1, ed_smoothing_window_days: 1 } },
  uniqueIndexes: [],
};

function contact(fields: Partial<ContactRecord>): ContactRecord {
  return { id: 1, email: 'a@example.com', state: 'TX', ...fields };
}

function run(input: Partial<OrganizationRecords>, options: Partial<OracleOptions> = {}) {
  const { config = {}, ...rest } = options;
  const merged = {
    ...QUIET.config,
    ...config,
    load_balancing: { ...QUIET.config?.load_balancing, ...config?.load_balancing },
  };
  return oracle({ contacts: [contact({})], ...input }, { ...QUIET, ...rest, config: merged });
}

/** The rows as `id type day`, followed by the reason when skipped. */
function lines(...args: Parameters<typeof run>): string[] {
  return run(...args).rows.map((row) =>
    [row.contact_id, row.email_type, row.scheduled_send_date, row.skip_reason]
      .filter((part) => part !== null)
      .join(' '),
  );
}

let nextId = 1;

function schedule(fields: Partial<ScheduleRecord>): ScheduleRecord {
  return { id: nextId++, contact_id: 1, email_type: 'birthday', status: 'sent', event_year: 2025, ...fields };
}

/** A campaign type with one instance per trigger date, all of them for contact 1. */
function campaigns(priority: number, ...triggerDates: (string | null)[]): Partial<OrganizationRecords> {
  const ids = triggerDates.map((_, i) => i + 1);
  return {
    campaign_types: [{ name: 'news', active: 1, priority }],
    campaign_instances: ids.map((id) => ({ id, campaign_type: 'news' })),
    contact_campaigns: ids.map((id) => ({
      contact_id: 1,
      campaign_instance_id: id,
      trigger_date: triggerDates[id - 1],
      status: 'active',
    })),
  };
}

const bornOn = (birthDate: string, state = 'TX') => ({ contacts: [contact({ birth_date: birthDate, state })] });

describe('occurrences and dates (Rules 2, 3, 5)', () => {
  it('has a leap day on 28 February in other years, and on the 29th in leap years', () => {
    expect(run(bornOn('1960-02-29')).rows[0]).toMatchObject({
      scheduled_send_date: '2026-02-14',
      event_month: 2,
      event_day: 28,
    });
    expect(run(bornOn('1960-02-29'), { today: '2028-01-01' }).rows[0]).toMatchObject({
      scheduled_send_date: '2028-02-15',
      event_day: 29,
    });
    // 28 February 2027 is the event: the day after belongs to the next year.
    expect(lines(bornOn('1960-02-29'), { today: '2027-02-28' })).toEqual(['1 birthday 2027-02-28']);
    expect(lines(bornOn('1960-02-29'), { today: '2027-03-01' })).toEqual(['1 birthday 2028-02-15']);
  });

  it('tests the first occurrence of an effective date alone', () => {
    const policy = (effectiveDate: string, sent: ScheduleRecord[] = []) =>
      lines({ contacts: [contact({ effective_date: effectiveDate })], email_schedules: sent });
    expect(policy('2024-07-31')).toEqual(['1 effective_date 2025-07-01']);
    expect(policy('2024-06-12')).toEqual(['1 effective_date 2026-05-13']);
    expect(policy('2025-06-01')).toEqual(['1 effective_date 2026-05-02']);
    expect(policy('2025-07-01')).toEqual([]);
    expect(policy('2026-01-01')).toEqual([]);
    const sent = schedule({ email_type: 'effective_date', event_year: 2025 });
    expect(policy('2025-07-01', [sent])).toEqual([]);
    expect(policy('2024-07-31', [sent])).toEqual(['1 effective_date 2026-07-01']);
    // The months must be more than the configured ones.
    const contacts = [contact({ effective_date: '2024-07-31' })];
    const config = { organization: { effective_date_first_email_months: 12 } };
    expect(lines({ contacts }, { config })).toEqual([]);
  });

  it('takes a row without event year for the event it was sent within 182 days of', () => {
    const history = (day: string) =>
      lines({ ...bornOn('1960-07-15'), email_schedules: [schedule({ event_year: null, scheduled_send_date: day })] });
    expect(history('2025-01-14')).toEqual(['1 birthday 2026-07-01']);
    expect(history('2025-01-13')).toEqual(['1 birthday 2025-07-01']);
  });

  it('says what is wrong with contacts, in order', () => {
    const { issues, rows } = run({
      contacts: [
        contact({ id: 3, state: 'CA', birth_date: '2025-06-14', effective_date: 'soon' }),
        contact({ id: 2, email: 'nobody' }),
        contact({ id: 2, email: 'b@example.com', birth_date: 'x' }),
        contact({ id: 0, birth_date: 'x' }),
        contact({ id: 4, state: 'ZZ', birth_date: '1960-07-15' }),
      ],
    });
    expect(rows).toEqual([]);
    expect(issues).toEqual([
      { contact_id: null, kind: 'invalid_id', detail: '0' },
      { contact_id: 2, kind: 'duplicate_id', detail: null },
      { contact_id: 2, kind: 'invalid_email', detail: '"nobody"' },
      { contact_id: 3, kind: 'invalid_birth_date', detail: '"2025-06-14"' },
      { contact_id: 3, kind: 'invalid_effective_date', detail: '"soon"' },
      { contact_id: 3, kind: 'no_anchor_for_window', detail: 'CA' },
      { contact_id: 4, kind: 'unknown_state', detail: 'state "ZZ"' },
    ]);
  });

  it('reads an old column name only when the new one is not there', () => {
    const { email, id } = contact({});
    expect(lines({ contacts: [{ id, email, state: 'TX', birthday: '1960-07-15' }] })).toHaveLength(1);
    expect(lines({ contacts: [{ id, email, state: 'TX', birthday: '1960-07-15', birth_date: null }] })).toEqual([]);
  });

  it('refuses a today that is no day', () => {
    expect(() => run({}, { today: '2025-02-29' })).toThrow(expect.objectContaining({ code: 'bad_input' }));
    expect(() => run({}, { today: 0.5 })).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });
});

describe('start days (Rules 5)', () => {
  // mix(1, birthday, 2025) and mix(4, birthday, 2025) leave 14 and 15 June within seven days of 13 June.
  it('catches up on a day of its own, not past the deadline', () => {
    const contacts = [1, 4].map((id) => contact({ id, birth_date: '1960-06-25' }));
    expect(lines({ contacts })).toEqual(['1 birthday 2025-06-14', '4 birthday 2025-06-15']);
    expect(lines(bornOn('1960-06-13'))).toEqual(['1 birthday 2025-06-13']);
  });

  it('keeps a planned day, else the send day of a row that was not skipped', () => {
    const kept = (fields: Partial<ScheduleRecord>) =>
      lines({ ...bornOn('1960-06-25'), email_schedules: [schedule({ status: 'pre-scheduled', ...fields })] });
    expect(kept({ planned_send_date: '2025-06-20', scheduled_send_date: '2025-06-22' })).toEqual([
      '1 birthday 2025-06-20',
    ]);
    expect(kept({ planned_send_date: '2025-06-12', scheduled_send_date: '2025-06-22' })).toEqual([
      '1 birthday 2025-06-22',
    ]);
    expect(kept({ status: 'skipped', scheduled_send_date: '2025-06-22' })).toEqual(['1 birthday 2025-06-14']);
    expect(kept({ planned_send_date: '2025-06-26' })).toEqual(['1 birthday 2025-06-14']);
    expect(kept({ planned_send_date: '2025-06-20', event_year: 2024 })).toEqual(['1 birthday 2025-06-14']);
  });

  it('leaves a held day, at most seven times and not past the deadline', () => {
    const held = (birthDate: string, from: string, days: number) => {
      const first = Number(parseIsoDay(from));
      const failed = Array.from({ length: days }, (_, i) => {
        const day = new Date((first + i) * 86_400_000).toISOString().slice(0, 10);
        return schedule({ email_type: 'BIRTHDAY', status: 'failed', scheduled_send_date: day });
      });
      return lines({ ...bornOn(birthDate), email_schedules: failed });
    };
    expect(held('1960-07-15', '2025-07-01', 3)).toEqual(['1 birthday 2025-07-04']);
    expect(held('1960-07-15', '2025-07-01', 12)).toEqual(['1 birthday 2025-07-08']);
    expect(held('1960-06-15', '2025-06-13', 9)).toEqual(['1 birthday 2025-06-15']);
  });

  it('dates what underwriting skips on its ideal day, or today', () => {
    const config = { organization: { exclude_failed_underwriting_global: true } };
    const failed = (birthDate: string) => ({
      contacts: [contact({ birth_date: birthDate, failed_underwriting: 'Yes', state: 'CA' })],
    });
    expect(lines(failed('1960-12-20'), { config })).toEqual(['1 birthday 2025-12-06 underwriting:organization']);
    expect(lines(failed('1960-06-20'), { config })).toEqual([
      '1 birthday 2025-06-13 underwriting:organization',
      '1 post_window 2025-08-20 underwriting:organization',
    ]);
  });
});

describe('windows and what follows them (Rules 4, 7, 8)', () => {
  const always = { kind: 'birthday_window' as const, buffer: 0 };

  it('counts the earlier one of two windows', () => {
    // The window of 2024 lasts until 23 August 2025, that of 2025 begins on 20 July.
    const config = { birthday_email_days_before: 0, state_rules: { CA: { ...always, before: 0, after: 399 } } };
    const { candidates } = run(bornOn('1960-07-20', 'CA'), { config });
    // The day after either window lies in the next one, so there is no post-window email.
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatchObject({ sendDay: parseIsoDay('2025-07-20'), excludedBy: { year: 2024 } });
  });

  it('has no window around an anchor before the date itself', () => {
    const missouri = (effectiveDate: string) =>
      lines({ contacts: [contact({ state: 'MO', birth_date: '1960-07-15', effective_date: effectiveDate })] })[0];
    expect(missouri('2026-08-01')).toBe('1 birthday 2025-07-01');
    expect(missouri('2025-08-01')).toBe('1 birthday 2025-07-01 exclusion:effective_date_window:MO');
  });

  it('anchors Nevada to the first day of the birth month', () => {
    const nevada = (today: string) => run(bornOn('1960-07-20', 'NV'), { today }).candidates[0].excludedBy;
    expect(nevada('2025-06-01')).toMatchObject({
      anchor: parseIsoDay('2025-07-01'),
      start: parseIsoDay('2025-05-02'),
      end: parseIsoDay('2025-08-30'),
    });
  });

  it('owes an email for a window that crosses New Year, in the year of its anchor', () => {
    const rows = run(bornOn('1960-12-20', 'CA')).rows;
    expect(rows.find((row) => row.email_type === 'post_window')).toMatchObject({
      scheduled_send_date: '2026-02-19',
      event_year: 2025,
      event_month: 2,
      event_day: 18,
    });
  });

  it('owes an email for a window that is open or closed at most eight days ago', () => {
    const postWindow = (birthDate: string) => lines(bornOn(birthDate, 'KY')).filter((line) => line.includes('2025'));
    expect(postWindow('1960-04-06')).toEqual(['1 post_window 2025-06-13']);
    expect(postWindow('1960-04-05')).toEqual([]);
  });
});

describe('limits and balance (Rules 9)', () => {
  it('leaves the campaign of smallest priority and instance id on a day', () => {
    expect(lines(campaigns(50, '2025-07-01', '2025-07-01'))).toEqual([
      '1 campaign_news_1 2025-07-01',
      '1 campaign_news_2 2025-07-01 conflict:campaign:1',
    ]);
  });

  it('takes a fourth email 30 days after the first, not 29', () => {
    const last = (day: string) => lines(campaigns(50, '2025-07-01', '2025-07-10', '2025-07-20', day)).at(-1);
    expect(last('2025-07-30')).toBe('1 campaign_news_4 2025-07-30 frequency_limit');
    expect(last('2025-07-31')).toBe('1 campaign_news_4 2025-07-31');
  });

  it('drops the less important email, whichever comes first', () => {
    const config = { frequency: { max_emails_per_period: 1 } };
    expect(lines({ ...bornOn('1960-07-15'), ...campaigns(50, '2025-06-20') }, { config })).toEqual([
      '1 birthday 2025-07-01',
      '1 campaign_news_1 2025-06-20 frequency_limit',
    ]);
    expect(lines({ ...bornOn('1960-07-15'), ...campaigns(5, '2025-06-20') }, { config })).toEqual([
      '1 birthday 2025-07-01 frequency_limit',
      '1 campaign_news_1 2025-06-20',
    ]);
  });

  it('moves what is over the cap to the next day, and lists the days it cannot help', () => {
    // 10 contacts, cap 2, threshold 2: five birthday emails on 1 July, three of them at their deadline.
    const tight = [1, 2, 3].map((id) => contact({ id, birth_date: '1960-07-01' }));
    const loose = [4, 5].map((id) => contact({ id, birth_date: '1960-07-15' }));
    const others = [6, 7, 8, 9, 10].map((id) => contact({ id }));
    const result = run(
      { contacts: [...tight, ...loose, ...others] },
      { today: '2025-07-01', config: { load_balancing: { daily_send_percentage_cap: 0.2 } } },
    );
    expect(result.limits).toMatchObject({ cap: 2, threshold: 2 });
    expect(result.rows.map((row) => row.scheduled_send_date)).toEqual([
      ...['2025-07-01', '2025-07-01', '2025-07-01'],
      ...['2025-07-02', '2025-07-02'],
    ]);
    expect(result.rows[3].planned_send_date).toBe('2025-07-01');
    expect(result.movedByCap).toBe(2);
    expect(result.overloadedDays).toEqual([{ day: parseIsoDay('2025-07-01'), load: 3 }]);
  });

  it('calls a day overloaded only when it holds more than the threshold', () => {
    const contacts = [1, 2, 3, 4].map((id) => contact({ id, birth_date: id < 4 ? '1960-07-15' : null }));
    const sendDays = (overage: number) =>
      run(
        { contacts },
        { config: { load_balancing: { daily_send_percentage_cap: 0.5, overage_threshold: overage } } },
      ).rows.map((row) => row.scheduled_send_date.slice(8));
    expect(sendDays(1.5)).toEqual(['01', '01', '01']);
    expect(sendDays(1)).toEqual(['01', '01', '02']);
  });

  it('judges contacts again after the cap has moved their emails', () => {
    // Cap 2: contacts 2 and 3 take 1 July, so the campaign of contact 1 moves onto the day of its birthday email.
    const born = (id: number, day: string) => contact({ id, birth_date: `1960-${day}` });
    const contacts = [born(1, '07-16'), born(2, '07-15'), born(3, '07-15'), contact({ id: 4 })];
    const late = {
      ...campaigns(50, '2025-06-30'),
      campaign_types: [{ name: 'news', active: 1, days_before_event: -1 }],
    };
    const config = {
      frequency: { max_emails_per_period: 1, frequency_period_days: 1 },
      load_balancing: { daily_send_percentage_cap: 0.5 },
    };
    const { rows } = run({ ...late, contacts }, { config });
    expect(rows.filter((row) => row.contact_id === 1)).toMatchObject([
      { email_type: 'birthday', scheduled_send_date: '2025-07-02', status: 'pre-scheduled' },
      {
        email_type: 'campaign_news_1',
        planned_send_date: '2025-07-01',
        scheduled_send_date: '2025-07-02',
        skip_reason: 'frequency_limit',
      },
    ]);
  });

  it('spreads a crowded day of policy anniversaries around it', () => {
    const contacts = [1, 2, 3, 4, 5].map((id) => contact({ id, effective_date: '2019-07-20' }));
    const config = { load_balancing: { ed_daily_soft_limit: 1, ed_smoothing_window_days: 5 } };
    const result = run({ contacts }, { config });
    // The same five contacts as in the golden case of smoothing.
    expect(result.rows.map((row) => row.scheduled_send_date)).toEqual([
      ...['2025-06-18', '2025-06-20', '2025-06-20', '2025-06-19', '2025-06-22'],
    ]);
    expect(result.movedBySmoothing).toBe(3);
    expect(new Set(result.rows.map((row) => row.planned_send_date))).toEqual(new Set(['2025-06-20']));

    // A plan that was kept neither counts nor moves.
    const kept = [1, 2, 3, 4, 5].map((id) =>
      schedule({
        contact_id: id,
        email_type: 'effective_date',
        status: 'pre-scheduled',
        planned_send_date: '2025-06-20',
      }),
    );
    const today = '2025-06-20';
    const passed = contacts.map((one) => ({ ...one, effective_date: '2019-07-10' }));
    expect(run({ contacts: passed, email_schedules: kept }, { today, config }).movedBySmoothing).toBe(0);
  });
});

describe('campaigns (Rules 6)', () => {
  it('takes the earliest enrolment whose deadline is to come, else the latest', () => {
    const enrolled = campaigns(50, '2025-06-01', '2025-06-05', '2025-06-20', '2025-07-20');
    const input = {
      ...enrolled,
      contact_campaigns: enrolled.contact_campaigns?.map((one) => ({ ...one, campaign_instance_id: 1 })),
    };
    const event = (type: object, enrolments = input.contact_campaigns) => {
      const result = run({
        ...input,
        campaign_types: [{ name: 'news', active: 1, ...type }],
        contact_campaigns: enrolments,
      });
      return [
        ...result.rows.map((row) => `${row.event_month}-${row.event_day}`),
        ...result.issues.map((one) => one.kind),
      ];
    };
    // An email before its day is no use after it; one that comes after has no deadline, and is that of the first.
    expect(event({ days_before_event: 0 })).toEqual(['6-20']);
    expect(event({ days_before_event: 30 })).toEqual(['6-20']);
    expect(event({ days_before_event: -2 })).toEqual(['6-1']);
    expect(event({ days_before_event: 0 }, input.contact_campaigns?.slice(0, 2))).toEqual(['expired']);
  });

  it('finds the type of an instance by its name, in other letters too', () => {
    const input = campaigns(50, '2025-06-20');
    const planned = (campaign_type: string, names: string[]) =>
      run({
        ...input,
        campaign_types: names.map((name, i) => ({ name, active: 1, priority: i })),
        campaign_instances: [{ id: 1, campaign_type }],
      }).rows.map((row) => `${row.email_type} ${row.priority}`);
    expect(planned('news', ['News', 'news'])).toEqual(['campaign_news_1 1']);
    expect(planned(' NEWS\n', ['old', 'News ', 'news'])).toEqual(['campaign_News _1 1']);
    expect(planned('new', ['news'])).toEqual([]);
    const { issues } = run({ ...input, campaign_instances: [{ id: 1, campaign_type: 'new\u00a0' }] });
    expect(issues).toEqual([
      { contact_id: null, kind: 'unknown_campaign_type', detail: 'campaign instance 1: "new\\u00a0"' },
    ]);
  });

  it('does not run a campaign with a date that cannot be read, nor count such an enrolment', () => {
    const input = campaigns(50, '2025-06-20');
    const outcome = (instance: object, enrolment: object = {}, config = {}) => {
      const result = run(
        {
          ...input,
          campaign_instances: [{ id: 1, campaign_type: 'news', ...instance }],
          contact_campaigns: input.contact_campaigns?.map((one) => ({ ...one, ...enrolment })),
        },
        { config },
      );
      return [
        ...result.rows.map((row) => row.scheduled_send_date),
        ...result.issues.map(({ kind, detail }) => `${kind} ${detail}`),
      ];
    };
    expect(outcome({ active_end_date: ' ' })).toEqual(['2025-06-20']);
    for (const column of ['active_start_date', 'active_end_date', 'spread_start_date', 'spread_end_date']) {
      expect(outcome({ [column]: '6/1/2025' })).toEqual([`unreadable_campaign campaign_news_1: ${column} "6/1/2025"`]);
    }
    const mdy = { reading: { dates: 'mdy' } };
    expect(outcome({ active_end_date: '6/30/2025' }, {}, mdy)).toEqual(['2025-06-20']);
    expect(outcome({}, { trigger_date: 'soon' })).toEqual(['unreadable_trigger campaign instance 1: "soon"']);
    expect(outcome({}, { trigger_date: 'soon', status: 'done' })).toEqual([]);
    expect(outcome({ target_states: 'Texas; XX' })).toEqual([
      '2025-06-20',
      'unknown_target_state campaign_news_1: "XX"',
    ]);
    expect(outcome({ target_states: 'XX' })).toEqual(['unknown_target_state campaign_news_1: "XX"']);
  });

  it('sends contacts whose state cannot be read only what ignores windows', () => {
    const types = [
      { name: 'news', active: 1, target_all_contacts: 1, respect_exclusion_windows: 1 },
      { name: 'notice', active: 1, target_all_contacts: 1 },
    ];
    const instancesFor = (fields: Partial<ContactRecord>) =>
      run({
        contacts: [contact({ state: null, ...fields })],
        campaign_types: types,
        campaign_instances: [
          { id: 1, campaign_type: 'news', active_start_date: '2025-06-01' },
          { id: 2, campaign_type: 'notice', active_start_date: '2025-06-05' },
        ],
      }).rows.map((row) => row.campaign_instance_id);
    expect(instancesFor({ state: ' ', zip_code: null }).sort()).toEqual([1, 2]);
    expect(instancesFor({ state: 'Califronia' })).toEqual([2]);
    expect(instancesFor({ zip_code: '941051' })).toEqual([2]);
  });

  it('counts the campaigns that come too late or too early for a contact', () => {
    const ends = { active_end_date: '2025-07-01' };
    const late = campaigns(50, '2025-06-12', '2025-07-02');
    const input = {
      ...late,
      campaign_types: [{ name: 'news', active: 1, days_before_event: 0 }],
      campaign_instances: late.campaign_instances?.map((instance) => ({ ...instance, ...ends })),
    };
    expect(run(input).issues).toEqual([
      { contact_id: 1, kind: 'expired', detail: 'campaign_news_1' },
      { contact_id: 1, kind: 'outside_active_window', detail: 'campaign_news_2' },
    ]);
  });
});

describe('rows (Rules 10, 11)', () => {
  it('says in the metadata of a follow-up what it follows and why it is of its kind', () => {
    const { rows } = run({
      email_schedules: [
        schedule({ id: 7, email_type: 'aep', scheduled_send_date: '2025-06-10' }),
        schedule({ id: 8, scheduled_send_date: '2025-06-12', priority: 3 }),
      ],
      tracking_clicks: [{ contact_id: 1, clicked_at: '2025-06-12T00:00:00Z' }],
    });
    expect(rows).toEqual([
      expect.objectContaining({
        email_type: 'followup_2_clicked_no_hq',
        scheduled_send_date: '2025-06-14',
        priority: 3,
        event_year: null,
        metadata: '{"initial_schedule_id":8,"decided_by":"clicked"}',
      }),
    ]);
  });

  it('does not write a row whose place in a unique index is taken', () => {
    const failed = schedule({ status: 'failed', scheduled_send_date: '2025-06-01' });
    const refused = (email_schedules: ScheduleRecord[], index: string[]) =>
      run({ ...bornOn('1960-07-15'), email_schedules }, { uniqueIndexes: [index] }).issues;
    const perEvent = ['contact_id', 'email_type', 'event_year'];
    expect(refused([failed], perEvent)).toEqual([
      { contact_id: 1, kind: 'refused_by_index', detail: 'birthday 2025-07-01' },
    ]);
    expect(refused([{ ...failed, email_type: 'BIRTHDAY' }], perEvent)).toEqual([]);
    expect(refused([{ ...failed, event_year: null }], perEvent)).toEqual([]);
    expect(refused([{ ...failed, status: 'pre-scheduled' }], perEvent)).toEqual([]);
  });

  it('gives the place to the first of two planned rows that want it', () => {
    const { rows, issues } = run(campaigns(50, '2025-07-01', '2025-07-20'), { uniqueIndexes: [['contact_id']] });
    expect(rows.map((row) => row.email_type)).toEqual(['campaign_news_1']);
    expect(issues).toMatchObject([{ kind: 'refused_by_index', detail: 'campaign_news_2 2025-07-20' }]);
  });
});

describe('suppressions (Rules 2, 5)', () => {
  it('refuses a table that does not say whom it is about', () => {
    const suppress = (suppressions: object[]) => run({ ...bornOn('1960-07-15'), suppressions });
    expect(() => suppress([{ reason: 'x', phone: '1' }])).toThrow(expect.objectContaining({ code: 'missing_column' }));
    expect(suppress([]).rows[0].skip_reason).toBe(null);
  });

  it('suppresses although the rest of a row cannot be read, and says so', () => {
    const { rows, issues } = run({
      ...bornOn('1960-07-15'),
      suppressions: [
        { contact_id: ' 1', email: 'x', scope: 'birthday, nothing', starts_on: 'soon', ends_on: '31/12/2024' },
      ],
    });
    expect(rows[0]).toMatchObject({ status: 'skipped', skip_reason: 'suppressed:unsubscribed' });
    expect(issues).toEqual([
      { contact_id: 1, kind: 'unknown_suppression_scope', detail: '"nothing"' },
      { contact_id: 1, kind: 'unreadable_suppression', detail: 'ends_on "31/12/2024"' },
      { contact_id: 1, kind: 'unreadable_suppression', detail: 'starts_on "soon"' },
    ]);
  });

  it('keeps the day of a row night after night, also when it has passed', () => {
    const suppressions = [{ contact_id: 1 }];
    const owned = schedule({ status: 'skipped', planned_send_date: '2025-06-11', scheduled_send_date: '2025-06-11' });
    const days = (email_schedules: ScheduleRecord[]) =>
      lines({ ...bornOn('1960-06-25'), suppressions, email_schedules });
    expect(days([])).toEqual(['1 birthday 2025-06-13 suppressed:unsubscribed']);
    expect(days([owned])).toEqual(['1 birthday 2025-06-11 suppressed:unsubscribed']);
    expect(days([schedule({ status: 'skipped', planned_send_date: 'soon' })])).toEqual([
      '1 birthday 2025-06-13 suppressed:unsubscribed',
    ]);
  });
});

describe('planned days that stay (Rules 5, step 3)', () => {
  const booked = (fields: Partial<ScheduleRecord>, options: Partial<OracleOptions> = {}) =>
    run(
      {
        ...bornOn('1960-06-25'),
        email_schedules: [schedule({ status: 'pre-scheduled', scheduled_send_date: '2025-06-22', ...fields })],
      },
      options,
    ).rows.map((row) => [row.planned_send_date, row.scheduled_send_date]);

  it('keeps what has passed where the email keeps its day', () => {
    expect(booked({ planned_send_date: '2025-06-11' })).toEqual([['2025-06-11', '2025-06-22']]);
    expect(booked({ planned_send_date: null })).toEqual([['2025-06-22', '2025-06-22']]);
    // Past its deadline it is no day to keep.
    expect(booked({ planned_send_date: '2025-06-30' })).toEqual([['2025-06-22', '2025-06-22']]);
  });

  it('stores the new start where the email moves', () => {
    const config = { calendar: { closed: ['2025-06-22'] } };
    expect(booked({ planned_send_date: '2025-06-11' }, { config })).toEqual([['2025-06-23', '2025-06-23']]);
  });
});
