import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { LoadProgress, Organization, ReadBeside } from '../../../src/columns/organization.js';
import type { ScheduleMeaning } from '../../../src/columns/readSchedules.js';
import type { OrganizationSource } from '../../../src/columns/source.js';
import { type Config, resolveConfig } from '../../../src/rules/config.js';
import type { Connection } from '../../../src/store/driver/connection.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';
import { openDatabaseFile } from '../../../src/store/file/openDatabaseFile.js';
import { organizationOfDatabase } from '../../../src/store/read/organizationOfDatabase.js';
import { ScheduleThread as SourceThread } from '../../../src/store/read/startScheduleThread.js';
import { type DatabaseSchema, readSchema } from '../../../src/store/schema/readSchema.js';
import { type OrganizationCase, organization } from '../../helpers/arbitraries.js';
import { databaseImage, recordsImage } from '../../helpers/databases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../../helpers/runs.js';
import { damaged, randomDatabase } from '../../helpers/scanDatabases.js';

// Threads need JavaScript files: these are of the program as it was built.
const BUILT = new URL('../../../dist/src/', import.meta.url);
const built = (path: string) => import(new URL(path, BUILT).href);
const { ScheduleThread } = await built('store/read/startScheduleThread.js');
const { loadOrganization, loadOrganizationBeside } = await built('columns/organization.js');
const { openDatabaseFile: openFile } = await built('store/file/openDatabaseFile.js');
const { openLazily } = await built('store/driver/lazyConnection.js');
const { loadSqlJs } = await built('store/driver/sqljs.js');
const { organizationOfDatabase: tablesOf } = await built('store/read/organizationOfDatabase.js');
const { readSchema: schemaOf } = await built('store/schema/readSchema.js');
const { FileSource } = await built('store/format/fileSource.js');
const { generateDatabase, runFile } = await built('node.js');

const RUNS = runCount(60);
const SEED = runSeed(11);
const TODAY = 20_252;
const CONFIG = resolveConfig({});
const MEANING: ScheduleMeaning = { typeNames: [], campaignTypes: [], instances: [], templates: [], order: 'iso' };

const folder = mkdtempSync(join(tmpdir(), 'sendplan-schedule-thread-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'case.sqlite3');

/** A file with everything that reads it. */
interface Opened {
  readonly file: { bytesRead(): number; close(): void; readonly stamp: { readonly sizeBytes: number } };
  readonly connection: Connection;
  readonly schema: DatabaseSchema;
  readonly source: OrganizationSource;
}

async function withFile<Result>(work: (opened: Opened) => Promise<Result>): Promise<Result> {
  const file = openFile(path);
  try {
    const connection: Connection = openLazily(file.pages, await loadSqlJs());
    try {
      const schema = schemaOf(connection);
      return await work({ file, connection, schema, source: tablesOf(connection, schema) });
    } finally {
      connection.close();
    }
  } finally {
    file.close();
  }
}

/** What was loaded as plain values, or the error. */
type Outcome = { readonly loaded: unknown } | { readonly error: unknown };

async function outcomeOf(load: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { loaded: await load() };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { error: { code, message } };
  }
}

/** All that an organization holds. */
function contentOf({ emailTypes, schedules, contacts, enrolments, ...others }: Organization): unknown {
  const { toTable: _toTable, ...rows } = schedules;
  const { table: _table, ...people } = contacts;
  const { table: _enrolled, ...enrolled } = enrolments as unknown as Record<string, unknown>;
  const types = { names: emailTypes.names, flags: emailTypes.flags };
  return JSON.parse(
    JSON.stringify({ types, rows, people, enrolled, ...others, texts: others.texts.texts }, (_key, value) => {
      if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, String);
      if (value instanceof Map || value instanceof Set) return [...value];
      return value;
    }),
  );
}

/** Loads the file by one thread and by two; `found` tells whether the second found the rows. */
async function loadBoth(
  config: Config,
  today: number,
): Promise<{ readonly alone: Outcome; readonly beside: Outcome; readonly found: boolean }> {
  const alone = await outcomeOf(() =>
    withFile(async ({ source }) => contentOf(loadOrganization(source, config, today))),
  );
  let found = false;
  const beside = await outcomeOf(() =>
    withFile(async ({ connection, schema, source }) => {
      const thread = new ScheduleThread(2, 0);
      const reader: ReadBeside = thread.readerOf(connection, schema, source);
      const watched: ReadBeside = (...task) => {
        const finish = reader(...task);
        if (finish === null) return null;
        return async () => {
          const rows = await finish();
          found = rows !== null;
          return rows;
        };
      };
      try {
        return contentOf(await loadOrganizationBeside(source, config, today, () => {}, watched));
      } finally {
        await thread.stop();
      }
    }),
  );
  return { alone, beside, found };
}

