import type { SendplanError } from '../../src/errors.js';
import type { Connection, ImageConnection } from '../../src/store/driver/connection.js';
import { openNative } from '../../src/store/driver/native.js';
import { openSqlJs } from '../../src/store/driver/sqljs.js';
import type { SqlValue } from '../../src/store/format/sqlValue.js';

const opened: ImageConnection[] = [];

/** Opens a database of sql.js, an empty one without an image, until `closeOpened`. */
export async function openImage(image: Uint8Array | null = null): Promise<ImageConnection> {
  const connection = await openSqlJs(image);
  opened.push(connection);
  return connection;
}

/** Closes what `openImage` opened; for `afterEach`. */
export function closeOpened(): void {
  for (const connection of opened.splice(0)) connection.close();
}

/** Every row of a query. */
export function allRows(connection: Connection, sql: string, values: SqlValue[] = []): SqlValue[][] {
  return Array.from(connection.query(sql, values), (row) => [...row]);
}

/** Every row of a query of a file, asked of the driver native. */
export async function allRowsOfFile(path: string, sql: string): Promise<SqlValue[][]> {
  const connection = await openNative(path);
  try {
    return allRows(connection, sql);
  } finally {
    connection.close();
  }
}

/** The error that something throws. @throws Error when it throws none */
export function errorOf(run: () => unknown): SendplanError {
  try {
    run();
  } catch (error) {
    return error as SendplanError;
  }
  throw new Error('nothing was thrown');
}
