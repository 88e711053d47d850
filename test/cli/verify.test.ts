import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { beforeAll, describe, expect, test } from 'vitest';
import { sendplan, start, testFolder, UNFORESEEN } from '../helpers/cli.js';
import { databaseImage } from '../helpers/databases.js';
import { readWithDuckDb } from '../helpers/duckdb.js';

const pathOf = testFolder();
const DAY = ['--as-of', '2025-06-13'];
const NEXT_DAY = ['--as-of', '2025-06-14'];
let planned = '';
let damaged = '';

beforeAll(async () => {
  planned = pathOf('planned.sqlite3');
  damaged = pathOf('damaged.sqlite3');
  await sendplan('generate', planned, '--contacts', '300', '--shape', 'realistic');
  await sendplan('run', planned, ...DAY);
  const waiting =
    "SELECT id FROM email_schedules WHERE status = 'pre-scheduled' AND scheduled_send_date > '2025-09-01'";
  const sql = `UPDATE email_schedules SET scheduled_send_date = '2025-01-01' WHERE id IN (${waiting} LIMIT 5)`;
  writeFileSync(damaged, await databaseImage(sql, readFileSync(planned)));
});

/** The files beside a path, so that nothing is left behind unseen. */
const filesBeside = (path: string) => readdirSync(dirname(path)).sort();

describe('verify', () => {
  test('finds nothing in a plan: exit code 0, the text on stdout', async () => {
    const before = statSync(planned);
    const { code, stdout, stderr } = await sendplan('verify', planned, ...DAY);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Audited [\d,]+ rows of \d+ contacts as of 2025-06-13: nothing to object to\.\n$/);
    expect(statSync(planned).mtimeMs).toBe(before.mtimeMs);
  });

  test('on another day than the last run, says that day', async () => {
    const { stderr } = await sendplan('verify', planned, '--limit', '0');
    expect(stderr).toContain('The last run planned as of 2025-06-13: --as-of 2025-06-13 audits the rows for that day.');
    expect((await sendplan('verify', planned, ...NEXT_DAY)).stderr).toBe('');
  });

  test('finds damage: exit code 1, kinds with examples', async () => {
    const { code, stdout } = await sendplan('verify', damaged, ...DAY, '--limit', '2');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}past_send_day +5$/m);
    expect(stdout).toMatch(/^ {2}past_send_day: 5\. To be sent on a day before the day of the audit\.$/m);
    expect(stdout).toMatch(/^ {4}- contact \d+, row \d+, \w+ on 2025-01-01: no earlier than 2025-06-13$/m);
    expect(stdout).toMatch(/^ {6}and 3 more$/m);
  });

  test.each(['sqljs', 'native'])('tells programs as JSON, read by %s', async (driver) => {
    const { code, stdout, stderr } = await sendplan('verify', damaged, ...DAY, '--json', '--driver', driver);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report.kinds.map((one: { kind: string; count: number }) => [one.kind, one.count])).toContainEqual([
      'past_send_day',
      5,
    ]);
  });

  test('looks for the kinds that are asked for', async () => {
    expect(
      (await sendplan('verify', damaged, ...DAY, '--kind', 'unknown_contact', '--kind', 'in_window_buffer')).code,
    ).toBe(0);
    expect((await sendplan('verify', damaged, ...DAY, '--kind', 'past_send_day')).code).toBe(1);
    const { code, stderr } = await sendplan('verify', damaged, '--kind', 'nonsense');
    expect(code).toBe(2);
    expect(stderr).toContain('in_statutory_window, ');
  });

  test('writes all findings into a file and tells them apart from the text', async () => {
    const file = pathOf('findings.parquet');
    const { code, stdout, stderr } = await sendplan('verify', damaged, ...DAY, '--output', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Audited /);
    expect(stderr).toMatch(/^Wrote .*findings\.parquet: [\d,]+ bytes of parquet\.\n$/);
    const { rows } = await readWithDuckDb(`read_parquet('${file}')`);
    expect(rows.filter((row) => row.kind === 'past_send_day' && row.send_date === '2025-01-01')).toHaveLength(5);
  });
});