describe('email_schedules on a thread of its own', () => {
  it(
    `is read as on the thread that plans, for ${RUNS} random organizations`,
    async () => {
      let foundCases = 0;
      const property = fc.asyncProperty(organization(), async ({ records, config, today }: OrganizationCase) => {
        writeFileSync(path, await recordsImage(records));
        const { alone, beside, found } = await loadBoth(resolveConfig(config), today);
        expect(beside).toEqual(alone);
        if (found) foundCases++;
      });
      await assertOrganizations(property, { runs: RUNS, seed: SEED });
      expect(foundCases).toBeGreaterThan(RUNS * 0.4);
    },
    runTimeout(RUNS * 10),
  );

  it(
    `is read the same or fails the same, for ${RUNS} random databases, sound and damaged`,
    async () => {
      const counts = { found: 0, errors: 0 };
      for (let seed = SEED * 1000; seed < SEED * 1000 + RUNS; seed++) {
        const image = await randomDatabase(seed);
        for (const bytes of [image, damaged(image, seed)]) {
          writeFileSync(path, bytes);
          const { alone, beside, found } = await loadBoth(CONFIG, TODAY);
          expect([seed, beside]).toEqual([seed, alone]);
          if (found) counts.found++;
          if ('error' in alone) counts.errors++;
        }
      }
      expect(counts.found).toBeGreaterThan(RUNS * 0.4);
      expect(counts.errors).toBeGreaterThan(RUNS * 0.1);
    },
    runTimeout(RUNS * 20),
  );

  it.each([
    ['texts in UTF-16', `PRAGMA encoding = 'UTF-16le'`, 'TABLE s', ''],
    ['a table WITHOUT ROWID', '', 'TABLE s', 'WITHOUT ROWID'],
    ['a view', '', 'VIEW s', ''],
  ])('leaves %s to the thread that plans', async (_name, pragma, kind, suffix) => {
    const columns =
      '(id INTEGER PRIMARY KEY, contact_id INTEGER, email_type TEXT, status TEXT, actual_send_datetime TEXT)';
    const values = "VALUES (1, 1, 'birthday', 'sent', '2025-01-01'), (2, 1, 'aep', 'unheard of', '2025-02-01')";
    const table = kind === 'VIEW s' ? 'rows' : 'email_schedules';
    const view = kind === 'VIEW s' ? 'CREATE VIEW email_schedules AS SELECT * FROM rows' : '';
    const image = await databaseImage(`${pragma}; CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT);
      INSERT INTO contacts VALUES (1, 'a@b.c'); CREATE TABLE ${table} ${columns} ${suffix};
      INSERT INTO ${table} ${values}; ${view}`);
    writeFileSync(path, image);
    const { alone, beside, found } = await loadBoth(CONFIG, TODAY);
    expect(found).toBe(false);
    expect(beside).toEqual(alone);
    expect(alone).toMatchObject({ loaded: { rows: { count: 2 } } });
  });

  it('leaves rows from before a column with a default to the thread that plans', async () => {
    const image = await databaseImage(`CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT);
      INSERT INTO contacts VALUES (1, 'a@b.c'); CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id, email_type);
      INSERT INTO email_schedules VALUES (1, 1, 'birthday'); ALTER TABLE email_schedules ADD COLUMN status DEFAULT 'sent'`);
    writeFileSync(path, image);
    const { alone, beside, found } = await loadBoth(CONFIG, TODAY);
    expect([found, beside]).toEqual([false, alone]);
  });
});

