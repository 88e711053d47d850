import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { type PlannedReport, plannedPage, plannedText, reportFile } from '../../src/node.js';
import { pictureOf } from '../../src/report/charts/picture.js';
import { sendplan, testFolder, UNFORESEEN } from '../helpers/cli.js';
import { databaseImage, selectFrom } from '../helpers/databases.js';

const pathOf = testFolder();
const HOSTILE = `</style><script>alert('1')</script>&"`;

let planned = '';
let image: Uint8Array;
let report: PlannedReport;
beforeAll(async () => {
  planned = pathOf('planned.sqlite3');
  await sendplan('generate', planned, '--contacts', '3000', '--shape', 'realistic');
  const { code } = await sendplan('run', planned, '--as-of', '2025-06-13');
  expect(code).toBe(0);
  image = readFileSync(planned);
  report = await reportFile(planned);
});

function asMap<Row>(rows: readonly Row[], key: (row: Row) => unknown, value: (row: Row) => unknown) {
  return Object.fromEntries(rows.map((row) => [String(key(row)), value(row)]));
}

async function countsOf(sql: string): Promise<Record<string, unknown>> {
  return asMap(
    await selectFrom(image, sql),
    ([key]) => key,
    ([, count]) => count,
  );
}

test('the fullest days are told as shares of what each of them takes', async () => {
  const ramp = { start: '2025-06-13', first: 10, growth: 0.001 };
  const ramped = await reportFile(planned, { config: { load_balancing: { ramp } } });
  const fullest = ramped.days.reduce((most, day) =>
    day.planned + day.history > most.planned + most.history ? day : most,
  );
  const days = (parseIsoDay(fullest.day) ?? 0) - (parseIsoDay(ramped.period?.first ?? '') ?? 0);
  const cap = ramped.day_caps[days];
  expect(cap).toBeLessThan(ramped.limits.cap);
  const line = plannedText(ramped)
    .split('\n')
    .find((text) => text.includes(fullest.day) && text.includes('%'));
  expect(line).toContain(`${((100 * (fullest.planned + fullest.history)) / cap).toFixed(1)} %`);
});

describe('every figure is what SQL counts', () => {
  test('rows by status', async () => {
    const expected = await countsOf('SELECT status, count(*) FROM email_schedules GROUP BY status');
    expect(Object.keys(expected).length).toBeGreaterThan(3);
    expect(
      asMap(
        report.rows.by_status,
        (row) => row.status,
        (row) => row.rows,
      ),
    ).toEqual(expected);
    expect(report.rows.total).toBe(Object.values(expected).reduce((sum: number, count) => sum + Number(count), 0));
  });

  test('statuses in any case, with blanks around them, count as a run reads them', async () => {
    const path = pathOf('statuses.sqlite3');
    const odd = await databaseImage(
      (database) => database.exec(`UPDATE email_schedules SET status = ' ' || upper(status) WHERE id % 2 = 0`),
      image,
    );
    writeFileSync(path, odd);
    const { rows } = await reportFile(path);
    expect(rows.by_type).toEqual(report.rows.by_type);
  });

  test('planned and skipped rows by type', async () => {
    const of = (status: string) =>
      countsOf(
        `SELECT email_type, sum(status = '${status}') FROM email_schedules GROUP BY email_type HAVING count(*) > 0`,
      );
    expect(
      asMap(
        report.rows.by_type,
        (row) => row.email_type,
        (row) => row.pre_scheduled,
      ),
    ).toEqual(await of('pre-scheduled'));
    expect(
      asMap(
        report.rows.by_type,
        (row) => row.email_type,
        (row) => row.skipped,
      ),
    ).toEqual(await of('skipped'));
  });

  test('skip reasons', async () => {
    const sql = "SELECT skip_reason, count(*) FROM email_schedules WHERE status = 'skipped' GROUP BY skip_reason";
    expect(
      asMap(
        report.skip_reasons,
        (row) => row.reason,
        (row) => row.rows,
      ),
    ).toEqual(await countsOf(sql));
  });

  test('days, with what was sent on them, and months', async () => {
    const planned = "status = 'pre-scheduled'";
    const history = "status IN ('scheduled','processing','accepted','deferred','sent','delivered')";
    const day = (of: string, group: string) =>
      `SELECT substr(d, 1, ${group}) AS day, count(*) FROM (SELECT coalesce(CASE WHEN ${history} THEN actual_send_datetime END, scheduled_send_date) AS d FROM email_schedules WHERE ${of}) GROUP BY day`;
    expect(
      asMap(
        report.days.filter((found) => found.planned > 0),
        (row) => row.day,
        (row) => row.planned,
      ),
    ).toEqual(await countsOf(day(planned, '10')));
    const sent = await countsOf(day(history, '10'));
    for (const found of report.days) expect(found.history).toBe(sent[found.day] ?? 0);
    expect(
      asMap(
        report.months,
        (row) => row.month,
        (row) => row.planned,
      ),
    ).toEqual(await countsOf(day(planned, '7')));
    for (const { planned: count, by_type } of report.days) {
      expect(Object.values(by_type).reduce((sum, rows) => sum + rows, 0)).toBe(count);
    }
  });

  test('states', async () => {
    const run = JSON.parse((await sendplan('run', planned, '--as-of', '2025-06-13', '--dry-run', '--json')).stdout);
    const sums = { planned: 0, skipped: 0 };
    for (const { pre_scheduled, skipped } of report.states) {
      sums.planned += pre_scheduled;
      sums.skipped += skipped;
    }
    expect(sums).toEqual({ planned: run.rows.pre_scheduled, skipped: run.rows.skipped });
    const sql = `SELECT upper(trim(c.state)) AS s, sum(e.status = 'pre-scheduled') FROM email_schedules e JOIN contacts c ON c.id = e.contact_id WHERE s IN ('TX', 'CA', 'FL') AND (c.zip_code IS NULL OR c.state IS NOT NULL) GROUP BY s`;
    const inColumn = await countsOf(sql);
    const states = asMap(
      report.states,
      (row) => row.state,
      (row) => row.pre_scheduled,
    );
    for (const state of ['TX', 'CA', 'FL']) expect(states[state]).toBeGreaterThanOrEqual(Number(inColumn[state]));
  });

  test('moves', async () => {
    const sql =
      "SELECT cast(julianday(scheduled_send_date) - julianday(planned_send_date) AS INTEGER) AS d, count(*) FROM email_schedules WHERE status = 'pre-scheduled' GROUP BY d";
    expect(
      asMap(
        report.moves,
        (row) => row.days,
        (row) => row.rows,
      ),
    ).toEqual(await countsOf(sql));
  });

  test('the same through libsql', async () => {
    expect(await reportFile(planned, { driver: 'native' })).toEqual(report);
  });
});

