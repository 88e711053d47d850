import { readFileSync, writeFileSync } from 'node:fs';
import { tableFromJSON } from 'apache-arrow';
import type { Database } from 'sql.js';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { verificationText } from '../../src/report/verificationText.js';
import { schedule } from '../../src/run/library.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import type { Finding } from '../../src/verify/findings.js';
import { FINDING_KINDS, type FindingKind, sentenceOf } from '../../src/verify/kinds.js';
import { type Verification, verify } from '../../src/verify/verify.js';
import { testFolder } from '../helpers/cli.js';
import { DAMAGES, type Damage } from '../helpers/damages.js';
import { databaseImage } from '../helpers/databases.js';
import { readWithDuckDb } from '../helpers/duckdb.js';
import { generatedImage } from '../helpers/generated.js';

const AS_OF = '2025-06-13';
/** The id of rows that damages add. */
const ADDED_ID = 9_000_000;
/** More than there are rows, so that all findings are among the examples. */
const ALL = 1_000_000;

const path = testFolder();
let planned: Uint8Array;

beforeAll(async () => {
  const database = await openDatabase(await generatedImage('realistic', 3000, AS_OF));
  await database.run({ asOf: AS_OF });
  const withoutKey = 'DROP INDEX sendplan_schedules_contact_type_day; CREATE INDEX own ON email_schedules (contact_id)';
  planned = await databaseImage(withoutKey, database.toImage());
  database.close();
});

interface Target {
  readonly rowId: number;
  readonly contactId: number;
}

function firstRow(database: Database, { kind, row }: Damage): Target {
  const found = database.exec(
    `SELECT s.id, s.contact_id FROM email_schedules s JOIN contacts c ON c.id = s.contact_id WHERE ${row} ORDER BY s.id LIMIT 1`,
  )[0]?.values[0];
  if (found === undefined) throw new Error(`there is no row to plant ${kind} in`);
  return { rowId: Number(found[0]), contactId: Number(found[1]) };
}

/** The planned database with a damage, and where that is. */
async function plant(
  damage: Damage,
  into: Uint8Array = planned,
): Promise<{ readonly image: Uint8Array; readonly target: Target }> {
  let target: Target = { rowId: 0, contactId: 0 };
  const image = await databaseImage((database) => {
    target = firstRow(database, damage);
    const sql = damage.sql ?? `UPDATE email_schedules SET ${damage.set} WHERE id = :id`;
    database.exec(sql.replaceAll(':id', String(target.rowId)));
  }, into);
  return { image, target };
}

/** Whether a finding is about what was planted. */
function isAbout({ about }: Damage, { rowId, contactId }: Target): (finding: Finding) => boolean {
  if (about === 'day') return (finding) => finding.send_date === '2025-06-17' && finding.contact_id === null;
  if (about === 'contact') return (finding) => finding.contact_id === contactId && finding.row_id === null;
  return (finding) => finding.row_id === (about === 'added' ? ADDED_ID : rowId);
}

function findingsOf({ report }: Verification, kind: FindingKind): readonly Finding[] {
  return report.kinds.find((one) => one.kind === kind)?.examples ?? [];
}

describe('planted damage is found as its kind', () => {
  it.each(DAMAGES)('$kind', async (damage) => {
    const { image, target } = await plant(damage);
    const { history, config } = damage;
    const verification = await verify(image, { today: AS_OF, history, config, limit: ALL });
    const findings = findingsOf(verification, damage.kind);
    expect(findings.filter(isAbout(damage, target))).toHaveLength(1);
    // Whatever else is found is about the same contact, unless the damage makes room on a day for others.
    if (damage.about === 'day' || damage.history === true || damage.sql?.startsWith('UPDATE contacts')) return;
    const all = verification.report.kinds.flatMap((kind) => kind.examples);
    expect(all.filter((one) => one.contact_id !== target.contactId && one.contact_id !== 987654)).toEqual([]);
  });

  test('for every kind there is', () => {
    expect(DAMAGES.map((damage) => damage.kind).sort()).toEqual([...FINDING_KINDS].sort());
    expect(DAMAGES.length).toBeGreaterThanOrEqual(20);
  });

  test('and every kind stands in docs/verify.md with its sentence', () => {
    const docs = readFileSync(new URL('../../docs/verify.md', import.meta.url), 'utf8').split(
      '## Kinds of findings',
    )[1];
    const lines = [...docs.matchAll(/^\| `(\w+)` \| (.*?)( \*\(history\)\*)? \|$/gm)];
    const found = lines.map(([, kind, sentence, history]) => [kind, sentence, history !== undefined]);
    const isHistory = (kind: FindingKind) => DAMAGES.find((one) => one.kind === kind)?.history === true;
    expect(found).toEqual(FINDING_KINDS.map((kind) => [kind, sentenceOf(kind), isHistory(kind)]));
  });
});

