import { constants } from 'node:buffer';
import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import initSqlJs from 'sql.js';
import { afterAll, describe, expect, it } from 'vitest';
import { generateDatabase, runFile } from '../../../src/node.js';
import type { ImageConnection } from '../../../src/store/driver/connection.js';
import { loadSqlJs } from '../../../src/store/driver/sqljs.js';
import { ChangedPages } from '../../../src/store/format/changedPages.js';
import { FileSource } from '../../../src/store/format/fileSource.js';
import { ImageSource, type PageSource } from '../../../src/store/format/pageSource.js';
import { databaseImage } from '../../helpers/databases.js';
import { dumpOf } from '../../helpers/flushCases.js';
import { runCount, runSeed, runTimeout } from '../../helpers/runs.js';

const RUNS = runCount(150);
const SEED = runSeed(1);

const folder = mkdtempSync(join(tmpdir(), 'sendplan-overlay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const open = await loadSqlJs();

function bytesOf(pages: PageSource): Uint8Array {
  return pages.read(0, pages.byteLength).slice();
}

function inserting(rows: number, length: number): string {
  return `INSERT INTO t (a, b) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    SELECT i * 7919 % 1000, printf('%.*c', ${length}, 'x') || i FROM n`;
}

/** Statements that change a database in every way there is, as often as not in the middle of a transaction. */
const statements = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(300), fc.constantFrom(0, 10, 300, 5000))
      .map(([rows, length]) => inserting(rows + 1, length)),
  },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 7 }).map((n) => `DELETE FROM t WHERE id % 7 < ${n}`) },
  { weight: 3, arbitrary: fc.nat(900).map((n) => `UPDATE t SET b = b || 'longer' WHERE a > ${n}`) },
  { weight: 8, arbitrary: fc.constantFrom('BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT s', 'ROLLBACK TO s', 'RELEASE s') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'CREATE INDEX t_a ON t (a, b)',
      'DROP INDEX t_a',
      'CREATE TABLE u AS SELECT * FROM t',
      'DROP TABLE u',
      'ALTER TABLE t ADD COLUMN c DEFAULT 7',
      'DELETE FROM t',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('VACUUM', 'PRAGMA incremental_vacuum', 'PRAGMA incremental_vacuum(3)') },
);

const databases = fc.record({
  pageBytes: fc.constantFrom(512, 1024, 4096, 4096, 8192, 65536),
  autoVacuum: fc.constantFrom('NONE', 'NONE', 'FULL', 'INCREMENTAL'),
  rows: fc.constantFrom(0, 10, 2000),
  // Some hold all that changes, others write pages in the middle of a transaction.
  cachePages: fc.constantFrom(8, 2000),
  isFile: fc.boolean(),
  sql: fc.array(statements, { minLength: 1, maxLength: 25 }),
});

