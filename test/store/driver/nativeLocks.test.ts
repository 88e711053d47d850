import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadOrganization } from '../../../src/columns/organization.js';
import { resolveConfig } from '../../../src/rules/config.js';
import { openNative, openNativeReader } from '../../../src/store/driver/native.js';
import { openDatabaseFile } from '../../../src/store/file/openDatabaseFile.js';
import { organizationOfDatabase } from '../../../src/store/read/organizationOfDatabase.js';
import { readSchema } from '../../../src/store/schema/readSchema.js';

const TODAY = 20252;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-locks-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs SQL in another process, which waits for no lock; gives what SQLite says, 'done' when it took it. */
function elsewhere(path: string, sql: string): string {
  const script = `
    const database = new (require('libsql'))(process.argv[1]);
    try { database.exec(process.argv[2]); console.log('done'); } catch (error) { console.log(error.message); }`;
  const from = createRequire(import.meta.url).resolve('libsql');
  const options = { encoding: 'utf8', cwd: join(from, '../../..') } as const;
  return execFileSync(process.execPath, ['-e', script, path, sql], options).trim();
}

async function contactsFile(mode: string, count = 300): Promise<string> {
  const path = join(folder, `${mode}.sqlite3`);
  writeFileSync(path, '');
  const connection = await openNative(path);
  connection.execute('CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT)');
  connection.execute(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO contacts SELECT i, 'c' || i || '@example.com', 'TX', '1960-0' || (i % 9 + 1) || '-11' FROM n`);
  connection.commit();
  connection.execute(`PRAGMA journal_mode = ${mode}`);
  connection.close();
  return path;
}

const ADD = "INSERT INTO contacts VALUES (9000, 'late@example.com', 'TX', NULL)";

async function countContacts(connection: Awaited<ReturnType<typeof openNative>>): Promise<number> {
  const source = organizationOfDatabase(connection, readSchema(connection));
  const organization = await loadOrganization(source, resolveConfig({}), TODAY, () => {});
  return organization.contacts.count;
}

describe.each(['delete', 'truncate', 'persist', 'wal'])('journal mode %s', (mode) => {
  test('the file is scanned, and nobody else writes to it until the run is over', async () => {
    const path = await contactsFile(mode);
    const connection = await openNative(path);
    expect(connection.pages?.()).not.toBeNull();
    expect(elsewhere(path, ADD)).toBe('database is locked');
    expect(await countContacts(connection)).toBe(300);
    // Whoever opens and closes the file in this process must not take SQLite's lock off it.
    if (mode !== 'wal') openDatabaseFile(path).close();
    expect(elsewhere(path, ADD)).toBe('database is locked');
    expect(elsewhere(path, 'PRAGMA wal_checkpoint(TRUNCATE)')).not.toBe('');
    expect(await countContacts(connection)).toBe(300);
    connection.close();
    expect(elsewhere(path, ADD)).toBe('done');
  });

  test('a reader sees one state of the database, and keeps nobody from writing once it is closed', async () => {
    const path = await contactsFile(mode);
    const reader = await openNativeReader(path);
    expect(reader.pages?.()).not.toBeNull();
    const added = elsewhere(path, ADD);
    expect(added).toBe(mode === 'wal' ? 'done' : 'database is locked');
    elsewhere(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const source = organizationOfDatabase(reader, readSchema(reader));
    expect((await loadOrganization(source, resolveConfig({}), TODAY, () => {})).contacts.count).toBe(300);
    expect(() => reader.execute('DELETE FROM contacts')).toThrow(/readonly/);
    reader.close();
    expect(elsewhere(path, mode === 'wal' ? 'DELETE FROM contacts' : ADD)).toBe('done');
  });

  test('a connection that is closed without a commit leaves neither lock nor change', async () => {
    const path = await contactsFile(mode);
    const connection = await openNative(path);
    const statement = connection.prepare("UPDATE contacts SET email = 'x'");
    statement.run([]);
    connection.close();
    expect(elsewhere(path, ADD)).toBe('done');
    const reader = await openNativeReader(path);
    expect([...reader.query("SELECT count(*) FROM contacts WHERE email = 'x'")]).toEqual([[0]]);
    reader.close();
  });
});

test('pages are not scanned after the first change', async () => {
  const connection = await openNative(await contactsFile('delete'));
  connection.execute('DELETE FROM contacts WHERE id < 101');
  expect(connection.pages?.()).toBeNull();
  expect(await countContacts(connection)).toBe(200);
  connection.close();
});

test('steps through tables while a reader keeps changes in the log', async () => {
  const path = await contactsFile('wal');
  const reader = await openNativeReader(path);
  expect(elsewhere(path, ADD)).toBe('done');
  const connection = await openNative(path);
  expect(connection.pages?.()).toBeNull();
  expect(await countContacts(connection)).toBe(301);
  reader.close();
  connection.commit();
  connection.close();
  expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
});

test('plays back what a killed writer left half done', async () => {
  const path = await contactsFile('delete', 20_000);
  const bytes = readFileSync(path);
  const script = `
    const database = new (require('libsql'))(process.argv[1]);
    database.exec("PRAGMA cache_size = 5; BEGIN; UPDATE contacts SET state = 'CA', email = email || 'x'");
    process.kill(process.pid, 'SIGKILL');`;
  const from = createRequire(import.meta.url).resolve('libsql');
  const run = () =>
    execFileSync(process.execPath, ['-e', script, path], { cwd: join(from, '../../..'), stdio: 'pipe' });
  expect(run).toThrow();
  expect(statSync(`${path}-journal`).size).toBeGreaterThan(10_000);
  expect(readFileSync(path).equals(bytes)).toBe(false);
  const connection = await openNative(path);
  expect(connection.pages?.()).not.toBeNull();
  expect(await countContacts(connection)).toBe(20_000);
  connection.close();
  expect(readFileSync(path).equals(bytes)).toBe(true);
});
