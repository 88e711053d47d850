import { describe, expect, it } from 'vitest';
import { emailSentences } from '../../src/report/explanationEmail.js';
import type { ConfigInput } from '../../src/rules/config.js';
import { campaign, contact, emailOf, QUIET, row, TODAY } from '../helpers/explained.js';

describe('what moves an email (Rules 9)', () => {
  it('smoothing, as the worked example has it', async () => {
    const contacts = Array.from({ length: 10 }, (_, i) => contact({ id: i + 1, effective_date: '2020-08-01' }));
    const config = { aep: [], load_balancing: { daily_send_percentage_cap: 1 } };
    const email = await emailOf('effective_date', { contacts }, config, 10);
    expect(email).toMatchObject({
      scheduled_send_date: '2025-07-01',
      smoothing: {
        date: '2025-07-02',
        emails: 10,
        limit: 3,
        window_days: 3,
        offset_days: -1,
        target_date: '2025-07-01',
        obstacle: null,
      },
    });
    const still = await emailOf('effective_date', { contacts }, config, 2);
    expect(still.smoothing).toMatchObject({ offset_days: 0, obstacle: 'no_offset' });
  });

  it('smoothing that is not possible', async () => {
    const contacts = (effectiveDate: string, state = 'TX') => ({
      contacts: Array.from({ length: 10 }, (_, i) =>
        contact({ id: i + 1, effective_date: effectiveDate, birth_date: '1960-09-01', state }),
      ),
    });
    const config = { ...QUIET, effective_date_days_before: 0, load_balancing: { daily_send_percentage_cap: 1 } };
    expect((await emailOf('effective_date', contacts('2020-06-13'), config, 10)).smoothing?.obstacle).toBe(
      'before_today',
    );
    expect((await emailOf('effective_date', contacts('2020-07-01'), config, 1)).smoothing?.obstacle).toBe(
      'after_deadline',
    );
    const rules = {
      pre_window_exclusion_days: 0,
      effective_date_days_before: 30,
      state_rules: { TX: { kind: 'birthday_window', before: 60 } },
    } as const;
    expect(
      (await emailOf('effective_date', contacts('2020-08-01'), { ...config, ...rules }, 1)).smoothing,
    ).toMatchObject({
      target_date: '2025-07-03',
      obstacle: 'excluded',
    });
  });

  it('the daily cap, as the worked example has it', async () => {
    const contacts = Array.from({ length: 6 }, (_, i) => contact({ id: i + 1 }));
    contacts[5] = contact({ id: 6, state: 'KY', birth_date: '1960-10-18' });
    const balancing = { load_balancing: { daily_send_percentage_cap: 0.34 } };
    const email = await emailOf('aep', { contacts }, { ...balancing, aep: [{ month: 8, day: 18 }] }, 4);
    expect(email).toMatchObject({
      planned_send_date: '2025-08-18',
      scheduled_send_date: '2025-08-20',
      daily_cap: {
        last_date: '2025-12-07',
        full_days: [
          {
            date: '2025-08-18',
            waiting: 6,
            history: 0,
            cap: 2,
            threshold: 2,
            seats: 2,
            went: 2,
            more_important: 0,
            promised: 0,
            had_to_go: 0,
            went_by_type: [{ email_type: 'aep', emails: 2 }],
          },
          { date: '2025-08-19', waiting: 4, history: 0, went: 2 },
        ],
      },
      booked_date: null,
    });
    const told = emailSentences(email, TODAY).join(' ');
    expect(told).toContain(
      'On 2025-08-18 (Mon) 6 emails wait for 2 seats. 2 others go, 2 aep: 2 as important and first in order.',
    );
    expect(told).toMatch(/So the email goes out on 2025-08-20 \(Wed\)\. It can go out up to 2025-12-07 \(Sun\)\.$/);
    const short = { ...balancing, aep: [{ month: 8, day: 18, deadline_month: 8, deadline_day: 19 }] };
    const crowded = await emailOf('aep', { contacts }, short, 4);
    expect(crowded).toMatchObject({ scheduled_send_date: '2025-08-19', overloaded_day: { emails: 3, threshold: 2 } });
    expect(emailSentences(crowded, TODAY).join(' ')).toContain('That is the last day on which it can.');
    const skip = { ...short, load_balancing: { ...balancing.load_balancing, excess: 'skip' as const } };
    const skipped = await emailOf('aep', { contacts }, skip, 4);
    expect(skipped).toMatchObject({
      skip_reason: 'daily_cap',
      overloaded_day: null,
      daily_cap: { full_days: [{ date: '2025-08-18' }, { date: '2025-08-19', waiting: 4, went: 2 }] },
    });
    expect(emailSentences(skipped, TODAY).join(' ')).toMatch(
      /last day on which it could go out, so the email is skipped\.$/,
    );
  });

  it('more important emails, promises, and those that would miss their last day', async () => {
    const types = [
      { name: 'first', active: 1, priority: 1 },
      { name: 'offer', active: 1, priority: 50 },
      { name: 'last', active: 1, priority: 90 },
    ];
    const enrolled = { status: 'active', trigger_date: null };
    const input = {
      contacts: [1, 2, 3, 4, 5].map((id) => contact({ id, state: null })),
      campaign_types: types,
      campaign_instances: types.map(({ name }, i) => ({
        id: i + 1,
        campaign_type: name,
        active_start_date: TODAY,
        active_end_date: name === 'last' ? TODAY : null,
      })),
      contact_campaigns: [
        { ...enrolled, contact_id: 1, campaign_instance_id: 1 },
        { ...enrolled, contact_id: 2, campaign_instance_id: 2 },
        { ...enrolled, contact_id: 3, campaign_instance_id: 2 },
        { ...enrolled, contact_id: 4, campaign_instance_id: 3 },
      ],
      email_schedules: [
        row({
          contact_id: 3,
          email_type: 'campaign_offer_2',
          campaign_instance_id: 2,
          status: 'pre-scheduled',
          scheduled_send_date: TODAY,
          planned_send_date: TODAY,
          event_year: 2025,
        }),
      ],
    };
    const config = { ...QUIET, load_balancing: { daily_send_percentage_cap: 1, daily_send_limit: 3 } };
    const email = await emailOf('campaign_offer_2', input, config, 2);
    expect(email).toMatchObject({
      scheduled_send_date: '2025-06-14',
      daily_cap: { full_days: [{ waiting: 4, seats: 3, went: 3, more_important: 1, promised: 1, had_to_go: 1 }] },
    });
    expect(emailSentences(email, TODAY).join(' ')).toContain(
      '1 more important, 1 as important and promised this day and 1 less important that had to go so as not to miss their last days.',
    );
    expect(await emailOf('campaign_offer_2', input, config, 3)).toMatchObject({ booked_date: TODAY, daily_cap: null });
  });

  it('history on a full day', async () => {
    const contacts = [contact({ id: 1 }), contact({ id: 2 })];
    const email_schedules = [row({ contact_id: 9, email_type: 'x', scheduled_send_date: TODAY, status: 'scheduled' })];
    const config = { aep: [], load_balancing: { daily_send_percentage_cap: 0.5, overage_threshold: 1 } };
    const email = await emailOf(
      'campaign_news_3',
      { contacts, email_schedules, ...campaign({ target_all_contacts: 1 }) },
      config,
      2,
    );
    expect(email.daily_cap?.full_days).toMatchObject([
      { date: TODAY, waiting: 2, history: 1, seats: 0, went: 0, went_by_type: [] },
      { date: '2025-06-14', waiting: 2, history: 0, seats: 1, went: 1 },
    ]);
  });

  const TIGHT: ConfigInput = { aep: [], load_balancing: { daily_send_percentage_cap: 0.5, overage_threshold: 1 } };
  const twoContacts = [contact({ id: 1 }), contact({ id: 2, birth_date: '1960-06-29' })];

  it('a conflict that the daily cap brought about', async () => {
    // Two seats: the third of the 13th goes on the 14th, on which its contact has another campaign, which has a seat too.
    const live = { status: 'active', campaign_instance_id: 3 };
    const input = {
      ...campaign(),
      contacts: [1, 2, 3, 4].map((id) => contact({ id })),
      campaign_instances: [3, 4].map((id) => ({ id, campaign_type: 'news', active_start_date: TODAY })),
      contact_campaigns: [
        ...[1, 2, 3].map((contact_id) => ({ ...live, contact_id })),
        { ...live, contact_id: 3, campaign_instance_id: 4, trigger_date: '2025-06-14' },
      ],
    };
    expect(await emailOf('campaign_news_4', input, TIGHT, 3)).toMatchObject({
      skip_reason: 'conflict:campaign:3',
      conflict: { pass: 'after_balancing', date: '2025-06-14', campaign_instance_id: 3 },
    });
  });

  it('a frequency that the daily cap brought about', async () => {
    const config = { ...TIGHT, frequency: { max_emails_per_period: 1, frequency_period_days: 2 } };
    const input = { contacts: twoContacts, ...campaign({ target_all_contacts: 1 }) };
    expect(await emailOf('campaign_news_3', input, config, 2)).toMatchObject({
      planned_send_date: TODAY,
      scheduled_send_date: '2025-06-14',
      skip_reason: 'frequency_limit',
      daily_cap: { full_days: [{ date: TODAY, waiting: 2, went: 1 }] },
      frequency: {
        pass: 'after_balancing',
        date: '2025-06-14',
        emails: [{ date: '2025-06-15', email_type: 'birthday' }],
      },
    });
  });
});