describe('diff', () => {
  test('tells what the next run would change and changes nothing: exit code 0', async () => {
    const before = readFileSync(planned);
    const { code, stdout, stderr } = await sendplan('diff', planned, ...NEXT_DAY, '--limit', '3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^A run as of 2025-06-14 would add/);
    expect(stdout.match(/^ {2}[~+-] contact \d+/gm)).toHaveLength(3);
    expect(readFileSync(planned).equals(before)).toBe(true);
  });

  test('says the same as a dry run, and shows rows when asked to', async () => {
    const dryRun = JSON.parse((await sendplan('run', planned, ...NEXT_DAY, '--dry-run', '--json')).stdout);
    const { stdout } = await sendplan('diff', planned, ...NEXT_DAY, '--json', '--rows');
    const { kept, added, changed, removed, refused, rows } = JSON.parse(stdout);
    expect({ kept, added, changed, removed, refused }).toEqual(dryRun.changes);
    expect(rows).toHaveLength(20);
  });

  test('gives rows on stdout and the text on stderr', async () => {
    const { code, stdout, stderr } = await sendplan('diff', planned, ...NEXT_DAY, '--format', 'csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^change,cause,row_id,contact_id,email_type,/);
    expect(stderr).toMatch(/^A run as of 2025-06-14 would add/);
  });
});

describe('the rows of a dry run', () => {
  test('are the planned rows', async () => {
    const file = pathOf('plan.arrow');
    const { code, stderr } = await sendplan('run', planned, ...NEXT_DAY, '--dry-run', '--output', file);
    expect(code).toBe(0);
    const total = Number(
      /^Planned .*: ([\d,]+) emails to be sent and ([\d,]+) skipped/m
        .exec(stderr)
        ?.slice(1)
        .reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0),
    );
    expect(tableFromIPC(readFileSync(file)).numRows).toBe(total);
  });

  test('are of a dry run only', async () => {
    const { code, stderr, stdout } = await sendplan('run', planned, '--output', pathOf('none.csv'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Add --dry-run');
    expect(existsSync(pathOf('none.csv'))).toBe(false);
  });
});

describe('files that are written', () => {
  test.each([
    [['--json', '--format', 'csv'], 'both write to stdout'],
    [['--output', 'rows.xlsx'], 'rows.xlsx does not tell its format'],
    [['--format', 'xlsx'], 'Allowed choices are csv, json, arrow, parquet'],
    [['--limit', '-1'], 'Allowed is a whole number from 0'],
  ])('%j is wrong use', async (flags, said) => {
    for (const command of ['verify', 'diff']) {
      const { code, stdout, stderr } = await sendplan(command, planned, ...flags);
      expect(code).toBe(2);
      if (flags.includes('--json')) expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'bad_input' } });
      else expect(stdout).toBe('');
      expect(stderr).toContain(said);
    }
  });

  test('replace an earlier file in one step, or leave it as it was', async () => {
    const file = pathOf('rows.csv');
    writeFileSync(file, 'earlier');
    const copy = pathOf('copy.sqlite3');
    copyFileSync(damaged, copy);
    const files = filesBeside(file);
    expect((await sendplan('verify', copy, ...DAY, '--output', file)).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toMatch(/^kind,group,contact_id,/);
    expect(filesBeside(file)).toEqual(files);
    const refused = await sendplan('verify', copy, ...DAY, '--format', 'csv', '--output', dirname(file));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error: .* is a folder, which cannot be replaced\.\n/);
    const missing = await sendplan('diff', copy, ...DAY, '--output', pathOf('nowhere', 'rows.csv'));
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^error: .*rows\.csv cannot be written: the folder .* does not exist\.$/m);
    expect(missing.stderr).toContain('Make the folder, or name another place.');
    expect(refused.stderr + missing.stderr).not.toMatch(UNFORESEEN);
    expect(filesBeside(file)).toEqual(files);
  });

  test('end when nobody reads on', async () => {
    const { child, outcome } = start('run', planned, ...NEXT_DAY, '--dry-run', '--format', 'json');
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { signal, stderr } = await outcome;
    expect(signal).toBeNull();
    expect(stderr).not.toMatch(UNFORESEEN);
  });
});
