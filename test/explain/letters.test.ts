import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explain, explanationText } from '../../src/index.js';
import { sendplan, testFolder, UNFORESEEN } from '../helpers/cli.js';
import { recordsImage } from '../helpers/databases.js';
import { absenceOf, born, campaign, contact, letterOf, QUIET, row, TODAY } from '../helpers/explained.js';

describe('why an email is missing', () => {
  it('the contact was rejected', async () => {
    const letter = await letterOf({ contacts: [contact({ email: 'nobody' })] });
    expect(letter).toMatchObject({
      contact: null,
      emails: [],
      absent: [{ reason: 'rejected_contact', value: '"nobody"' }],
    });
    expect(explanationText(letter)).toContain('"nobody" is no valid email address');
    expect((await letterOf({ contacts: [contact({ email: null })] })).absent[0]).toMatchObject({ value: null });
  });

  it('its state is unknown, also for campaigns that filter or are switched off for such contacts', async () => {
    const lost = { contacts: [contact({ state: 'ZZ', birth_date: '1960-07-20' })] };
    for (const type of ['birthday', 'effective_date', 'post_window', 'followup']) {
      expect(await absenceOf(type, lost)).toMatchObject({ reason: 'unknown_state' });
    }
    const open = { ...lost, ...campaign() };
    // Its state may be one that forbids what looks at windows.
    const blind = { ...lost, ...campaign({ respect_exclusion_windows: 0 }) };
    expect(await absenceOf('campaign_news_3', open)).toMatchObject({ reason: 'unreadable_state' });
    expect(await absenceOf('campaign_news_3', blind)).toBeUndefined();
    const blank = { ...open, contacts: [contact({ state: ' ' })] };
    expect(await absenceOf('campaign_news_3', blank)).toBeUndefined();
    expect(await absenceOf('campaign_news_3', { ...lost, ...campaign({}, { target_states: 'TX' }) })).toMatchObject({
      reason: 'unknown_state',
    });
    const strict = { ...QUIET, organization: { send_without_zipcode_for_universal: false } };
    expect(await absenceOf('campaign_news_3', open, strict)).toMatchObject({ reason: 'unknown_state' });
  });

  it('a date is missing or invalid', async () => {
    expect(await absenceOf('birthday', {})).toMatchObject({ reason: 'no_birth_date', invalid_value: null });
    expect(await absenceOf('birthday', born('20.7.1960'))).toMatchObject({
      reason: 'no_birth_date',
      invalid_value: '"20.7.1960"',
    });
    expect(await absenceOf('effective_date', {})).toMatchObject({ reason: 'no_effective_date' });
  });

  it('the policy is young, or begins only later', async () => {
    const policy = (effective_date: string) => absenceOf('effective_date', { contacts: [contact({ effective_date })] });
    expect(await policy('2025-03-01')).toBeUndefined();
    expect(await policy('2025-06-13')).toMatchObject({
      reason: 'first_email_months',
      event_date: TODAY,
      months: 0,
      first_email_months: 11,
    });
    expect(await policy('2027-01-01')).toMatchObject({
      reason: 'first_email_months',
      event_date: '2027-01-01',
      months: 0,
    });
  });

  it('history has this and the next one, or the campaign, or what makes up for a window', async () => {
    const email_schedules = [
      row({ event_year: 2025, status: 'bounced' }),
      row({ id: 8, event_year: 2026, status: 'scheduled', scheduled_send_date: '2026-07-06' }),
      row({ id: 9, email_type: 'campaign_news', scheduled_send_date: '2025-01-02' }),
      row({ id: 10, email_type: 'post_window', event_year: 2025 }),
    ];
    const input = { ...born('1960-07-20', 'CA'), ...campaign(), email_schedules };
    expect(await absenceOf('birthday', input)).toMatchObject({
      reason: 'history_has_it',
      events: [
        { event_date: '2025-07-20', rows: [{ row_id: 7, standing: 'ended' }] },
        { event_date: '2026-07-20', rows: [{ row_id: 8, standing: 'on_its_way' }] },
      ],
    });
    expect(await absenceOf('campaign_news_3', input)).toMatchObject({
      reason: 'history_has_it',
      events: [{ event_date: null, rows: [{ row_id: 9 }] }],
    });
    expect(await absenceOf('post_window', input)).toMatchObject({
      reason: 'history_has_it',
      events: [{ event_date: '2025-09-18' }],
    });
  });

  it('no post-window email is due', async () => {
    const of = (state: string, more = {}, config = {}) =>
      absenceOf('post_window', born('1960-01-10', state, more), { ...QUIET, ...config });
    expect(await of('TX')).toMatchObject({ reason: 'no_windows', because: 'no_rule' });
    expect(await of('NY')).toMatchObject({ reason: 'no_windows', because: 'year_round' });
    expect(await of('CA', { birth_date: null })).toMatchObject({ reason: 'no_windows', because: 'no_anchor' });
    expect(await of('CA', {}, { organization: { enable_post_window_emails: false } })).toMatchObject({
      reason: 'switched_off',
    });
    const quietBirthday = { birthday_email_days_before: 200 };
    expect(await of('CA', {}, quietBirthday)).toMatchObject({
      reason: 'no_window_owes',
      next_window: { year: 2026, first_day: '2025-10-12' },
    });
    const wide = {
      pre_window_exclusion_days: 0,
      state_rules: { CA: { kind: 'birthday_window', before: 200, after: 200 } },
    };
    expect(await of('CA', {}, wide)).toMatchObject({
      reason: 'next_window_overlaps',
      window: { year: 2025 },
      excluded_by: { year: 2026 },
    });
  });

  it('the campaign does not run', async () => {
    const of = async (type: object, instance: object) =>
      (await absenceOf('campaign_news_3', campaign(type, instance)))?.reason;
    expect(await of({ active: 0 }, {})).toBe('campaign_type_inactive');
    expect(await of({}, { active_start_date: '2025-06-14' })).toBe('campaign_not_started');
    expect(await of({}, { active_end_date: '2025-06-12' })).toBe('campaign_over');
    expect(await absenceOf('campaign_news_3', campaign({}, { active_end_date: '6/12/2025' }))).toMatchObject({
      reason: 'campaign_unreadable',
      problem: 'active_end_date "6/12/2025"',
    });
  });

  it('the contact is not in the audience, or too late for it', async () => {
    const of = async (instance: object, enrolment: object | null = {}) =>
      absenceOf('campaign_news_3', campaign({}, instance, enrolment));
    expect(await of({}, null)).toMatchObject({ reason: 'not_enrolled' });
    expect(await of({}, { status: 'paused' })).toMatchObject({ reason: 'not_enrolled' });
    expect(await of({ target_states: 'ca, or' })).toMatchObject({ reason: 'filtered_by_state', states: ['CA', 'OR'] });
    expect(await of({ target_carriers: 'Aetna' })).toMatchObject({
      reason: 'filtered_by_carrier',
      carriers: ['aetna'],
    });
    expect(await of({}, { trigger_date: '2025-06-01' })).toMatchObject({ reason: 'expired', deadline: '2025-06-01' });
    expect(await of({ active_end_date: '2025-06-30' }, { trigger_date: '2025-07-02' })).toMatchObject({
      reason: 'outside_active_window',
      ideal_date: '2025-07-02',
      active_end_date: '2025-06-30',
    });
  });

  it('no follow-up is due', async () => {
    expect(await absenceOf('followup', {})).toMatchObject({
      reason: 'no_initial_email',
      lookback_first_day: '2025-05-09',
    });
    expect(await absenceOf('followup', {}, { ...QUIET, followups: { enabled: false } })).toMatchObject({
      reason: 'switched_off',
    });
    const email_schedules = [
      row({ scheduled_send_date: '2025-06-01', event_year: 2025 }),
      row({ id: 8, email_type: 'followup_1_cold', scheduled_send_date: '2025-06-03' }),
    ];
    expect(await absenceOf('followup', { email_schedules })).toMatchObject({
      reason: 'followup_after_initial',
      initial: { row_id: 7 },
      followup: { row_id: 8, sent_date: '2025-06-03' },
    });
  });
});

