import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { runFile, undoFile } from '../../src/node.js';
import { isLiterals } from '../../src/store/write/rowLiterals.js';
import { organization } from '../helpers/arbitraries.js';
import { changeFile, domainError } from '../helpers/changedFile.js';
import { sendplan, start } from '../helpers/cli.js';
import { databaseImage, recordsImage, selectFrom } from '../helpers/databases.js';
import { dumpOf } from '../helpers/flushCases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-undo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const native = { driver: 'native' } as const;
const SQL = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, effective_date TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  INSERT INTO contacts SELECT i, 'p' || i || '@example.org', 'TX', printf('1960-%02d-%02d', i % 12 + 1, i % 28 + 1), '2020-03-01' FROM n`;
const image = databaseImage(SQL);

let count = 0;
async function book(bytes?: Uint8Array): Promise<string> {
  const path = join(folder, `${count++} it's "a".sqlite3`);
  writeFileSync(path, bytes ?? (await image));
  return path;
}

/** All that a database holds, but for what is kept of runs. */
async function dumpWithoutChanges(path: string): Promise<string[]> {
  const bytes = await databaseImage('DROP TABLE IF EXISTS scheduler_changes', readFileSync(path));
  const { dump, checks } = await dumpOf(bytes);
  expect(checks).toEqual(['ok', 'ok']);
  return dump;
}

const RUNS = runCount(40);

