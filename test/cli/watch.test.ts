import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAIN, sendplan, testFolder } from '../helpers/cli.js';
import { databaseImage, selectFrom } from '../helpers/databases.js';
import { startProgram } from '../helpers/program.js';

const path = testFolder();
const TODAY = '2025-06-13';

const SQL = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, shoe_size TEXT);
  CREATE TABLE pets (name TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
  INSERT INTO contacts SELECT i, 'p' || i || '@example.org', 'TX', printf('1960-%02d-%02d', i % 12 + 1, i % 28 + 1), '44' FROM n`;

let count = 0;
async function book(): Promise<string> {
  const file = path(`${count++}`, "it's a.sqlite3");
  mkdirSync(dirname(file));
  writeFileSync(file, await databaseImage(SQL));
  return file;
}

const run = (file: string, ...words: string[]) => sendplan('run', file, '--as-of', TODAY, ...words);

async function change(file: string, sql: string): Promise<void> {
  writeFileSync(file, await databaseImage(sql, readFileSync(file)));
}

/** Makes a planned database one whose run fails as it writes. */
const REFUSING = `DROP INDEX sendplan_schedules_contact_type_day; UPDATE contacts SET birth_date = '1961-01-01' WHERE id = 3;
  CREATE TRIGGER no BEFORE INSERT ON email_schedules BEGIN SELECT RAISE(ABORT, 'not today'); END`;

const checkpoints = (file: string) =>
  selectFrom(
    readFileSync(file),
    'SELECT status, error_code, error_message, as_of, rows_added FROM scheduler_checkpoints ORDER BY id',
  );

/** The samples of a file of metrics by name and labels; whatever is none, a comment or blank fails. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# (HELP|TYPE) sendplan_\w+ \S/.test(line)) continue;
    const sample = /^(sendplan_\w+)\{((?:\w+="(?:[^"\\\n]|\\.)*",?)+)\} (\S+)$/.exec(line);
    if (sample === null || !Number.isFinite(Number(sample[3]))) throw new Error(`no sample: ${line}`);
    const labels = sample[2].replace(/,?database="(?:[^"\\]|\\.)*"/, '');
    samples.set(labels === '' ? sample[1] : `${sample[1]}{${labels}}`, Number(sample[3]));
  }
  return samples;
}

describe('--quiet', () => {
  test('leaves stderr to errors', async () => {
    const file = await book();
    expect(await run(file, '--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const failed = await run(`${file}.none`, '--quiet');
    expect(failed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^error: .* does not exist/) });
    const rows = path('rows.csv');
    expect(await run(file, '--quiet', '--dry-run', '--output', rows)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(rows, 'utf8')).toMatch(/^contact_id,/);
  });
});

describe('--log json', () => {
  test('tells the stages, warnings and the end, a line each with its time', async () => {
    const file = await book();
    const { code, stdout, stderr } = await run(file, '--log', 'json');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { time, level, msg } of lines) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(['info', 'warn']).toContain(level);
      expect(msg).toMatch(/\S/);
    }
    const stages = lines.filter(({ msg }) => msg === 'stage ended').map(({ stage }) => stage);
    expect([...stages].sort()).toEqual(['balance', 'compare', 'diff', 'flush', 'load', 'open', 'plan', 'save']);
    expect(lines[0]).toMatchObject({ msg: 'run started', database: file });
    expect(lines.at(-1)).toMatchObject({
      msg: 'run ended',
      outcome: 'changed',
      as_of: TODAY,
      configuration: { from: 'defaults' },
    });
  });

  test('tells an error as a line too, and nothing else', async () => {
    const { code, stderr } = await run(path('none'), '--log', 'json');
    expect(code).toBe(2);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ level: 'error', code: 'file_not_found', hint: expect.any(String) });
    const quiet = await run(path('none'), '--log', 'json', '--quiet');
    expect(quiet.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('--metrics', () => {
  test('are in the text format, and agree with the report', async () => {
    const file = await book();
    const metrics = path('metrics', 'run.prom');
    mkdirSync(dirname(metrics));
    const { stdout } = await run(file, '--metrics', metrics, '--json');
    const report = JSON.parse(stdout);
    const samples = samplesOf(readFileSync(metrics, 'utf8'));
    expect(samples.get('sendplan_run_success')).toBe(1);
    expect(samples.get('sendplan_run_outcome{outcome="changed"}')).toBe(1);
    expect(samples.get('sendplan_rows{outcome="added"}')).toBe(report.changes.added);
    expect(samples.get('sendplan_planned_rows{status="skipped"}')).toBe(report.rows.skipped);
    expect(samples.get('sendplan_missed_deadlines')).toBe(0);
    expect(samples.get('sendplan_memory_peak_bytes{of="resident"}')).toBe(report.memory.resident_bytes);
    expect(samples.get('sendplan_written_bytes')).toBe(report.traffic.written_bytes);
    for (const { stage, seconds } of report.stages) {
      expect(samples.get(`sendplan_stage_seconds{stage="${stage}"}`)).toBe(seconds);
    }
    expect(report.next_days).toHaveLength(14);
    report.next_days.forEach(({ load, cap }: { load: number; cap: number }, i: number) => {
      expect(samples.get(`sendplan_cap_use_ratio{days_ahead="${i}"}`)).toBe(load / cap);
    });
    expect(readdirSync(dirname(metrics))).toEqual(['run.prom']);
  });

  test('of a run that fails keep when one last went well; so do those of one that is held back', async () => {
    const file = await book();
    const metrics = `${file}.prom`;
    await run(file, '--metrics', metrics);
    const first = samplesOf(readFileSync(metrics, 'utf8')).get('sendplan_last_success_timestamp_seconds');
    expect(first).toBeGreaterThan(1.7e9);
    await change(file, REFUSING);
    expect(await run(file, '--metrics', metrics)).toMatchObject({ code: 1 });
    const failed = samplesOf(readFileSync(metrics, 'utf8'));
    expect(failed.get('sendplan_run_success')).toBe(0);
    expect(failed.get('sendplan_run_outcome{outcome="failed"}')).toBe(1);
    expect(failed.get('sendplan_last_success_timestamp_seconds')).toBe(first);
    expect(failed.get('sendplan_last_run_timestamp_seconds')).toBeGreaterThan(first ?? 0);
    expect(failed.get('sendplan_stage_seconds{stage="load"}')).toBeGreaterThan(0);
    await change(file, "UPDATE contacts SET birth_date = 'soon'");
    expect(await run(file, '--metrics', metrics)).toMatchObject({ code: 3 });
    const held = samplesOf(readFileSync(metrics, 'utf8'));
    expect(held.get('sendplan_run_outcome{outcome="held_back"}')).toBe(1);
    expect(held.get('sendplan_last_success_timestamp_seconds')).toBe(first);
  });

  test('that cannot be written are told of before anything is done', async () => {
    const file = await book();
    const before = readFileSync(file);
    expect(await run(file, '--metrics', path('no', 'folder.prom'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is no folder/),
    });
    expect(Buffer.compare(readFileSync(file), before)).toBe(0);
  });

  test('take the place of no other file, and of a dry run are no success', async () => {
    const file = await book();
    const before = readFileSync(file);
    for (const other of [file, dirname(file)]) {
      expect(await run(file, '--metrics', other)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/no metrics|no regular file/),
      });
    }
    expect(Buffer.compare(readFileSync(file), before)).toBe(0);
    await run(file, '--dry-run', '--metrics', `${file}.prom`);
    const samples = samplesOf(readFileSync(`${file}.prom`, 'utf8'));
    expect(samples.get('sendplan_run_outcome{outcome="dry_run"}')).toBe(1);
    expect(samples.has('sendplan_last_success_timestamp_seconds')).toBe(false);
  });

  test.skipIf(!existsSync('/usr/bin/promtool'))('are what promtool takes', async () => {
    const file = await book();
    await run(file, '--metrics', `${file}.prom`);
    expect(() => execFileSync('promtool', ['check', 'metrics'], { input: readFileSync(`${file}.prom`) })).not.toThrow();
  });
});

/** The program where these packages are not installed. */
function without(packages: readonly string[], words: readonly string[]) {
  const resolve = `export async function resolve(name, context, next) {
    if (${JSON.stringify(packages)}.includes(name)) throw new Error(); return next(name, context); }`;
  const hook = `import { register } from 'node:module'; register('data:text/javascript,${encodeURIComponent(resolve)}');`;
  return startProgram(process.execPath, [
    '--import',
    `data:text/javascript,${encodeURIComponent(hook)}`,
    MAIN,
    ...words,
  ]).outcome;
}

test('what is not installed is told, and needed only when it is asked for', async () => {
  const file = await book();
  const before = readFileSync(file);
  const packages = ['pino', 'prom-client'];
  for (const words of [
    ['--log', 'json'],
    ['--metrics', `${file}.prom`],
  ]) {
    const missing = await without(packages, ['run', file, '--as-of', TODAY, ...words]);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/needs the package (pino|prom-client), which is not installed\.\n {2}Install it/),
    });
  }
  expect(Buffer.compare(readFileSync(file), before)).toBe(0);
  expect(await without(packages, ['run', file, '--as-of', TODAY])).toMatchObject({ code: 0 });
});

describe('errors as JSON', () => {
  test('have their code, sentence and hint on stdout, and exit codes as ever', async () => {
    const file = await book();
    const none = await sendplan('verify', `${file}.none`, '--json');
    expect(none.code).toBe(2);
    expect(JSON.parse(none.stdout)).toEqual({
      error: { code: 'file_not_found', message: expect.stringContaining('.none'), hint: expect.any(String) },
    });
    expect(none.stderr).toMatch(/^error: /);
    const wrong = await sendplan('run', file, '--json', '--nonsense');
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      error: { code: 'wrong_use', message: expect.stringContaining('--nonsense') },
    });
    await change(file, "UPDATE contacts SET birth_date = 'soon'");
    const held = await run(file, '--json');
    expect(held.code).toBe(3);
    expect(JSON.parse(held.stdout)).toMatchObject({
      error: { code: 'held_back', hint: expect.stringContaining('--force unreadable') },
    });
    expect((await sendplan('undo', '--help', '--json')).stdout).toMatch(/^Usage: /);
  });
});

describe('a run that fails', () => {
  test.each(['sqljs', 'native'])(
    'with the driver %s leaves a row that tells so, which history lists',
    async (driver) => {
      const file = await book();
      await run(file, '--driver', driver);
      await change(file, REFUSING);
      const { length } = await selectFrom(readFileSync(file), 'SELECT * FROM email_schedules');
      expect((await run(file, '--driver', driver)).code).toBe(1);
      expect(await checkpoints(file)).toEqual([
        ['completed', null, null, TODAY, expect.any(Number)],
        ['failed', 'database_error', expect.stringContaining('not today'), TODAY, null],
      ]);
      expect(await selectFrom(readFileSync(file), 'SELECT * FROM email_schedules')).toHaveLength(length);
      const text = await sendplan('history', file, '--driver', driver);
      expect(text.stdout).toMatch(/failed[\s\S]*changed[\s\S]*database_error: .*not today/);
      const { runs } = JSON.parse((await sendplan('history', file, '--json')).stdout);
      expect(runs.map(({ status }: { status: string }) => status)).toEqual(['failed', 'completed']);
      expect(runs[1]).toMatchObject({
        as_of: TODAY,
        added: length,
        changed: 0,
        removed: 0,
        kept: null,
        seconds: expect.any(Number),
      });
      expect(runs[0].config_hash).toBe(runs[1].config_hash);
    },
  );

  test.each(['sqljs', 'native'])(
    'with the driver %s writes nothing into a database whose index does not agree with its table',
    async (driver) => {
      const file = await book();
      await run(file, '--driver', driver);
      await change(
        file,
        `${REFUSING};
        CREATE TABLE tags (tag TEXT, other TEXT); INSERT INTO tags VALUES ('a', 'z'), ('b', 'y'); CREATE INDEX tags_by ON tags (tag);
        PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX tags_by ON tags (other)' WHERE name = 'tags_by'`,
      );
      const before = readFileSync(file);
      expect((await run(file, '--driver', driver)).code).toBe(1);
      expect(Buffer.compare(readFileSync(file), before)).toBe(0);
    },
  );

  test('stays undoable back over', async () => {
    const file = await book();
    const before = readFileSync(file);
    await run(file, '--keep', '2');
    const planned = `${file}.planned`;
    copyFileSync(file, planned);
    expect((await run(file, '--memory-limit', '1MB', '--full')).code).toBe(1);
    expect(await checkpoints(file)).toHaveLength(2);
    expect(await sendplan('undo', file)).toMatchObject({ code: 0 });
    expect(Buffer.compare(readFileSync(file), before)).toBe(0);
  });

  test('writes nothing where it is held back, dry, of a database without runs, or one that is damaged', async () => {
    const file = await book();
    const fresh = readFileSync(file);
    expect((await run(file, '--memory-limit', '1MB')).code).toBe(1);
    expect(Buffer.compare(readFileSync(file), fresh)).toBe(0);
    await run(file);
    await change(file, "UPDATE contacts SET birth_date = 'soon'");
    const unreadable = readFileSync(file);
    expect((await run(file)).code).toBe(3);
    expect((await run(file, '--memory-limit', '1MB', '--dry-run')).code).toBe(1);
    expect(Buffer.compare(readFileSync(file), unreadable)).toBe(0);
    const [[page]] = await selectFrom(unreadable, "SELECT rootpage FROM sqlite_schema WHERE name = 'contacts'");
    const damaged = Buffer.from(unreadable);
    damaged.fill(0xee, (Number(page) - 1) * 4096, Number(page) * 4096);
    writeFileSync(file, damaged);
    expect((await run(file)).code).toBe(1);
    expect(Buffer.compare(readFileSync(file), damaged)).toBe(0);
  });
});

