import { Table as ArrowTable, type Table, Utf8, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import initSqlJs, { type Database } from 'sql.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OrganizationTables } from '../../src/columns/arrowSource.js';
import { readInteger, readText } from '../../src/rules/fields.js';
import type { OrganizationRecords, PlannedRow } from '../../src/rules/records.js';
import { schedule } from '../../src/run/library.js';
import { openDatabase, type RunOptions } from '../../src/run/openDatabase.js';
import { type OrganizationCase, organization } from '../helpers/arbitraries.js';
import { databaseImage, inOrder, issueTexts, issueTextsOf, plannedRowsOf, recordsImage } from '../helpers/databases.js';
import { generatedImage } from '../helpers/generated.js';
import { readRecords } from '../helpers/records.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

const AS_OF = '2025-06-13';
const RUNS = Math.min(1000, runCount(40));

/** What a run leaves that must be the same whatever way the input came: the planned rows with their ids, and the issues. */
async function resultOf(image: Uint8Array, options: RunOptions) {
  const database = await openDatabase(image);
  try {
    const report = await database.run(options);
    const ids = database.query(
      `SELECT id, contact_id, email_type, scheduled_send_date FROM email_schedules ORDER BY id`,
    );
    const { rows, skip_reasons, moves, limits, busiest_days, overloaded_days } = report;
    const told = { rows, skip_reasons, moves, limits, busiest_days, overloaded_days };
    return { ids, planned: plannedRowsOf(database), issues: issueTextsOf(database), told };
  } finally {
    database.close();
  }
}

/** Puts the rows in a seeded other order. */
function shuffled<Row>(rows: readonly Row[], seed: number): Row[] {
  const random = fc.sample(fc.shuffledSubarray([...rows], { minLength: rows.length }), { numRuns: 1, seed });
  return random[0];
}

/** Leaves out the rows of which only the first counts, since another order would make another one the first. */
function withoutDuplicates(records: OrganizationRecords): OrganizationRecords {
  const firstOfEach = <T>(rows: readonly T[] = [], keyOf: (row: T) => unknown): T[] =>
    rows.filter((one, i) => keyOf(one) === null || rows.findIndex((other) => keyOf(other) === keyOf(one)) === i);
  return {
    ...records,
    contacts: firstOfEach(records.contacts, (row) => readInteger(row.id)),
    campaign_types: firstOfEach(records.campaign_types, (row) => readText(row.name)),
    campaign_instances: firstOfEach(records.campaign_instances, (row) => readInteger(row.id)),
  };
}

function shuffleTables(records: OrganizationRecords, seed: number): OrganizationRecords {
  const tables = Object.entries(records) as [string, readonly unknown[]][];
  return Object.fromEntries(
    // Of suppressions the first that covers an email counts.
    tables.map(([table, rows]) => [table, table === 'suppressions' ? rows : shuffled(rows, seed)]),
  ) as unknown as OrganizationRecords;
}

/** Copies a database into a new one that was set up by the statements. */
async function copyInto(setup: string, image: Uint8Array): Promise<Uint8Array> {
  const { Database: SqlDatabase } = await initSqlJs();
  const from = new SqlDatabase(new Uint8Array(image));
  try {
    return await databaseImage((database) => {
      database.exec(setup);
      for (const [sql] of from.exec('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL')[0].values)
        database.run(String(sql));
      for (const [name] of from.exec(`SELECT name FROM sqlite_schema WHERE type = 'table'`)[0].values) {
        const table = from.exec(`SELECT * FROM ${name}`)[0];
        if (table !== undefined) insertAll(database, String(name), table.values);
      }
    });
  } finally {
    from.close();
  }
}

function insertAll(
  database: Database,
  table: string,
  rows: readonly (readonly (string | number | null | Uint8Array)[])[],
): void {
  database.run('BEGIN');
  const statement = database.prepare(`INSERT INTO ${table} VALUES (${rows[0].map(() => '?').join(', ')})`);
  for (const row of rows) statement.run([...row]);
  statement.free();
  database.run('COMMIT');
}

/** Records as an Arrow table: texts as they are or as dictionaries, numbers as numbers. */
function arrowTable(records: readonly object[], asDictionaries: boolean): Table {
  const names = Object.keys(records[0] ?? { id: null });
  const columns = names.map((name) => {
    const values = records.map((record) => (record as Record<string, string | number | null>)[name]);
    const isText = values.every((value) => value === null || typeof value === 'string');
    if (!isText) return [name, vectorFromArray(values)];
    const hasText = values.some((value) => value !== null);
    return [name, vectorFromArray(values as (string | null)[], asDictionaries && hasText ? undefined : new Utf8())];
  });
  return new ArrowTable(Object.fromEntries(columns));
}

/** The first few rows that are not the same, of two lists that should be. */
function differences(found: readonly PlannedRow[], expected: readonly PlannedRow[]): [PlannedRow, PlannedRow][] {
  const pairs = Array.from(
    { length: Math.max(found.length, expected.length) },
    (_, i) => [found[i], expected[i]] as const,
  );
  return pairs.filter(([a, b]) => JSON.stringify(a) !== JSON.stringify(b)).slice(0, 3) as [PlannedRow, PlannedRow][];
}

function arrowTables(records: OrganizationRecords, asDictionaries: boolean): OrganizationTables {
  const tables = Object.entries(records) as [string, readonly object[]][];
  return Object.fromEntries(
    tables.map(([table, rows]) => [table, arrowTable(rows, asDictionaries)]),
  ) as unknown as OrganizationTables;
}

describe('a realistic book of 800 contacts', () => {
  let image: Uint8Array;
  let expected: Awaited<ReturnType<typeof resultOf>>;
  beforeAll(async () => {
    image = await generatedImage('realistic', 800, AS_OF);
    expected = await resultOf(image, { asOf: AS_OF });
  });

  test('is large enough to tell something', () => {
    expect(expected.planned.length).toBeGreaterThan(2000);
    expect(expected.told.moves.cap + expected.told.moves.smoothing).toBeGreaterThan(0);
    expect(new Set(expected.planned.map((row) => row.email_type)).size).toBeGreaterThan(6);
  });

  test('stays the bytes it was, though they are a Buffer of Node', async () => {
    const buffer = Buffer.from(image);
    await resultOf(buffer, { asOf: AS_OF });
    await schedule(buffer, { today: AS_OF });
    expect(Buffer.compare(buffer, image)).toBe(0);
  });

  test.each([1, 7, 799, 65536])('is planned the same %i contacts at a time', async (batchSize) => {
    expect(await resultOf(image, { asOf: AS_OF, batchSize })).toEqual(expected);
  });

  test.each([
    ['pages of 512 bytes', 'PRAGMA page_size = 512'],
    ['pages of 65,536 bytes', 'PRAGMA page_size = 65536'],
    ['UTF-16, the little end first', `PRAGMA encoding = 'UTF-16le'`],
    ['UTF-16, the big end first', `PRAGMA encoding = 'UTF-16be'`],
    ['auto-vacuum', 'PRAGMA auto_vacuum = FULL'],
  ])('is planned the same with %s', async (_, setup) => {
    expect(await resultOf(await copyInto(setup, image), { asOf: AS_OF })).toEqual(expected);
  });

  test('is planned the same after VACUUM, and with an index on what is read', async () => {
    const sql =
      'CREATE INDEX by_email ON contacts (email DESC, id); CREATE INDEX by_type ON email_schedules (email_type); VACUUM';
    expect(await resultOf(await databaseImage(sql, image), { asOf: AS_OF })).toEqual(expected);
  });

  test('is planned the same when contacts is a view, or has no key', async () => {
    const view =
      'ALTER TABLE contacts RENAME TO people; CREATE VIEW contacts AS SELECT * FROM people ORDER BY email DESC';
    expect(await resultOf(await databaseImage(view, image), { asOf: AS_OF })).toEqual(expected);
    const noKey = `CREATE TABLE people AS SELECT * FROM contacts ORDER BY email DESC; DROP TABLE contacts;
      ALTER TABLE people RENAME TO contacts`;
    expect(await resultOf(await databaseImage(noKey, image), { asOf: AS_OF })).toEqual(expected);
    const textKey = `ALTER TABLE contacts RENAME TO people; CREATE TABLE contacts (id TEXT PRIMARY KEY, email, state, zip_code,
      birth_date, effective_date, carrier, phone_number, failed_underwriting) WITHOUT ROWID; INSERT INTO contacts SELECT
      id, email, state, zip_code, birth_date, effective_date, carrier, phone_number, failed_underwriting FROM people`;
    expect(await resultOf(await databaseImage(textKey, image), { asOf: AS_OF })).toEqual(expected);
  });

  test('is planned the same from an image, records, and Arrow tables', async () => {
    const { Database: SqlDatabase } = await initSqlJs();
    const database = new SqlDatabase(new Uint8Array(image));
    const records = readRecords(database);
    database.close();
    const inputs = {
      image,
      records,
      'records in another order': shuffleTables(records, 3),
      'Arrow tables': arrowTables(records, false),
      'Arrow tables with dictionaries': arrowTables(records, true),
    };
    for (const [name, input] of Object.entries(inputs)) {
      const plan = await schedule(input, { today: AS_OF });
      const rows = inOrder(plan.rows());
      expect(differences(rows, inOrder(expected.planned)), name).toEqual([]);
      expect(issueTexts(plan.issues)).toEqual(expected.issues);
      expect(plan.counts.total).toBe(rows.length);
      const table = plan.toArrow();
      expect(table.numRows).toBe(rows.length);
      expect([...new Set(table.getChild('contact_id'))].map(Number).sort((a, b) => a - b)).toEqual([
        ...new Set(rows.map((row) => row.contact_id)),
      ]);
    }
  });
});

describe(`${RUNS} random organizations`, () => {
  const always = async (check: (one: OrganizationCase, rows: PlannedRow[], issues: string[]) => Promise<void>) => {
    const property = fc.asyncProperty(organization(), async (one) => {
      const records = withoutDuplicates(one.records);
      const { planned, issues } = await resultOf(await recordsImage(records), { asOf: one.today, config: one.config });
      await check({ ...one, records }, planned, issues);
    });
    await assertOrganizations(property, { runs: RUNS, seed: runSeed(3) });
  };

  test(
    'are planned the same from tables whose rows were inserted in another order',
    () =>
      always(async ({ records, config, today }, planned, issues) => {
        const image = await recordsImage(shuffleTables(records, today));
        const again = await resultOf(image, { asOf: today, config, batchSize: 1 });
        expect(again.planned).toEqual(planned);
        expect(again.issues).toEqual(issues);
      }),
    runTimeout(RUNS),
  );

  test(
    'are planned the same from small pages of UTF-16',
    () =>
      always(async ({ records, config, today }, planned, issues) => {
        const setup = `PRAGMA page_size = 512; PRAGMA encoding = 'UTF-16be'`;
        const again = await resultOf(await copyInto(setup, await recordsImage(records)), { asOf: today, config });
        expect(again.planned).toEqual(planned);
        expect(again.issues).toEqual(issues);
      }),
    runTimeout(RUNS),
  );
});
