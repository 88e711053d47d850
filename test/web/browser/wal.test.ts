import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addContacts, makeWalFiles } from '../helpers/walFiles.js';
import { openPage, planner } from './helpers/openPage.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));

openPage({}, async () => {
  await planner.setDay('2025-06-13');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the page asks for the log of a database in WAL mode, reads both, and the result holds both', async () => {
  const { page } = planner;
  const sql = `${addContacts(2001, 500)} DELETE FROM contacts WHERE id <= 100; BEGIN; ${addContacts(9000, 50)} ROLLBACK;`;
  const { database, log } = makeWalFiles(folder, sql);
  await planner.choose(database);
  await page.getByText(/what was written last may lie in a file copy\.db-wal beside it/).waitFor();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose copy.db-wal' }).click(),
  ]);
  await chooser.setFiles(log);
  await page.getByText(/^Read with copy\.db-wal: 2 transactions, \d+ pages\.$/).waitFor();
  await planner.run();
  await planner.result();
  expect(await planner.figure('Contacts planned')).toBe('2,400');
  expect(await planner.sql('SELECT count(*), max(id) FROM contacts')).toEqual([['2400', '2500']]);
  const { path } = await planner.download('Database');
  const ask = (question: string) => spawnSync('sqlite3', [path, question], { encoding: 'utf8' }).stdout;
  expect(ask('PRAGMA integrity_check; SELECT count(*) FROM contacts;')).toBe('ok\n2400\n');
});

test('both can be chosen together; what no commit stands behind is told', async () => {
  const { page } = planner;
  const { database, log } = makeWalFiles(folder, addContacts(2001, 3000));
  const bytes = readFileSync(log);
  await page.locator('input[type=file]').setInputFiles([
    { name: 'copy.db', mimeType: '', buffer: readFileSync(database) },
    { name: 'copy.db-wal', mimeType: '', buffer: bytes.subarray(0, bytes.length - 100) },
  ]);
  await page
    .getByText(/^copy\.db-wal holds no finished change, so the database is read as it is\. \d+ frames/)
    .waitFor();
  await page.locator('input[type=file]').setInputFiles([database, log]);
  await page.getByText(/^Read with copy\.db-wal: 1 transaction, /).waitFor();
  await planner.run();
  await planner.result(2);
  expect(await planner.figure('Contacts planned')).toBe('5,000');
  expect(planner.complaints).toEqual([]);
});
