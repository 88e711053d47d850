import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIsoDay } from '../../src/calendar/iso.js';
import { type OrganizationCase, organization } from '../../src/testing/arbitraries.js';
import type { AbsentEmail } from '../../src/testing/exchange/absentEmails.js';
import { answerRequest } from '../../src/testing/exchange/answer.js';
import { readRequest } from '../../src/testing/exchange/request.js';
import { type TestVector, testVectors } from '../../src/testing/exchange/vectors.js';
import { type OrganizationRecords, oracle, planWith } from '../../src/testing.js';

const ask = (input: object) => answerRequest(readRequest(JSON.stringify(input)));

const asJson = ({ records, config, today }: OrganizationCase) => ({ as_of: formatIsoDay(today), config, ...records });

const runs = { numRuns: Number(process.env.SENDPLAN_RUNS ?? 150), seed: Number(process.env.SENDPLAN_SEED ?? 15) };

describe('the answer to an organization', () => {
  it('has the rows and issues of the oracle, with a reason for every row', () => {
    fc.assert(
      fc.property(organization(), (one) => {
        const { rows, issues, why } = ask(asJson(one));
        const expected = oracle(one.records, { today: one.today, config: one.config });
        expect(rows).toEqual(expected.rows);
        expect(issues).toEqual(expected.issues);
        expect(why).toHaveLength(rows.length);
        for (const sentences of why) expect(sentences.length).toBeGreaterThan(1);
      }),
      runs,
    );
  });

  it('tells of every email either that it is there or why it is not', () => {
    fc.assert(
      fc.property(organization(), (one) => {
        const { rows, absent } = ask(asJson(one));
        const typeOf = (type: string | null) => (type?.startsWith('followup_') ? 'followup' : type);
        const present = new Set(rows.map((row) => `${row.contact_id} ${typeOf(row.email_type)}`));
        const { organization: read } = oracle(one.records, { today: one.today, config: one.config });
        for (const { contact_id: id, email_type: type, why } of absent) {
          expect(present).not.toContain(`${id} ${type}`);
          expect(why.length).toBeGreaterThan(0);
          for (const sentence of why) expect(sentence).toMatch(/^[^ ].*\.$/);
        }
        const told = new Set([...present, ...absent.map((email) => `${email.contact_id} ${email.email_type}`)]);
        for (const { id } of read.contacts) {
          for (const type of ['birthday', 'effective_date', 'post_window', 'followup'])
            expect(told).toContain(`${id} ${type}`);
          for (const { type, id: instance } of read.instances)
            expect(told).toContain(`${id} campaign_${type.name}_${instance}`);
        }
      }),
      runs,
    );
  });

  it('is known by its name', () => {
    expect(ask({ name: 'a case', as_of: '2025-01-01', contacts: [] })).toEqual({
      ...{ name: 'a case', as_of: '2025-01-01', rows: [], why: [], absent: [], issues: [] },
    });
    expect(ask({ as_of: '2025-01-01', contacts: [] })).not.toHaveProperty('name');
  });
});

describe('why an email is absent', () => {
  const contact = {
    id: 1,
    email: 'a@example.com',
    state: 'TX',
    birth_date: '1960-07-20',
    effective_date: '2020-03-01',
  };
  const notice = { name: 'notice', active: 1, target_all_contacts: 1 };
  const absentOf = (
    input: Partial<OrganizationRecords> & { config?: object },
    type: string | null,
  ): string | undefined => {
    const { absent } = ask({ as_of: '2025-01-01', contacts: [contact], ...input });
    return absent.find((one: AbsentEmail) => one.email_type === type)?.why.join(' ');
  };
  const past = (id: number, event_year: number) => ({
    ...{ id, contact_id: 1, email_type: 'birthday', status: 'sent', scheduled_send_date: '2024-07-06', event_year },
  });

  it.each<[string, Partial<OrganizationRecords> & { config?: object }, string | null, string]>([
    ['no date', { contacts: [{ ...contact, birth_date: null }] }, 'birthday', 'The contact has no birth date.'],
    [
      'both events sent',
      { email_schedules: [past(3, 2025), past(4, 2026)] },
      'birthday',
      'History has it already, this one and the next: row 3, row 4.',
    ],
    [
      'unknown state',
      { contacts: [{ ...contact, state: null }] },
      'aep',
      'The state of the contact is unknown, so that it gets at most campaigns.',
    ],
    ['no address', { contacts: [{ ...contact, email: 'nobody' }] }, null, 'The contact is rejected: invalid_email.'],
    ['no windows', {}, 'post_window', 'TX has no windows.'],
    [
      'post-window emails off',
      { config: { organization: { enable_post_window_emails: false } } },
      'post_window',
      'Post-window emails are turned off.',
    ],
    ['nothing sent', {}, 'followup', 'No email that reached the contact in the last 35 days owes it a follow-up.'],
    ['follow-ups off', { config: { followups: { enabled: false } } }, 'followup', 'Follow-ups are turned off.'],
    [
      'not running',
      { campaign_types: [{ ...notice, active: 0 }], campaign_instances: [{ id: 7, campaign_type: 'notice' }] },
      'campaign_notice_7',
      'The campaign does not run on 2025-01-01.',
    ],
    [
      'not enrolled',
      {
        campaign_types: [{ ...notice, target_all_contacts: 0 }],
        campaign_instances: [{ id: 7, campaign_type: 'notice' }],
      },
      'campaign_notice_7',
      'The contact is not enrolled in the campaign.',
    ],
    [
      'filtered',
      { campaign_types: [notice], campaign_instances: [{ id: 7, campaign_type: 'notice', target_states: 'CA' }] },
      'campaign_notice_7',
      'The filters of the campaign, by state and carrier, leave the contact out.',
    ],
  ])('%s', (_name, input, type, sentence) => {
    expect(absentOf(input, type)).toBe(sentence);
  });
});

