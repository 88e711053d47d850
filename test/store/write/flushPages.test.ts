import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import initSqlJs from 'sql.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { ScheduleRows } from '../../../src/columns/scheduleRows.js';
import type { ConfigInput } from '../../../src/rules/config.js';
import { type OpenDatabase, openDatabase } from '../../../src/run/openDatabase.js';
import type { RunReport } from '../../../src/run/runReport.js';
import type { NewRows } from '../../../src/store/changes/newRows.js';
import type { ImageConnection } from '../../../src/store/driver/connection.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';
import { MemorySink } from '../../../src/store/format/memorySink.js';
import { requireOwnPages } from '../../../src/store/format/ownPages.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';
import { applyMigration, planMigration } from '../../../src/store/schema/migration.js';
import { readSchema } from '../../../src/store/schema/readSchema.js';
import { preparePages } from '../../../src/store/write/byPages/preparePages.js';
import { canFlushByPages, UnfitForPages } from '../../../src/store/write/byPages/scheduleLayout.js';
import { flushSchedules } from '../../../src/store/write/bySql/flushSchedules.js';
import type { FlushWay } from '../../../src/store/write/writePlan.js';
import { organization } from '../../helpers/arbitraries.js';
import { hasSqlite3, integrityOf, recordsImage } from '../../helpers/databases.js';
import { dumpOf, type FlushCase, flushCase, flushRowsOf, plainRows } from '../../helpers/flushCases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../../helpers/runs.js';

const RUNS = runCount(60);
const SEED = runSeed(1);
const RUN = { runId: '20250613-abcd', nowText: '2025-06-13 12:00:00' };