describe('the daily cap', () => {
  test('is that of the last run, unless a configuration is given', async () => {
    expect(report.limits).toMatchObject({ cap: 600, profile: 'small', config: 'database' });
    const given = await reportFile(planned, { config: { load_balancing: { daily_send_percentage_cap: 0.001 } } });
    expect(given.limits).toMatchObject({ cap: 3, config: 'given' });
    expect(given.days_over_cap).toBe(given.days.filter((day) => day.planned + day.history > 3).length);
    expect(given.days_over_threshold).toBeLessThanOrEqual(given.days_over_cap);
  });

  test('is that of the defaults where nothing was run', async () => {
    const path = pathOf('raw.sqlite3');
    writeFileSync(path, await databaseImage('CREATE TABLE contacts (id INTEGER, email TEXT)'));
    const empty = await reportFile(path);
    expect(empty).toMatchObject({ contacts: 0, limits: { config: 'defaults' }, period: null, days: [] });
    const told = `This is what stands in ${JSON.stringify(path)}, which tells of no run.\n`;
    expect(plannedText(empty)).toBe(`0 emails to be sent and 0 skipped, for 0 contacts.\n${told}`);
    expect(plannedPage(empty)).toContain('There are none.');
  });
});

describe('rows that others wrote', () => {
  const rows = [
    `(1, 1, '${HOSTILE.replaceAll("'", "''")}', '2025-06-13', '2025-06-15', 'pre-scheduled', NULL)`,
    `(2, 1, '__proto__', '2025-06-16', '2025-06-15', 'pre-scheduled', NULL)`,
    `(3, 9, 'aep', NULL, 'soon', 'pre-scheduled', NULL)`,
    `(4, 1, NULL, '2025-06-15', '2025-06-15', 'skipped', '${HOSTILE.replaceAll("'", "''")}')`,
    `(5, 1, 'aep', '2025-06-15', '2199-12-31', 'pre-scheduled', NULL)`,
    `(6, 1, 'aep', '2025-06-15', '2025-06-15', NULL, NULL)`,
  ];
  let path = '';
  beforeAll(async () => {
    path = pathOf('others.sqlite3');
    const columns =
      'id INTEGER PRIMARY KEY, contact_id, email_type, planned_send_date, scheduled_send_date, status, skip_reason';
    writeFileSync(
      path,
      await databaseImage(
        `CREATE TABLE contacts (id INTEGER, email TEXT, state TEXT); INSERT INTO contacts VALUES (1, 'a@b.c', 'tx');
         CREATE TABLE email_schedules (${columns}); INSERT INTO email_schedules VALUES ${rows.join(', ')}`,
      ),
    );
  });

  test('are counted as they are', async () => {
    const found = await reportFile(path);
    expect(found).toMatchObject({
      rows: { total: 6, pre_scheduled: 4, skipped: 1 },
      without_day: 1,
      period: { first: '2025-06-15', end: '2027-06-17', planned_outside: 1 },
      moves: [{ days: -1 }, { days: 2 }, { rows: 1 }],
    });
    expect(Object.entries(found.days[0].by_type)).toEqual([
      [HOSTILE, 1],
      ['__proto__', 1],
    ]);
    expect(found.states).toEqual([
      { state: 'TX', pre_scheduled: 3, skipped: 1 },
      { state: null, pre_scheduled: 1, skipped: 0 },
    ]);
  });

  test('cannot say anything to a browser', async () => {
    const page = plannedPage(await reportFile(path));
    expect(page).not.toMatch(/<script|<\/style>.*<\/style>/s);
    expect(page).toContain('&lt;script&gt;alert');
  });

  test('a period says which days are told of', async () => {
    const found = await reportFile(path, { from: '2025-06-16', to: '2199-12-31' });
    expect(found.days).toMatchObject([{ day: '2199-12-31', planned: 1 }]);
    expect(found.period).toEqual({ first: '2025-06-16', end: '2200-01-01', planned_outside: 2 });
    await expect(reportFile(path, { from: '2025-06-16', to: '2025-06-15' })).rejects.toThrow(RangeError);
    await expect(reportFile(path, { from: 'today' })).rejects.toThrow(/from: expected a date YYYY-MM-DD, got "today"/);
  });
});

