import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_ISO_DAY, parseIsoDay, parseIsoDayBytes } from '../../../src/calendar/iso.js';
import { ContactIndex } from '../../../src/columns/contactIndex.js';
import { readContacts } from '../../../src/columns/contacts.js';
import { IssueLog } from '../../../src/columns/issueLog.js';
import { readSchedules, type ScheduleMeaning } from '../../../src/columns/readSchedules.js';
import { inOrderOfContacts } from '../../../src/columns/scheduleOrder.js';
import type { Schedules } from '../../../src/columns/schedules.js';
import type { OrganizationSource, RowSource } from '../../../src/columns/source.js';
import { TextMemo } from '../../../src/columns/textMemo.js';
import { TextDictionary } from '../../../src/columns/texts.js';
import { SendplanError } from '../../../src/errors.js';
import { isBlankBytes, isValidEmailBytes, readFlagBytes } from '../../../src/rules/fieldBytes.js';
import { isValidEmail, readFlag } from '../../../src/rules/fields.js';
import { decodeUtf8 } from '../../../src/rules/utf8.js';
import type { Connection } from '../../../src/store/driver/connection.js';
import { copySchema } from '../../../src/store/driver/copySchema.js';
import { openLazily } from '../../../src/store/driver/lazyConnection.js';
import { loadSqlJs, openSqlJs } from '../../../src/store/driver/sqljs.js';
import { openDatabaseFile } from '../../../src/store/file/openDatabaseFile.js';
import { openDatabaseReader } from '../../../src/store/format/databaseReader.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';
import { organizationOfDatabase } from '../../../src/store/read/organizationOfDatabase.js';
import { readSchema } from '../../../src/store/schema/readSchema.js';
import { runCount, runSeed } from '../../helpers/runs.js';
import { damaged, randomDatabase } from '../../helpers/scanDatabases.js';

const RUNS = runCount(150);
const SEED = runSeed(3);
const TODAY = 20_252;
const MEANING: ScheduleMeaning = {
  typeNames: ['birthday', 'aep'],
  campaignTypes: [],
  instances: [],
  templates: [],
  order: 'iso',
};

/** What reading a database came to: everything that was read, or the code of the error. */
type Outcome = { readonly read: unknown } | { readonly error: string };

function outcomeOf(read: () => unknown): Outcome {
  try {
    return { read: read() };
  } catch (error) {
    if (error instanceof SendplanError) return { error: error.code };
    throw error;
  }
}

function rowsOf(source: RowSource | null): unknown[] {
  return source === null ? [] : Array.from(source.rows([...source.columns]), (row) => Array.from(row));
}

/** How many rows every reading found, and how many forms. */
const formCounts: { readonly rows: number; readonly forms: number }[] = [];