describe('an audit', () => {
  const damage = (kind: FindingKind) => DAMAGES.find((one) => one.kind === kind)!;

  it("finds nothing in the plan itself, by default as of the organization's today", async () => {
    const { report } = await verify(planned, { today: AS_OF });
    expect(report).toMatchObject({
      as_of: AS_OF,
      contacts: 2996,
      findings: 0,
      kinds: [],
      columns_not_compared: [],
    });
    expect(report.rows).toBeGreaterThan(15_000);
    expect((await verify({ contacts: [] })).report.as_of).toMatch(/^20\d\d-/);
  });

  it('looks for the kinds that are asked for, and tells as many examples of each', async () => {
    const { image, target } = await plant(damage('avoidable_excess'));
    const { report } = await verify(image, { today: AS_OF, kinds: ['other_send_day', 'unknown_type'], limit: 2 });
    expect(report.kinds.map((one) => one.kind)).toEqual(['other_send_day']);
    expect(report.kinds[0].examples).toHaveLength(2);
    expect(report.findings).toBe(report.kinds[0].count);
    expect(report.findings).toBeGreaterThan(100);
    expect(target.rowId).toBeGreaterThan(0);
    const none = await verify(image, { today: AS_OF, limit: 0 });
    expect(none.report.kinds.every((one) => one.examples.length === 0)).toBe(true);
  });

  it('leaves rows alone that no run owns, unless history is asked for', async () => {
    for (const one of DAMAGES.filter(({ history, kind }) => history && kind !== 'sent_in_year_round_state')) {
      const { image } = await plant(one);
      const { report } = await verify(image, { today: AS_OF, config: one.config });
      expect(report.kinds.map(({ kind }) => kind)).not.toContain(one.kind);
    }
  });

  it('says what the rule has instead', async () => {
    const { image } = await plant(damage('in_statutory_window'));
    const { report } = await verify(image, { today: AS_OF });
    const [finding] = report.kinds.find((one) => one.kind === 'in_statutory_window')?.examples ?? [];
    expect(finding).toMatchObject({ group: 'law', email_type: 'birthday', found: null });
    expect(finding.expected).toMatch(/^KY forbids \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d$/);
    expect(finding.expected?.slice(11, 21)).toBe(finding.send_date);
  });

  it('refuses options that are none', async () => {
    await expect(verify(planned, { kinds: ['nonsense' as FindingKind] })).rejects.toThrow(
      /^kinds: expected some of in_stat/,
    );
    await expect(verify(planned, { limit: -1 })).rejects.toThrow('limit: expected a whole number from 0 on, got -1');
    await expect(verify(planned, { kinds: 'past_send_day' as unknown as FindingKind[] })).rejects.toThrow(TypeError);
  });
});

