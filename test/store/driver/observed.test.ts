import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ImageConnection } from '../../../src/store/driver/connection.js';
import { ObservedConnection } from '../../../src/store/driver/observedConnection.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';

let connection: ImageConnection;
let observed: ObservedConnection;

beforeEach(async () => {
  connection = await openSqlJs(null);
  connection.execute('CREATE TABLE big (id INTEGER PRIMARY KEY, kind TEXT, day INTEGER)');
  connection.execute(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) INSERT INTO big SELECT i, 'k' || (i % 7), i FROM n",
  );
  observed = new ObservedConnection(connection);
});

afterEach(() => connection.close());

function costOf(sql: string) {
  return observed.costs().find((cost) => cost.sql === sql);
}

test('counts and explains every statement, and passes its rows on', () => {
  const sql = 'SELECT id FROM big WHERE id = ?';
  expect(Array.from(observed.query(sql, [5]), ([id]) => id)).toEqual([5]);
  expect(Array.from(observed.query(sql, [20000]))).toEqual([]);
  const insert = observed.prepare('INSERT INTO big (kind) VALUES (?)');
  insert.run(['x']);
  insert.run(['y']);
  insert.close();
  expect(observed.changes()).toBe(1);
  expect(costOf(sql)).toMatchObject({ count: 2, warning: null });
  expect(costOf(sql)?.plan.join()).toContain('SEARCH big USING INTEGER PRIMARY KEY');
  expect(costOf('INSERT INTO big (kind) VALUES (?)')).toMatchObject({ count: 2 });
});

test('warns of a statement that reads a whole big table to find a few rows', () => {
  const sql = "SELECT id FROM big WHERE kind = 'k3'";
  expect(Array.from(observed.query(sql)).length).toBeGreaterThan(1000);
  expect(costOf(sql)?.warning).toContain('"big"');
});

test('does not warn of reading a whole table on purpose, or of a small one', () => {
  connection.execute("CREATE TABLE small (kind TEXT); INSERT INTO small VALUES ('a')");
  for (const sql of ['SELECT count(*) FROM big', "SELECT kind FROM small WHERE kind = 'a'"]) {
    Array.from(observed.query(sql));
    expect(costOf(sql)?.warning).toBeNull();
  }
});