test('the page and the text name the database, the day, the time and the configuration', () => {
  const [name, run] = [JSON.stringify(report.database), report.last_run];
  expect(run).toEqual({
    as_of: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    completed_at: expect.stringMatching(/^\d{4}-\d\d-\d\d.\d\d:\d\d/),
  });
  const told = `This is what stands in ${name}, whose last run was as of ${run?.as_of}, done at ${run?.completed_at}.`;
  expect(plannedText(report)).toContain(told);
  expect(plannedPage(report)).toContain(told);
  expect(plannedPage(report)).toMatch(/\(profile \w+, the (given|last run's|default) configuration\)/);
});

test('the page is whole: it loads nothing, runs nothing, follows light and dark, and every chart has its table', () => {
  const page = plannedPage(report);
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toMatch(
    /content="default-src 'none'; style-src 'sha256-[\w+/=]{44}'" http-equiv="Content-Security-Policy"/,
  );
  expect(page).toContain('prefers-color-scheme: dark');
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\sstyle=|\ssrc=|href=/);
  expect(page.match(/role="img"/g)).toHaveLength(12);
  expect(page.match(/<h2>/g)).toHaveLength(8);
  expect(page.match(/<table>/g)).toHaveLength(page.match(/<caption>/g)?.length ?? 0);
});

describe('sendplan report', () => {
  test('prints tables on stdout, or one object', async () => {
    const text = await sendplan('report', planned);
    expect(text).toMatchObject({ code: 0, stderr: '', stdout: plannedText(report) });
    const json = await sendplan('report', planned, '--json');
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(JSON.stringify(report)));
  });

  test('writes a page, and charts to a file or a folder', async () => {
    const words = ['--html', pathOf('plan.html'), '--svg', pathOf('plan.svg'), '--png', pathOf('made', 'charts')];
    const outcome = await sendplan('report', planned, ...words, '--theme', 'dark', '--width', '400');
    expect(outcome).toMatchObject({ code: 0, stdout: '' });
    expect(outcome.stderr.match(/^Wrote /gm)).toHaveLength(8);
    expect(readFileSync(pathOf('plan.html'), 'utf8')).toBe(plannedPage(report));
    const svg = readFileSync(pathOf('plan.svg'), 'utf8');
    expect(svg).toMatch(/<svg [^>]*width="400"/);
    expect(svg).not.toContain('var(');
    const names = ['calendar', 'months', 'moves', 'reasons', 'states', 'volume'].map((name) => `${name}.png`);
    expect(readdirSync(pathOf('made', 'charts')).sort()).toEqual(names);
    const png = readFileSync(pathOf('made', 'charts', 'volume.png'));
    expect([...png.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join('')).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(800);
  });

  test.each([
    [['nowhere.sqlite3'], 2, /nowhere\.sqlite3 cannot be opened: it does not exist/],
    [['--from', '2025-13-01'], 2, /YYYY-MM-DD/],
    [['--from', '2025-02-01', '--to', '2025-01-01'], 2, /2025-02-01 lies after/],
    [['--width', '10'], 2, /from 280 to 10000/],
    [
      ['--html', '/nowhere/plan.html'],
      1,
      /\/nowhere\/plan\.html cannot be written: the folder \/nowhere does not exist/,
    ],
    [['--html', '/'], 1, /\/ is a folder, which cannot be replaced/],
    [['--svg', '/dev/null/plan'], 1, /\/dev\/null\/plan cannot be made/],
  ])('%j is refused', async (words, code, said) => {
    const outcome = await sendplan('report', ...(words[0].startsWith('--') ? [planned, ...words] : words));
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(said);
    expect(outcome.stderr).not.toMatch(UNFORESEEN);
  });

  test('leaves the database and the folder alone', async () => {
    expect(readFileSync(planned).equals(image)).toBe(true);
    expect(readdirSync(pathOf('.')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(existsSync('/nowhere')).toBe(false);
  });
});

test('a picture that is no SVG is an error', async () => {
  await expect(pictureOf('<svg')).rejects.toThrow();
});