const folder = mkdtempSync(join(tmpdir(), 'sendplan-flush-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Flushed {
  readonly image: Uint8Array;
  readonly refused: readonly number[];
  readonly inserted: number;
  readonly deleted: number;
  readonly sequence: number | null;
}

async function flushed(
  image: Uint8Array,
  work: (connection: ImageConnection) => Omit<Flushed, 'image' | 'sequence'>,
  write: (connection: ImageConnection) => Promise<Uint8Array> = async (after) => after.toImage(),
): Promise<Flushed | string> {
  const connection = await openSqlJs(image);
  try {
    connection.execute('BEGIN');
    applyMigration(connection, planMigration(connection, readSchema(connection)));
    const result = work(connection);
    connection.execute('COMMIT');
    let sequence: number | null = null;
    const isThere = [...connection.query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")].length > 0;
    const sql = "SELECT seq FROM sqlite_sequence WHERE lower(name) = 'email_schedules'";
    if (isThere) for (const [value] of connection.query(sql)) sequence = Number(value);
    return { ...result, sequence, image: await write(connection) };
  } catch (error) {
    if (error instanceof UnfitForPages) throw error;
    return (error as Error).message;
  } finally {
    connection.close();
  }
}

function bySql({ image, deletedIds, rows }: FlushCase): Promise<Flushed | string> {
  return flushed(image, (connection) => {
    const refused: number[] = [];
    const changes = { deletedIds, rowCount: rows.count, batches: [rows] };
    const { inserted, deleted } = flushSchedules(connection, changes, {
      ...RUN,
      onRefused: (place) => refused.push(place),
    });
    return { refused, inserted, deleted };
  });
}

/** @param rows of a case, or as they are asked for */
async function byPages(
  { image, deletedIds, rows }: Pick<FlushCase, 'image' | 'deletedIds'> & { readonly rows: NewRows | ScheduleRows },
  keepsLeaves = false,
): Promise<Flushed | string> {
  let write: (after: ImageConnection) => Promise<Uint8Array>;
  const pagesBefore = () => new ImageSource(image);
  const plainRoots = requireOwnPages(pagesBefore(), await rootsOf(image));
  return flushed(
    image,
    (connection) => {
      const changes = { deletedIds, rows: 'kinds' in rows ? rows : flushRowsOf(rows) };
      const pages = preparePages(connection, changes, { ...RUN, pagesBefore, plainRoots, keepsLeaves });
      if (pages.keepsLeaves) keptCases++;
      pages.settle();
      write = async (after) => {
        const sink = new MemorySink();
        await pages.write(after.toPages(), {
          write: (bytes, position) => sink.write(bytes, position),
          checkpoint: async () => {},
        });
        return sink.toBytes();
      };
      return { refused: [...pages.refused], inserted: pages.inserted, deleted: pages.deleted };
    },
    (after) => write(after),
  );
}

/** Whether a database goes on working: rows come and go, free pages are used, everything is packed anew. */
async function checksAfterUse(image: Uint8Array): Promise<string> {
  const { Database } = await initSqlJs();
  const database = new Database(image);
  try {
    const check = () => String(database.exec('PRAGMA integrity_check')[0].values);
    database.exec(
      'DELETE FROM email_schedules WHERE id % 3 = 0; CREATE TABLE more (x); INSERT INTO more VALUES (zeroblob(50000))',
    );
    database.exec("UPDATE email_schedules SET status = 'sent' WHERE id % 5 = 0");
    const used = check();
    database.exec('VACUUM');
    return `${used} ${check()}`;
  } finally {
    database.close();
  }
}

let fitCases = 0;
let keptCases = 0;

async function rootsOf(image: Uint8Array): Promise<number[]> {
  const connection = await openSqlJs(image);
  try {
    const roots = connection.query('SELECT rootpage FROM sqlite_schema WHERE rootpage > 0');
    return Array.from(roots, ([root]) => Number(root));
  } finally {
    connection.close();
  }
}

async function compare(seed: number, keepsLeaves: boolean): Promise<void> {
  const flush = await flushCase(seed, keepsLeaves);
  const expected = await bySql(flush);
  let found: Flushed | string;
  try {
    found = await byPages(flush, keepsLeaves);
  } catch (error) {
    expect(error).toBeInstanceOf(UnfitForPages);
    return;
  }
  expect(flush.isUnfit).toBe(false);
  if (typeof expected === 'string' || typeof found === 'string') {
    expect([typeof expected, typeof found], `${expected} / ${found}`).toEqual(['string', 'string']);
    return;
  }
  fitCases++;
  expect(found.refused).toEqual([...expected.refused].sort((a, b) => a - b));
  expect([found.inserted, found.deleted]).toEqual([expected.inserted, expected.deleted]);
  // Ids of refused rows count for AUTOINCREMENT when they were refused in a batch.
  if (found.refused.length === 0) expect(found.sequence).toBe(expected.sequence);
  const { dump, checks } = await dumpOf(found.image);
  expect(checks).toEqual(['ok', 'ok']);
  expect(dump).toEqual((await dumpOf(expected.image)).dump);
  expect(await checksAfterUse(found.image)).toBe('ok ok');
  if (!hasSqlite3) return;
  const path = join(folder, 'case.sqlite3');
  writeFileSync(path, found.image);
  expect(integrityOf(path)).toBe('ok');
}

describe(`rows written as pages, for ${RUNS} random databases`, () => {
  it.each([
    ['all leaves written anew', false],
    ['only the leaves that change', true],
  ])(
    'are those that SQL writes, %s',
    async (_leaves, keepsLeaves) => {
      fitCases = 0;
      for (let i = 0; i < RUNS; i++) {
        const seed = SEED * 100_000 + i;
        await compare(seed, keepsLeaves).catch((error: unknown) => {
          throw new Error(`case ${seed}: ${(error as Error).message}`, { cause: error });
        });
      }
      expect(fitCases).toBeGreaterThan(RUNS * 0.5);
      if (keepsLeaves) expect(keptCases).toBeGreaterThan(RUNS * 0.3);
      else expect(keptCases).toBe(0);
    },
    runTimeout(RUNS * 10),
  );
});

describe('what pages are not for', () => {
  const create = 'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER, status TEXT';
  it.each([
    [`${create})`, null],
    [`${create}, note TEXT DEFAULT 'x', at TEXT DEFAULT CURRENT_TIMESTAMP)`, null],
    [`${create}, CHECK (contact_id > 0))`, 'it may have a CHECK constraint'],
    [`${create}, twice AS (2 * id))`, 'its column "twice" is generated or hidden'],
    [`${create}, note TEXT DEFAULT (random()))`, 'its column "note" has a default that is computed'],
    [`${create}, priority TEXT)`, 'its column "priority" would store numbers as TEXT'],
    [`${create}, event_year REAL)`, 'its column "event_year" would store numbers as REAL'],
    [`${create}, metadata TEXT NOT NULL)`, 'its column "metadata" is NOT NULL, and a run writes NULL'],
    [`${create}, email_type ANY) STRICT`, 'it is STRICT and its column "email_type" is ANY'],
    [`${create}); CREATE INDEX i ON email_schedules (status DESC)`, 'its index "i" has an order of its own'],
    [`${create}); CREATE INDEX i ON email_schedules (status COLLATE NOCASE)`, 'its index "i" has an order of its own'],
    [`${create}); CREATE INDEX i ON email_schedules (lower(status))`, 'its index "i" holds more than plain columns'],
    [`${create}); CREATE INDEX i ON email_schedules (id)`, 'its index "i" holds more than plain columns'],
    [`${create}); CREATE INDEX i ON email_schedules (status) WHERE id > 5`, 'its index "i" leaves rows out'],
    [`${create}, x REAL); CREATE INDEX i ON email_schedules (x)`, 'its index "i" is over a REAL column'],
    [`${create}); CREATE TRIGGER t AFTER INSERT ON email_schedules BEGIN SELECT 1; END`, 'the trigger "t" is about it'],
    [`PRAGMA auto_vacuum = FULL; VACUUM; ${create})`, 'the database is in auto_vacuum mode'],
    [`PRAGMA encoding = 'UTF-16le'; ${create})`, 'the text of the database is not UTF-8'],
  ])('%s', async (sql, reason) => {
    const connection = await openSqlJs(null);
    try {
      connection.execute(`${sql}; CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)`);
      applyMigration(connection, planMigration(connection, readSchema(connection)));
      expect(canFlushByPages(connection)).toBe(reason);
    } finally {
      connection.close();
    }
  });
});

describe('trees of every size', () => {
  it('are sound, from none to several levels', async () => {
    const { Database } = await initSqlJs();
    const database = new Database();
    database.exec('PRAGMA page_size = 512; VACUUM; CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)');
    const image = database.export();
    database.close();
    for (const count of [...Array.from({ length: 80 }, (_, i) => i), 200, 201, 202, 203, 997, 5000]) {
      const found = await byPages({ image, deletedIds: new Float64Array(0), rows: plainRows(count) });
      if (typeof found === 'string') throw new Error(found);
      const { dump, checks } = await dumpOf(found.image);
      expect([count, ...checks]).toEqual([count, 'ok', 'ok']);
      expect(dump).toContain(`email_schedules: ${count}`);
    }
  });
});

/** A report without what differs from one run to the next. */
function comparable({ run_id: _id, stages: _stages, seconds: _seconds, flush: _flush, ...report }: RunReport): unknown {
  return report;
}

/** A dump without the names and times of runs. */
function anonymous(dump: readonly string[]): string[] {
  const today = new Date().toISOString().slice(0, 10);
  return dump.map((line) =>
    line.replace(/[0-9]{14}-[0-9a-f]{8}/g, 'RUN').replaceAll(new RegExp(`${today} [0-9:]{8}`, 'g'), 'NOW'),
  );
}

async function runsOf(image: Uint8Array, days: readonly number[], config: ConfigInput, flush: FlushWay) {
  const database: OpenDatabase = await openDatabase(image);
  try {
    const reports: RunReport[] = [];
    for (const day of days) reports.push(await database.run({ asOf: day, config, flush, force: ['unreadable'] }));
    const { dump, checks } = await dumpOf(database.toImage());
    expect(checks).toEqual(['ok', 'ok']);
    return { reports, dump: anonymous(dump) };
  } finally {
    database.close();
  }
}

describe(`runs that write pages, for ${RUNS} random organizations`, () => {
  it(
    'tell and leave what runs by SQL do, day after day',
    async () => {
      let pagesRuns = 0;
      const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
        const image = await recordsImage(records);
        const days = [today, today + 1, today + 30];
        const expected = await runsOf(image, days, config, 'sql');
        const found = await runsOf(image, days, config, 'pages');
        const isAllPages = found.reports.every(({ flush }) => flush !== 'sql');
        pagesRuns += found.reports.filter(({ flush }) => flush === 'pages').length;
        const warnings = found.reports
          .flatMap((report) => report.warnings)
          .filter((text) => text.includes('not as pages'));
        expect(warnings.length > 0).toBe(!isAllPages);
        expect(found.dump).toEqual(expected.dump);
        if (isAllPages) expect(found.reports.map(comparable)).toEqual(expected.reports.map(comparable));
      });
      await assertOrganizations(property, { runs: RUNS, seed: runSeed(3) });
      expect(pagesRuns).toBeGreaterThan(RUNS);
    },
    runTimeout(RUNS * 4),
  );
});
