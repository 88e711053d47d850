import type { RunReport } from './report/runReport.js';
import { type RunProgress, Stopwatch } from './report/stopwatch.js';
import { type ConfigInput, resolveConfig } from './rules/config.js';
import { runDatabase } from './schedule.js';
import type { ImageConnection, SqlValue } from './store/driver.js';
import { openSqlJs, type SqlJsOptions } from './store/sqljs.js';
import { resolveToday } from './today.js';

/** How `openDatabase` finds SQLite's own WebAssembly file. */
export type OpenDatabaseOptions = SqlJsOptions;

/** How a day is planned. */
export interface RunOptions {
  /** The run's day, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
  readonly asOf?: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  /** Work everything out and keep nothing. */
  readonly dryRun?: boolean;
  /** How many contacts are planned between two reports of progress. */
  readonly batchSize?: number;
  readonly onProgress?: RunProgress;
}

/** A SQLite database in memory. */
export interface OpenDatabase {
  /**
   * Plans a day and keeps the result in the database in memory (Rules 1 to 11).
   *
   * @throws SendplanError when the tables or the configuration are not what they have to be; the database is then as it was
   */
  run(options?: RunOptions): Promise<RunReport>;
  /** The rows of a SELECT, each an array of its own. */
  query(sql: string, values?: readonly SqlValue[]): SqlValue[][];
  /** The database as the bytes of a SQLite file; they are the caller's. */
  toImage(): Uint8Array;
  close(): void;
}

/**
 * Opens a SQLite database from the bytes of its file, in Node or a browser; the bytes are not changed.
 *
 * @throws SendplanError `not_a_database` when they are no SQLite file
 */
export async function openDatabase(image: Uint8Array, options: OpenDatabaseOptions = {}): Promise<OpenDatabase> {
  if (!(image instanceof Uint8Array)) {
    throw new TypeError(`image: expected a Uint8Array with the bytes of a SQLite file, got ${typeof image}`);
  }
  const connection: ImageConnection = await openSqlJs(image, options);
  return {
    async run({ asOf, config: input, dryRun, batchSize, onProgress } = {}) {
      const config = resolveConfig(input);
      const settings = { config, today: resolveToday(asOf, config), batchSize, dryRun };
      return runDatabase(connection, settings, new Stopwatch(onProgress));
    },
    query: (sql, values) => Array.from(connection.query(sql, values), (row) => [...row]),
    toImage: () => connection.toImage(),
    close: () => connection.close(),
  };
}
