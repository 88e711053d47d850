import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import Native from 'libsql';
import initSqlJs from 'sql.js';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/store/driver/connection.js';
import { DatabaseImage } from '../../../src/store/format/databaseImage.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';
import type { Migration } from '../../../src/store/schema/migration.js';
import type { DatabaseSchema } from '../../../src/store/schema/readSchema.js';
import { KeyColumn } from '../../../src/store/write/byPages/keyColumn.js';
import { type KeysByRoot, readStoredKeys } from '../../../src/store/write/byPages/storedKeys.js';
import { testFolder } from '../../helpers/cli.js';
import { runCount, runSeed, runTimeout } from '../../helpers/runs.js';
import { damaged, randomDatabase } from '../../helpers/scanDatabases.js';

// Threads need JavaScript files: these are of the program as it was built.
const BUILT = new URL('../../../dist/src/', import.meta.url);
const built = (path: string) => import(new URL(path, BUILT).href);
const { KeyThread } = await built('store/write/byPages/startKeyThread.js');
const { openDatabaseFile } = await built('store/file/openDatabaseFile.js');
const { openLazily } = await built('store/driver/lazyConnection.js');
const { loadSqlJs } = await built('store/driver/sqljs.js');
const { readSchema } = await built('store/schema/readSchema.js');
const { planMigration } = await built('store/schema/migration.js');
const { generateDatabase, runFile } = await built('node.js');

const RUNS = runCount(40);
const SEED = runSeed(23);
const pathOf = testFolder();
const path = pathOf('case.sqlite3');

interface OpenFile {
  readonly pages: unknown;
  bytesRead(): number;
  close(): void;
}

/** Everything that the thread is given, and what it read. */
interface Read {
  readonly schema: DatabaseSchema;
  readonly migration: Migration;
  readonly keys: KeysByRoot;
  readonly bytesRead: number;
}

/** Reads a file's keys; null where nothing of it can be read. */
async function readBeside(threads = 2, fromBytes = 0): Promise<Read | null> {
  let file: OpenFile | null = null;
  try {
    const opened: OpenFile = openDatabaseFile(path);
    file = opened;
    const connection: Connection = openLazily(opened.pages, await loadSqlJs());
    const thread = new KeyThread(threads, fromBytes);
    try {
      const schema = readSchema(connection);
      const migration = planMigration(connection, schema, { leavesUnchecked: true });
      const bytesBefore = opened.bytesRead();
      thread.start(connection, schema, migration);
      const keys = await thread.take();
      expect((await thread.take()).size).toBe(0);
      return { schema, migration, keys, bytesRead: opened.bytesRead() - bytesBefore };
    } finally {
      await thread.stop();
      connection.close();
    }
  } catch (error) {
    expect((error as { code?: string }).code).toMatch(/database_error|unsupported_schema|not_a_database|missing/);
    return null;
  } finally {
    file?.close();
  }
}

/** The values of a column, as bytes of records. */
function valuesOf({ dictionary, codes, count }: KeyColumn): string[] {
  const { bytes, starts, typeLengths, bodyLengths } = dictionary;
  return Array.from(codes.subarray(0, count), (code) => {
    return bytes.subarray(starts[code], starts[code] + typeLengths[code] + bodyLengths[code]).join();
  });
}

/** What this thread reads of a table's columns; null where it cannot. */
function readAlone(bytes: Uint8Array, rootPage: number, places: readonly number[]) {
  const columns: (KeyColumn | undefined)[] = [];
  for (const place of places) columns[place] = new KeyColumn(0);
  try {
    const ids = readStoredKeys(new DatabaseImage(new ImageSource(bytes)), rootPage, { columns, missing: [] });
    return { ids: [...ids], values: places.map((place) => valuesOf(columns[place] as KeyColumn)) };
  } catch {
    return null;
  }
}

