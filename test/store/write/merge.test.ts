import initSqlJs from 'sql.js';
import { describe, expect, it } from 'vitest';
import { SendplanError } from '../../../src/errors.js';
import { DatabaseImage } from '../../../src/store/format/databaseImage.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';
import { eachTreePage } from '../../../src/store/format/treePages.js';
import { changeByPages } from '../../helpers/changeByPages.js';
import { dumpOf } from '../../helpers/flushCases.js';
import { runCount, runSeed, runTimeout } from '../../helpers/runs.js';
import { Draw } from '../../helpers/scanDatabases.js';

const RUNS = runCount(40);
const SEED = runSeed(11);

const COLUMNS = `id INTEGER PRIMARY KEY, contact_id INTEGER, email_type TEXT, planned_send_date TEXT, scheduled_send_date TEXT,
  scheduled_send_time TEXT, status TEXT, skip_reason TEXT, priority INTEGER, campaign_instance_id INTEGER, email_template TEXT,
  sms_template TEXT, scheduler_run_id TEXT, event_year INTEGER, event_month INTEGER, event_day INTEGER, metadata TEXT,
  created_at TEXT, updated_at TEXT`;

/** A database with rows under the ids 10, 20, 30 ... whose key is long on every seventh, and what `after` does to it. */
async function found(rowCount: number, after = '', pageBytes = 512): Promise<Uint8Array> {
  const { Database } = await initSqlJs();
  const database = new Database();
  database.exec(`PRAGMA page_size = ${pageBytes}; VACUUM; CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT);
    CREATE TABLE email_schedules (${COLUMNS});
    CREATE INDEX by_status ON email_schedules (status);
    CREATE INDEX by_contact ON email_schedules (contact_id, email_type);
    CREATE INDEX by_text ON email_schedules (metadata, contact_id);
    CREATE UNIQUE INDEX by_key ON email_schedules (contact_id, email_type, scheduled_send_date);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rowCount})
      INSERT INTO email_schedules (id, contact_id, email_type, scheduled_send_date, status, metadata)
      SELECT i * 10, 100 + i / 3, 'type ' || (i % 3), '2024-01-01', CASE i % 4 WHEN 0 THEN 'sent' WHEN 1 THEN NULL ELSE 'skipped' END,
        CASE i % 7 WHEN 0 THEN printf('%.*c', i % 900, 'm') WHEN 1 THEN x'00ff' WHEN 2 THEN i * 0.5 WHEN 3 THEN i * 9007199254740993 END
      FROM n WHERE ${rowCount} > 0;`);
  database.exec(after);
  const image = database.export();
  database.close();
  return image;
}

/** How many databases had leaves that stayed. */
let keptCount = 0;

/** Writes new rows into a database as pages, some rows gone. */
function merged(
  image: Uint8Array,
  deletedIds: readonly number[],
  newCount: number,
  keepsLeaves = false,
): Promise<Uint8Array> {
  return changeByPages(image, deletedIds, newCount, keepsLeaves, (pages) => {
    if (pages.keepsLeaves) keptCount++;
  });
}

/** The ids of the rows that are there and those of new rows, in what order indexes hold them. */
async function entriesOf(image: Uint8Array): Promise<unknown> {
  const { Database } = await initSqlJs();
  const database = new Database(image);
  try {
    const read = (sql: string) => database.exec(sql)[0]?.values.flat() ?? [];
    return {
      table: read('SELECT id FROM email_schedules NOT INDEXED'),
      status: read('SELECT id FROM email_schedules INDEXED BY by_status ORDER BY status'),
      contact: read('SELECT id FROM email_schedules INDEXED BY by_contact ORDER BY contact_id, email_type'),
      text: read('SELECT id FROM email_schedules INDEXED BY by_text ORDER BY metadata, contact_id'),
      key: read(
        'SELECT id FROM email_schedules INDEXED BY by_key ORDER BY contact_id, email_type, scheduled_send_date',
      ),
    };
  } finally {
    database.close();
  }
}

const idsOf = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => (start + i) * 10);