/** The values of each row by its form, whatever forms there are. */
function ofEachRow({ form, forms }: Pick<Schedules, 'form' | 'forms'>): unknown {
  const columns = Object.entries(forms) as [string, ArrayLike<number>][];
  return Object.fromEntries(columns.map(([name, values]) => [name, Array.from(form, (number) => values[number])]));
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Everything that the readers of columns make of a database. */
function readAll(source: OrganizationSource): unknown {
  const issues = new IssueLog();
  const { table: _table, ...contacts } = readContacts(source.contacts, { today: TODAY, order: 'iso' }, issues);
  const { types, texts, ...found } = readSchedules(source.email_schedules, MEANING);
  const ordered = inOrderOfContacts(found, new ContactIndex(contacts.id), contacts.count);
  const { toTable: _toTable, form, forms, ...schedules } = ordered;
  const rows = { contacts: rowsOf(source.contacts), schedules: rowsOf(source.email_schedules) };
  formCounts.push({ rows: form.length, forms: forms.type.length });
  return {
    issues: issues.issues,
    contacts,
    schedules,
    ofForms: ofEachRow({ form, forms }),
    texts: texts.texts,
    types: types.names,
    rows,
  };
}

/** Reads an image by stepping and by scanning. */
async function readTwice(image: Uint8Array): Promise<{ stepped: Outcome; scanned: Outcome; handedOver: string[] }> {
  let connection: Connection;
  try {
    connection = await openSqlJs(image);
  } catch (error) {
    if (!(error instanceof SendplanError)) throw error;
    return { stepped: { error: error.code }, scanned: { error: error.code }, handedOver: [] };
  }
  try {
    const handedOver: string[] = [];
    const stepped = outcomeOf(() => readAll(organizationOfDatabase(connection, readSchema(connection), null)));
    const scanned = outcomeOf(() => {
      const note = (table: string, reason: string) => handedOver.push(`${table}: ${reason}`);
      return readAll(organizationOfDatabase(connection, readSchema(connection), undefined, note));
    });
    return { stepped, scanned, handedOver };
  } finally {
    connection.close();
  }
}

describe('fields read from bytes', () => {
  const piece = fc.constantFrom(
    'a',
    '@',
    ' ',
    '\t',
    '\u00a0',
    '\ufeff',
    '\u2003',
    '\u0085',
    'ä',
    '😀',
    '\u0000',
    '\n',
    '7',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
  );
  const bytes = fc.oneof(
    text.map((value) => new TextEncoder().encode(value)),
    fc.uint8Array({ maxLength: 20 }),
  );

  it('agree with fields read from texts', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(value);
        const padded = new Uint8Array([64, 32, ...value, 32, 64]);
        const end = 2 + value.length;
        expect(decodeUtf8(padded, 2, end)).toBe(decoded);
        expect(isValidEmailBytes(padded, 2, end)).toBe(isValidEmail(decoded));
        expect(isBlankBytes(padded, 2, end)).toBe(decoded.trim() === '');
        expect(readFlagBytes(padded, 2, end)).toBe(readFlag(decoded));
        expect(parseIsoDayBytes(viewOf(padded), 2, end)).toBe(parseIsoDay(decoded) ?? NO_ISO_DAY);
      }),
      { numRuns: RUNS * 10, seed: SEED },
    );
  });

  it('agree on dates and flags', () => {
    const digits = fc.stringMatching(/^[12][0-9]{3}-[01][0-9]-[0-3][0-9]([ T:]?.{0,3})$/);
    const word = fc.constantFrom('1', 'TRUE', 'tRue', 't', 'Yes', 'y', 'ON', 'no', '0', 'yes ', 'ｏn');
    fc.assert(
      fc.property(fc.oneof(digits, word), (value) => {
        const encoded = new TextEncoder().encode(value);
        expect(parseIsoDayBytes(viewOf(encoded), 0, encoded.length)).toBe(parseIsoDay(value) ?? NO_ISO_DAY);
        expect(readFlagBytes(encoded, 0, encoded.length)).toBe(readFlag(value));
      }),
      { numRuns: RUNS * 10, seed: SEED },
    );
  });

  it('every day from 1899 to 2200 is read like its text', () => {
    for (let day = -26_000; day < 84_500; day++) {
      const iso = new Date(day * 86_400_000).toISOString().slice(0, 10);
      const encoded = new TextEncoder().encode(iso);
      expect(parseIsoDayBytes(viewOf(encoded), 0, 10)).toBe(parseIsoDay(iso) ?? NO_ISO_DAY);
    }
  });

  it('a memo gives a text the same code by its bytes and as a string, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(text, fc.integer({ max: 3000 }).map(String)), { maxLength: 600 }), (values) => {
        const dictionary = new TextDictionary();
        const memo = new TextMemo((value) => dictionary.codeOf(value));
        for (const value of values) {
          const encoded = new TextEncoder().encode(`<${value}>`);
          const wellFormed = value.toWellFormed();
          expect(memo.codeOfBytes(viewOf(encoded), 1, encoded.length - 1)).toBe(dictionary.codeOf(wellFormed));
          expect(memo.codeOf(wellFormed)).toBe(dictionary.codeOf(wellFormed));
        }
        expect(memo.codeOf(null)).toBe(dictionary.codeOf(null));
      }),
      { numRuns: Math.min(RUNS, 300), seed: SEED },
    );
  });
});

