import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from 'sql.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { quoted } from '../../src/rules/quote.js';
import { MAIN, sendplan, start, testFolder, UNFORESEEN } from '../helpers/cli.js';
import { databaseImage, hasSqlite3, integrityOf, selectFrom } from '../helpers/databases.js';
import { startProgram } from '../helpers/program.js';

const pathOf = testFolder();
const AS_OF = ['--as-of', '2025-06-13'];

async function runOn(name: string, make: string | ((database: Database) => void)) {
  const path = pathOf(name);
  writeFileSync(path, await databaseImage(make));
  const outcome = await sendplan('run', path, ...AS_OF, '--json');
  expect(outcome.stderr).not.toMatch(UNFORESEEN);
  const report = outcome.code === 0 ? JSON.parse(outcome.stdout) : null;
  if (outcome.code === 0 && hasSqlite3) expect(integrityOf(path)).toBe('ok');
  return { ...outcome, path, report, select: (sql: string) => selectFrom(readFileSync(path), sql) };
}

const CONTACTS =
  'CREATE TABLE contacts (id INTEGER PRIMARY KEY, email, state, zip_code, birth_date, effective_date, phone_number);';

describe('hostile contents', () => {
  const hostile = [
    `a'; DROP TABLE contacts; --@example.com`,
    'line\nbreak@example.com',
    'nul\0byte@example.com',
    '"quoted"@example.com',
    '\u202edlrow@example.com',
    '💌@例え.jp',
    '$(ls)@`example`.com',
    `${'x'.repeat(300)}@example.com`,
  ];

  test('quotes, line breaks, NUL and text in any script are data', async () => {
    const { code, report, select } = await runOn('quotes.sqlite3', (database) => {
      database.exec(CONTACTS);
      hostile.forEach((text, i) => {
        database.run('INSERT INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?)', [
          i + 1,
          text,
          'TX',
          text,
          '1960-07-15',
          text,
          text,
        ]);
      });
    });
    expect(code).toBe(0);
    // White space, controls, quotes, semicolons, brackets and what turns the direction of text are in no address.
    expect(report.issues).toMatchObject({ invalid_email: 6, invalid_effective_date: hostile.length - 6 });
    expect(report.contacts).toEqual({ rows: hostile.length, planned: hostile.length - 6, rejected: 6 });
    const details = await select('SELECT contact_id, detail FROM scheduler_contact_issues ORDER BY contact_id, kind');
    expect(details.map(([id]) => id)).toEqual(hostile.map((_, i) => i + 1));
    expect(details.map(([, detail]) => detail)).toEqual(hostile.map(quoted));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
    expect(details.map(([, detail]) => detail).join('')).not.toMatch(/[\0-\x1f\u202a-\u202e]/);
    expect(await select('SELECT count(*) FROM contacts')).toEqual([[hostile.length]]);
  });

  test('texts and blobs of ten megabytes are read, and cut where they are told of', async () => {
    const long = 'y'.repeat(10_000_000);
    const { code, report, select } = await runOn('long.sqlite3', (database) => {
      database.exec(CONTACTS);
      const insert = 'INSERT INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?)';
      database.run(insert, [1, `${long}@example.com`, 'TX', null, '1960-07-15', null, null]);
      database.run(insert, [2, 'b@example.com', long, '75201', '1960-07-15', null, null]);
      database.run(insert, [3, long, 'TX', null, '1960-07-15', null, null]);
      database.run(insert, [4, 'd@example.com', 'TX', null, long.slice(0, 61), long, null]);
      database.run(insert, [5, 'e@example.com', 'TX', null, new Uint8Array(10_000_000), null, null]);
      database.exec(`CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id, email_type, status, scheduled_send_date,
        actual_send_datetime, metadata);
        INSERT INTO email_schedules VALUES (1, 1, 'birthday', 'sent', '2025-06-01', NULL, NULL);
        CREATE TABLE contact_events (contact_id, event_type, created_at, metadata)`);
      database.run('INSERT INTO email_schedules VALUES (2, 1, ?, ?, ?, NULL, ?)', ['promo', 'failed', 'later', long]);
      const metadata = `{"main_questions_yes_count": 1, "note": "${long}"}`;
      database.run('INSERT INTO contact_events VALUES (1, ?, ?, ?)', [
        'eligibility_answered',
        '2025-06-02 10:00:00',
        metadata,
      ]);
    });
    expect(code).toBe(0);
    expect(report.contacts).toEqual({ rows: 5, planned: 4, rejected: 1 });
    expect(report.issues).toEqual({ invalid_email: 1, invalid_birth_date: 2, invalid_effective_date: 1 });
    expect(await select('SELECT max(length(detail)) FROM scheduler_contact_issues')).toEqual([['""...'.length + 60]]);
    expect(await select(`SELECT email_type FROM email_schedules WHERE email_type LIKE 'followup%'`)).toEqual([
      ['followup_4_hq_with_yes'],
    ]);
    expect(await select('SELECT length(metadata) FROM email_schedules WHERE id = 2')).toEqual([[10_000_000]]);
  });

  test('names of tables and columns may be anything', async () => {
    const { code, report, select } = await runOn(
      'names.sqlite3',
      `CREATE TABLE "CONTACTS" ("ID" INTEGER PRIMARY KEY, "Email" TEXT, "State" TEXT, "Birth_Date" TEXT, "a""b'c;--
        d" TEXT DEFAULT 'x', "select" TEXT, "" TEXT);
      INSERT INTO contacts (id, email, state, birth_date) VALUES (1, 'a@example.com', 'TX', '1960-07-15');
      CREATE TABLE "we""ird '; DROP TABLE contacts;--" ("group" TEXT PRIMARY KEY, "order" BLOB) WITHOUT ROWID;
      CREATE INDEX "in""dex" ON "we""ird '; DROP TABLE contacts;--" ("order");
      CREATE TABLE Email_Schedules ("Id" INTEGER PRIMARY KEY, "Contact_ID" INTEGER, "EMAIL_TYPE" TEXT, "Status" TEXT, "ta""g" TEXT);
      CREATE VIEW "vi'ew" AS SELECT * FROM contacts`,
    );
    expect(code).toBe(0);
    expect(report.rows.total).toBe(2);
    expect(await select(`SELECT email_type, "ta""g" FROM email_schedules ORDER BY 1`)).toEqual([
      ['aep', null],
      ['birthday', null],
    ]);
    expect(await select('SELECT count(*) FROM "we""ird \'; DROP TABLE contacts;--"')).toEqual([[0]]);
  });

  test('triggers run, and one that refuses fails the run with its own words', async () => {
    const schedules =
      'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id, email_type, status, scheduled_send_date);';
    const contact = `INSERT INTO contacts VALUES (1, 'a@example.com', 'TX', NULL, '1960-07-15', NULL, NULL);`;
    const logged = await runOn(
      'trigger.sqlite3',
      `${CONTACTS} ${contact} ${schedules} CREATE TABLE log (what);
      CREATE TRIGGER logs AFTER INSERT ON email_schedules BEGIN INSERT INTO log VALUES (new.email_type); END`,
    );
    expect(logged.code).toBe(0);
    expect(await logged.select('SELECT what FROM log ORDER BY 1')).toEqual([['aep'], ['birthday']]);

    const refusing = await runOn(
      'refuses.sqlite3',
      `${CONTACTS} ${contact} ${schedules} CREATE TRIGGER refuses BEFORE INSERT ON email_schedules
        BEGIN SELECT raise(ABORT, 'closed for the holidays'); END`,
    );
    expect(refusing.code).toBe(1);
    expect(JSON.parse(refusing.stdout)).toMatchObject({ error: { code: 'database_error' } });
    expect(refusing.stderr).toMatch(/closed for the holidays/);
    expect(await refusing.select('SELECT count(*) FROM sqlite_schema')).toEqual([[3]]);
  });

  test('damaged pages are told of, and the file stays', async () => {
    const path = pathOf('damaged.sqlite3');
    await sendplan('generate', path, '--contacts', '2000');
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096 * 3, 4096 * 12);
    writeFileSync(path, bytes);
    const { code, stdout, stderr } = await sendplan('run', path, ...AS_OF);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/damaged|malformed/);
    expect(stderr).not.toMatch(UNFORESEEN);
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  });
});

