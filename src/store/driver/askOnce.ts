import type { SqlValue } from '../format/sqlValue.js';
import type { Connection } from './connection.js';

/** The first value of the first row of a query; null where there is no row. */
export function firstValue(connection: Connection, sql: string, values?: readonly SqlValue[]): SqlValue {
  for (const [value] of connection.query(sql, values)) return value;
  return null;
}

/** Tells whether a query has a row. */
export function hasRow(connection: Connection, sql: string, values?: readonly SqlValue[]): boolean {
  for (const _row of connection.query(sql, values)) return true;
  return false;
}

/** Runs a statement with values, once. @throws SendplanError when SQLite refuses it */
export function runOnce(connection: Connection, sql: string, values: readonly SqlValue[]): void {
  const statement = connection.prepare(sql);
  try {
    statement.run(values);
  } finally {
    statement.close();
  }
}
