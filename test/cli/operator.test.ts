import { spawn } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sendplan, testFolder } from '../helpers/cli.js';
import { databaseImage, hasSqlite3 } from '../helpers/databases.js';

const path = testFolder();
const TODAY = '2025-06-13';

/** A database in a folder of its own, made by SQL. */
async function book(name: string, sql: string): Promise<string> {
  const file = path(name, 'book.sqlite3');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await databaseImage(sql));
  return file;
}

const run = (file: string, ...words: string[]) => sendplan('run', file, '--as-of', TODAY, ...words);
const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)';
const CONTACTS = 'CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT);';
const ONE = `${CONTACTS} INSERT INTO contacts VALUES (1, 'a@example.org', 'TX', '1960-07-20');`;

describe('a book that cannot be read is held back', () => {
  test('dates by the US habit, and how they are read; with the setting all of it is planned', async () => {
    const file = await book(
      'habits',
      `${CONTACTS} ${NUMBERS} INSERT INTO contacts SELECT i, 'p' || i || '@example.org',
        CASE i % 4 WHEN 0 THEN 'California' WHEN 1 THEN 'new jersey' WHEN 2 THEN ' Florida ' ELSE 'Texas' END,
        printf('%02d/%02d/19%d', i % 12 + 1, i % 28 + 1, 40 + i % 40) FROM n`,
    );
    const before = readFileSync(file);
    const held = await run(file);
    expect(held.code).toBe(3);
    expect(held.stderr).toMatch(/Held back, nothing was written/);
    expect(held.stderr).toMatch(/200 of 200 birth dates .* most often "\d\d\/\d\d\/19\d\d"/);
    expect(held.stderr).toMatch(/`reading: {dates: mdy}` in the configuration 200 of them are read/);
    expect(held.stderr).toMatch(/--force unreadable/);
    expect(Buffer.compare(readFileSync(file), before)).toBe(0);
    const dry = await run(file, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringMatching(/would be held back by guards.unreadable/) });
    expect(dry.stderr).toMatch(/A run lists each in the table scheduler_contact_issues/);
    writeFileSync(path('habits', 'sendplan.yaml'), 'reading: {dates: mdy}\n');
    const planned = await run(file);
    expect(planned).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/sendplan.yaml, which lies beside the database/),
    });
    expect(planned.stderr).not.toMatch(/unknown_state|invalid_birth_date/);
  });

  test('dates that the setting does not read, told with the setting', async () => {
    const file = await book(
      'order',
      `${CONTACTS} INSERT INTO contacts VALUES (1, 'a@example.org', 'TX', '31/12/1960'), (2, 'b@example.org', 'TX', 'May 1960'),
        (3, 'c@example.org', 'CA', NULL), (4, 'd@example.org', 'CA', '')`,
    );
    writeFileSync(path('order', 'sendplan.yaml'), 'reading: {dates: mdy}\nguards: {unreadable: null}\n');
    const dmy = 'With `reading: {dates: dmy}` in the configuration in the place of mdy 1 of them are read.';
    expect((await run(file)).stderr).toContain(dmy);
    const letter = (await sendplan('explain', file, '--as-of', TODAY, '--contact', '1')).stdout.replace(/\s+/g, ' ');
    expect(letter).toContain('"31/12/1960", is not valid with the setting reading.dates: mdy and reads as missing.');
    writeFileSync(
      file,
      await databaseImage("UPDATE contacts SET birth_date = 'May 1960' WHERE id = 1", readFileSync(file)),
    );
    expect((await run(file)).stderr).toContain(
      'most often "May 1960" (2). Read are YYYY-MM-DD and, by `reading.dates: mdy`, month, day and year.',
    );
  });

  test('contacts whose windows nobody knows are told of in words', async () => {
    const file = await book(
      'windows',
      `${CONTACTS} INSERT INTO contacts VALUES (1, 'a@example.org', 'CA', NULL), (2, 'b@example.org', 'TX', NULL)`,
    );
    expect((await run(file)).stderr).toContain(
      '1 contact lives in a state with windows around a date that is missing: nobody knows which days are excluded for it',
    );
    const letter = (await sendplan('explain', file, '--as-of', TODAY, '--contact', '1')).stdout.replace(/\s+/g, ' ');
    expect(letter).toContain('The contact lacks that date: nobody knows which days CA excludes for it');
  });

  test('text ids, with an example', async () => {
    const file = await book(
      'ids',
      `CREATE TABLE contacts (id TEXT PRIMARY KEY, email TEXT); ${NUMBERS} INSERT INTO contacts SELECT 'cust_' || i, 'p' || i || '@example.org' FROM n`,
    );
    const held = await run(file);
    expect(held).toMatchObject({ code: 3, stderr: expect.stringMatching(/200 of 200 ids .* "cust_1"/) });
    expect(await run(file, '--force', 'unreadable')).toMatchObject({ code: 0 });
  });

  test('columns of other names, with those that they seem to mean', async () => {
    const file = await book(
      'columns',
      `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, dob TEXT, zip TEXT, policy_start TEXT); ${NUMBERS}
        INSERT INTO contacts SELECT i, 'p' || i || '@example.org', '1960-07-20', '75201', '2019-03-01' FROM n`,
    );
    const { code, stderr } = await run(file);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /"dob": did you mean "birth_date"\? "zip": did you mean "zip_code"\? "policy_start": did you mean "effective_date"\?/,
    );
    expect(stderr).toMatch(/A view can rename them/);
  });

  test('a few broken values hold nothing back', async () => {
    const file = await book(
      'few',
      `${ONE} INSERT INTO contacts VALUES (2, 'b', 'TX', 'never'), (3, 'c@example.org', 'XX', '1/2/1960')`,
    );
    const { code, stderr } = await run(file);
    expect(code).toBe(0);
    expect(stderr).toMatch(/1 of 2 birth dates .* "1\/2\/1960"/);
  });
});

