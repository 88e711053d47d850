import { writeFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { formatIsoDay } from '../../src/calendar/iso.js';
import type { ExportFormat } from '../../src/export/formats.js';
import type { PlannedRow } from '../../src/rules/records.js';
import { type SchedulePlan, schedule } from '../../src/run/library.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { testFolder } from '../helpers/cli.js';
import { databaseImage, PLANNED_COLUMNS, plannedRowsOf } from '../helpers/databases.js';
import { readWithDuckDb } from '../helpers/duckdb.js';
import { generatedImage } from '../helpers/generated.js';

const AS_OF = '2025-06-13';
const DAYS = ['planned_send_date', 'scheduled_send_date'];
const IDS = ['contact_id', 'campaign_instance_id'];
const TEXTS = [
  'email_type',
  'status',
  'skip_reason',
  'email_template',
  'sms_template',
  'metadata',
  'scheduled_send_time',
];

/** Templates that are hard on formats in text, and one that a spreadsheet would carry out. */
const HARD_TEXTS = `
  UPDATE campaign_instances SET email_template = 'say "hello", dear' || char(13) || char(10) || 'customer; ünï😀' WHERE id = 1;
  UPDATE campaign_instances SET email_template = '', sms_template = '=HYPERLINK("x")' WHERE id = 3;
  UPDATE contacts SET phone_number = '+1 555 0100' WHERE id % 2 = 0;
`;

const path = testFolder();
let plan: SchedulePlan;
/** The rows that a run leaves in SQLite for the same contacts. */
let stored: PlannedRow[];

beforeAll(async () => {
  const image = await databaseImage(HARD_TEXTS, await generatedImage('realistic', 2000, AS_OF));
  plan = await schedule(image, { today: AS_OF });
  const database = await openDatabase(image);
  await database.run({ asOf: AS_OF });
  stored = plannedRowsOf(database);
  database.close();
});

function bytesOf(format: ExportFormat): Buffer {
  return Buffer.concat([...plan.exportAs(format)]);
}

function exported(format: ExportFormat): string {
  const file = path(`plan.${format}`);
  writeFileSync(file, bytesOf(format));
  return file;
}

/** Rows as texts that can be compared, in one order. */
function comparable(rows: Iterable<object>): string[] {
  const texts = [...rows].map((row) => {
    const values = PLANNED_COLUMNS.map((column) => (row as Record<string, unknown>)[column] ?? null);
    return JSON.stringify(values.map((value) => (value === null ? null : String(value))));
  });
  return texts.sort();
}

/** Text as CSV holds it, which keeps spreadsheets from carrying it out. */
function harmless(row: PlannedRow): PlannedRow {
  return row.sms_template === null ? row : { ...row, sms_template: row.sms_template.replace(/^=/, "'=") };
}

test('the rows to be exported hold what is hard on a format', () => {
  expect(stored.length).toBeGreaterThan(8000);
  for (const column of ['skip_reason', 'campaign_instance_id', 'sms_template', 'event_year', 'metadata'] as const) {
    expect(stored.some((row) => row[column] === null)).toBe(true);
    expect(stored.some((row) => row[column] !== null)).toBe(true);
  }
  expect(stored.some((row) => row.email_template === '')).toBe(true);
  expect(stored.some((row) => row.email_template?.includes('\r\n'))).toBe(true);
});

describe('a plan read back by another reader is what a run writes', () => {
  it('as Parquet, with dates, 64-bit ids and 32-bit numbers', async () => {
    const { types, rows } = await readWithDuckDb(`read_parquet('${exported('parquet')}')`);
    expect(Object.keys(types)).toEqual(PLANNED_COLUMNS);
    for (const column of DAYS) expect(types[column]).toBe('DATE');
    for (const column of IDS) expect(types[column]).toBe('BIGINT');
    for (const column of TEXTS) expect(types[column]).toBe('VARCHAR');
    for (const column of ['priority', 'event_year', 'event_month', 'event_day']) expect(types[column]).toBe('INTEGER');
    expect(comparable(rows)).toEqual(comparable(stored));
  });

  it('as JSON', async () => {
    const { types, rows } = await readWithDuckDb(`read_json('${exported('json')}', format = 'array', columns = {
      ${PLANNED_COLUMNS.map((column) => `${column}: '${DAYS.includes(column) ? 'DATE' : TEXTS.includes(column) ? 'VARCHAR' : 'BIGINT'}'`)}})`);
    expect(types.planned_send_date).toBe('DATE');
    expect(comparable(rows)).toEqual(comparable(stored));
    expect(JSON.parse(bytesOf('json').toString())).toEqual([...plan.rows()]);
  });

  it('as CSV, where NULL is no empty text and formulas are only text', async () => {
    const { types, rows } = await readWithDuckDb(
      `read_csv('${exported('csv')}', types = {scheduled_send_time: 'VARCHAR'}, allow_quoted_nulls = false, strict_mode = true)`,
    );
    for (const column of DAYS) expect(types[column]).toBe('DATE');
    for (const column of IDS) expect(types[column]).toBe('BIGINT');
    expect(comparable(rows)).toEqual(comparable(stored.map(harmless)));
    const lines = bytesOf('csv').toString();
    expect(lines.startsWith(`${PLANNED_COLUMNS.join(',')}\r\n`)).toBe(true);
    expect(lines.endsWith('\r\n')).toBe(true);
    expect(lines).toContain(`,"'=HYPERLINK(""x"")",`);
  });

  it('as an Arrow file, with dates, 64-bit ids and dictionaries', () => {
    const table = tableFromIPC(bytesOf('arrow'));
    const typeOf = (column: string) => String(table.schema.fields.find((field) => field.name === column)?.type);
    expect(table.schema.fields.map((field) => field.name)).toEqual(PLANNED_COLUMNS);
    for (const column of DAYS) expect(typeOf(column)).toBe('Date32<DAY>');
    for (const column of IDS) expect(typeOf(column)).toBe('Int64');
    expect(typeOf('email_type')).toBe('Dictionary<Int32, Utf8>');
    expect(typeOf('metadata')).toBe('Utf8');
    expect(typeOf('priority')).toBe('Int32');
    const rows = table.toArray().map((row) => {
      const values = row.toJSON();
      for (const day of DAYS) values[day] = formatIsoDay(Number(values[day]) / 86_400_000);
      return values;
    });
    expect(comparable(rows)).toEqual(comparable(stored));
  });
});

describe('exports', () => {
  it.each(['csv', 'json', 'arrow', 'parquet'] as const)('of no rows are a file all the same: %s', async (format) => {
    const empty = await schedule({ contacts: [] }, { today: AS_OF });
    const bytes = Buffer.concat([...empty.exportAs(format)]);
    const file = path(`empty.${format}`);
    writeFileSync(file, bytes);
    if (format === 'csv') expect(bytes.toString()).toBe(`${PLANNED_COLUMNS.join(',')}\r\n`);
    else if (format === 'json') expect(JSON.parse(bytes.toString())).toEqual([]);
    else if (format === 'arrow') expect(tableFromIPC(bytes).schema.fields).toHaveLength(PLANNED_COLUMNS.length);
    else expect((await readWithDuckDb(`read_parquet('${file}')`)).rows).toEqual([]);
  });

  it('refuse a format that is none', () => {
    expect(() => plan.exportAs('xlsx' as ExportFormat)).toThrow(
      'format: expected one of csv, json, arrow, parquet, got "xlsx"',
    );
  });

  it('give pieces that stay as they are when later ones are made', () => {
    const pieces = [...plan.exportAs('arrow')];
    const copies = [...plan.exportAs('arrow')].map((piece) => piece.slice());
    expect(Buffer.concat(pieces).equals(Buffer.concat(copies))).toBe(true);
  });
});

test('the Arrow table of a plan holds the same rows', () => {
  const table = plan.toArrow();
  expect(table.numRows).toBe(stored.length);
  const rows = table.toArray().map((row) => {
    const values = row.toJSON();
    for (const day of DAYS) values[day] = formatIsoDay(Number(values[day]) / 86_400_000);
    return values;
  });
  expect(comparable(rows)).toEqual(comparable(stored));
});
