import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readLog } from '../../src/web/worker/walLog.js';
import { addContacts, makeWalFiles } from './helpers/walFiles.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-wal-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function logOf(bytes: Uint8Array) {
  return readLog({ byteLength: bytes.length, read: (start, length) => bytes.subarray(start, start + length) });
}

/** The database with the pages of the log, as the page puts them together. */
function merged(database: Uint8Array, log: Uint8Array): Buffer {
  const content = logOf(log);
  if (content === null) throw new Error('no log');
  if (content.transactions === 0) return Buffer.from(database);
  const image = Buffer.alloc(content.pageCount * content.pageBytes);
  image.set(database.subarray(0, Math.min(database.length, image.length)));
  for (const [page, offset] of content.pageOffsets) {
    if (page <= content.pageCount)
      image.set(log.subarray(offset, offset + content.pageBytes), (page - 1) * content.pageBytes);
  }
  image.fill(1, 18, 20);
  return image;
}

function ask(path: string, sql: string): string {
  const { status, stdout, stderr } = spawnSync('sqlite3', [path, sql], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const CONTENT =
  'PRAGMA integrity_check; SELECT count(*), sum(id), max(email) FROM contacts; SELECT name FROM sqlite_schema ORDER BY 1;';

/** What `sqlite3` reads of the two files, and of the one that they were put together to. */
function bothWays(log: Uint8Array): readonly [string, string] {
  const [theirs, ours] = [join(folder, 'theirs.db'), join(folder, 'ours.db')];
  const database = readFileSync(join(folder, 'copy.db'));
  rmSync(`${theirs}-shm`, { force: true });
  writeFileSync(theirs, database);
  writeFileSync(`${theirs}-wal`, log);
  writeFileSync(ours, merged(database, log));
  return [ask(theirs, CONTENT), ask(ours, CONTENT)];
}

describe.each<readonly [string, string, number]>([
  ['one transaction', addContacts(2001, 3000), 1],
  [
    'several, of which later ones write the same pages',
    `${addContacts(2001, 10)} DELETE FROM contacts WHERE id < 500; ${addContacts(3000, 700)}`,
    3,
  ],
  [
    'one that was rolled back after it had spilled',
    `PRAGMA cache_size = 5; ${addContacts(2001, 10)} BEGIN; ${addContacts(3000, 4000)} ROLLBACK; DELETE FROM contacts WHERE id = 1;`,
    2,
  ],
  ['one that makes the database smaller', 'DELETE FROM contacts WHERE id > 100; VACUUM;', 2],
  [
    'a log that was begun anew over an older one',
    `${addContacts(2001, 4000)} PRAGMA wal_checkpoint(RESTART); ${addContacts(7000, 5)}`,
    1,
  ],
  ['a new table', 'CREATE TABLE more (a); INSERT INTO more VALUES (1);', 2],
])('a log with %s', (_name, sql, transactions) => {
  test('is read as sqlite3 reads it, and so is every beginning of it', () => {
    const { log } = makeWalFiles(folder, sql);
    const bytes = readFileSync(log);
    expect(logOf(bytes)?.transactions).toBe(transactions);
    const [theirs, ours] = bothWays(bytes);
    expect(theirs).toMatch(/^ok\n/);
    expect(ours).toBe(theirs);
    for (const share of [0.2, 0.5, 0.8, 0.99]) {
      const [short, own] = bothWays(bytes.subarray(0, Math.max(32, Math.floor(bytes.length * share))));
      expect(own).toBe(short);
    }
  });

  test('that is damaged in the middle counts up to there', () => {
    const { log } = makeWalFiles(folder, sql);
    const bytes = readFileSync(log);
    const damaged = Uint8Array.from(bytes);
    damaged[Math.floor(bytes.length / 2)] ^= 1;
    const [theirs, ours] = bothWays(damaged);
    expect(ours).toBe(theirs);
  });
});

test('what is no log is none', () => {
  expect(logOf(new Uint8Array(10))).toBeNull();
  expect(logOf(new Uint8Array(4096))).toBeNull();
  const bytes = Uint8Array.from(readFileSync(makeWalFiles(folder, addContacts(2001, 1)).log));
  bytes[17] ^= 1;
  expect(logOf(bytes)).toBeNull();
});
