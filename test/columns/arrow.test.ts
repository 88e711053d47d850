import { readFileSync } from 'node:fs';
import {
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  Int32,
  List,
  makeVector,
  Table,
  TimestampMillisecond,
  tableFromIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { fieldReader } from '../../src/columns/arrowReaders.js';
import { explain, schedule } from '../../src/index.js';

const TODAY = '2025-06-13';

function fixture(name: string): Table {
  return tableFromIPC(readFileSync(new URL(`../fixtures/arrow/${name}.arrow`, import.meta.url)));
}

function read(vector: Vector): unknown[] {
  const reader = fieldReader(vector, 'contacts.x');
  return Array.from({ length: vector.length }, (_, i) => reader(i));
}

const of = (values: unknown[], type: DataType) => vectorFromArray(values, type) as Vector;

describe('Arrow input', () => {
  test('decimals have their scale: ids', async () => {
    const plan = await schedule({ contacts: fixture('ids') }, { today: TODAY });
    expect(new Set([...plan.rows()].map((row) => row.contact_id))).toEqual(new Set([1, 2]));
    expect(plan.issues).toEqual([{ contact_id: null, kind: 'invalid_id', detail: '4.5' }]);
  });

  test('decimals have their scale: a ZIP code of California, whose window forbids the birthday email', async () => {
    const contacts = fixture('zip');
    const rows = [...(await schedule({ contacts }, { today: TODAY })).rows()];
    const [explanation] = await explain({ contacts }, { contacts: [1], today: TODAY });
    expect(explanation.contact?.state).toBe('CA');
    expect(rows.find((row) => row.email_type === 'birthday')).toMatchObject({ status: 'skipped' });
  });

  test('values are those that a database would hold', () => {
    const evening = Date.UTC(1960, 6, 20, 2);
    expect(read(of([new Date(0), new Date('1969-12-31'), null], new DateDay()))).toEqual([
      '1970-01-01',
      '1969-12-31',
      null,
    ]);
    expect(read(of([evening], new TimestampMillisecond()))).toEqual(['1960-07-20']);
    expect(read(of([evening], new TimestampMillisecond('America/Chicago')))).toEqual(['1960-07-19']);
    expect(read(of([evening], new TimestampMillisecond('-06:00')))).toEqual(['1960-07-19']);
    expect(read(of([evening], new TimestampMillisecond('+00:00')))).toEqual(['1960-07-20']);
    expect(read(of([true, null], new Bool()))).toEqual([true, null]);
    const words = (value: number) =>
      Uint32Array.of(value >>> 0, value < 0 ? -1 : 0, value < 0 ? -1 : 0, value < 0 ? -1 : 0);
    expect(read(of([words(9410500), words(-450)], new Decimal(2, 10)))).toEqual([94105, -4.5]);
  });

  test('a dictionary is read as what it is a dictionary of', () => {
    const dictionary = vectorFromArray([new Date(0), new Date('1990-07-20')], new DateDay());
    const { type } = dictionary;
    const coded = makeVector({
      type: new Dictionary(type, new Int32()),
      length: 3,
      nullCount: 0,
      data: Int32Array.of(1, 0, 1),
      dictionary,
    } as never) as Vector;
    expect(read(coded)).toEqual(['1990-07-20', '1970-01-01', '1990-07-20']);
    expect(read(vectorFromArray(['a', 'b', 'a']) as Vector)).toEqual(['a', 'b', 'a']);
  });

  test.each([
    ['a list', of([['a@example.org']], new List(new Field('item', new Utf8()))), /contacts\.email.*List<Utf8>/],
    ['an unknown zone', of([0], new TimestampMillisecond('Mars/Olympus')), /time zone that is not known/],
  ])('%s is refused by name', async (_name, email, message) => {
    const contacts = new Table({ id: of([1], new Int32()), email });
    await expect(schedule({ contacts }, { today: TODAY })).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  test('a column that cannot be left out is named once', async () => {
    const contacts = new Table({
      id: of([1, 2], new Int32()),
      mail: of(['a@example.org', 'b@example.org'], new Utf8()),
    });
    await expect(schedule({ contacts }, { today: TODAY })).rejects.toMatchObject({
      code: 'missing_column',
      message: expect.stringContaining('no column "email"; its columns are "id", "mail"'),
    });
  });
});