describe('what is no organization', () => {
  const contacts = [{ id: 1, email: 'a@example.com' }];
  it.each<[unknown, string, RegExp]>([
    [[], 'bad_input', /The organization is \[\]; allowed is an object of as_of, config, name, contacts, /],
    [{ contacts }, 'bad_input', /as_of is undefined; it must be there/],
    [{ as_of: '2025-02-30', contacts }, 'bad_input', /today is "2025-02-30"/],
    [{ as_of: '2025-01-01' }, 'bad_input', /has no contacts/],
    [{ as_of: '2025-01-01', contacts: {} }, 'bad_input', /contacts is {}; allowed is a list of records/],
    [{ as_of: '2025-01-01', contacts: [1] }, 'bad_input', /contacts\[0\] is 1; allowed is an object/],
    [
      { as_of: '2025-01-01', contacts, campaigntypes: [] },
      'bad_input',
      /unknown key "campaigntypes", which may be meant as campaign_types; allowed are/,
    ],
    [
      { as_of: '2025-01-01', contacts: [{ ...contacts[0], birthdate: '1960-07-20' }] },
      'bad_input',
      /contacts\[0\] has the unknown key "birthdate", which may be meant as birth_date; allowed are id, email, /,
    ],
    [
      { as_of: '2025-01-01', contacts: [{ ...contacts[0], state: ['CA'] }] },
      'bad_input',
      /contacts\[0\]\.state is \["CA"\]; allowed is a text/,
    ],
    [{ as_of: '2025-01-01', contacts: [{ id: 1 }] }, 'missing_column', /contacts\[0\] has no email/],
    [{ as_of: '2025-01-01', contacts, suppressions: [{ reason: 'x' }] }, 'missing_column', /suppressions/],
    [{ as_of: '2025-01-01', contacts, name: 7 }, 'bad_input', /name is 7/],
    [{ as_of: '2025-01-01', contacts, config: { profile: 1 } }, 'bad_config', /unknown key profile/],
    [{ as_of: '2025-01-01', contacts, config: [] }, 'bad_config', /the configuration is \[\]/],
  ])('%j', (input, code, message) => {
    expect(() => ask(input as object)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('is told of with what is no JSON in it', () => {
    expect(() => readRequest('{"as_of": ')).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });

  it('is no configuration that changed its meaning since it was known', () => {
    const withCap = (most: number) =>
      ask({ as_of: '2025-01-01', contacts: [], config: { frequency: { max_emails_per_period: most } } });
    expect(withCap(1)).toEqual(withCap(2));
    expect(() => withCap(-1)).toThrow(/max_emails_per_period is -1/);
  });
});

describe('test vectors', () => {
  const vectors = (count: number, seed: number, wellFormed = false): TestVector[] => [
    ...testVectors({ count, seed, wellFormed }),
  ];

  it('are the same for the same seed, begin with the fewer, and are others for another seed', () => {
    const many = vectors(230, 4);
    expect(many).toHaveLength(230);
    expect(vectors(7, 4)).toEqual(many.slice(0, 7));
    const texts = new Set([...many, ...vectors(230, 5)].map((one) => JSON.stringify(one.organization)));
    expect(texts.size).toBeGreaterThan(440);
  });

  it('are answered by the other engine with the same rows', async () => {
    for (const { organization: input, rows } of vectors(40, 2)) {
      const { records, asOf, config } = readRequest(JSON.stringify(input));
      expect(await planWith('fast', records, { today: asOf, config })).toEqual(rows);
    }
  });

  it('hold what is broken, unless they are to be well formed', () => {
    const kinds = (wellFormed: boolean) =>
      new Set(vectors(150, 1, wellFormed).flatMap(({ issues }) => issues.map(({ kind }) => kind)));
    for (const kind of ['invalid_email', 'invalid_birth_date', 'unknown_state'] as const) {
      expect(kinds(false)).toContain(kind);
      expect(kinds(true)).not.toContain(kind);
    }
  });
});
