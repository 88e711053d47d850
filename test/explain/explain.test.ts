import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { organizationOfRecords } from '../../src/columns/recordSource.js';
import { Explainer } from '../../src/explain/explainContact.js';
import { resolveConfig } from '../../src/rules/config.js';
import { planAndBalance } from '../../src/run/schedule.js';
import { organization } from '../helpers/arbitraries.js';
import { factsOf, ReferenceFacts } from '../helpers/expectedExplanation.js';
import { born, campaign, contact, emailOf, expectReadable, letterOf, QUIET, row, TODAY } from '../helpers/explained.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

const RUNS = runCount(150);

test(
  'what an explanation says is what the reference model says, for at least 500 random contacts',
  async () => {
    let contacts = 0;
    const property = fc.asyncProperty(organization(), async (oneCase) => {
      const config = resolveConfig(oneCase.config);
      const source = organizationOfRecords(oneCase.records);
      const { plan, balance } = await planAndBalance(source, { config, today: oneCase.today });
      const explainer = new Explainer(plan, balance);
      const reference = new ReferenceFacts(oneCase);
      for (const contact of reference.contacts) {
        const explanation = explainer.explain(contact.id);
        const expected = { contact: contact.id, ...reference.of(contact) };
        expect({ contact: contact.id, ...factsOf(explanation) }).toEqual(expected);
        expectReadable(explanation);
        contacts++;
      }
    });
    await assertOrganizations(property, { runs: RUNS, seed: runSeed(4) });
    expect(contacts).toBeGreaterThanOrEqual(RUNS >= 150 ? 500 : 0);
  },
  runTimeout(RUNS),
);

describe('how a start day came about (Rules 5)', () => {
  it('the ideal day ahead, today included', async () => {
    expect(await emailOf('birthday', born('1960-06-27'))).toMatchObject({
      ideal_date: TODAY,
      start: { step: 'ideal', date: TODAY, owned_row: null },
      status: 'pre-scheduled',
    });
  });

  it('a kept plan and a kept send day, and from which row', async () => {
    const owned = row({ status: 'pre-scheduled', event_year: 2025, planned_send_date: '2025-06-16' });
    expect(await emailOf('birthday', { ...born('1960-06-20'), email_schedules: [owned] })).toMatchObject({
      start: { step: 'kept_planned_day', step_date: '2025-06-16', owned_row: { row_id: 7 } },
    });
    const sent = { ...owned, planned_send_date: '2025-06-06', scheduled_send_date: '2025-06-18' };
    expect(await emailOf('birthday', { ...born('1960-06-20'), email_schedules: [sent] })).toMatchObject({
      start: { step: 'kept_send_day', step_date: '2025-06-18', owned_row: { row_id: 7 } },
    });
  });

  it('a catch-up day with its arithmetic, as the worked example has it', async () => {
    const input = { contacts: [contact({ id: 42, birth_date: '1960-06-20' })] };
    const email = await emailOf('birthday', input, QUIET, 42);
    expect(email.start).toMatchObject({
      step: 'catch_up',
      date: '2025-06-17',
      catch_up: { spread_days: 7, mix: 2949300282, remainder: 5, aimed_date: '2025-06-17', excluded: null },
    });
  });

  it('a catch-up day in a window, with the last free day before it', async () => {
    // The buffer is off, so that the window begins with the birthday, which is the deadline too.
    const rules = {
      pre_window_exclusion_days: 0,
      state_rules: { KY: { kind: 'birthday_window', before: 3, after: 60 } },
    } as const;
    const input = { contacts: [contact({ id: 42, birth_date: '1960-06-20', state: 'KY' })] };
    const email = await emailOf('birthday', input, { ...QUIET, ...rules }, 42);
    expect(email.start).toMatchObject({
      step_date: '2025-06-16',
      catch_up: { aimed_date: '2025-06-17', excluded: { part: 'statutory', window: { first_day: '2025-06-17' } } },
    });
  });

  it('a follow-up tomorrow, and days held by rows of others', async () => {
    const email_schedules = [
      row({ scheduled_send_date: '2025-06-01', event_year: 2025 }),
      row({ id: 8, email_type: 'followup_1_cold', status: 'failed', scheduled_send_date: '2025-06-14' }),
    ];
    expect(await emailOf('followup_1_cold', { email_schedules })).toMatchObject({
      event: { from: 'initial_email', row: { row_id: 7 }, decided_by: 'nothing' },
      start: {
        step: 'catch_up',
        step_date: '2025-06-14',
        date: '2025-06-15',
        held: [{ date: '2025-06-14', row_id: 8 }],
      },
    });
  });

  it('a place that stays taken, which an index refuses', async () => {
    const email_schedules = Array.from({ length: 9 }, (_, i) =>
      row({ id: 20 + i, status: 'failed', scheduled_send_date: `2025-06-${18 + i}`, event_year: 2025 }),
    );
    const email = await emailOf('birthday', { ...born('1960-07-02'), email_schedules });
    expect(email.start.held).toHaveLength(7);
    expect(email.place_taken_by).toMatchObject({ row_id: 27, standing: 'other' });
  });

  it('the next event when history has the first', async () => {
    const email = await emailOf('birthday', { ...born('1960-07-20'), email_schedules: [row({ event_year: 2025 })] });
    expect(email).toMatchObject({
      event_date: '2026-07-20',
      passed_over: [{ event_date: '2025-07-20', rows: [{ row_id: 7, standing: 'sent' }] }],
    });
  });
});