describe('what counts for nothing is told', () => {
  test('history of other tools: a status in any case counts, the rest is warned of with an example', async () => {
    const file = await book(
      'history',
      `${CONTACTS} INSERT INTO contacts SELECT value, 'p' || value || '@example.org', 'TX', '1960-06-20' FROM json_each('[1,2,3,4,5]');
      CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INT, email_type TEXT, scheduled_send_date TEXT, status TEXT);
      INSERT INTO email_schedules VALUES (1, 1, 'birthday', '2025-06-06', ' Sent'), (2, 2, 'birthday', '06/06/2025', 'sent'),
        (3, 3, 'birthday', '1749168000', 'sent'), (4, 4, 'Birthday Email', '2025-06-06', 'sent'), (5, 5, 'birthday', '2025-06-06', 'done'),
        (6, 5, 'birthday', '2025-06-07', 'failed')`,
    );
    const { code, stdout } = await run(file, '--json');
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report.warnings).toEqual([
      expect.stringMatching(/1 row .* a status that no rule knows, "done" \(1\)/),
      expect.stringMatching(/1 row .* an email type that no run plans, "Birthday Email" \(1\)/),
      expect.stringMatching(/2 rows .* no day that can be read, such as "06\/06\/2025"/),
    ]);
    expect(report.reading.rows.unreadable_days).toEqual({ rows: 2, example: '"06/06/2025"' });
  });

  test('emails that missed their deadline while nobody ran, by type', async () => {
    const file = await book('missed', `${ONE} INSERT INTO contacts VALUES (2, 'b@example.org', 'TX', '1960-06-20')`);
    await run(file);
    const letter = await sendplan('explain', file, '--contact', '2', '--as-of', '2025-06-25');
    expect(letter.stdout).toMatch(
      /birthday of 2025: missed\.\n {2}It was to be sent on 2025-06-1\d .* by now it is too\s+late/,
    );
    const { stderr } = await sendplan('run', file, '--as-of', '2025-06-25');
    expect(stderr).toMatch(
      /1 email was not sent until the deadline had passed, since the last run, of 2025-06-13: 1 birthday\. One of them: birthday of contact 2/,
    );
    const late = await sendplan('run', file, '--as-of', '2025-12-25');
    expect(late.stderr).toMatch(/is 183 days after the last run's, 2025-06-25/);
    const back = await sendplan('run', file, '--as-of', '2025-06-01');
    expect(back.stderr).toMatch(/2025-06-01, is 207 days before the last run's, 2025-12-25/);
  });
});

describe('suppressions', () => {
  const people = (
    flag: string,
  ) => `CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, out);
    ${NUMBERS} INSERT INTO people SELECT i, 'p' || i || '@example.org', 'TX', '1960-07-20', ${flag} FROM n;
    CREATE VIEW contacts AS SELECT id, email, state, birth_date FROM people;`;
  const view = (condition: string) =>
    `CREATE VIEW suppressions AS SELECT id AS contact_id, 'unsubscribed' AS reason FROM people WHERE ${condition};`;

  test('that are there and suppress nobody are warned of; those that do are counted', async () => {
    const flags = people("CASE i % 10 WHEN 0 THEN 'Y' ELSE 'N' END");
    const none = await book('no-suppressions', `${flags} ${view('out')}`);
    const told = await run(none, '--dry-run');
    expect(told.stderr).toMatch(/suppressions has no rows, so that nobody is suppressed\..*opted_out/);
    expect(told.stderr).toMatch(/Suppressions: 0 contacts are suppressed, by 0 rows\./);
    expect(JSON.parse((await run(none, '--json')).stdout).reading.suppressions).toEqual({ rows: 0, contacts: 0 });
    const some = await book('some-suppressions', `${flags} ${view("out = 'Y'")}`);
    const good = await run(some);
    expect(good.stderr).toMatch(/Suppressions: 20 contacts are suppressed, by 20 rows\./);
    expect(good.stderr).not.toMatch(/nobody/);
    const check = await sendplan('check', some, '--as-of', TODAY);
    expect(check.stdout).toMatch(/200 can be planned, 20 are suppressed by 20 rows of suppressions\./);
    expect(check.stdout).toMatch(/It is up to date/);
    const strangers = await book(
      'strange-suppressions',
      `${flags} ${view("out = 'Y'").replace('id AS', 'id + 1000 AS')}`,
    );
    expect((await run(strangers)).stderr).toMatch(/None of the 20 rows of suppressions is for a contact/);
    const without = await book('without-suppressions', ONE);
    expect(JSON.parse((await run(without, '--json')).stdout).reading.suppressions).toBeNull();
  });

  test('that came since the run of the day are told of by check', async () => {
    const file = await book('late-suppressions', `${people("'N'")} ${view("out = 'Y'")}`);
    await run(file);
    writeFileSync(file, await databaseImage("UPDATE people SET out = 'Y' WHERE id < 50", readFileSync(file)));
    const { stdout } = await sendplan('check', file, '--as-of', TODAY);
    expect(stdout).toMatch(
      /It was planned as of 2025-06-13, by this configuration; since then its data have changed\.\nA run as of/,
    );
  });
});

describe('the configuration of the last run', () => {
  test('is used and named until another is, and none is the way back to the defaults', async () => {
    const file = await book('config', ONE);
    const config = path('config', 'c.yaml');
    writeFileSync(config, 'birthday_email_days_before: 30\nstate_rules: {CA: null}\n');
    await run(file, '--config', config);
    const dayOf = async (...words: string[]) => {
      const { stdout, stderr } = await sendplan(
        'explain',
        file,
        '--contact',
        '1',
        '--as-of',
        TODAY,
        '--json',
        ...words,
      );
      const { configuration, contacts } = JSON.parse(stdout);
      return [configuration.from, contacts[0].emails[0].ideal_date, stderr];
    };
    expect(await dayOf()).toEqual(['last_run', '2025-06-20', expect.stringMatching(/that of the last run/)]);
    expect(await dayOf('--config', 'none')).toEqual(['defaults', '2025-07-06', '']);
    expect((await sendplan('run', file, '--as-of', '2025-06-14')).stderr).not.toMatch(/another one than the last run/);
    expect((await sendplan('verify', file, '--as-of', '2025-06-14')).code).toBe(0);
    expect((await run(file, '--config', 'none')).stderr).toMatch(/another one than the last run used/);
    writeFileSync(config, 'guards: {other_config: true}\n');
    expect(await run(file, '--config', config)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/guards.other_config/),
    });
  });

  test('a configuration that is no page of text is refused, and quickly', async () => {
    const file = await book('bombs', ONE);
    const config = path('bombs', 'c.yaml');
    const bomb = ['a: &a [1,1,1,1,1,1,1,1,1]'];
    for (const [one, next] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh'])
      bomb.push(`${next}: &${next} [${Array(9).fill(`*${one}`)}]`);
    writeFileSync(config, bomb.join('\n'));
    expect(await run(file, '--config', config)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/aliases cannot be followed/),
    });
    writeFileSync(config, Array.from({ length: 200_000 }, (_, i) => `k${i}: 1`).join('\n'));
    const many = await run(file, '--config', config);
    expect(many).toMatchObject({ code: 2, stderr: expect.stringMatching(/unknown key k0.*and \d+ more/s) });
    expect(many.stderr.length).toBeLessThan(20_000);
    writeFileSync(config, 'send_time: "08:00:00"\nsend_time: "09:00:00"\n');
    expect(await run(file, '--config', config)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/send_time is there twice/),
    });
    expect(await run(file, '--config', '/dev/null')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no regular file/),
    });
  });
});