describe('a scan of pages', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

  it(
    `reads what stepping reads, for ${RUNS} random databases`,
    async () => {
      let scanned = 0;
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const twice = await readTwice(await randomDatabase(seed));
          expect(twice.scanned).toEqual(twice.stepped);
          if (twice.handedOver.length === 0) scanned++;
        }),
        { numRuns: RUNS, seed: SEED },
      );
      expect(scanned).toBeGreaterThan(RUNS / 3);
      expect(formCounts.filter(({ rows, forms }) => forms < rows).length).toBeGreaterThan(RUNS / 20);
    },
    60_000 + RUNS * 1000,
  );

  it(
    `of a damaged file reads what stepping reads, or says that it is damaged, for ${RUNS} files`,
    async () => {
      let errors = 0;
      await fc.assert(
        fc.asyncProperty(seeds, seeds, async (seed, damage) => {
          const sound = await randomDatabase(seed);
          const twice = await readTwice(damaged(sound, damage));
          if ('error' in twice.scanned) errors++;
          else if ('read' in twice.stepped) expect(twice.scanned).toEqual(twice.stepped);
          // SQLite also refuses damage in what holds no rows, such as the pointer maps of auto_vacuum.
          else expect(twice.scanned).toEqual((await readTwice(sound)).scanned);
        }),
        { numRuns: RUNS, seed: SEED },
      );
      expect(errors).toBeGreaterThan(0);
    },
    60_000 + RUNS * 1000,
  );

  it(
    'of a file reads what stepping through its image reads, and asks SQLite for the schema alone',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sendplan-scan-'));
      const path = join(folder, 'a.sqlite3');
      const open = await loadSqlJs();
      let lazy = 0;
      try {
        await fc.assert(
          fc.asyncProperty(seeds, async (seed) => {
            const image = await randomDatabase(seed);
            writeFileSync(path, image);
            const file = openDatabaseFile(path);
            let opened = 0;
            const connection = openLazily(file.pages, (pages) => {
              if (pages !== null) opened++;
              return open(pages);
            });
            try {
              const found = outcomeOf(() => readAll(organizationOfDatabase(connection, readSchema(connection))));
              expect(found).toEqual((await readTwice(image)).stepped);
              if (opened === 0) lazy++;
              // From its first change on it is an ordinary database.
              connection.execute('CREATE TABLE later (x); INSERT INTO later VALUES (7)');
              expect(readSchema(connection).names).toContain('later');
              expect([...connection.query('SELECT x FROM later')]).toEqual([[7]]);
              expect(connection.pages?.()).toBeNull();
            } finally {
              connection.close();
              file.close();
            }
          }),
          { numRuns: Math.ceil(RUNS / 3), seed: SEED },
        );
        expect(lazy).toBeGreaterThan(RUNS / 12);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    60_000 + RUNS * 1000,
  );

  it('reads rows that come many at a time as stepping reads them, plain ones and all others, whatever the columns are declared as', async () => {
    const pick = (salt: number, ...values: readonly string[]) =>
      `CASE (i * ${7919 + 2 * salt} + i / ${3 + salt}) % ${values.length} ${values.map((value, k) => `WHEN ${k} THEN ${value}`).join(' ')} END`;
    // Every so many rows something is odd, at steps that fall on all places of pages and batches.
    const odd = (each: number, plain: string, ...others: readonly string[]) =>
      `CASE WHEN i % ${each} = 5 THEN ${pick(each, ...others)} ELSE ${plain} END`;
    const days = (salt: number) => `date('2025-01-01', (i * ${salt}) % 700 || ' days')`;
    const rows = [
      'i * 3',
      odd(17, 'i % 50 + 1', '70000000000 + i', 'NULL', "'7'", '-3', '1e3', 'i * 1000', '9007199254740993'),
      pick(1, "'birthday'", "'aep'", "'BIRTHDAY'", "'campaign_x_1'"),
      odd(19, days(3), 'NULL', "''", "'06/13/2025'", "'2025-02-30'", "'2025-06-13 08:00'", "' 2025-06-13'", '20250613'),
      odd(23, days(5), 'NULL', "'2025-06-13T'", "x'32303235'", "'1899-12-31'", "'2199-12-31'"),
      pick(2, 'NULL', 'NULL', "'08:30:00'"),
      pick(3, "'pre-scheduled'", "'skipped'", "'sent'", "'Sent '", "'failed'", "'pre-scheduled'"),
      pick(4, 'NULL', "'frequency_limit'", "'exclusion:year_round:NY'"),
      pick(5, '10', 'NULL', "'20'", '300'),
      odd(29, 'NULL', "'2025-05-01 09:00:00'", "'soon'", '7'),
      pick(6, 'NULL', '1', '99', "'1'"),
      pick(7, "'t'", 'NULL'),
      pick(8, 'NULL', "'sms'", '5'),
      pick(9, '2025', 'NULL', '2026', "'2025'"),
      odd(
        31,
        'i % 12 + 1',
        '0',
        'NULL',
        '300',
        '70000',
        '3000000000',
        '-2147483648',
        '-2147483647',
        "'x'",
        '1.5',
        '-1',
      ),
      odd(37, 'i % 31 + 1', '1', 'NULL', '-129', "'2'"),
      odd(41, 'NULL', "'{}'", 'hex(zeroblob(60)) || i', "x'00'", "''", "'{\"a\":' || i % 7 || '}'", "'ä' || i % 3"),
      odd(43, "'2025-06-0' || (i / 997 % 9)", 'NULL', '12', "''", "'2025-06-13 00:00:00.000'"),
    ];
    const names = `id, contact_id, email_type, planned_send_date, scheduled_send_date, scheduled_send_time, status, skip_reason, priority,
      actual_send_datetime, campaign_instance_id, email_template, sms_template, event_year, event_month, event_day, metadata, created_at`;
    for (const declared of ['', 'INTEGER', 'TEXT']) {
      const columns = names
        .split(',')
        .map((name) => (name.trim() === 'id' ? 'id INTEGER PRIMARY KEY' : `${name} ${declared}`));
      const connection = await openSqlJs(null);
      connection.execute(`CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO contacts SELECT i, i || '@example.com' FROM n;
        CREATE TABLE email_schedules (${columns.join(', ')});
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) INSERT INTO email_schedules (${names}) SELECT ${rows.join(', ')} FROM n`);
      const image = connection.toImage();
      connection.close();
      const { stepped, scanned, handedOver } = await readTwice(image);
      expect(handedOver).toEqual([]);
      expect(scanned).toEqual(stepped);
    }
  });

  it('of a schema gives an empty database with the same schema, or says that it cannot', async () => {
    const sql = `CREATE TABLE "a b" (id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE, y DEFAULT 'it''s');
      ALTER TABLE "a b" ADD COLUMN z AS (x || y); CREATE VIEW contacts AS SELECT * FROM later; INSERT INTO "a b" (x) VALUES (1);
      CREATE TRIGGER t AFTER INSERT ON "a b" BEGIN DELETE FROM "a b" WHERE id = 0; END; ANALYZE;
      CREATE INDEX i ON "a b" (x COLLATE NOCASE DESC) WHERE x > 1; CREATE TABLE contacts_2 (id, email, PRIMARY KEY (id, email)) WITHOUT ROWID`;
    const source = await openSqlJs(null);
    source.execute(sql);
    const scan = openDatabaseReader(new ImageSource(source.toImage()));
    const empty = await openSqlJs(null);
    if (typeof scan === 'string') throw new Error(scan);
    expect(copySchema(scan, empty)).toBe(true);
    expect(readSchema(empty).tables).toEqual(readSchema(source).tables);
    expect([...readSchema(empty).names].sort()).toEqual([...readSchema(source).names].sort());
    expect([...empty.query('SELECT count(*) FROM "a b"')]).toEqual([[0]]);
    const fts = scan.entries.map((entry) => ({
      ...entry,
      sql: entry.sql?.replace('CREATE VIEW', 'CREATE VIRTUAL') ?? null,
    }));
    const other = await openSqlJs(null);
    expect(copySchema({ ...scan, entries: fts }, other)).toBe(false);
    for (const connection of [source, empty, other]) connection.close();
  });
});