const LETTER = `\
Contact 42, in TX, born 1960-06-20, no policy date, no carrier. This is the plan as of 2025-06-13
(Fri). TX excludes no days.

birthday: to be sent on 2025-06-17 (Tue).
  The birthday is on 2025-06-20 (Fri). Ideally it goes out 14 days before, on 2025-06-06 (Fri), and
  no later than the day itself. That day has passed and no earlier plan is there to keep, so the
  email catches up. Catching up is spread over 7 days, and this contact's day is 2025-06-17 (Tue).

effective_date: no email.
  The contact has no effective date.

post_window: no email.
  There is nothing to make up for: the contact's state has no windows.

followup: no email.
  Nothing that is followed up was sent since 2025-05-09 (Fri).
`;

describe('letters', () => {
  const records = { contacts: [contact({ id: 42, birth_date: '1960-06-20' })] };

  it('are read from the first word to the last', async () => {
    const [explanation] = await explain(records, { contacts: [42], today: TODAY, config: QUIET });
    expect(explanationText(explanation)).toBe(LETTER);
  });

  it('tell the arithmetic of days where that is asked for', async () => {
    const [explanation] = await explain(records, { contacts: [42], today: TODAY, config: QUIET });
    const [, second] = explanationText(explanation, { detail: true }).split('\n\n');
    expect(second.replaceAll(/\s+/g, ' ')).toContain(
      "spread over 7 days: this contact's mix, 2949300282, is 5 modulo 7, and 2025-06-17 (Tue) is the first day from today on that is so too.",
    );
  });

  it('tell of windows, limits and moves in sentences', async () => {
    const { campaign_types, contact_campaigns } = campaign();
    const letter = explanationText(
      await letterOf(
        {
          ...born('1960-07-20', 'CA'),
          campaign_types: [...(campaign_types ?? []), { name: 'free', active: 1, priority: 5 }],
          campaign_instances: [
            { id: 3, campaign_type: 'free' },
            { id: 4, campaign_type: 'free', active_end_date: '2025-01-01' },
          ],
          contact_campaigns,
          email_schedules: [row({ email_type: 'aep', event_year: 2024, scheduled_send_date: '2025-06-10' })],
          tracking_clicks: [{ contact_id: 1, clicked_at: '2025-06-11 10:00:00' }],
        },
        { ...QUIET, frequency: { max_emails_per_period: 1 } },
      ),
    ).replaceAll(/\s+/g, ' ');
    const parts = [
      'CA excludes the days from 30 days before the birthday to 60 days after it, and the organization keeps a buffer of 60 days in front of that.',
      "Window of 2025: the buffer from 2025-04-21 (Mon), the state's own part from 2025-06-20 (Fri) to 2025-09-18 (Thu).",
      'birthday: not sent, skipped on 2025-07-06 (Sun) as exclusion:birthday_window:CA.',
      '2025-07-06 (Sun) lies in the part of the window of 2025 that the state forbids, 2025-06-20 to 2025-09-18, so the email is skipped.',
      'because it excludes birthday, and it is open or has just closed.',
      'It follows up row 7 (aep, sent on 2025-06-10). Since then the contact has clicked, last on 2025-06-11 (Wed).',
      'The campaign does not look at windows.',
      'aep on 2025-06-10 (row 7). A contact gets at most 1 email in 30 days, and these come first.',
      'Campaigns that do not run today: campaign_free_4 ended on 2025-01-01 (Wed).',
    ];
    for (const part of parts) expect(letter).toContain(part);
  });

  it('come from the command, as do facts for programs', async () => {
    const path = testFolder()('letters.sqlite3');
    writeFileSync(
      path,
      await recordsImage({ contacts: [...records.contacts, contact({ id: 43, email: 'x', birth_date: null })] }),
    );
    writeFileSync(
      `${path}.yaml`,
      'aep: []\nload_balancing: { daily_send_percentage_cap: 1, ed_smoothing_window_days: 1 }\n',
    );
    const common = ['explain', path, '--as-of', TODAY, '--config', `${path}.yaml`];
    const text = await sendplan(...common, '--contact', '42');
    expect(text).toMatchObject({ code: 0, stderr: '', stdout: LETTER });

    const json = await sendplan(...common, '--contact', '43', '--contact', '42', '--json');
    const { as_of, contacts } = JSON.parse(json.stdout) as {
      as_of: string;
      contacts: { contact_id: number; emails: unknown[] }[];
    };
    expect([as_of, ...contacts.map((one) => [one.contact_id, one.emails.length])]).toEqual([TODAY, [43, 0], [42, 1]]);

    const unknown = await sendplan(...common, '--contact', '44');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('There is no contact with the id 44.');
    const wrong = await sendplan(...common, '--contact', 'forty-two');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr + unknown.stderr).not.toMatch(UNFORESEEN);
  });
});