describe('files', () => {
  test('that are read-only, have other names, or are in the place of --out, are told of', async () => {
    const file = await book('places', ONE);
    chmodSync(file, 0o444);
    expect(await run(file)).toMatchObject({ code: 1, stderr: expect.stringMatching(/is read-only \(mode 0444\)/) });
    expect(statSync(file).mode & 0o777).toBe(0o444);
    const out = path('places', 'out.sqlite3');
    writeFileSync(out, 'something else');
    expect(await run(file, '--out', out)).toMatchObject({ code: 1, stderr: expect.stringMatching(/is there already/) });
    expect(readFileSync(out, 'utf8')).toBe('something else');
    const link = path('places', 'link.sqlite3');
    symlinkSync(path('places', 'nowhere'), link);
    expect(await run(file, '--out', link)).toMatchObject({ code: 1, stderr: expect.stringMatching(/is a link to/) });
    expect(await run(file, '--out', out, '--force')).toMatchObject({ code: 0 });
    chmodSync(file, 0o644);
    linkSync(file, path('places', 'second.sqlite3'));
    expect(await run(file)).toMatchObject({ code: 0, stderr: expect.stringMatching(/one other name \(hard links\)/) });
  });

  test.each(['sqljs', 'native'])('that are cut short are refused by %s', async (driver) => {
    const file = await book(`cut-${driver}`, ONE);
    truncateSync(file, 6192);
    for (const words of [
      ['run', file],
      ['report', file],
      ['verify', file],
    ]) {
      const { code, stderr } = await sendplan(...words, '--driver', driver);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/is cut short: its header tells of 2 pages/)]);
    }
    expect(statSync(file).size).toBe(6192);
  });

  test.skipIf(!hasSqlite3)('that another program is about to write to are not replaced', async () => {
    for (const mode of ['DELETE', 'WAL']) {
      const file = await book(`open-${mode}`, ONE);
      const other = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
      const told = (text: string) =>
        new Promise<void>((resolve) => other.stdout.on('data', (data) => String(data).includes(text) && resolve()));
      const isBegun = told('begun');
      const begin =
        mode === 'WAL'
          ? 'SELECT count(*) FROM contacts;'
          : `BEGIN IMMEDIATE; UPDATE contacts SET email = 'new@example.org';`;
      other.stdin.write(`PRAGMA journal_mode = ${mode}; ${begin} SELECT 'begun';\n`);
      await isBegun;
      const { code, stderr } = await run(file);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/lies beside it|a transaction is under way|is being written/),
      ]);
      expect(stderr).not.toMatch(/wal_checkpoint|delete the|rm /i);
      const ended = new Promise((resolve) => other.once('exit', resolve));
      other.stdin.end(`${mode === 'WAL' ? `UPDATE contacts SET email = 'new@example.org'` : 'COMMIT'};\n`);
      await ended;
      const { stdout } = await sendplan('explain', file, '--contact', '1', '--as-of', TODAY, '--json');
      expect(JSON.parse(stdout).contacts).toHaveLength(1);
      const check = spawn('sqlite3', [file, 'PRAGMA integrity_check; SELECT email FROM contacts'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let found = '';
      check.stdout.on('data', (data) => {
        found += data;
      });
      await new Promise((resolve) => check.once('exit', resolve));
      expect(found).toBe('ok\nnew@example.org\n');
    }
  });

  test('with control characters in their names and data reach the terminal as text', async () => {
    const name = 'x\x1b[2J\x1b]52;c;AAAA\x07\u009b31m\u202egnp';
    const file = await book(
      'controls\x1b[31m',
      `${ONE} CREATE TABLE campaign_types (name TEXT, target_all_contacts INT, active INT);
      CREATE TABLE campaign_instances (id INTEGER PRIMARY KEY, campaign_type TEXT); INSERT INTO campaign_types VALUES ('${name}', 1, 1);
      INSERT INTO campaign_instances VALUES (1, '${name}')`,
    );
    const acting = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u;
    const commands = [
      ['run', file],
      ['explain', file, '--contact', '1'],
      ['diff', file, '--rows'],
      ['report', file],
      ['report', file, '--json'],
      ['run', `${file}\x07`],
      ['run', file, '--\x1b[2J'],
    ];
    for (const words of commands) {
      const { stdout, stderr } = await sendplan(...words);
      expect(stdout + stderr).not.toMatch(acting);
      expect(stdout + stderr).not.toBe('');
    }
    await sendplan('report', file, '--svg', path('c.svg'));
    expect(readFileSync(path('c.svg'), 'utf8')).not.toMatch(acting);
  });
});
