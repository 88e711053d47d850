import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { runFile, undoFile } from '../../src/node.js';
import { keepFile, keptFilesOf } from '../../src/store/file/keptFiles.js';
import { openDatabaseFile } from '../../src/store/file/openDatabaseFile.js';
import { organization } from '../helpers/arbitraries.js';
import { changeFile, domainError } from '../helpers/changedFile.js';
import { sendplan, start } from '../helpers/cli.js';
import { databaseImage, hasSqlite3, recordsImage, selectFrom } from '../helpers/databases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-undo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TABLES = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, effective_date TEXT);
  CREATE TABLE notes (text TEXT);`;
const SQL = `${TABLES} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  INSERT INTO contacts SELECT i, 'p' || i || '@example.org', 'TX', printf('1960-%02d-%02d', i % 12 + 1, i % 28 + 1), '2020-03-01' FROM n`;
const image = databaseImage(SQL);

let count = 0;
/** A database in a folder of its own. */
async function book(name = 'book.sqlite3', bytes?: Uint8Array): Promise<string> {
  const path = join(folder, String(count++), name);
  mkdirSync(join(path, '..'));
  writeFileSync(path, bytes ?? (await image));
  return path;
}

/** The other names in a database's folder. */
function beside(path: string): string[] {
  return readdirSync(join(path, '..')).filter((name) => join(path, '..', name) !== path);
}

const RUNS = runCount(40);

describe('a run that is undone', () => {
  test(
    `leaves the file to the byte, for ${RUNS} random organizations`,
    async () => {
      const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
        const path = await book('book.sqlite3', await recordsImage(records));
        const states: Uint8Array[] = [];
        for (const day of [today, today + 1, today + 30]) {
          const before = readFileSync(path);
          const { outcome } = await runFile(path, { asOf: day, config, keep: 3 });
          if (outcome === 'changed') states.push(before);
        }
        expect(keptFilesOf(path)).toHaveLength(states.length);
        for (const state of states.reverse()) {
          expect(await undoFile(path)).toMatchObject({ lost: null });
          expect(Buffer.compare(readFileSync(path), state)).toBe(0);
        }
        expect(beside(path)).toEqual([]);
        expect(await domainError(undoFile(path))).toMatchObject({ code: 'nothing_to_undo' });
      });
      await assertOrganizations(property, { runs: RUNS, seed: runSeed(15) });
    },
    runTimeout(RUNS * 4),
  );

  test('is not when others have changed the database since, and says what would be lost', async () => {
    const path = await book();
    const before = readFileSync(path);
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    await changeFile(
      path,
      `UPDATE email_schedules SET status = 'sent' WHERE id IN (SELECT id FROM email_schedules WHERE status = 'pre-scheduled' LIMIT 7);
        INSERT INTO email_schedules (contact_id, email_type, status) VALUES (9, 'birthday', 'sent');
        DELETE FROM contacts WHERE id = 5; UPDATE contacts SET state = 'CA' WHERE id IN (6, 7); INSERT INTO notes VALUES ('a'), (x'00')`,
    );
    const changed = readFileSync(path);
    const error = await domainError(undoFile(path));
    expect(error).toMatchObject({ code: 'held_back', hint: expect.stringContaining('--force') });
    expect(error.message).toMatch(/email_schedules: emails: 7 planned and since sent or on their way, 1 added$/m);
    expect(error.message).toMatch(/contacts: rows: 2 changed, 1 removed/);
    expect(error.message).toMatch(/notes: rows: 2 added/);
    expect(Buffer.compare(readFileSync(path), changed)).toBe(0);
    const { lost } = await undoFile(path, { force: true });
    expect(lost).toMatchObject({
      runs: [],
      tables: expect.arrayContaining([expect.objectContaining({ table: 'notes' })]),
    });
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
  });

  test('tells of emails of an earlier run that were sent since', async () => {
    const path = await book();
    await runFile(path, { asOf: '2025-06-13' });
    await changeFile(path, "UPDATE contacts SET birth_date = '1961-07-20' WHERE id < 9");
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    const sent = 'SELECT min(id) FROM email_schedules WHERE contact_id = 30';
    await changeFile(path, `UPDATE email_schedules SET status = 'processing' WHERE id = (${sent})`);
    expect((await domainError(undoFile(path))).message).toMatch(/emails: 1 planned and since sent or on their way$/m);
  });

  test('is not when a run that was not kept came after it', async () => {
    const path = await book();
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    const { run_id: later } = await runFile(path, { asOf: '2025-08-13' });
    expect((await domainError(undoFile(path))).message).toContain(`run ${later}, as of 2025-08-13, completed`);
  });

  test('keeps the permissions that the database has, and goes through links', async () => {
    const path = await book();
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    chmodSync(path, 0o600);
    const link = join(folder, `link${count}`);
    symlinkSync(path, link);
    await undoFile(link);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(beside(path)).toEqual([]);
  });

  test('is refused while changes lie beside the file', async () => {
    const path = await book();
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    writeFileSync(`${path}-wal`, Buffer.alloc(4096 + 56, 1));
    expect(await domainError(undoFile(path))).toMatchObject({ code: 'file_busy' });
    rmSync(`${path}-wal`);
    const [kept] = keptFilesOf(path);
    writeFileSync(kept.path, 'no database');
    expect(await domainError(undoFile(path))).toMatchObject({ code: 'not_a_database' });
  });
});

describe('what is kept', () => {
  test('are the files of the last runs that changed something, and no more', async () => {
    const path = await book();
    for (let i = 1; i <= 5; i++) {
      await changeFile(path, `UPDATE contacts SET birth_date = '1961-07-0${i}' WHERE id = ${i}`);
      await runFile(path, { asOf: '2025-06-13', keep: 2 });
      await runFile(path, { asOf: '2025-06-13', keep: 2 });
      expect(keptFilesOf(path).map(({ generation }) => generation)).toEqual([i, i - 1].filter((one) => one > 0));
    }
    await runFile(path, { asOf: '2025-07-13' });
    expect(keptFilesOf(path)).toHaveLength(2);
    await runFile(path, { asOf: '2025-08-13', keep: 1 });
    expect(keptFilesOf(path)).toHaveLength(1);
  });

  test('stays when the run fails, and no more is kept then', async () => {
    const path = await book();
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    const kept = keptFilesOf(path);
    const controller = new AbortController();
    controller.abort();
    expect(await domainError(runFile(path, { asOf: '2025-08-13', keep: 1, signal: controller.signal }))).toMatchObject({
      code: 'interrupted',
    });
    expect(keptFilesOf(path)).toEqual(kept);
  });

  test.each([
    ["it's a.db"],
    ['quote".db'],
    ['new\nline and %s $(x) `y`.db'],
    ['*.db'],
    ['.hidden'],
    ['book.sqlite3.before-0001-20250613000000-00000000-0123456789abcdef'],
    ['é'.repeat(110)],
    ['x'.repeat(245)],
  ])('has a name of its own beside %j', async (name) => {
    const path = await book(name);
    const other = `${path.slice(0, -1)}y`;
    writeFileSync(other, readFileSync(path));
    const before = readFileSync(path);
    await runFile(other, { asOf: '2025-06-14', keep: 2 });
    await runFile(path, { asOf: '2025-06-13', keep: 2 });
    expect(keptFilesOf(path)).toHaveLength(1);
    expect(keptFilesOf(other)).toHaveLength(1);
    expect(keptFilesOf(path)[0].path).not.toBe(keptFilesOf(other)[0].path);
    await undoFile(path);
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
    expect(keptFilesOf(other)).toHaveLength(1);
  });

  test('is not of a database that has the name of a kept file', async () => {
    const path = await book();
    await runFile(path, { asOf: '2025-06-13', keep: 2 });
    const [{ path: kept }] = keptFilesOf(path);
    await runFile(kept, { asOf: '2025-06-13', keep: 2 });
    expect(keptFilesOf(path).map((one) => one.path)).toEqual([kept]);
    expect(keptFilesOf(kept)).toHaveLength(1);
  });
});

describe('a file that is kept', () => {
  test('is a copy where no second name can be had of what was read', async () => {
    const path = await book();
    const before = readFileSync(path);
    const file = openDatabaseFile(path, 'replace');
    try {
      // Another file is in its place: only the open one is what was read.
      writeFileSync(`${path}.other`, 'another');
      renameSync(`${path}.other`, path);
      const kept = await keepFile(
        file,
        { runId: '20250613000000-00000000', digest: '0123456789abcdef' },
        async () => false,
      );
      expect(Buffer.compare(readFileSync(kept.path), before)).toBe(0);
      expect(beside(path)).toHaveLength(1);
      expect(keptFilesOf(path)).toEqual([kept]);
    } finally {
      file.close();
    }
  });

  test('of a database in WAL mode is in WAL mode, and back in its place', async () => {
    const path = await book();
    const bytes = readFileSync(path);
    bytes.set([2, 2], 18);
    writeFileSync(path, bytes);
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    writeFileSync(`${path}-shm`, '');
    expect(await domainError(undoFile(path))).toMatchObject({ code: 'file_busy' });
    rmSync(`${path}-shm`);
    await undoFile(path);
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  });

  test.skipIf(process.platform !== 'linux')(
    'comes back under a program that has the database open, which is told',
    async () => {
      const path = await book();
      await runFile(path, { asOf: '2025-06-13', keep: 1 });
      const descriptor = openSync(path, 'r');
      const other = spawn('sleep', ['60'], { stdio: [descriptor, 'ignore', 'ignore'] });
      try {
        await once(other, 'spawn');
        const { warnings } = await undoFile(path);
        expect(warnings).toEqual([
          expect.stringMatching(/^sleep \(process \d+\) had .* open and still has the old file/),
        ]);
      } finally {
        other.kill();
        closeSync(descriptor);
      }
    },
  );

  test.skipIf(!hasSqlite3)('does not come back while another program is in a transaction', async () => {
    const path = await book();
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    const other = spawn('sqlite3', [path], { stdio: ['pipe', 'pipe', 'inherit'] });
    other.stdin.write("BEGIN IMMEDIATE; INSERT INTO notes VALUES ('a'); SELECT 'begun';\n");
    await once(other.stdout, 'data');
    const undone = domainError(undoFile(path));
    await sleep(500);
    other.stdin.end('COMMIT;\n');
    await once(other, 'close');
    expect(['file_changed', 'file_busy']).toContain((await undone).code);
    expect(await selectFrom(readFileSync(path), 'SELECT text FROM notes')).toEqual([['a']]);
    expect(keptFilesOf(path)).toHaveLength(1);
  });
});

describe('a run that ends in the middle', () => {
  test('before its file is in place leaves a second name of the database, which no undo takes', async () => {
    const path = await book();
    const before = readFileSync(path);
    await runFile(path, { asOf: '2025-06-13', keep: 3 });
    const planned = readFileSync(path);
    const half = `${path}.before-0002-20250614000000-00000000-0123456789abcdef`;
    linkSync(path, half);
    await undoFile(path);
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
    expect(existsSync(half)).toBe(false);
    // Where the file system knows no second names it is a copy.
    await runFile(path, { asOf: '2025-06-13', keep: 3 });
    expect(readFileSync(path).length).toBe(planned.length);
    writeFileSync(half, readFileSync(path));
    await undoFile(path);
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
    expect(beside(path)).toEqual([]);
  });

  test('by kill -9 leaves the old file or the new one, which is then undone', async () => {
    const startMs = performance.now();
    await sendplan('run', await book(), '--as-of', '2025-06-13', '--keep', '2');
    const elapsedMs = performance.now() - startMs;
    let killed = 0;
    for (let i = 0; i < 12; i++) {
      const path = await book();
      const before = readFileSync(path);
      const run = start('run', path, '--as-of', '2025-06-13', '--keep', '2');
      const kill = () => run.child.kill('SIGKILL');
      // Half of them as soon as the old file has its second name, the others at any moment.
      const watcher = watch(join(path, '..'), (_event, name) => {
        if (i % 2 === 0 && name?.includes('.before-')) kill();
      });
      const timer = i % 2 === 0 ? null : setTimeout(kill, elapsedMs * (0.4 + 0.06 * i));
      const outcome = await run.outcome;
      watcher.close();
      if (timer !== null) clearTimeout(timer);
      if (outcome.signal === 'SIGKILL') killed++;
      const isOld = Buffer.compare(readFileSync(path), before) === 0;
      if (outcome.code === 0) expect(isOld).toBe(false);
      if (isOld) expect(await domainError(undoFile(path))).toMatchObject({ code: 'nothing_to_undo' });
      else await undoFile(path);
      expect(Buffer.compare(readFileSync(path), before)).toBe(0);
      expect(beside(path).filter((name) => name.includes('.before-'))).toEqual([]);
    }
    expect(killed).toBeGreaterThan(0);
  });
});

test('an undo that is killed leaves both files or has put the old one back', async () => {
  const path = await book();
  const before = readFileSync(path);
  const startMs = performance.now();
  await sendplan('undo', await book());
  const elapsedMs = performance.now() - startMs;
  for (let i = 0; i < 8; i++) {
    await runFile(path, { asOf: '2025-06-13', keep: 1 });
    const planned = readFileSync(path);
    const undo = start('undo', path);
    const timer = sleep(elapsedMs * (0.6 + 0.1 * i)).then(() => undo.child.kill('SIGKILL'));
    await undo.outcome;
    await timer;
    const isUndone = Buffer.compare(readFileSync(path), before) === 0;
    expect(keptFilesOf(path)).toHaveLength(isUndone ? 0 : 1);
    if (isUndone) continue;
    expect(Buffer.compare(readFileSync(path), planned)).toBe(0);
    await undoFile(path);
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
  }
});

describe('on the command line', () => {
  test('run --keep, undo, undo --json and their exit codes', async () => {
    const path = await book();
    expect(await sendplan('run', path, '--as-of', '2025-06-13', '--keep', '2')).toMatchObject({ code: 0 });
    expect(await sendplan('undo', path)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(
        /to the byte, as it was before run \d{14}-[0-9a-f]{8}, as of 2025-06-13\.\nNo earlier/,
      ),
    });
    const none = await sendplan('undo', path);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/No file of an earlier run is kept/) });
    await sendplan('run', path, '--as-of', '2025-06-13', '--keep', '2');
    await changeFile(path, "INSERT INTO notes VALUES ('a')");
    expect(await sendplan('undo', path)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/notes: rows: 1 added/),
    });
    const forced = await sendplan('undo', path, '--force', '--json');
    expect(JSON.parse(forced.stdout)).toMatchObject({
      driver: 'sqljs',
      left: 0,
      lost: { tables: [{ table: 'notes' }] },
    });
    const bad = await sendplan('run', path, '--keep', '2', '--out', `${path}.out`);
    expect(bad).toMatchObject({ code: 2, stderr: expect.stringMatching(/--keep/) });
    expect((await sendplan('run', path, '--keep', '0')).code).toBe(2);
  });
});
