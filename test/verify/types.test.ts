import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/rules/config.js';
import type { OrganizationRecords, ScheduleRecord } from '../../src/rules/records.js';
import { schedule } from '../../src/run/library.js';
import { AUDITED_TYPES, type AuditedType, auditedTypeOf } from '../../src/verify/auditedTypes.js';
import { verify } from '../../src/verify/verify.js';
import { sendplan, testFolder } from '../helpers/cli.js';

const today = '2025-06-13';
const alone: ConfigInput = {
  frequency: { max_emails_per_period: 0 },
  load_balancing: { daily_send_percentage_cap: 1, ed_smoothing_window_days: 1 },
};

const contacts = Array.from({ length: 40 }, (_, i) => ({
  id: i + 1,
  email: `c${i + 1}@example.com`,
  state: ['TX', 'CA', 'NY', 'MO'][i % 4],
  birth_date: `19${40 + (i % 20)}-${String((i % 12) + 1).padStart(2, '0')}-15`,
  effective_date: '2019-10-01',
}));

async function plannedRows(config: ConfigInput, types: readonly string[]): Promise<ScheduleRecord[]> {
  const plan = await schedule({ contacts }, { today, config });
  return [...plan.rows()].filter((row) => types.includes(row.email_type)).map((row, i) => ({ ...row, id: i + 1 }));
}

async function audit(email_schedules: readonly ScheduleRecord[], config: ConfigInput, types?: readonly AuditedType[]) {
  const records: OrganizationRecords = { contacts, email_schedules };
  return (await verify(records, { today, config, types, limit: 1000 })).report;
}

describe('an audit of some types of emails', () => {
  it('misses no email of other types', async () => {
    const rows = await plannedRows(alone, ['birthday', 'aep']);
    const all = await audit(rows, alone);
    expect(all.types).toBeNull();
    expect(all.kinds.map(({ kind }) => kind)).toEqual(['missing_email', 'missing_skip']);
    const some = await audit(rows, alone, ['birthday', 'aep']);
    expect(some).toMatchObject({ findings: 0, types: ['birthday', 'aep'], rows: rows.length });
  });

  it('judges no row of other types, and misses those of its own', async () => {
    const rows = await plannedRows(alone, ['birthday', 'aep']);
    const damaged = rows.map((row) =>
      row.email_type === 'aep' && row.status === 'pre-scheduled' ? { ...row, scheduled_send_date: '2025-01-01' } : row,
    );
    const isPast = (report: { kinds: readonly { kind: string }[] }) =>
      report.kinds.some(({ kind }) => kind === 'past_send_day');
    expect(isPast(await audit(damaged, alone, ['aep']))).toBe(true);
    expect((await audit(damaged, alone, ['birthday'])).findings).toBe(0);
    expect(
      (await audit(damaged, alone, ['effective_date'])).kinds[0].examples.every(
        (one) => one.email_type === 'effective_date',
      ),
    ).toBe(true);
  });

  it('finds a day over its threshold only where emails of its types lie on it', async () => {
    const config: ConfigInput = { ...alone, load_balancing: { daily_send_limit: 3, daily_send_percentage_cap: 1 } };
    const rows = (await plannedRows(alone, ['birthday', 'aep'])).filter((row) => row.status === 'pre-scheduled');
    const excess = async (types: readonly AuditedType[]) =>
      (await audit(rows, config, types)).kinds
        .filter(({ kind }) => kind === 'avoidable_excess')
        .flatMap(({ examples }) => examples);
    expect((await excess(['aep'])).map((one) => one.send_date)).toContain('2025-09-15');
    expect((await excess(['birthday'])).map((one) => one.send_date)).not.toContain('2025-09-15');
  });

  it('knows the kind of every type', () => {
    const kinds = [
      'birthday',
      'AEP',
      'aep_3',
      'followup_1_cold',
      'Campaign_news_1',
      ' post_window',
      'aep_x',
      'followup',
      'campaign',
    ];
    expect(kinds.map(auditedTypeOf)).toEqual([
      ...['birthday', 'aep', 'aep', 'followup', 'campaign', 'post_window', null, null, null],
    ]);
  });

  it('refuses what is no type, by name', async () => {
    await expect(audit([], alone, [])).rejects.toThrow('types: expected some of birthday, effective_date');
    await expect(audit([], alone, ['aep_2' as AuditedType])).rejects.toThrow(RangeError);
  });
});

describe('verify --types', () => {
  const pathOf = testFolder();

  it('says which types were audited, on one finding of which none is of another', async () => {
    const path = pathOf('book.sqlite3');
    await sendplan('generate', path, '--contacts', '200');
    const all = await sendplan('verify', path, '--as-of', today, '--json');
    const some = await sendplan(
      'verify',
      path,
      '--as-of',
      today,
      '--types',
      'birthday, aep',
      '--json',
      '--limit',
      '9999',
    );
    const report = JSON.parse(some.stdout);
    expect(some.code).toBe(1);
    expect(report.types).toEqual(['birthday', 'aep']);
    expect(report.findings).toBeGreaterThan(0);
    expect(report.findings).toBeLessThan(JSON.parse(all.stdout).findings);
    const found = report.kinds.flatMap((kind: { examples: { email_type: string }[] }) => kind.examples);
    expect(new Set(found.map((one: { email_type: string }) => one.email_type))).toEqual(new Set(['birthday', 'aep']));
    const { stdout } = await sendplan('verify', path, '--as-of', today, '--types', 'aep');
    expect(stdout).toMatch(/Only emails of these types were\s+audited: aep\./);
  });

  it('refuses a type that is not known, and names those that are', async () => {
    const { code, stderr } = await sendplan('verify', pathOf('none.sqlite3'), '--types', 'birthday,apes');
    expect(code).toBe(2);
    expect(stderr).toContain(`Not a type: "apes". Allowed are ${AUDITED_TYPES.join(', ')}`);
  });
});