function tried(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

describe('a database that is read where it lies', () => {
  it(
    `ends as one that SQLite holds itself, for ${RUNS} random workloads`,
    async () => {
      const { Database } = await initSqlJs();
      const counts = { kept: 0, left: 0 };
      let fileCount = 0;
      const compare = async (connection: ImageConnection, plain: InstanceType<typeof Database>) => {
        const pages = connection.toPages();
        counts[pages instanceof ChangedPages ? 'kept' : 'left']++;
        const found = await dumpOf(bytesOf(pages));
        const expected = await dumpOf(plain.export());
        expect(expected.checks).toEqual(['ok', 'ok']);
        expect(found).toEqual(expected);
        expect(await dumpOf(connection.toImage())).toEqual(expected);
      };
      await fc.assert(
        fc.asyncProperty(databases, async ({ pageBytes, autoVacuum, rows, cachePages, isFile, sql }) => {
          const made = `PRAGMA page_size = ${pageBytes}; PRAGMA auto_vacuum = ${autoVacuum};
            CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); ${rows > 0 ? inserting(rows, 20) : ''}`;
          const image = await databaseImage(made);
          const before = image.slice();
          const path = join(folder, `${fileCount++}.sqlite3`);
          writeFileSync(path, image);
          const descriptor = openSync(path, 'r');
          const plain = new Database(image.slice());
          const connection = open(isFile ? new FileSource(descriptor, image.length, true) : new ImageSource(image));
          try {
            for (const each of [plain.exec.bind(plain), connection.execute.bind(connection)]) {
              each(`PRAGMA cache_size = ${cachePages}; PRAGMA journal_mode = MEMORY`);
            }
            for (const [i, text] of sql.entries()) {
              expect([text, tried(() => connection.execute(text))]).toEqual([text, tried(() => plain.exec(text))]);
              const isWhole = tried(() => plain.export());
              expect(tried(() => connection.toPages())).toBe(isWhole);
              if (isWhole && i % 8 === 7) await compare(connection, plain);
            }
            tried(() => plain.exec('ROLLBACK'));
            tried(() => connection.execute('ROLLBACK'));
            await compare(connection, plain);
            // What is underneath stays as it is.
            expect(Buffer.compare(image, before)).toBe(0);
          } finally {
            connection.close();
            plain.close();
            closeSync(descriptor);
            rmSync(path);
          }
        }),
        { numRuns: RUNS, seed: SEED },
      );
      expect(counts.kept).toBeGreaterThan(RUNS / 2);
      expect(counts.left).toBeGreaterThan(0);
    },
    runTimeout(RUNS * 10),
  );

  it('hands out pages that later changes leave alone, and that outlive it', async () => {
    const image = await databaseImage(`CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); ${inserting(3000, 50)}`);
    const connection = open(new ImageSource(image));
    connection.execute('UPDATE t SET a = 1 WHERE id < 300');
    const first = connection.toPages();
    const expected = await dumpOf(bytesOf(first));
    connection.execute('UPDATE t SET a = 2 WHERE id % 100 < 2; DELETE FROM t WHERE id > 2000');
    const second = connection.toPages();
    connection.execute('DELETE FROM t');
    connection.close();
    expect(await dumpOf(bytesOf(first))).toEqual(expected);
    const { dump } = await dumpOf(bytesOf(second));
    expect(dump).toContain('t: 2000');
    // Only what was changed is in memory.
    expect(first).toBeInstanceOf(ChangedPages);
    expect((first as ChangedPages).changedBlocks).toBeLessThan(image.length / 4096 / 2);
  });

  it('tells which bytes are not those of the base', () => {
    const pages = new ChangedPages(new ImageSource(new Uint8Array(5 * 4096)));
    const write = (block: number) => pages.write(new Uint8Array(4096), block * 4096);
    const rangesOf = (source: unknown) =>
      (source as ChangedPages).changedRanges().map(({ start, end }) => [start / 4096, end / 4096]);
    expect(rangesOf(pages)).toEqual([]);
    for (const block of [3, 1, 2]) write(block);
    expect(rangesOf(pages)).toEqual([[1, 4]]);
    // Between the base and what is written behind it there are zeros, which the base does not have.
    write(7);
    expect(rangesOf(pages)).toEqual([
      [1, 4],
      [5, 8],
    ]);
    write(4);
    expect(rangesOf(pages)).toEqual([[1, 8]]);
    expect(rangesOf(pages.snapshot(2 * 4096))).toEqual([[1, 2]]);
  });

  it('refuses to hand out the middle of a transaction that writes', () => {
    const connection = open(null);
    connection.execute('CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1)');
    expect(() => connection.toPages()).toThrow(/SQLite cannot hand out the database/);
    const again = open(new ImageSource(emptied(connection)));
    again.execute('BEGIN; INSERT INTO t VALUES (1)');
    expect(() => again.toPages()).toThrow(/SQLite cannot hand out the database/);
    again.execute('ROLLBACK; BEGIN');
    for (const _row of again.query('SELECT * FROM t')) throw new Error('a row');
    expect(again.toPages().byteLength).toBe(8192);
  });

  it('may be longer than 4 GiB', async () => {
    const image = await databaseImage(
      'PRAGMA page_size = 65536; CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); INSERT INTO t (a) VALUES (1)',
    );
    const pageCount = 70_000;
    new DataView(image.buffer).setUint32(28, pageCount);
    const path = join(folder, 'long.sqlite3');
    writeFileSync(path, image);
    const descriptor = openSync(path, 'r+');
    try {
      ftruncateSync(descriptor, pageCount * 65536);
      const connection = open(new FileSource(descriptor, pageCount * 65536, true));
      connection.execute(inserting(100, 9000));
      const pages = connection.toPages();
      expect(pages.byteLength).toBeGreaterThan(pageCount * 65536);
      connection.close();
      const again = open(pages);
      const [row] = [...again.query('SELECT count(*), sum(length(b)), max(id) FROM t')];
      expect(row).toEqual([101, 100 * 9000 + 192, 101]);
      // The end of the file holds rows: pages behind the first 4 GiB were written, and read by the other connection.
      const last = pages.read(pages.byteLength - 65536, 65536);
      expect(last.some((byte) => byte === 120)).toBe(true);
      again.close();
    } finally {
      closeSync(descriptor);
      rmSync(path);
    }
  });

  it.skipIf(constants.MAX_LENGTH >= 5e9)(
    'that is longer than a buffer can be fails with a way out when a rollback needs one',
    async () => {
      const image = await databaseImage('PRAGMA page_size = 65536; CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)');
      const pageCount = 80_000;
      new DataView(image.buffer).setUint32(28, pageCount);
      const path = join(folder, 'longer.sqlite3');
      writeFileSync(path, image);
      const descriptor = openSync(path, 'r+');
      try {
        ftruncateSync(descriptor, pageCount * 65536);
        const connection = open(new FileSource(descriptor, pageCount * 65536, true));
        // Pages are written before the transaction ends.
        connection.execute(`PRAGMA cache_size = 8; BEGIN; ${inserting(300, 9000)}`);
        const rollBack = () => {
          connection.execute('ROLLBACK');
          connection.toPages();
        };
        expect(rollBack).toThrow(
          expect.objectContaining({ code: 'database_error', hint: expect.stringContaining('--driver native') }),
        );
      } finally {
        closeSync(descriptor);
        rmSync(path);
      }
    },
  );

  it('that gets shorter while it is read gives an error that says so, for every later question too', async () => {
    const image = await databaseImage(`CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); ${inserting(3000, 50)}`);
    const path = join(folder, 'short.sqlite3');
    writeFileSync(path, image);
    const descriptor = openSync(path, 'r+');
    const connection = open(new FileSource(descriptor, image.length, true));
    try {
      ftruncateSync(descriptor, 8192);
      const read = () => [...connection.query('SELECT sum(length(b)) FROM t')];
      expect(read).toThrow(expect.objectContaining({ code: 'file_changed' }));
      expect(read).toThrow(expect.objectContaining({ code: 'file_changed' }));
      expect(() => connection.toPages()).toThrow(expect.objectContaining({ code: 'file_changed' }));
    } finally {
      connection.close();
      closeSync(descriptor);
    }
  });
});

/** The database of a connection after a rollback. */
function emptied(connection: ImageConnection): Uint8Array {
  connection.execute('ROLLBACK');
  return connection.toImage();
}

describe('pieces of a changed file', () => {
  it(`are those of an array that was changed alike, for ${RUNS} random files`, () => {
    const writes = fc.array(fc.record({ at: fc.nat(9000), length: fc.integer({ min: 1, max: 3000 }) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.nat(6000), writes, fc.nat(9000), fc.nat(5000), (baseBytes, changes, start, length) => {
        const base = Uint8Array.from({ length: baseBytes }, (_, i) => (i * 31) % 251);
        // Pages of 512 bytes, as the header tells.
        if (baseBytes >= 100) base.set([2, 0], 16);
        const pages = new ChangedPages(new ImageSource(base.slice()));
        const expected = new Uint8Array(16_000);
        expected.set(base);
        let end = baseBytes;
        const snapshots: { readonly pages: PageSource; readonly expected: Uint8Array }[] = [];
        for (const [i, { at, length: count }] of changes.entries()) {
          const bytes = new Uint8Array(count).fill(i + 1);
          pages.write(bytes, at);
          expected.set(bytes, at);
          end = Math.max(end, at + count);
          if (i % 3 === 0) snapshots.push({ pages: pages.snapshot(end), expected: expected.slice(0, end) });
        }
        expect(pages.byteLength).toBe(end);
        const from = Math.min(start, end);
        const count = Math.min(length, end - from);
        expect(Buffer.compare(pages.read(from, count), expected.subarray(from, from + count))).toBe(0);
        const found = pages.locate(from, count);
        expect(Buffer.compare(pages.bytes.subarray(found, found + count), expected.subarray(from, from + count))).toBe(
          0,
        );
        for (const each of snapshots) expect(Buffer.compare(bytesOf(each.pages), each.expected)).toBe(0);
      }),
      { numRuns: RUNS * 10, seed: SEED },
    );
  });
});

describe('a file that another program writes to', () => {
  const asOf = '2025-06-13';

  it.each(['diffed', 'written'])('is noticed when it is %s, and nothing is left of the result', async (when) => {
    const path = join(folder, `${when}.sqlite3`);
    const outPath = join(folder, `${when}.result.sqlite3`);
    await generateDatabase({ path, contacts: 2000, seed: 1, shape: 'seed', asOfDay: 20252 });
    let isChanged = false;
    const change = () => {
      if (!isChanged) appendFileSync(path, new Uint8Array(4096));
      isChanged = true;
    };
    const failed = runFile(path, {
      asOf,
      outPath,
      onDiffed: when === 'diffed' ? change : undefined,
      onProgress: (stage) => {
        if (when === 'written' && stage === 'save') change();
      },
    });
    await expect(failed).rejects.toMatchObject({ code: 'file_changed' });
    expect(isChanged).toBe(true);
    expect(existsSync(outPath)).toBe(false);
  });
});