describe('an old tree that is merged with new rows', () => {
  it.each([
    ['nothing goes and little comes', 3000, [], 3],
    ['nothing goes and much comes, in front of all', 300, [], 5000],
    ['all goes', 3000, idsOf(1, 3001), 0],
    ['all goes and other rows come', 3000, idsOf(1, 3001), 500],
    ['the first leaves go', 3000, idsOf(1, 800), 40],
    ['the last leaves go', 3000, idsOf(2200, 3001), 40],
    ['leaves in the middle go, and the entries between them', 3000, idsOf(500, 2500), 40],
    ['every other row goes', 3000, idsOf(1, 3001).filter((_, i) => i % 2 === 0), 900],
    ['one leaf', 4, [20], 2],
    ['one row', 1, [10], 1],
    ['no row is left', 1, [10], 0],
    ['batches of new entries', 2000, idsOf(10, 400), 20_000],
  ])('%s', async (_name, rowCount, deletedIds, newCount) => {
    for (const pageBytes of [512, 4096]) {
      const image = await found(rowCount, '', pageBytes);
      const result = await merged(image, deletedIds, newCount);
      const { dump, checks } = await dumpOf(result);
      expect(checks).toEqual(['ok', 'ok']);
      expect(dump).toContain(`email_schedules: ${rowCount - deletedIds.length + newCount}`);
      const { Database } = await initSqlJs();
      const database = new Database(result);
      database.exec('REINDEX');
      expect(await entriesOf(database.export())).toEqual(await entriesOf(result));
      database.close();
    }
  });

  it('keeps its order among equal keys by id, where rows come back under the ids of others', async () => {
    const image = await found(2000, 'DELETE FROM email_schedules WHERE id % 50 = 0');
    const result = await merged(image, [10, 20, 19_990], 3000);
    expect((await dumpOf(result)).checks).toEqual(['ok', 'ok']);
  });

  it('takes more ids that go than there are bits for them', async () => {
    const image = await found(3000, 'UPDATE email_schedules SET id = id * 1000000000 WHERE id > 100');
    const goes = idsOf(1, 3001)
      .filter((_, i) => i % 3 === 0)
      .map((id) => (id > 100 ? id * 1e9 : id));
    const { dump, checks } = await dumpOf(await merged(image, goes, 100));
    expect(checks).toEqual(['ok', 'ok']);
    expect(dump).toContain('email_schedules: 2100');
  });

  it('tells of rows that go and are not there', async () => {
    const image = await found(100);
    await expect(merged(image, [10, 15], 1)).rejects.toMatchObject({ code: 'database_error' });
  });
});

/** Does something to the table while an index is not in the schema. */
const behind = (
  index: string,
  sql: string,
) => `CREATE TABLE hidden AS SELECT * FROM sqlite_master WHERE name = '${index}';
  PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = '${index}'; PRAGMA writable_schema = RESET;
  ${sql};
  PRAGMA writable_schema = ON; INSERT INTO sqlite_master SELECT * FROM hidden; DROP TABLE hidden; PRAGMA writable_schema = RESET`;

describe('an index that is not of the rows of its table', () => {
  it.each([
    ['lacks rows', "INSERT INTO email_schedules (id, contact_id, status) VALUES (5, 1, 'sent'), (100000, 1, 'sent')"],
    ['has rows too many', 'DELETE FROM email_schedules WHERE id IN (50, 900)'],
    ['has other rows, as many', 'UPDATE email_schedules SET id = id + 1 WHERE id IN (50, 900)'],
    [
      'has other rows, with the same sum',
      'UPDATE email_schedules SET id = id + 1 WHERE id = 50; UPDATE email_schedules SET id = id - 1 WHERE id = 900',
    ],
  ])('is built from the table when it %s', async (_what, sql) => {
    for (const index of ['by_status', 'by_text', 'by_key']) {
      const image = await found(300, behind(index, sql));
      expect((await dumpOf(image)).checks).not.toEqual(['ok', 'ok']);
      const result = await merged(image, [30, 40], 200);
      expect([index, ...(await dumpOf(result)).checks]).toEqual([index, 'ok', 'ok']);
    }
  });

  it('refuses to go on when a unique one does not know of rows that agree', async () => {
    const twice = `INSERT INTO email_schedules (id, contact_id, email_type, scheduled_send_date) SELECT id + 1, contact_id, email_type,
      scheduled_send_date FROM email_schedules WHERE id = 50`;
    const image = await found(300, behind('by_key', twice));
    await expect(merged(image, [30], 20)).rejects.toMatchObject({
      code: 'database_error',
      message: 'The database is damaged: its index "by_key" is not of the rows of email_schedules.',
    });
  });
});