describe('what skips an email', () => {
  it.each([
    [
      'buffer',
      '1960-08-10',
      { first_day: '2025-05-12', statutory_first_day: '2025-07-11', last_day: '2025-10-09' },
      '2025-07-27',
    ],
    [
      'statutory',
      '1960-07-10',
      { first_day: '2025-04-11', statutory_first_day: '2025-06-10', last_day: '2025-09-08' },
      '2025-06-26',
    ],
  ])('a window, here its part %s', async (_, birthDate, window, day) => {
    const part = day < window.statutory_first_day ? 'buffer' : 'statutory';
    expect(await emailOf('birthday', born(birthDate, 'CA'))).toMatchObject({
      skip_reason: 'exclusion:birthday_window:CA',
      exclusion: { date: day, part, window },
    });
  });

  it('the buffer of a window', async () => {
    const letter = await letterOf({
      contacts: [contact({ state: 'MO', birth_date: '1960-07-20', effective_date: '2020-09-20' })],
    });
    expect(letter.rule).toMatchObject({ kind: 'effective_date_window', buffer_days: 60, anchor_date: '2020-09-20' });
    expect(letter.emails[0].exclusion).toMatchObject({
      part: 'buffer',
      window: { first_day: '2025-06-22', statutory_first_day: '2025-08-21' },
    });
    expect(letter.emails.find((email) => email.kind === 'post_window')?.event).toMatchObject({
      from: 'window',
      excludes: ['birthday', 'effective_date'],
      is_open: false,
    });
  });

  it('an all-year rule', async () => {
    expect(await emailOf('birthday', born('1960-07-20', 'NY'))).toMatchObject({
      exclusion: { part: 'all_year', window: null },
    });
  });

  it('underwriting, of the organization and of a campaign', async () => {
    const failed = born('1960-07-20', 'TX', { failed_underwriting: 1 });
    const strict = { ...QUIET, organization: { exclude_failed_underwriting_global: true } };
    expect(await emailOf('birthday', failed, strict)).toMatchObject({
      skip_reason: 'underwriting:organization',
      start: { step: 'underwriting' },
    });
    expect(await emailOf('campaign_news_3', { ...failed, ...campaign({ skip_failed_underwriting: 1 }) })).toMatchObject(
      {
        skip_reason: 'underwriting:campaign',
      },
    );
  });

  it('a conflict, and with which campaign', async () => {
    const { campaign_instances, contact_campaigns, ...rest } = campaign();
    const input = {
      ...rest,
      campaign_instances: [...(campaign_instances ?? []), { id: 9, campaign_type: 'news' }],
      contact_campaigns: [...(contact_campaigns ?? []), { contact_id: 1, campaign_instance_id: 9, status: 'active' }],
    };
    expect(await emailOf('campaign_news_9', input)).toMatchObject({
      skip_reason: 'conflict:campaign:3',
      conflict: { pass: 'before_balancing', date: TODAY, campaign_instance_id: 3, priority: 30 },
    });
  });

  it('the frequency limit, and which emails fill the period', async () => {
    const sent = row({ email_type: 'aep', scheduled_send_date: '2025-06-10', event_year: 2024 });
    const limits = { ...QUIET, frequency: { max_emails_per_period: 2 } };
    const email = await emailOf(
      'campaign_news_3',
      { ...born('1960-07-04'), ...campaign(), email_schedules: [sent] },
      limits,
    );
    expect(email).toMatchObject({
      skip_reason: 'frequency_limit',
      frequency: {
        pass: 'before_balancing',
        max_emails: 2,
        period_days: 30,
        emails: [
          { date: '2025-06-10', email_type: 'aep', row_id: 7 },
          { date: '2025-06-20', email_type: 'birthday', row_id: null, priority: 10 },
        ],
      },
    });
  });
});

describe('an explanation that the plan does not bear out', () => {
  const planned = async () => {
    const records = born('1960-07-20', 'TX', { effective_date: '2020-09-01' });
    const { plan, balance } = await planAndBalance(organizationOfRecords(records), {
      config: resolveConfig(QUIET),
      today: 20252,
    });
    return { views: plan.views, told: () => new Explainer(plan, balance).explain(1) };
  };

  it.each([
    ['candidateStart', 1],
    ['candidateSend', -1],
    ['candidateEvent', 1],
    ['candidateStep', 3],
    ['candidateReason', 1],
    ['candidateReason', 3],
    ['candidateReason', 4],
    ['candidateReason', 5],
    ['candidateReason', 7],
    ['candidateReason', 8],
    ['candidateType', 1],
  ] as const)('is not given: %s off by %i', async (column, change) => {
    const { views, told } = await planned();
    expect(told().emails).toHaveLength(2);
    views[column][0] += change;
    expect(told).toThrow('the plan does not agree');
  });
});
