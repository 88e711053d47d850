import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { diff } from '../../src/diff/diff.js';
import { diffFile, runFile } from '../../src/node.js';
import { differencesText } from '../../src/report/differencesText.js';
import { statusClass } from '../../src/rules/emailTypes.js';
import { readText } from '../../src/rules/fields.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { organization } from '../helpers/arbitraries.js';
import { testFolder } from '../helpers/cli.js';
import { PLANNED_COLUMNS, type Queried, recordsImage } from '../helpers/databases.js';
import { readWithDuckDb } from '../helpers/duckdb.js';
import { generatedImage } from '../helpers/generated.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

const RUNS = runCount(150);
const ALL = 1_000_000;
const path = testFolder();

type Row = Record<string, unknown>;

/** The owned rows of a database by id, as far as columns are there. */
function ownedRows(database: Queried): Map<number, Row> {
  const there = database.query("SELECT lower(name) FROM pragma_table_info('email_schedules')").flat();
  if (there.length === 0) return new Map();
  const columns = ['id', ...PLANNED_COLUMNS.filter((column) => there.includes(column))];
  const statuses = database.query('SELECT id, status FROM email_schedules');
  const owned = new Set(statuses.filter(([, status]) => statusClass(readText(status)) === 'owned').map(([id]) => id));
  const all = database.query(`SELECT ${columns} FROM email_schedules`).filter(([id]) => owned.has(id));
  const rows = all.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  return new Map(rows.map((row) => [Number(row.id), row]));
}

/** Rows as texts, in one order; a date with a time behind it is the day that it is read as. */
function comparable(rows: Iterable<Row>): string[] {
  const text = (column: string, value: unknown) => {
    if (value === null || value === undefined) return null;
    return column.endsWith('_send_date') ? String(value).slice(0, 10) : String(value);
  };
  return [...rows].map((row) => JSON.stringify(PLANNED_COLUMNS.map((column) => text(column, row[column])))).sort();
}

test(
  'what would be changed, applied to what is there, is what a run leaves, for random organizations',
  async () => {
    const seen = { add: 0, change: 0, remove: 0 };
    const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
      const database = await openDatabase(await recordsImage(records));
      try {
        const before = ownedRows(database);
        const { report } = await diff(database.toImage(), { today, config, limit: ALL });
        const run = await database.run({ asOf: today, config });
        if (run.issues.refused_by_index !== undefined) return;
        const { kept, added, changed, removed } = report;
        expect({ kept, added, changed, removed, refused: 0 }).toEqual(run.changes);
        const rows = new Map(before);
        const addedRows: Row[] = [];
        for (const { change, row_id: id, contact_id, after } of report.rows) {
          seen[change]++;
          if (change === 'add') addedRows.push({ contact_id, ...after });
          else if (change === 'remove') expect(rows.delete(id!)).toBe(true);
          else rows.set(id!, { ...rows.get(id!), ...after });
        }
        expect(comparable([...rows.values(), ...addedRows])).toEqual(comparable(ownedRows(database).values()));
      } finally {
        database.close();
      }
    });
    await assertOrganizations(property, { runs: RUNS, seed: runSeed(21) });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 4);
  },
  runTimeout(RUNS),
);

describe('the differences of the day after', () => {
  const file = path('book.sqlite3');
  const prepare = async () => {
    writeFileSync(file, await generatedImage('realistic', 1000, '2025-06-13'));
    await runFile(file, { asOf: '2025-06-13' });
    const options = { asOf: '2025-06-14', limit: ALL };
    return diffFile(file, options);
  };

  it('are what a dry run says, by type, day and column', async () => {
    const { report, run } = await prepare();
    const { kept, added, changed, removed, refused } = report;
    expect({ kept, added, changed, removed, refused }).toEqual(run.changes);
    expect(run.outcome).toBe('dry_run');
    expect(added * changed * removed).toBeGreaterThan(0);
    for (const counts of [report.by_type, report.by_day, report.by_cause]) {
      expect(counts.reduce((total, one) => total + one.added, 0)).toBe(added);
      expect(counts.reduce((total, one) => total + one.changed, 0)).toBe(changed);
      expect(counts.reduce((total, one) => total + one.removed, 0)).toBe(removed);
    }
    const days = report.by_day.map(({ day }) => day!);
    expect(days).toEqual([...days].sort());
    const moved = report.rows.filter((row) => 'scheduled_send_date' in row.after && row.change === 'change').length;
    expect(report.by_column).toContainEqual({ column: 'scheduled_send_date', rows: moved });
    expect(report.rows).toHaveLength(added + changed + removed);
  });

  it('are exported as the report has them', async () => {
    const differences = await prepare();
    const parquet = path('changes.parquet');
    writeFileSync(parquet, Buffer.concat([...differences.exportAs('parquet')]));
    const { types, rows } = await readWithDuckDb(`read_parquet('${parquet}')`);
    expect(Object.keys(types)).toEqual([
      ...['change', 'cause', 'row_id', 'contact_id', ...PLANNED_COLUMNS.slice(1)],
      ...['changed_columns', 'before'],
    ]);
    expect(types).toMatchObject({
      row_id: 'BIGINT',
      scheduled_send_date: 'DATE',
      priority: 'INTEGER',
      before: 'VARCHAR',
    });
    expect(rows).toHaveLength(differences.report.rows.length);
    rows.forEach((row, i) => {
      const { change, cause, row_id, contact_id, email_type, scheduled_send_date, before, after } =
        differences.report.rows[i];
      const text = (value: number | null) => (value === null ? null : String(value));
      expect(row).toMatchObject({ change, cause, email_type, scheduled_send_date });
      expect([row.row_id, row.contact_id]).toEqual([text(row_id), text(contact_id)]);
      const values = change === 'remove' ? before : after;
      for (const [name, value] of Object.entries(values)) expect(String(row[name])).toBe(String(value));
      if (change !== 'change') expect([row.changed_columns, row.before]).toEqual([null, null]);
      else {
        expect(row.changed_columns).toBe(Object.keys(after).join(','));
        expect(JSON.parse(String(row.before))).toEqual(before);
      }
    });
    const plan = JSON.parse(Buffer.concat([...differences.exportPlanAs('json')]).toString());
    expect(plan).toHaveLength(differences.run.rows.total);
  });

  it('are told in lines that fit a terminal', async () => {
    const { report } = await prepare();
    const text = differencesText({ ...report, rows: report.rows.slice(0, 6) }, 80);
    expect(text).toMatch(
      /^A run as of 2025-06-14 would add [\d,]+ rows?, change [\d,]+, remove [\d,]+ and keep [\d,]+\.\n/,
    );
    expect(text).toMatch(/\n {2}[~+-] contact \d+, /);
    expect(text).toMatch(/and [\d,]+ more\n$/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('are none for the day that was planned', async () => {
    await prepare();
    const { report } = await diffFile(file, { asOf: '2025-06-13' });
    expect(report).toMatchObject({
      added: 0,
      changed: 0,
      removed: 0,
      by_type: [],
      by_cause: [],
      by_day: [],
      by_column: [],
      rows: [],
    });
    expect(differencesText(report)).toBe(
      `A run as of 2025-06-13 would change nothing: ${report.kept.toLocaleString('en-US')} planned rows would stay as they are.\n`,
    );
  });

  it('refuse a limit that is none', async () => {
    await expect(diffFile(file, { limit: 1.5 })).rejects.toThrow('limit: expected a whole number from 0 on, got 1.5');
    await expect(diff({ contacts: [] }, { limit: -1 })).rejects.toThrow(RangeError);
  });
});