// Engines reserve gigabytes of addresses for every memory of WebAssembly, and end themselves where they cannot begin at all.
test.skipIf(process.platform !== 'linux').each(['sqljs', 'native'])(
  'too little memory is told of in a sentence (%s)',
  async (driver) => {
    const path = pathOf(`memory-${driver}.sqlite3`);
    writeFileSync(
      path,
      await databaseImage(`${CONTACTS} INSERT INTO contacts (id, email) VALUES (1, 'a@example.com')`),
    );
    const before = readFileSync(path);
    const words = [process.execPath, MAIN, 'run', path, ...AS_OF, '--driver', driver];
    const { code, stdout, stderr } = await startProgram('sh', ['-c', 'ulimit -v 5000000; exec "$@"', 'sh', ...words])
      .outcome;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: The system gave no more memory.*\.\n {2}Allow the process more .*\n$/);
    expect(readFileSync(path).equals(before)).toBe(true);
  },
);

describe('a run that is ended', () => {
  let original = '';
  let wholeMs = 0;
  beforeAll(async () => {
    original = pathOf('original.sqlite3');
    expect((await sendplan('generate', original, '--contacts', '30000')).code).toBe(0);
    const path = pathOf('whole.sqlite3');
    copyFileSync(original, path);
    const startMs = performance.now();
    expect((await sendplan('run', path, ...AS_OF)).code).toBe(0);
    wholeMs = performance.now() - startMs;
  });

  const leftovers = (path: string) =>
    readdirSync(dirname(path)).filter((name) => name.startsWith(`.${basename(path)}.sendplan-`));

  /** Ends a run by a signal when it has come so far: after a share of what a run takes, or as soon as it writes its result. */
  async function endedBy(signal: NodeJS.Signals, path: string, when: number | 'writing') {
    copyFileSync(original, path);
    const { child, outcome } = start('run', path, ...AS_OF);
    if (when !== 'writing') await sleep(when * wholeMs);
    while (when === 'writing' && leftovers(path).length === 0 && child.exitCode === null) await sleep(1);
    child.kill(signal);
    return outcome;
  }

  /** Tells whether the database is as it was; if not, it must be whole and planned, and the next run works in any case. */
  async function isAsItWas(path: string): Promise<boolean> {
    const wasLeft = Buffer.compare(readFileSync(path), readFileSync(original)) === 0;
    const again = await sendplan('run', path, ...AS_OF);
    expect(again).toMatchObject({ code: 0, stdout: '' });
    if (!wasLeft) expect(again.stderr).toMatch(/Nothing changed/);
    expect(leftovers(path)).toEqual([]);
    if (hasSqlite3) expect(integrityOf(path)).toBe('ok');
    return wasLeft;
  }

  /** Tries again when the run was faster than the signal. */
  async function untilInTime(attempt: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 5; i++) {
      if (await attempt()) return;
    }
    expect.fail('five runs in turn were done before the signal reached them');
  }

  test.each([[0.2], [0.6], ['writing']] as const)(
    'by SIGKILL at %s leaves the database as it was, and the next run works',
    async (when) => {
      const path = pathOf(`killed-${when}.sqlite3`);
      await untilInTime(async () => {
        await endedBy('SIGKILL', path, when);
        return isAsItWas(path);
      });
    },
  );

  test.each([
    ['SIGINT', 0.6],
    ['SIGINT', 'writing'],
    ['SIGTERM', 'writing'],
  ] as const)('by %s at %s leaves nothing behind', async (signal, when) => {
    const path = pathOf(`${signal}-${when}.sqlite3`);
    await untilInTime(async () => {
      const outcome = await endedBy(signal, path, when);
      expect(outcome.stderr).not.toMatch(UNFORESEEN);
      expect(leftovers(path)).toEqual([]);
      const wasLeft = await isAsItWas(path);
      // Its own way out tells so; before the result is written there is nothing to tell.
      if (outcome.signal === null) expect(outcome.code).toBe(wasLeft ? 130 : 0);
      else expect(outcome.signal).toBe(signal);
      if (outcome.code === 130) expect(outcome.stderr).toMatch(/interrupted/);
      return wasLeft;
    });
  });
});