describe('an audit of records and Arrow tables', () => {
  const ann = { id: 1, email: 'ann@example.com', state: 'KY', birth_date: '1960-08-20', effective_date: null };
  /** A row of a scheduler that knows no windows and has fewer columns than a run writes. */
  const sent = {
    ...{ id: 5, contact_id: 1, email_type: 'birthday', status: 'pre-scheduled' },
    ...{ planned_send_date: '2025-08-20', scheduled_send_date: '2025-08-20', event_year: 2025 },
  };
  const found = {
    in_statutory_window: 'KY forbids 2025-08-20 to 2025-10-19',
    missing_email: null,
    missing_skip: 'exclusion:birthday_window:KY',
    not_skipped: 'exclusion:birthday_window:KY',
    other_send_day: '2025-08-06',
  };

  function expectedOf({ report }: Verification) {
    return Object.fromEntries(report.kinds.map(({ kind, examples }) => [kind, examples[0].expected]));
  }

  it('compares the columns that are there', async () => {
    const verification = await verify({ contacts: [ann], email_schedules: [sent] }, { today: AS_OF });
    expect(expectedOf(verification)).toEqual(found);
    expect(verification.report.columns_not_compared).toEqual([
      ...['scheduled_send_time', 'skip_reason', 'priority', 'campaign_instance_id', 'email_template', 'sms_template'],
      ...['event_month', 'event_day', 'metadata'],
    ]);
    expect(verificationText(verification.report).replaceAll('\n', ' ')).toContain(
      'Not compared, because the table has no such columns: scheduled_send_time,',
    );
  });

  it('finds the same in Arrow tables', async () => {
    const tables = { contacts: tableFromJSON([ann]), email_schedules: tableFromJSON([sent]) };
    expect(expectedOf(await verify(tables, { today: AS_OF }))).toEqual(found);
  });

  it('finds nothing in the rows of a plan', async () => {
    const contacts = [ann, { ...ann, id: 2, state: 'TX', effective_date: '2019-03-01' }];
    const rows = (await schedule({ contacts }, { today: AS_OF })).rows();
    const email_schedules = [...rows].map((row, i) => ({ id: i + 1, ...row }));
    const { report } = await verify({ contacts, email_schedules }, { today: AS_OF });
    expect(report).toMatchObject({ rows: email_schedules.length, findings: 0, columns_not_compared: [] });
    expect(email_schedules.length).toBeGreaterThan(4);
  });
});

describe('what an audit has to tell', () => {
  const several = () => {
    const kinds: FindingKind[] = [
      'in_statutory_window',
      'frequency_exceeded',
      'unknown_contact',
      'missing_email',
      'avoidable_excess',
    ];
    return kinds.reduce<Promise<Uint8Array>>(
      async (image, kind) => (await plant(DAMAGES.find((one) => one.kind === kind)!, await image)).image,
      Promise.resolve(planned),
    );
  };

  it('is exported with all findings', async () => {
    const verification = await verify(await several(), { today: AS_OF, limit: ALL });
    const file = path('findings.parquet');
    writeFileSync(file, Buffer.concat([...verification.exportAs('parquet')]));
    const { types, rows } = await readWithDuckDb(`read_parquet('${file}')`);
    expect(types).toEqual({
      ...{ kind: 'VARCHAR', group: 'VARCHAR', contact_id: 'BIGINT', row_id: 'BIGINT', email_type: 'VARCHAR' },
      ...{ send_date: 'DATE', found: 'VARCHAR', expected: 'VARCHAR' },
    });
    const text = (value: unknown) => (value === null ? null : String(value));
    const comparable = (row: object) => JSON.stringify(Object.entries(row).map(([name, value]) => [name, text(value)]));
    const told = verification.report.kinds.flatMap((kind) => kind.examples);
    expect(rows.map(comparable).sort()).toEqual(told.map(comparable).sort());
    expect(rows).toHaveLength(verification.report.findings);
    const csv = Buffer.concat([...verification.exportAs('csv')]).toString();
    expect(csv.split('\r\n')).toHaveLength(rows.length + 2);
  });

  it('is text that fits a terminal, by what findings mean', async () => {
    const { report } = await verify(await several(), { today: AS_OF, limit: 2 });
    const text = verificationText(report, 80);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const titles = [
      'Emails that must not be sent',
      'Limits that are not kept',
      'Rows that differ from the plan',
      'Rows that are broken',
    ];
    const places = titles.map((title) => text.indexOf(`\n${title}\n`));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    for (const { kind, sentence } of report.kinds) {
      expect(text).toMatch(new RegExp(`^ {2}${kind}: [\\d,]+\\. ${sentence.split(' ')[0]}`, 'm'));
    }
    expect(text).toMatch(/KY forbids \d{4}-\d\d-\d\d to/);
  });
});
