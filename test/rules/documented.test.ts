import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type OracleOptions, oracle } from '../../src/oracle/oracle.js';
import { type ConfigInput, resolveConfig } from '../../src/rules/config.js';
import { parseConfig } from '../../src/rules/configText.js';
import type { ContactRecord, OrganizationRecords } from '../../src/rules/records.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { databaseImage } from '../helpers/databases.js';

// What docs/rules.md shows, worked out.

const PAGE = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');

const texan = (id: number, fields: Partial<ContactRecord> = {}): ContactRecord => ({
  id,
  email: `c${id}@example.com`,
  state: 'TX',
  ...fields,
});

function lines(records: OrganizationRecords, options: Pick<OracleOptions, 'today' | 'config'>): string[] {
  return oracle(records, options).rows.map((row) =>
    [row.contact_id, row.scheduled_send_date.slice(5), row.skip_reason].filter((part) => part !== null).join(' '),
  );
}

describe('docs/rules.md', () => {
  const examples = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]);

  it('spells out every default', () => {
    expect(resolveConfig(parseConfig(examples[0]))).toEqual(resolveConfig({}));
  });

  it('shows configurations that are allowed', () => {
    for (const example of examples) expect(() => parseConfig(example)).not.toThrow();
  });

  it('names every key of the configuration', () => {
    const paths = (value: unknown, path: string[]): string[][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))
        : [path];
    const { state_rules: _, templates: __, ...config } = resolveConfig({});
    for (const path of paths(config, [])) expect(PAGE).toContain(`\`${path.join('.')}\``);
  });

  it('has the cap day right', () => {
    const contacts = [1, 2, 3, 4, 5].map((id) => texan(id));
    contacts.push(texan(6, { state: 'KY', birth_date: '1960-10-18' }));
    const days = (deadline: object, excess: 'send' | 'skip' = 'send') => {
      const config: ConfigInput = {
        aep: [{ month: 8, day: 18, ...deadline }],
        load_balancing: { daily_send_percentage_cap: 0.34, excess },
        organization: { enable_post_window_emails: false },
      };
      const rows = oracle({ contacts }, { today: '2025-06-13', config }).rows.filter((row) => row.email_type === 'aep');
      return rows.map((row) => `${row.scheduled_send_date.slice(8)}${row.skip_reason === null ? '' : ' skipped'}`);
    };
    expect(days({})).toEqual(['18', '19', '19', '20', '20', '18']);
    const early = { deadline_month: 8, deadline_day: 19 };
    expect(days(early)).toEqual(['18', '18', '19', '19', '19', '18']);
    expect(days(early, 'skip')).toEqual(['18', '19', '19', '19 skipped', '19 skipped', '18']);
  });

  it('has the promise right', () => {
    const campaign = {
      campaign_types: [{ name: 'offer', active: 1, target_all_contacts: 1 }],
      campaign_instances: [{ id: 1, campaign_type: 'offer', active_start_date: '2025-06-13' }],
    };
    const config = {
      aep: [],
      load_balancing: { daily_send_limit: 2, daily_send_percentage_cap: 1, catch_up_spread_days: 1 },
    };
    const first = oracle({ ...campaign, contacts: [1, 2, 3].map((id) => texan(id)) }, { today: '2025-06-13', config });
    const days = first.rows.map((row) => row.scheduled_send_date.slice(8));
    expect(days).toEqual(['13', '13', '14']);
    const night = first.rows.map((row, i) => ({ ...row, id: i + 1, status: i === 1 ? 'sent' : row.status }));
    const later = { ...campaign, contacts: [1, 2, 3, 4].map((id) => texan(id)), email_schedules: night };
    expect(lines(later, { today: '2025-06-14', config: { ...config, followups: { enabled: false } } })).toEqual([
      '1 06-14',
      '3 06-14',
      '4 06-15',
    ]);
  });

  it('has the closed days right', () => {
    const config: ConfigInput = {
      aep: [],
      organization: { enable_post_window_emails: false },
      load_balancing: { ed_smoothing_window_days: 1 },
      calendar: { weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'], us_federal_holidays: true },
    };
    const records = {
      contacts: [
        texan(1, { birth_date: '1960-01-14' }),
        texan(2),
        texan(3, { state: 'MD', birth_date: '1960-02-25', effective_date: '2019-01-23' }),
      ],
      campaign_types: [{ name: 'notice', active: 1 }],
      campaign_instances: [{ id: 1, campaign_type: 'notice' }],
      contact_campaigns: [{ contact_id: 2, campaign_instance_id: 1, trigger_date: '2027-12-26', status: 'active' }],
    };
    const rows = lines(records, { today: '2027-12-20', config });
    expect(rows.filter((row) => !row.includes('exclusion'))).toEqual(['1 01-03', '2 12-23', '3 12-23']);
  });

  it('has a view that suppresses whoever unsubscribed', async () => {
    const view = /```sql\n(CREATE VIEW suppressions[\s\S]*?)```/.exec(PAGE)?.[1] ?? '';
    const image = await databaseImage(`
      CREATE TABLE contacts (id INTEGER PRIMARY KEY, email, state, birth_date, unsubscribed);
      INSERT INTO contacts VALUES (1, 'a@example.com', 'TX', '1960-07-15', 1), (2, 'b@example.com', 'TX', '1960-07-15', 0);
      ${view}`);
    const database = await openDatabase(image);
    try {
      await database.run({ asOf: '2025-06-13', config: { aep: [] } });
      const rows = database.query('SELECT contact_id, skip_reason FROM email_schedules ORDER BY contact_id');
      expect(rows).toEqual([
        [1, 'suppressed:unsubscribed'],
        [2, null],
      ]);
    } finally {
      database.close();
    }
  });
});