describe('the thread of email_schedules', () => {
  const book = join(folder, 'book.sqlite3');
  const readBook = async () => {
    await generateDatabase({ path: book, contacts: 20_000, shape: 'realistic', seed: 1, asOfDay: TODAY, force: true });
    writeFileSync(path, readFileSync(book));
  };

  it('counts what it reads, and tells how far it has come', async () => {
    await readBook();
    await withFile(async ({ file, connection, schema, source }) => {
      const thread = new ScheduleThread(2, 0);
      const rowsDone: number[] = [];
      const before = file.bytesRead();
      const finish = thread.readerOf(connection, schema, source)(MEANING, (count: number) => rowsDone.push(count));
      const rows = await finish();
      await thread.stop();
      expect(rows.rows.id.length).toBeGreaterThan(20_000);
      expect(rows.rows.id.buffer).toBeInstanceOf(SharedArrayBuffer);
      // Each of two threads tells of its own rows.
      expect(rowsDone.length).toBeGreaterThanOrEqual(Math.floor(rows.rows.id.length / 16_384) - 1);
      expect(rowsDone).toEqual([...rowsDone].sort((a, b) => a - b));
      expect(file.bytesRead() - before).toBeGreaterThan(rows.rows.id.length * 50);
    });
  });

  it.each(['contacts', 'email_schedules'] as const)('ends when the run is given up at %s', async (table) => {
    await readBook();
    await withFile(async ({ connection, schema, source }) => {
      const thread = new ScheduleThread(2, 0);
      const giveUp: LoadProgress = (at) => {
        if (at === table) throw new Error('given up');
      };
      const reader = thread.readerOf(connection, schema, source);
      await expect(loadOrganizationBeside(source, CONFIG, TODAY, giveUp, reader)).rejects.toThrow('given up');
      await thread.stop();
      await thread.stop();
    });
  });

  it('leaves the table to the thread that plans where it cannot read the file', async () => {
    await readBook();
    await withFile(async ({ file, connection, schema, source }) => {
      const unreadable = openSync(join(folder, 'unreadable'), 'w');
      try {
        const thread = new ScheduleThread(2, 0);
        const pages = new FileSource(unreadable, file.stamp.sizeBytes, true);
        const reader = thread.readerOf({ ...connection, pages: () => pages }, schema, source);
        expect(await reader(MEANING, () => {})()).toBeNull();
        const loaded = await loadOrganizationBeside(source, CONFIG, TODAY, () => {}, reader);
        expect(contentOf(loaded)).toEqual(contentOf(loadOrganization(source, CONFIG, TODAY)));
        await thread.stop();
      } finally {
        closeSync(unreadable);
      }
    });
  });

  it('is not started for few rows, for one thread, for a database in memory, and where its file is missing', async () => {
    await readBook();
    const isStarted = (threads: number, fromRows: number) =>
      withFile(async ({ connection, schema, source }) => {
        const thread = new ScheduleThread(threads, fromRows);
        const isStarting = thread.readerOf(connection, schema, source)(MEANING, () => {}) !== null;
        await thread.stop();
        return isStarting;
      });
    expect([await isStarted(1, 0), await isStarted(2, 1e6), await isStarted(2, 20_000)]).toEqual([false, false, true]);
    // Of this file's own program there is only TypeScript.
    const file = openDatabaseFile(path);
    const connection = await openSqlJs(readFileSync(path));
    try {
      const schema = readSchema(connection);
      const source = organizationOfDatabase(connection, schema);
      const ofFile = { ...connection, pages: () => file.pages };
      expect(new SourceThread(2, 0).readerOf(ofFile, schema, source)(MEANING, () => {})).toBeNull();
      expect(new ScheduleThread(2, 0).readerOf(connection, schema, source)(MEANING, () => {})).toBeNull();
    } finally {
      connection.close();
      file.close();
    }
  });

  it('changes nothing of a night, and an interrupted one leaves the file as it was', async () => {
    await generateDatabase({ path: book, contacts: 72_000, shape: 'realistic', seed: 2, asOfDay: TODAY, force: true });
    await runFile(book, { asOf: TODAY, threads: 1 });
    const before = readFileSync(book);
    const abort = new AbortController();
    const onProgress = (stage: string, done: number) => {
      if (stage === 'load' && done > 0) abort.abort();
    };
    const interrupted = runFile(book, { asOf: TODAY + 1, threads: 2, onProgress, signal: abort.signal });
    await expect(interrupted).rejects.toMatchObject({ code: 'interrupted' });
    expect(readFileSync(book).equals(before)).toBe(true);
    const [alone, beside] = [
      await runFile(book, { asOf: TODAY + 1, threads: 1, dryRun: true }),
      await runFile(book, { asOf: TODAY + 1, threads: 2, dryRun: true }),
    ];
    expect([beside.rows, beside.issues]).toEqual([alone.rows, alone.issues]);
    expect(beside.rows.total).toBeGreaterThan(300_000);
    // The thread reads the schema once more.
    expect(beside.traffic.read_bytes).toBeGreaterThan(alone.traffic.read_bytes);
    expect(beside.traffic.read_bytes).toBeLessThan(alone.traffic.read_bytes * 1.1);
  });
});
