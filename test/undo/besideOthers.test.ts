import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { undoFile } from '../../src/node.js';
import { NativeConnection } from '../../src/store/driver/nativeConnection.js';
import { loadFileLocks } from '../../src/store/driver/sqliteLocks.js';
import { keptFilesOf } from '../../src/store/file/keptFiles.js';
import { openDatabaseFile } from '../../src/store/file/openDatabaseFile.js';
import { replaceDatabaseFile } from '../../src/store/file/replaceDatabaseFile.js';
import { domainError } from '../helpers/changedFile.js';
import { sendplan, start, testFolder } from '../helpers/cli.js';

const place = testFolder();
const base = place('base.db');

beforeAll(async () => {
  await sendplan('generate', base, '--contacts', '300', '--as-of', '2025-06-13');
});

let count = 0;
function book(): string {
  const path = place(String(count++), 'book.db');
  mkdirSync(dirname(path));
  copyFileSync(base, path);
  return path;
}

test('an email that is sent as soon as a failed run has been noted is not lost by an undo', async () => {
  for (let i = 0; i < 3; i++) {
    const path = book();
    await sendplan('run', path, '--as-of', '2025-06-13', '--keep', '2');
    const { ino } = statSync(path);
    const { child, outcome } = start('run', path, '--as-of', '2025-06-14', '--keep', '2', '--memory-limit', '1MB');
    // A moment decides: nothing else is done while it is waited for.
    const endMs = performance.now() + 20_000;
    while (statSync(path).ino === ino && performance.now() < endMs);
    const sender = await NativeConnection.open(path, 1000);
    sender.execute("UPDATE email_schedules SET status = 'sent' WHERE id = 1");
    sender.close();
    expect((await outcome).stderr).toMatch(/memory/);
    expect(child.exitCode).toBe(1);
    const error = await domainError(undoFile(path));
    expect(error).toMatchObject({ code: 'held_back', message: expect.stringContaining('1 planned and since sent') });
  }
});

test('a failed run that nobody wrote after leaves the run before it to be undone', async () => {
  const path = book();
  await sendplan('run', path, '--as-of', '2025-06-13', '--keep', '2');
  await sendplan('run', path, '--as-of', '2025-06-14', '--keep', '2', '--memory-limit', '1MB');
  expect((await sendplan('history', path)).stdout).toContain('failed');
  expect(await undoFile(path)).toMatchObject({ lost: null });
});

test.each(['undo', 'run'])('what a run under way keeps is not taken from it by another %s', async (command) => {
  const path = book();
  const holder = await NativeConnection.open(path, 1000);
  holder.execute('BEGIN IMMEDIATE');
  const run = start('run', path, '--as-of', '2025-06-13', '--keep', '2');
  while (keptFilesOf(path).length === 0 && run.child.exitCode === null) await sleep(5);
  const [kept] = keptFilesOf(path);
  const other = command === 'undo' ? start('undo', path) : start('run', path, '--as-of', '2025-06-14', '--keep', '2');
  if (command === 'undo') expect(await other.outcome).toMatchObject({ code: 1 });
  else while (keptFilesOf(path).length === 1 && other.child.exitCode === null) await sleep(5);
  expect(existsSync(kept.path)).toBe(true);
  other.child.kill('SIGKILL');
  holder.execute('ROLLBACK');
  holder.close();
  expect(await run.outcome).toMatchObject({ code: 0 });
  expect(existsSync(kept.path)).toBe(true);
  expect(await undoFile(path)).toMatchObject({ lost: null });
  expect((await sendplan('history', path)).stdout).not.toContain('2025-06-13');
});

test('a database that is moved away while it is to be replaced is not made anew', async () => {
  const path = book();
  const file = openDatabaseFile(path, 'replace');
  try {
    const locks = await loadFileLocks();
    const replaced = replaceDatabaseFile(file, (writer) => writer.write(new Uint8Array(100), 0), {
      locks,
      seal: async () => {
        renameSync(path, `${path}.moved`);
        return null;
      },
    });
    await expect(replaced).rejects.toMatchObject({ code: 'file_changed' });
    await expect(locks?.lockDatabase(path)).rejects.toMatchObject({
      code: 'file_unwritable',
      message: `SQLite cannot open ${path}: it is not there.`,
    });
  } finally {
    file.close();
  }
  expect(readdirSync(dirname(path))).toEqual(['book.db.moved']);
});

test('what is kept of runs that a database put back does not know is told of, and not offered', async () => {
  const path = book();
  await sendplan('run', path, '--as-of', '2025-06-13', '--keep', '3');
  copyFileSync(path, `${path}.backup`);
  for (const day of ['14', '15']) await sendplan('run', path, '--as-of', `2025-06-${day}`, '--keep', '3');
  // The other one holds what is put back, to the byte, and goes.
  const [newer] = keptFilesOf(path);
  copyFileSync(`${path}.backup`, path);
  expect(await undoFile(path)).toMatchObject({
    lost: null,
    left: 0,
    warnings: [expect.stringContaining(`${newer.path} is of a later run`)],
  });
  expect(existsSync(newer.path)).toBe(true);
});
