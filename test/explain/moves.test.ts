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
        cap: 2,
        threshold: 2,
        full_days: [
          {
            date: '2025-08-18',
            emails: 6,
            history: 0,
            kept: 2,
            kept_immovable: 1,
            kept_by_type: [{ email_type: 'aep', emails: 2 }],
          },
          { date: '2025-08-19', emails: 4, history: 0, kept: 2, kept_immovable: 0 },
        ],
      },
    });
    const told = emailSentences(email, TODAY).join(' ');
    expect(told).toContain(
      '2025-08-18 (Mon) was full: 6 emails over the threshold of 2. It keeps 2 that were planned for it, 2 aep; 1 of these comes behind this email but cannot move.',
    );
    expect(told).toMatch(
      /A full day is cut back to the daily cap of 2, so the email moves on to 2025-08-20 \(Wed\)\.$/,
    );
    const short = { ...balancing, aep: [{ month: 8, day: 18, deadline_month: 8, deadline_day: 19 }] };
    expect((await emailOf('aep', { contacts }, short, 4)).overloaded_day).toEqual({ emails: 4, threshold: 2 });
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
      { date: TODAY, emails: 3, history: 1, kept: 0, kept_by_type: [] },
      { date: '2025-06-14', emails: 2, history: 0, kept: 1 },
    ]);
  });

  const TIGHT: ConfigInput = { aep: [], load_balancing: { daily_send_percentage_cap: 0.5, overage_threshold: 1 } };
  const twoContacts = [contact({ id: 1 }), contact({ id: 2, birth_date: '1960-06-29' })];

  it('a conflict that the daily cap brought about', async () => {
    const live = { status: 'active', campaign_instance_id: 3 };
    const input = {
      ...campaign(),
      contacts: [contact({ id: 1 }), contact({ id: 2 })],
      campaign_instances: [3, 4].map((id) => ({ id, campaign_type: 'news', active_end_date: '2025-06-14' })),
      contact_campaigns: [
        { ...live, contact_id: 1 },
        { ...live, contact_id: 2 },
        { ...live, contact_id: 2, campaign_instance_id: 4, trigger_date: '2025-06-14' },
      ],
    };
    expect(await emailOf('campaign_news_4', input, TIGHT, 2)).toMatchObject({
      skip_reason: 'conflict:campaign:3',
      conflict: { pass: 'after_balancing', date: '2025-06-14', campaign_instance_id: 3 },
    });
    expect((await emailOf('campaign_news_3', input, TIGHT, 2)).overloaded_day).toEqual({ emails: 2, threshold: 1 });
  });

  it('a frequency that the daily cap brought about', async () => {
    const config = { ...TIGHT, frequency: { max_emails_per_period: 1, frequency_period_days: 2 } };
    const input = { contacts: twoContacts, ...campaign({ target_all_contacts: 1 }) };
    expect(await emailOf('campaign_news_3', input, config, 2)).toMatchObject({
      planned_send_date: TODAY,
      scheduled_send_date: '2025-06-14',
      skip_reason: 'frequency_limit',
      daily_cap: { full_days: [{ date: TODAY, emails: 2, kept: 1 }] },
      frequency: {
        pass: 'after_balancing',
        date: '2025-06-14',
        emails: [{ date: '2025-06-15', email_type: 'birthday' }],
      },
    });
  });
});
