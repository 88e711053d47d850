import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sendplan, testFolder, UNFORESEEN } from '../helpers/cli.js';
import { databaseImage, hasSqlite3, integrityOf, selectFrom } from '../helpers/databases.js';

const pathOf = testFolder();

/** A wrong use or a failed run: the exit code, one sentence with these words, no stack trace, nothing on stdout. */
async function expectRefusal(words: readonly string[], code: number, ...said: (string | RegExp)[]): Promise<void> {
  const outcome = await sendplan(...words);
  expect(outcome.stderr).not.toMatch(UNFORESEEN);
  for (const part of said) expect(outcome.stderr).toMatch(part);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toMatch(/^error: /m);
}

let example = '';
beforeAll(async () => {
  example = pathOf('example.sqlite3');
  const outcome = await sendplan('generate', example, '--contacts', '300', '--shape', 'realistic');
  expect(outcome.code).toBe(0);
});

function copyOfExample(name: string): string {
  const path = pathOf(name);
  copyFileSync(example, path);
  return path;
}

describe('help', () => {
  test.each([[[]], [['run']], [['generate']], [['oracle']], [['config']]])(
    'of %j tells the options and shows examples, on stdout',
    async (command) => {
      const { code, stdout, stderr } = await sendplan(...command, '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: sendplan/);
      expect(stdout).toMatch(/Examples:\n( {2}\$ npx sendplan .+\n)+/);
      for (const [line] of stdout.matchAll(/\$ npx sendplan (\w+)/g))
        expect(line).toMatch(/(run|generate|oracle|config)$/);
    },
  );

  test('names every command, and the version is that of the package', async () => {
    expect((await sendplan('--help')).stdout).toMatch(/^ {2}run .*(\n.*)*^ {2}generate /m);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await sendplan('--version')).stdout).toBe(`${version}\n`);
  });

  test('is what no command at all gets, as wrong use', async () => {
    const { code, stderr } = await sendplan();
    expect(code).toBe(2);
    expect(stderr).toMatch(/Usage: sendplan/);
  });
});

