import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runFile } from '../../../src/node.js';
import { requireOwnPages } from '../../../src/store/format/ownPages.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';
import { allRowsOfFile } from '../../helpers/connections.js';
import { databaseImage, selectFrom } from '../../helpers/databases.js';
import { randomDatabase } from '../../helpers/scanDatabases.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)';
const BOOK = `PRAGMA page_size = 1024; CREATE TABLE contacts (id INTEGER PRIMARY KEY, email, state, birth_date);
  ${NUMBERS} INSERT INTO contacts SELECT i, 'a' || i || '@example.com', 'TX', '1960-07-20' FROM n;
  CREATE TABLE notes (id INTEGER PRIMARY KEY, note); ${NUMBERS} INSERT INTO notes SELECT i, 'note ' || i FROM n;
  CREATE TABLE long_notes (id INTEGER PRIMARY KEY, note); INSERT INTO long_notes VALUES (1, hex(zeroblob(3000)));
  CREATE TABLE gone AS SELECT * FROM notes; DROP TABLE gone;`;

async function rootsOf(image: Uint8Array): Promise<Map<string, number>> {
  const rows = await selectFrom(image, 'SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0');
  return new Map(rows.map(([name, root]) => [String(name), Number(root)]));
}

/** A page is free that a table uses. */
async function withFreePageInUse(table: string): Promise<Uint8Array> {
  const image = await databaseImage(BOOK);
  const view = new DataView(image.buffer, image.byteOffset);
  const root = ((await rootsOf(image)).get(table) ?? 0) - 1;
  const trunk = (view.getUint32(32) - 1) * 1024;
  const isLeaf = image[root * 1024] === 13;
  const cell = root * 1024 + view.getUint16(root * 1024 + (isLeaf ? 8 : 12));
  // The first child of an interior page, or the overflow page at the end of the only cell of a leaf.
  view.setUint32(trunk + 8, view.getUint32(isLeaf ? root * 1024 + 1020 : cell));
  return image;
}

async function check(image: Uint8Array): Promise<void> {
  requireOwnPages(new ImageSource(image), [...(await rootsOf(image)).values()]);
}

describe('pages that belong to two places', () => {
  test('are found between a tree and the free pages, by its children and by its overflow pages', async () => {
    await expect(check(await databaseImage(BOOK))).resolves.toBeUndefined();
    await expect(check(await withFreePageInUse('notes'))).rejects.toThrow(/belongs to two places/);
    await expect(check(await withFreePageInUse('long_notes'))).rejects.toThrow(/belongs to two places/);
  });

  test('are found below a page that lies where leaves do and is none, whichever way rows are written', async () => {
    const path = join(folder, 'shared-below');
    const schedules = `CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER, email_type TEXT,
        scheduled_send_date TEXT, status TEXT); ${NUMBERS} INSERT INTO email_schedules SELECT i, i, 'birthday', '2025-01-01', 'sent' FROM n;`;
    const image = await databaseImage(`${BOOK} ${schedules}`);
    const view = new DataView(image.buffer, image.byteOffset);
    const roots = await rootsOf(image);
    const page = (table: string) => ((roots.get(table) ?? 0) - 1) * 1024;
    // The right-most leaf of the notes becomes a second root of the rows: each page still belongs to one place, by its level.
    const leaf = (view.getUint32(page('notes') + 8) - 1) * 1024;
    image.copyWithin(leaf, page('email_schedules'), page('email_schedules') + 1024);
    writeFileSync(path, image);
    for (const options of [{ flush: 'sql' }, { flush: 'pages' }, { driver: 'native' }] as const) {
      await expect(runFile(path, { asOf: '2025-06-13', ...options })).rejects.toMatchObject({
        code: 'database_error',
        message: expect.stringMatching(/lies where leaves do/),
      });
      expect(Buffer.compare(readFileSync(path), image)).toBe(0);
    }
  });

  test('trees without overflow pages are told', async () => {
    const image = await databaseImage(BOOK);
    const roots = await rootsOf(image);
    const plain = requireOwnPages(new ImageSource(image), [...roots.values()]);
    expect([...roots].filter(([, root]) => !plain.has(root)).map(([name]) => name)).toEqual(['long_notes']);
  });

  test('are not found where rows of email_schedules have overflow pages, which stay with them', async () => {
    const path = join(folder, 'long-rows');
    const schedules = `CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER, email_type TEXT,
        scheduled_send_date TEXT, status TEXT, metadata TEXT);
      ${NUMBERS} INSERT INTO email_schedules SELECT i, i, 'birthday', '2025-01-01', 'sent', hex(zeroblob(900)) || i FROM n;
      CREATE INDEX by_metadata ON email_schedules (metadata);`;
    writeFileSync(path, await databaseImage(`${BOOK} ${schedules}`));
    const rows = () =>
      allRowsOfFile(path, "SELECT id, metadata FROM email_schedules WHERE status = 'sent' ORDER BY id");
    const before = await rows();
    for (const asOf of ['2025-06-13', '2025-08-01']) {
      const report = await runFile(path, { asOf, flush: 'pages' });
      expect(report).toMatchObject({ outcome: 'changed', flush: 'pages' });
      expect(await allRowsOfFile(path, 'PRAGMA integrity_check')).toEqual([['ok']]);
      expect(await rows()).toEqual(before);
    }
  });

  test('are not found in sound files of any form', async () => {
    for (let seed = 1; seed <= 25; seed++) await check(await randomDatabase(seed));
  });

  test.each([
    ['sqljs', 'sql'],
    ['sqljs', 'pages'],
    ['native', 'auto'],
  ] as const)('keep a run from writing (%s, %s)', async (driver, flush) => {
    for (const table of ['notes', 'long_notes']) {
      const path = join(folder, `${driver}-${flush}-${table}`);
      writeFileSync(path, await withFreePageInUse(table));
      copyFileSync(path, `${path}.before`);
      const run = runFile(path, { asOf: '2025-06-13', driver, flush });
      await expect(run).rejects.toMatchObject({
        code: 'database_error',
        message: expect.stringMatching(/belongs to two places/),
      });
      expect(readFileSync(path).equals(readFileSync(`${path}.before`))).toBe(true);
    }
  });
});
