import fc from 'fast-check';
import initSqlJs from 'sql.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { DatabaseWriter } from '../../../src/store/format/databaseWriter.js';
import { MemorySink } from '../../../src/store/format/memorySink.js';
import { PageSpace } from '../../../src/store/format/pageSpace.js';
import type { RecordWriter } from '../../../src/store/format/recordWriter.js';
import { maximumTableRecord, TableWriter } from '../../../src/store/format/tableWriter.js';
import { varintLength, writeVarint } from '../../../src/store/format/varint.js';

type Value = null | number | string | Uint8Array | { readonly real: number };

let SQL: initSqlJs.SqlJsStatic;
beforeAll(async () => {
  SQL = await initSqlJs();
});

function put(record: RecordWriter, value: Value): void {
  if (value === null) record.putNull();
  else if (typeof value === 'number') record.putInteger(value);
  else if (typeof value === 'string') record.putText(value);
  else if (value instanceof Uint8Array) record.putBlob(value);
  else record.putReal(value.real);
}

/** Writes rows of four columns under rowids, and opens the result. */
function databaseOf(rows: ReadonlyMap<number, readonly Value[]>): initSqlJs.Database {
  const sink = new MemorySink();
  const database = new DatabaseWriter(sink);
  const table = database.createTable('t', 'CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d)');
  for (const [rowid, values] of rows) {
    table.record.putNull();
    for (const value of values) put(table.record, value);
    table.endRow(rowid);
  }
  const { byteLength } = database.finish();
  expect(sink.toBytes().length).toBe(byteLength);
  return new SQL.Database(sink.toBytes());
}

function integrityOf(database: initSqlJs.Database): unknown {
  return database.exec('PRAGMA integrity_check')[0].values;
}

const EDGES = [1, 7, 8, 15, 16, 23, 24, 31, 32, 40, 47, 48, 53].flatMap((bits) => {
  const power = 2 ** bits;
  return [power - 1, power, -power, -power - 1, power + 1].filter(Number.isSafeInteger);
});

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(0, 1, -1, ...EDGES),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }).map((real) => ({ real })),
  fc.string({ unit: 'binary', maxLength: 200 }).filter((text) => !text.includes('\0')),
  fc.uint8Array({ maxLength: 100 }),
);