describe('wrong use is answered with what is allowed, exit code 2', () => {
  const config = (name: string, text: string) => {
    const path = pathOf(name);
    writeFileSync(path, text);
    return path;
  };

  test('an unknown command or option', async () => {
    await expectRefusal(['rnu', 'a.sqlite3'], 2, /unknown command 'rnu'/, /run/);
    await expectRefusal(['run', example, '--asof', '2025-06-13'], 2, /unknown option '--asof'/, /--as-of/);
    await expectRefusal(['run'], 2, /missing required argument 'db'/);
    await expectRefusal(['run', example, 'another'], 2, /too many arguments/);
    await expectRefusal(['run', example, '--driver', 'oracle'], 2, /Allowed choices are sqljs/);
    await expectRefusal(['run', example, '--flush', 'fast'], 2, /Allowed choices are auto/);
  });

  test.each(['2025-02-29', '2025-06-13T00:00', '2200-01-01', ''])('the day %j', (day) =>
    expectRefusal(['run', example, '--as-of', day], 2, '--as-of', /YYYY-MM-DD of the years 1900 to 2199/),
  );

  test.each(['0', '1e3', '99999999999'])('the batch size %j', (size) =>
    expectRefusal(['run', example, '--batch-size', size], 2, '--batch-size', /a whole number from 1 to/),
  );

  test('files that are no database', async () => {
    await expectRefusal(['run', pathOf('missing.sqlite3')], 2, 'missing.sqlite3', /does not exist/);
    await expectRefusal(['run', dirname(example)], 2, /is a folder/);
    writeFileSync(pathOf('text.sqlite3'), 'id,email\n1,a@example.com\n'.repeat(100));
    await expectRefusal(['run', pathOf('text.sqlite3')], 2, /text\.sqlite3 is no SQLite database: it holds text/);
    writeFileSync(pathOf('empty.sqlite3'), '');
    await expectRefusal(['run', pathOf('empty.sqlite3')], 2, /empty\.sqlite3 is empty/);
    writeFileSync(pathOf('cut.sqlite3'), readFileSync(example).subarray(0, 5000));
    await expectRefusal(['run', pathOf('cut.sqlite3')], 2, /is cut short/);
  });

  test('configurations with misspelt keys, bad values, or that are no YAML', async () => {
    const path = config('misspelt.yaml', 'frequency:\n  max_email_per_period: 2\n');
    await expectRefusal(
      ['run', example, '--config', path],
      2,
      'misspelt.yaml',
      /max_email_per_period/,
      /max_emails_per_period/,
    );
    const bad = config('bad.yaml', 'load_balancing: {catch_up_spread_days: 0}\n');
    await expectRefusal(
      ['run', example, '--config', bad],
      2,
      /load_balancing\.catch_up_spread_days/,
      /0/,
      /whole number from 1/,
    );
    const zone = config('zone.yaml', 'timezone: Mars/Olympus\n');
    await expectRefusal(['run', example, '--config', zone], 2, /timezone/, /Mars\/Olympus/, /America\/Chicago/);
    const state = config('state.yaml', 'state_rules: {XX: {kind: year_round}}\n');
    await expectRefusal(['run', example, '--config', state], 2, /state_rules/, /XX/);
    const broken = config('broken.yaml', 'frequency: {max_emails_per_period: 2\n');
    await expectRefusal(['run', example, '--config', broken], 2, 'broken.yaml', /line|YAML/i);
    const list = config('list.yaml', '- 1\n- 2\n');
    await expectRefusal(['run', example, '--config', list], 2, 'list.yaml');
    await expectRefusal(['run', example, '--config', pathOf('none.yaml')], 2, 'none.yaml');
  });

  test('leaves the database as it was', async () => {
    const path = copyOfExample('untouched.sqlite3');
    await sendplan('run', path, '--as-of', 'never');
    expect(Buffer.compare(readFileSync(path), readFileSync(example))).toBe(0);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});

describe('databases that cannot be planned', () => {
  const refusal = async (name: string, sql: string, ...said: RegExp[]) => {
    const path = pathOf(name);
    writeFileSync(path, await databaseImage(sql));
    const before = readFileSync(path);
    await expectRefusal(['run', path], 1, ...said);
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
  };

  test('without contacts, their id or email', async () => {
    await refusal('people.sqlite3', 'CREATE TABLE people (id, email)', /"?contacts"?/, /people/);
    await refusal('no-email.sqlite3', 'CREATE TABLE contacts (id, mail)', /email/, /mail/);
    await refusal('no-id.sqlite3', 'CREATE TABLE contacts (contact_id, email)', /\bid\b/, /contact_id/);
  });

  test('with an email_schedules that cannot be written to', async () => {
    const contacts = 'CREATE TABLE contacts (id, email);';
    await refusal(
      'view.sqlite3',
      `${contacts} CREATE VIEW email_schedules AS SELECT 1 AS id`,
      /email_schedules/,
      /view/,
    );
    await refusal('no-key.sqlite3', `${contacts} CREATE TABLE email_schedules (id, contact_id)`, /INTEGER PRIMARY KEY/);
    const strict = 'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, subject TEXT NOT NULL)';
    await refusal('strict.sqlite3', `${contacts} ${strict}`, /subject/, /NOT NULL/);
  });

  test('with changes in a write-ahead log or a hot journal', async () => {
    const wal = copyOfExample('wal.sqlite3');
    const bytes = readFileSync(wal);
    bytes[18] = 2;
    bytes[19] = 2;
    writeFileSync(wal, bytes);
    writeFileSync(`${wal}-wal`, Buffer.alloc(4152, 1));
    await expectRefusal(
      ['run', wal],
      1,
      /wal\.sqlite3-wal/,
      /SELECT count\(\*\) FROM sqlite_master/,
      /--driver native/,
    );
    expect(Buffer.compare(readFileSync(wal), bytes)).toBe(0);
    // A connection that has read and not written yet writes into the empty log next.
    writeFileSync(`${wal}-wal`, '');
    await expectRefusal(['run', wal, '--as-of', '2025-06-13'], 1, /wal\.sqlite3-wal lies beside it/, /--driver native/);
    expect(await sendplan('run', wal, '--as-of', '2025-06-13', '--dry-run')).toMatchObject({ code: 0 });
    rmSync(`${wal}-wal`);
    expect(await sendplan('run', wal, '--as-of', '2025-06-13')).toMatchObject({ code: 0 });
    expect([...readFileSync(wal).subarray(18, 20)]).toEqual([2, 2]);

    const hot = copyOfExample('hot.sqlite3');
    writeFileSync(`${hot}-journal`, Buffer.from([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 1]));
    await expectRefusal(['run', hot], 1, /hot\.sqlite3-journal/);
    expect(Buffer.compare(readFileSync(hot), readFileSync(example))).toBe(0);
  });

  test.skipIf(process.getuid?.() === 0)('in a folder that may not be written to', async () => {
    mkdirSync(pathOf('locked'));
    const path = copyOfExample('locked/a.sqlite3');
    const { chmodSync } = await import('node:fs');
    chmodSync(pathOf('locked'), 0o500);
    try {
      await expectRefusal(['run', path], 1, /permission is denied/, /--out/);
    } finally {
      chmodSync(pathOf('locked'), 0o700);
    }
  });

  test('to a place that cannot be written', async () => {
    const out = pathOf('no', 'such', 'folder', 'out.sqlite3');
    await expectRefusal(['run', example, '--out', out], 1, /out\.sqlite3/, /does not exist/);
    await expectRefusal(['run', example, '--out', dirname(example)], 1, /is a folder/);
  });
});

describe('a run', () => {
  const AS_OF = ['--as-of', '2025-06-13'];

  test('tells people on stderr what it did, and the second time that nothing changed', async () => {
    const path = copyOfExample('twice.sqlite3');
    const first = await sendplan('run', path, ...AS_OF);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    for (const word of [
      '2025-06-13',
      'per contact',
      'birthday',
      'followup_1_cold',
      'exclusion:',
      'Busiest days',
      'invalid_',
      'stage',
    ]) {
      expect(first.stderr).toContain(word);
    }
    expect(first.stderr).not.toMatch(/undefined|NaN|\[object/);
    expect(first.stderr).not.toContain('\u001b');
    const { mtimeNs } = statSync(path, { bigint: true });
    const bytes = readFileSync(path);
    const second = await sendplan('run', path, ...AS_OF);
    expect(second).toMatchObject({ code: 0, stdout: '' });
    expect(second.stderr).toMatch(/Nothing changed/);
    expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    if (hasSqlite3) expect(integrityOf(path)).toBe('ok');
  });

  test('with --json prints one JSON document on stdout and nothing else', async () => {
    const { code, stdout, stderr } = await sendplan('run', copyOfExample('json.sqlite3'), ...AS_OF, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ as_of: '2025-06-13', outcome: 'changed', contacts: { rows: 300 } });
    const rows = await selectFrom(
      readFileSync(pathOf('json.sqlite3')),
      `SELECT count(*) FROM email_schedules WHERE status IN ('pre-scheduled', 'skipped')`,
    );
    expect(rows).toEqual([[report.rows.total]]);
  });

  test('with --dry-run tells the same and writes nothing', async () => {
    const path = copyOfExample('dry.sqlite3');
    const dry = JSON.parse((await sendplan('run', path, ...AS_OF, '--dry-run', '--json')).stdout);
    expect(Buffer.compare(readFileSync(path), readFileSync(example))).toBe(0);
    const real = JSON.parse((await sendplan('run', path, ...AS_OF, '--json')).stdout);
    expect(dry.outcome).toBe('dry_run');
    for (const key of ['rows', 'changes', 'issues', 'skip_reasons', 'migration']) expect(dry[key]).toEqual(real[key]);
  });

  test('with --out writes another file, and --config changes what is planned', async () => {
    const path = copyOfExample('source.sqlite3');
    writeFileSync(pathOf('rules.yaml'), 'followups: {enabled: false}\nsend_time: "17:05:00"\n');
    const out = pathOf('with space.sqlite3');
    expect(await sendplan('run', path, ...AS_OF, '--config', pathOf('rules.yaml'), '--out', out)).toMatchObject({
      code: 0,
    });
    expect(Buffer.compare(readFileSync(path), readFileSync(example))).toBe(0);
    const sql = `SELECT DISTINCT scheduled_send_time FROM email_schedules WHERE status = 'pre-scheduled'`;
    expect(await selectFrom(readFileSync(out), sql)).toEqual([['17:05:00']]);
    const followups = `SELECT count(*) FROM email_schedules WHERE email_type LIKE 'followup%' AND status <> 'sent'`;
    expect(await selectFrom(readFileSync(out), `${followups} AND status IN ('pre-scheduled', 'skipped')`)).toEqual([
      [0],
    ]);
  });

  test('plans a database of no contacts', async () => {
    const path = pathOf('nobody.sqlite3');
    writeFileSync(path, await databaseImage('CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)'));
    const { code, stderr } = await sendplan('run', path, ...AS_OF);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Planned 0 contacts/);
    expect(stderr).not.toMatch(/NaN|Infinity|undefined/);
    expect(existsSync(path)).toBe(true);
  });
});