describe('check', () => {
  test('tells what is read and ignored, and whether the day was planned', async () => {
    const file = await book();
    const early = await sendplan('check', file, '--as-of', TODAY);
    expect(early).toMatchObject({ code: 1, stdout: expect.stringMatching(/not good[\s\S]*no run has told its day/) });
    await run(file);
    const good = await sendplan('check', file, '--as-of', TODAY);
    expect(good).toMatchObject({ code: 0, stdout: expect.stringMatching(/good\.\nIt is up to date/) });
    expect(good.stdout).toMatch(/contacts: id, email, state, birth_date; ignored: shoe_size/);
    expect(good.stdout).toMatch(/Ignored are pets\./);
    const report = JSON.parse((await sendplan('check', file, '--as-of', TODAY, '--json')).stdout);
    expect(report).toMatchObject({
      is_good: true,
      is_up_to_date: true,
      last_run: { as_of: TODAY, is_same_config: true },
    });
    expect(report.tables).toContainEqual({
      table: 'contacts',
      use: 'read',
      columns_read: ['id', 'email', 'state', 'birth_date'],
      columns_ignored: ['shoe_size'],
    });
    expect(report.tables.find(({ table }: { table: string }) => table === 'scheduler_checkpoints')).toMatchObject({
      use: 'written',
    });
    expect(await sendplan('check', file, '--as-of', '2025-09-13', '--quiet')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: '',
    });
    expect((await sendplan('check', file, '--as-of', TODAY, '--driver', 'native')).code).toBe(0);
  });

  test('takes a later day for planned when its run would find nothing to change', async () => {
    const file = await book();
    await run(file);
    await sendplan('run', file, '--as-of', '2025-06-14');
    expect((await checkpoints(file)).at(-1)?.[3]).toBe(TODAY);
    expect((await sendplan('check', file, '--as-of', '2025-06-14')).code).toBe(0);
  });

  test('tells another configuration, guards that hold and what cannot be written', async () => {
    const file = await book();
    await run(file);
    writeFileSync(`${file}.yaml`, 'birthday_email_days_before: 20\n');
    const other = await sendplan('check', file, '--as-of', TODAY, '--config', `${file}.yaml`);
    expect(other).toMatchObject({ code: 1, stdout: expect.stringMatching(/by another configuration/) });
    await change(
      file,
      'ALTER TABLE contacts RENAME COLUMN birth_date TO dob; DROP TABLE config_versions; CREATE VIEW config_versions AS SELECT 1 AS id',
    );
    const held = await sendplan('check', file, '--as-of', TODAY);
    expect(held.code).toBe(1);
    expect(held.stdout).toMatch(/"dob": did you mean "birth_date"\?/);
    expect(held.stdout).toMatch(/would be held back:\n {2}guards\.unreadable/);
    expect(held.stdout).toMatch(/A run could not write into it: "config_versions" is a view/);
  });
});