describe('the page writer', () => {
  it('writes rows that SQLite reads back equal', () => {
    const row = fc.tuple(value, value, value, value);
    const rowids = fc.uniqueArray(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, ...EDGES)), { maxLength: 300 });
    const rows = rowids.chain((ids) => fc.tuple(fc.constant(ids), fc.array(row, { minLength: ids.length })));
    fc.assert(
      fc.property(rows, ([ids, values]) => {
        const sorted = [...ids].sort((a, b) => a - b);
        const database = databaseOf(new Map(sorted.map((id, i) => [id, values[i]])));
        try {
          expect(integrityOf(database)).toEqual([['ok']]);
          const statement = database.prepare(
            'SELECT id, a, b, c, d, typeof(a), typeof(b), typeof(c), typeof(d) FROM t ORDER BY id',
          );
          const read: unknown[] = [];
          // Whether a zero has a sign is not told apart.
          const unsigned = (found: initSqlJs.SqlValue) => (typeof found === 'number' ? found + 0 : found);
          while (statement.step()) read.push(statement.get().map(unsigned));
          statement.free();
          const expected = sorted.map((id, i) => {
            const row = values[i];
            const types = row.map((value) => {
              if (value === null) return 'null';
              if (typeof value === 'number') return 'integer';
              if (typeof value === 'string') return 'text';
              return value instanceof Uint8Array ? 'blob' : 'real';
            });
            const plain = row.map((value) =>
              value !== null && typeof value === 'object' && 'real' in value ? value.real + 0 : value,
            );
            return [id, ...plain, ...types];
          });
          expect(read).toEqual(expected);
        } finally {
          database.close();
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each([0, 1, 2, 100, 40_000])('builds a sound tree of %i rows', (count) => {
    const rows = new Map<number, readonly Value[]>();
    for (let i = 1; i <= count; i += 1) rows.set(i * 1000, [i, 'x'.repeat(i % 300), -i, null]);
    const database = databaseOf(rows);
    expect(integrityOf(database)).toEqual([['ok']]);
    expect(database.exec('SELECT count(*), total(a), total(length(b)) FROM t')[0].values).toEqual([
      [count, (count * (count + 1)) / 2, [...rows.values()].reduce((sum, row) => sum + String(row[1]).length, 0)],
    ]);
    const middle = Math.ceil(count / 2) * 1000;
    expect(database.exec(`SELECT c FROM t WHERE id = ${middle}`)[0]?.values).toEqual(
      count === 0 ? undefined : [[-middle / 1000]],
    );
    database.exec("INSERT INTO t (a) VALUES ('one more'); DELETE FROM t WHERE a % 3 = 0; VACUUM");
    expect(integrityOf(database)).toEqual([['ok']]);
    database.close();
  });

  it('builds trees of many levels', () => {
    const rows = new Map<number, readonly Value[]>();
    for (let i = 0; i < 3000; i += 1) rows.set(-9e15 + i * 1e12, ['x'.repeat(3900), i, null, null]);
    const database = databaseOf(rows);
    expect(integrityOf(database)).toEqual([['ok']]);
    expect(database.exec('SELECT count(*), min(b), max(b) FROM t')[0].values).toEqual([[3000, 0, 2999]]);
    database.close();
  });

  it('takes records up to the size that needs no overflow page', () => {
    const longest = maximumTableRecord(4096) - 7;
    const database = databaseOf(new Map([[1, ['x'.repeat(longest), null, null, null]]]));
    expect(integrityOf(database)).toEqual([['ok']]);
    expect(database.exec('SELECT length(a) FROM t')[0].values).toEqual([[longest]]);
    database.close();
    const refused = (text: string) => () => databaseOf(new Map([[7, [text, null, null, null]]]));
    expect(refused('x'.repeat(longest + 1))).toThrow(RangeError);
    expect(refused('x'.repeat(1e6))).toThrow(RangeError);
    expect(refused('é'.repeat(longest))).toThrow(RangeError);
  });

  it('writes a header of more than 127 bytes', () => {
    for (const count of [124, 125, 126, 127, 128, 300]) {
      const sink = new MemorySink();
      const database = new DatabaseWriter(sink);
      const names = Array.from({ length: count }, (_, i) => `c${i}`);
      const table = database.createTable('wide', `CREATE TABLE wide (${names.join(', ')})`);
      names.forEach((_, i) => {
        table.record.putInteger(i);
      });
      table.endRow(1);
      database.finish();
      const read = new SQL.Database(sink.toBytes());
      expect(integrityOf(read)).toEqual([['ok']]);
      expect(read.exec('SELECT * FROM wide')[0].values).toEqual([names.map((_, i) => i)]);
      read.close();
    }
  });

  it('refuses rowids that do not ascend, numbers that are not whole and schemas of more than a page', () => {
    const table = new TableWriter(new PageSpace(new MemorySink()));
    table.record.putNull();
    table.endRow(5);
    table.record.putNull();
    expect(() => table.endRow(5)).toThrow('rowid 5 after rowid 5');
    expect(() => table.record.putInteger(2 ** 53)).toThrow(RangeError);
    expect(() => table.record.putInteger(0.5)).toThrow(RangeError);
    const database = new DatabaseWriter(new MemorySink());
    for (let i = 0; i < 50; i += 1) {
      database.createTable(`t${i}`, `CREATE TABLE t${i} (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s)`);
    }
    expect(() => database.finish()).toThrow('the schema does not fit on the first page');
  });

  it('leaves out the page of the locks and writes around it', () => {
    const writes: [number, number][] = [];
    const space = new PageSpace(
      { write: (bytes, byteOffset) => writes.push([byteOffset / 4096 + 1, bytes.length / 4096]) },
      { firstPage: 262140 },
    );
    const numbers = new Uint32Array(9);
    space.append(new Uint8Array(8 * 4096), numbers, 1);
    expect([...numbers]).toEqual([0, 262140, 262141, 262142, 262143, 262144, 262146, 262147, 262148]);
    expect(writes).toEqual([
      [262140, 5],
      [262146, 3],
    ]);
    expect(space.pageCount).toBe(262148);
  });

  it('puts the root where it is told', () => {
    for (const count of [0, 1, 500]) {
      const written = new Set<number>();
      const space = new PageSpace({
        write: (bytes, byteOffset) => {
          for (let at = 0; at < bytes.length; at += 4096) written.add((byteOffset + at) / 4096 + 1);
        },
      });
      const root = space.allocate();
      const table = new TableWriter(space);
      for (let i = 0; i < count; i += 1) {
        table.record.putText('x'.repeat(100));
        table.endRow(i);
      }
      expect(table.finish(root)).toBe(root);
      expect(written.size).toBe(space.pageCount - 1);
      expect(written.has(root)).toBe(true);
    }
  });
});

describe('varints', () => {
  it('hold every safe integer', () => {
    const read = (bytes: Uint8Array): bigint => {
      let result = 0n;
      bytes.forEach((byte, i) => {
        result = i === 8 ? (result << 8n) | BigInt(byte) : (result << 7n) | BigInt(byte & 127);
      });
      return BigInt.asIntN(64, result);
    };
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, ...EDGES)), (value) => {
        const bytes = new Uint8Array(12);
        const end = writeVarint(bytes, 1, value);
        expect(end - 1).toBe(varintLength(value));
        expect(read(bytes.slice(1, end))).toBe(BigInt(value));
        expect(bytes[end]).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });
});