describe(`damaged pages, ${RUNS} times`, () => {
  it(
    'are told, or leave the rows as they are',
    async () => {
      const draw = new Draw(SEED);
      const sound = await found(1500);
      const goes = idsOf(1, 1501).filter((_, i) => i % 5 === 0);
      const { dump: expected } = await dumpOf(await merged(sound, goes, 400));
      const told = { damaged: 0, healed: 0, kept: 0 };
      for (let i = 0; i < RUNS; i++) {
        const tree = draw.of(['by_status', 'by_contact', 'by_text', 'by_key', 'email_schedules']);
        const image = await damagedImage(sound, tree, draw);
        let result: Uint8Array;
        try {
          result = await merged(image, goes, 400);
        } catch (error) {
          expect(error, `run ${i}`).toBeInstanceOf(SendplanError);
          expect((error as SendplanError).code).toBe('database_error');
          told.damaged++;
          continue;
        }
        // Which rows are refused, or are there, is these trees' word alone.
        if (tree === 'by_key' || tree === 'email_schedules') continue;
        const { dump, checks } = await dumpOf(result);
        expect(dump).toEqual(expected);
        // A key that is another one is the table's word against the index's, and what no tree leads to any more stays lost; nothing
        // else may be wrong.
        const wrong = checks.filter((line) => line !== 'ok');
        const lost = lostPages(wrong);
        if (lost.length > 0) expect(lostPages(await checksOf(image))).toEqual(expect.arrayContaining(lost));
        for (const line of wrong)
          expect(line).toMatch(
            /^row [0-9]+ (missing from|values differ from) index |wrong # of entries|^\*\*\* in database main \*\*\*(\nPage [0-9]+: never used)+$/,
          );
        if (wrong.length === 0) told.healed++;
        else told.kept++;
      }
      expect(told.healed + told.kept).toBeGreaterThan(RUNS * 0.1);
      expect(told.damaged + told.healed).toBeGreaterThan(0);
    },
    runTimeout(RUNS * 10),
  );
});

describe(`damaged pages between leaves that stay, ${RUNS} times`, () => {
  it(
    'are told, or leave the rows as they are',
    async () => {
      const draw = new Draw(SEED + 1);
      const sound = await found(1500, 'UPDATE email_schedules SET metadata = substr(metadata, 1, 40)');
      const goes = idsOf(1, 1501).filter((_, i) => i % 40 < 3);
      keptCount = 0;
      const { dump: expected, checks } = await dumpOf(await merged(sound, goes, 60, true));
      expect([keptCount, ...checks]).toEqual([1, 'ok', 'ok']);
      expect((await dumpOf(await merged(sound, goes, 60))).dump).toEqual(expected);
      let told = 0;
      for (let i = 0; i < RUNS; i++) {
        const tree = draw.of(['by_status', 'by_contact', 'by_text', 'by_key', 'email_schedules']);
        const image = await damagedImage(sound, tree, draw);
        let result: Uint8Array;
        try {
          result = await merged(image, goes, 60, true);
        } catch (error) {
          expect(error, `run ${i}`).toBeInstanceOf(SendplanError);
          expect((error as SendplanError).code).toBe('database_error');
          told++;
          continue;
        }
        // Which rows are refused, or are there, is these trees' word alone.
        if (tree === 'by_key' || tree === 'email_schedules') continue;
        expect(await rowsOf(result), `run ${i}`).toEqual(await rowsOf(await merged(sound, goes, 60, true)));
      }
      expect(told).toBeGreaterThan(0);
      expect(keptCount).toBeGreaterThan(RUNS);
    },
    runTimeout(RUNS * 10),
  );
});

/** All rows of the table, as it has them. */
async function rowsOf(image: Uint8Array): Promise<unknown> {
  const { Database } = await initSqlJs();
  const database = new Database(image);
  try {
    return database.exec('SELECT * FROM email_schedules NOT INDEXED ORDER BY id')[0].values;
  } finally {
    database.close();
  }
}

/** What SQLite's check says of a database that need not be sound, as far as it gets. */
async function checksOf(image: Uint8Array): Promise<string[]> {
  const { Database } = await initSqlJs();
  const database = new Database(image);
  const lines: string[] = [];
  try {
    database.each(
      'PRAGMA integrity_check(100000)',
      (row) => lines.push(String(Object.values(row)[0])),
      () => {},
    );
  } catch (error) {
    expect(String(error)).toContain('malformed');
  } finally {
    database.close();
  }
  return lines;
}

/** The pages of which SQLite's check says that nothing leads to them. */
function lostPages(checks: readonly string[]): string[] {
  return checks.flatMap((line) => line.match(/Page [0-9]+: never used/g) ?? []);
}

/** A copy of an image with some bytes of a tree's pages changed. */
async function damagedImage(image: Uint8Array, tree: string, draw: Draw): Promise<Uint8Array> {
  const { Database } = await initSqlJs();
  const database = new Database(image);
  const [[root]] = database.exec(`SELECT rootpage FROM sqlite_master WHERE name = '${tree}'`)[0].values;
  database.close();
  const whole = new DatabaseImage(new ImageSource(image));
  const pages: number[] = [];
  eachTreePage(whole, Number(root), (page) => pages.push(page));
  const copy = image.slice();
  const isHeader = draw.once(3);
  for (let i = draw.of([1, 1, 3, 20]); i > 0; i--) {
    const at = (draw.of(pages) - 1) * whole.pageSize + draw.below(isHeader ? 20 : whole.pageSize);
    copy[at] = draw.once(2) ? draw.below(256) : copy[at] ^ (1 << draw.below(8));
  }
  return copy;
}