describe('what keeps an email from its day (Rules 2, 5)', () => {
  const born = contact({ birth_date: '1960-07-20' });

  it('a suppression, by row and by bounces', async () => {
    const suppressions = [
      { contact_id: 1, scope: 'birthday, followup', reason: 'Complaint!', starts_on: '2025-02-01', ends_on: null },
    ];
    const email = await emailOf('birthday', { contacts: [born], suppressions });
    expect(email).toMatchObject({
      skip_reason: 'suppressed:complaint',
      suppression: {
        by: 'suppression',
        reason: 'complaint',
        scope: ['birthday', 'followup'],
        starts_on: '2025-02-01',
        ends_on: null,
      },
      start: { step: 'suppressed' },
    });
    expect(emailSentences(email, TODAY).join(' ')).toContain(
      'The contact is suppressed since 2025-02-01 (Sat), for birthday and followup, by complaint.',
    );
    const email_schedules = [row({ email_type: 'x', status: 'bounced', scheduled_send_date: '2025-05-01' })];
    const config = { ...QUIET, organization: { suppress_after_bounces: 1 } };
    const bounced = await emailOf('birthday', { contacts: [born], email_schedules }, config);
    expect(bounced.suppression).toEqual({ by: 'bounces', bounces: 1, most_bounces: 1 });
    expect(emailSentences(bounced, TODAY).join(' ')).toContain('1 email of the contact bounced since');
  });

  it('a closed day, to the next open one, the last one, or none', async () => {
    const told = async (closed: string[], birth_date: string) => {
      const config = { ...QUIET, calendar: { closed } };
      const email = await emailOf('birthday', { contacts: [contact({ birth_date })] }, config);
      return [email.start.closed, emailSentences(email, TODAY).join(' ')] as const;
    };
    const [next, nextText] = await told(['2025-07-06'], '1960-07-20');
    expect(next).toEqual({ date: '2025-07-06', closed_by: 'closed', moved_to: '2025-07-07' });
    expect(nextText).toContain('it is one of the closed days. So it starts on 2025-07-07 (Mon), the next open day');
    // Its ideal day has passed, and today is its last.
    const [none, noneText] = await told([TODAY], '1960-06-13');
    expect(none).toEqual({ date: TODAY, closed_by: 'closed', moved_to: null });
    expect(noneText).toContain('There is no open day that it could move to, so the email is skipped.');
  });

  it('and its row, which keeps what it was planned for', async () => {
    const email_schedules = [
      row({
        status: 'pre-scheduled',
        planned_send_date: '2025-06-11',
        scheduled_send_date: '2025-06-20',
        event_year: 2025,
      }),
    ];
    const email = await emailOf('birthday', { contacts: [contact({ birth_date: '1960-06-25' })], email_schedules });
    expect(email).toMatchObject({
      planned_send_date: '2025-06-11',
      start: { step: 'kept_send_day', date: '2025-06-20' },
    });
    expect(emailSentences(email, TODAY).join(' ')).toContain(
      'It was planned for 2025-06-11 (Wed), which its row keeps.',
    );
  });
});