describe('a run in place that is undone', () => {
  test(
    `leaves what was there, for ${RUNS} random organizations`,
    async () => {
      const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
        const path = await book(await recordsImage(records));
        const states: string[][] = [];
        for (const day of [today, today + 1, today + 30]) {
          const before = await dumpWithoutChanges(path);
          const { outcome } = await runFile(path, { ...native, asOf: day, config, keep: 3 });
          if (outcome === 'changed') states.push(before);
        }
        let left = states.length;
        for (const state of states.reverse()) {
          expect(await undoFile(path, native)).toMatchObject({ left: --left, rows: { left: 0 }, warnings: [] });
          expect(await dumpWithoutChanges(path)).toEqual(state);
        }
        expect(await domainError(undoFile(path, native))).toMatchObject({ code: 'nothing_to_undo' });
        expect(
          await selectFrom(readFileSync(path), "SELECT 1 FROM sqlite_master WHERE name = 'scheduler_changes'"),
        ).toEqual([]);
      });
      await assertOrganizations(property, { runs: RUNS, seed: runSeed(16) });
    },
    runTimeout(RUNS * 6),
  );

  test('brings values back just as they were: REAL, whole numbers beyond 2^53, NUL, no UTF-8, BLOBs, quotes', async () => {
    const path = await book(
      await databaseImage(
        `${SQL}; CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER, email_type TEXT, scheduled_send_date TEXT,
          status TEXT, mine, "it's ""odd""" TEXT);
        INSERT INTO email_schedules VALUES (1, 1, 'birthday', '2025-07-01', 'pre-scheduled', 1.0, 'a''b'),
          (2, 2, 'birthday', '2025-07-01', 'skipped', 9007199254740993, CAST(x'610062' AS TEXT)),
          (3, 3, 'birthday', '2025-07-01', 'skipped', x'00ff', CAST(x'ff41' AS TEXT)), (4, 4, 'x', NULL, 'skipped', 1e999, 'é, ''); --'),
          (7, 5, 'birthday', '2025-07-01', 'skipped', 0.1, NULL), (9, 6, 'birthday', '2025-07-01', 'sent', 2.5e-300, '')`,
      ),
    );
    const before = await dumpWithoutChanges(path);
    const { changes } = await runFile(path, { ...native, asOf: '2025-06-13', keep: 1 });
    expect(changes.changed + changes.removed).toBeGreaterThan(4);
    await undoFile(path, native);
    expect(await dumpWithoutChanges(path)).toEqual(before);
  });

  test('is not when others have changed its rows, and with force leaves theirs', async () => {
    const path = await book();
    await runFile(path, { ...native, asOf: '2025-06-13', keep: 1 });
    const [[id]] = await selectFrom(
      readFileSync(path),
      "SELECT min(id) FROM email_schedules WHERE status = 'pre-scheduled'",
    );
    await changeFile(
      path,
      `UPDATE email_schedules SET status = 'sent' WHERE id = ${id}; DELETE FROM email_schedules WHERE id = ${id} + 1;
      UPDATE email_schedules SET priority = 77 WHERE id = ${id} + 2`,
    );
    const changed = await dumpWithoutChanges(path);
    const error = await domainError(undoFile(path, native));
    expect(error).toMatchObject({ code: 'held_back', hint: expect.stringContaining('--force') });
    expect(error.message).toMatch(
      /email_schedules: emails: 1 planned and since sent or on their way, 1 changed, 1 removed/,
    );
    expect(await dumpWithoutChanges(path)).toEqual(changed);
    expect(await undoFile(path, { ...native, force: true })).toMatchObject({ rows: { left: 3 }, left: 0 });
    expect(await selectFrom(readFileSync(path), 'SELECT id, status, priority = 77 FROM email_schedules')).toEqual([
      [id, 'sent', 0],
      [Number(id) + 2, 'pre-scheduled', 1],
    ]);
  });

  test('is not when its ids were given to other rows', async () => {
    const path = await book();
    await runFile(path, { ...native, asOf: '2025-06-13', keep: 2 });
    await changeFile(
      path,
      "DELETE FROM contacts WHERE id = 300; UPDATE contacts SET birth_date = '1960-01-05' WHERE id = 299",
    );
    const { changes } = await runFile(path, { ...native, asOf: '2025-06-13', keep: 2 });
    expect(changes.removed).toBeGreaterThan(0);
    const [[free]] = await selectFrom(
      readFileSync(path),
      "SELECT row_id FROM scheduler_changes WHERE table_name = 'email_schedules' AND new_values IS NULL",
    );
    await changeFile(
      path,
      `INSERT INTO email_schedules (id, contact_id, email_type, status) VALUES (${free}, 77, 'newsletter', 'sent')`,
    );
    const error = await domainError(undoFile(path, native));
    expect(error.message).toMatch(/email_schedules: emails: 1 added/);
  });

  test('is not when a later run came that was not kept, or columns are others', async () => {
    const path = await book();
    await runFile(path, { ...native, asOf: '2025-06-13', keep: 1 });
    const { run_id: later } = await runFile(path, { ...native, asOf: '2025-08-13' });
    expect((await domainError(undoFile(path, native))).message).toContain(`run ${later}`);
    await changeFile(path, 'ALTER TABLE email_schedules ADD COLUMN mine TEXT');
    expect((await domainError(undoFile(path, { ...native, force: true }))).message).toMatch(
      /columns of "email_schedules"/,
    );
  });

  test('is kept for the last runs only', async () => {
    const path = await book();
    for (let i = 1; i <= 4; i++) {
      await changeFile(path, `UPDATE contacts SET birth_date = '1961-07-0${i}' WHERE id = ${i}`);
      await runFile(path, { ...native, asOf: '2025-06-13', keep: 2 });
      await runFile(path, { ...native, asOf: '2025-06-13', keep: 2 });
      const runs = await selectFrom(
        readFileSync(path),
        'SELECT count(DISTINCT scheduler_run_id) FROM scheduler_changes',
      );
      expect(runs).toEqual([[Math.min(i, 2)]]);
    }
  });

  test('takes nothing for values that is none', async () => {
    const path = await book();
    await runFile(path, { ...native, asOf: '2025-06-13', keep: 2 });
    await runFile(path, { ...native, asOf: '2025-07-13', keep: 2 });
    await changeFile(
      path,
      `UPDATE scheduler_changes SET old_values = old_values || '); DROP TABLE contacts; --'
        WHERE table_name = 'email_schedules' AND old_values IS NOT NULL`,
    );
    const before = await dumpWithoutChanges(path);
    expect(await domainError(undoFile(path, native))).toMatchObject({ code: 'unsupported_schema' });
    expect(await dumpWithoutChanges(path)).toEqual(before);
    expect(isLiterals("1, 'a''b, c', NULL, X'0F', CAST(X'00' AS TEXT), -1.5e-300, 9.0e+999", 7)).toBe(true);
    for (const text of ["'a', ", '1, 2', "'a'b'", '(SELECT 1)', '', "X'0'"]) expect(isLiterals(text, 1)).toBe(false);
  });

  test('by kill -9 of the run or of the undo is there whole or not at all', async () => {
    const path = await book();
    const fresh = await dumpWithoutChanges(path);
    const startMs = performance.now();
    const words = ['--driver', 'native'];
    await sendplan('run', await book(), '--as-of', '2025-06-13', '--keep', '2', ...words);
    const elapsedMs = performance.now() - startMs;
    for (let i = 0; i < 6; i++) {
      const run = start('run', path, '--as-of', '2025-06-13', '--keep', '2', ...words);
      const timer = sleep(elapsedMs * (0.6 + 0.08 * i)).then(() => run.child.kill('SIGKILL'));
      await run.outcome;
      await timer;
      // SQLite plays a journal back that the run left.
      await runFile(path, { ...native, asOf: '2025-06-13', keep: 2 });
      const undo = start('undo', path, ...words);
      const undoTimer = sleep(elapsedMs * (0.5 + 0.09 * i)).then(() => undo.child.kill('SIGKILL'));
      const { code } = await undo.outcome;
      await undoTimer;
      if (code !== 0) {
        const again = await undoFile(path, native).catch((error: unknown) => error);
        if (again instanceof Error) expect(again).toMatchObject({ code: 'nothing_to_undo' });
      }
      expect(await dumpWithoutChanges(path)).toEqual(fresh);
    }
  }, 240_000);
});