describe('keys that are read beside the run', () => {
  it(
    `are those that the run reads, or none, for ${RUNS} random databases, sound and damaged`,
    async () => {
      let tables = 0;
      for (let seed = SEED * 1000; seed < SEED * 1000 + RUNS; seed++) {
        const image = await randomDatabase(seed);
        for (const bytes of [image, damaged(image, seed)]) {
          writeFileSync(path, bytes);
          const read = await readBeside();
          for (const [rootPage, { ids, columns }] of read?.keys ?? []) {
            const places = [...columns.keys()];
            const alone = readAlone(bytes, rootPage, places);
            expect([seed, alone?.ids]).toEqual([seed, [...ids]]);
            expect(alone?.values).toEqual(places.map((place) => valuesOf(columns.get(place) as KeyColumn)));
            tables++;
          }
        }
      }
      expect(tables).toBeGreaterThan(RUNS * 0.5);
    },
    runTimeout(RUNS * 20),
  );

  it('are of the tables that are there and get indexes, and not read where that does not pay', async () => {
    await generateDatabase({ path, contacts: 2000, shape: 'realistic', seed: 1, asOfDay: 20_252, force: true });
    const read = await readBeside();
    expect(read?.bytesRead).toBeGreaterThan(300_000);
    const wanted = new Set(
      read?.migration.steps.filter(({ creates }) => creates === 'index').map(({ table }) => table),
    );
    const there = new Set(read?.schema.tables.map(({ name }) => name));
    expect(read?.keys.size).toBe([...wanted].filter((table) => there.has(table)).length);
    expect(read?.keys.size).toBeGreaterThan(2);
    expect((await readBeside(1))?.keys.size).toBe(0);
    expect((await readBeside(2, 1e9))?.keys.size).toBe(0);
    await runFile(path, { asOf: 20_252 });
    expect((await readBeside())?.keys.size).toBe(0);
  });

  it.each([
    ['history', ''],
    ['rows from before a column of an index was added', 'ALTER TABLE email_schedules DROP COLUMN scheduler_run_id'],
    [
      'rows from before a column with a default was added',
      `ALTER TABLE email_schedules DROP COLUMN status; ALTER TABLE email_schedules ADD COLUMN status TEXT DEFAULT 'sent'`,
    ],
    [
      'rows that hold more than the schema tells of',
      `ALTER TABLE email_schedules DROP COLUMN scheduler_run_id; ALTER TABLE email_schedules ADD COLUMN scheduler_run_id TEXT;
      UPDATE email_schedules SET scheduler_run_id = 'of before'; PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, ', scheduler_run_id TEXT', '') WHERE name = 'email_schedules'`,
    ],
    ['owned rows without indexes', `UPDATE email_schedules SET status = 'pre-scheduled' WHERE id % 50 = 1`],
  ])('change nothing of a first run over %s', async (_name, sql) => {
    const book = pathOf('book.sqlite3');
    await generateDatabase({ path: book, contacts: 72_000, shape: 'realistic', seed: 4, asOfDay: 20_252, force: true });
    const { Database } = await initSqlJs();
    const database = new Database(readFileSync(book));
    database.exec(sql);
    writeFileSync(book, database.export());
    database.close();
    const paths = [1, 2].map((threads) => pathOf(`by-${threads}.sqlite3`));
    for (const [i, by] of paths.entries()) {
      copyFileSync(book, by);
      const report = await runFile(by, { asOf: '2025-06-13', threads: i + 1 });
      expect(report.flush).toBe('pages');
    }
    expect(differences(paths[0], paths[1])).toEqual([0, 0, 'ok', 'ok']);
  });
});

/** How many rows two databases do not have in common, each way, and whether each is sound, its indexes included. */
function differences(path: string, other: string): unknown[] {
  const database = new Native(path);
  try {
    database.prepare('ATTACH ? AS other').run(other);
    const columns = `id, contact_id, email_type, planned_send_date, scheduled_send_date, status, skip_reason, priority,
      email_template, sms_template, event_year, event_month, event_day, metadata`;
    const rows = (schema: string) => `SELECT ${columns} FROM ${schema}.email_schedules`;
    const ask = (sql: string) => database.prepare(sql).get() as Readonly<Record<string, unknown>>;
    const only = (a: string, b: string) => ask(`SELECT count(*) AS found FROM (${rows(a)} EXCEPT ${rows(b)})`).found;
    const check = (schema: string) => ask(`PRAGMA ${schema}.integrity_check`).integrity_check;
    return [only('main', 'other'), only('other', 'main'), check('main'), check('other')];
  } finally {
    database.close();
  }
}
