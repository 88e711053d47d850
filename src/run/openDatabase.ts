import { type ConfigInput, resolveConfig } from '../rules/config.js';
import type { ImageConnection } from '../store/driver/connection.js';
import { loadSqlJs, type SqlJsOptions } from '../store/driver/sqljs.js';
import { MemorySink } from '../store/format/memorySink.js';
import { ImageSource, type PageSource } from '../store/format/pageSource.js';
import type { SqlValue } from '../store/format/sqlValue.js';
import type { PreparedPages } from '../store/write/byPages/preparePages.js';
import type { FlushWay } from '../store/write/writePlan.js';
import type { GuardName } from './guards.js';
import type { RunReport } from './runReport.js';
import { runDatabase } from './schedule.js';
import { type RunProgress, Stopwatch, totalSeconds } from './stopwatch.js';
import { resolveToday } from './today.js';

/** How `openDatabase` finds SQLite's own WebAssembly file. */
export type OpenDatabaseOptions = SqlJsOptions;

/** How a day is planned. */
export interface RunOptions {
  /** The run's day, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
  readonly asOf?: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  /** The guards that may not hold the run back (docs/rules.md, guards); none when left out. */
  readonly force?: readonly GuardName[];
  /** Work everything out and keep nothing. */
  readonly dryRun?: boolean;
  /**
   * How rows are written: `sql` by statements, `pages` by building the table's b-trees beside SQLite, `auto` by what is faster
   * for as much as changes; where pages cannot be, by SQL. `auto` when left out.
   */
  readonly flush?: FlushWay;
  /** How many contacts are planned between two reports of progress. */
  readonly batchSize?: number;
  readonly onProgress?: RunProgress;
  /** Gives the run up at its next stage or step of progress; the database is then as it was. */
  readonly signal?: AbortSignal;
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

/** A database with prepared rows in it. */
async function withRows(after: PageSource, pages: PreparedPages): Promise<PageSource> {
  const sink = new MemorySink();
  await pages.write(after, {
    write: (bytes, position) => sink.write(bytes, position),
    cut: (byteLength) => sink.cut(byteLength),
    // What waits for the page to breathe, such as its progress, gets its turn here.
    checkpoint: () => new Promise((resolve) => setTimeout(resolve)),
  });
  return sink.toPages();
}

/**
 * Opens a SQLite database from the bytes of its file, in Node or a browser; the bytes are not copied and not changed, and have
 * to stay as they are until it is closed.
 *
 * @throws SendplanError `not_a_database` when they are no SQLite file
 * @example
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { openDatabase } from 'sendplan';
 * const database = await openDatabase(await readFile('book.sqlite3'));
 * const report = await database.run({ asOf: '2025-06-14' });
 * console.log(report.outcome); // changed
 * await writeFile('planned.sqlite3', database.toImage());
 * database.close();
 */
export async function openDatabase(image: Uint8Array, options: OpenDatabaseOptions = {}): Promise<OpenDatabase> {
  if (!(image instanceof Uint8Array)) {
    throw new TypeError(`image: expected a Uint8Array with the bytes of a SQLite file, got ${typeof image}`);
  }
  const open = await loadSqlJs(options);
  let connection: ImageConnection = open(new ImageSource(image));
  /** Puts another database in the place of the open one. */
  const reopen = (pages: PageSource) => {
    const next = open(pages);
    connection.close();
    connection = next;
  };
  return {
    async run({ asOf, config: input, force, dryRun, flush, batchSize, onProgress, signal } = {}) {
      const config = resolveConfig(input);
      const watch = new Stopwatch(onProgress, { signal });
      let before: PageSource | null = null;
      const pagesBefore = () => {
        before = connection.toPages();
        return before;
      };
      const target = { kind: 'copy', pagesBefore } as const;
      const settings = { config, today: resolveToday(asOf, config, 'asOf'), batchSize, force, dryRun, flush, target };
      const { report, pages: rows } = await runDatabase(connection, settings, watch);
      if (rows === null) return report;
      await watch.measure('save', async () => {
        try {
          reopen(await withRows(connection.toPages(), rows));
        } catch (error) {
          if (before !== null) reopen(before);
          throw error;
        }
      });
      return {
        ...report,
        stages: [...watch.timings],
        seconds: totalSeconds(watch.timings),
      };
    },
    query: (sql, values) => Array.from(connection.query(sql, values), (row) => [...row]),
    toImage: () => connection.toImage(),
    close: () => connection.close(),
  };
}
