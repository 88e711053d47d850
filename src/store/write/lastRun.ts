import type { Config } from '../../rules/config.js';
import { VERSION } from '../../version.js';
import { runOnce } from '../driver/askOnce.js';
import type { Connection } from '../driver/connection.js';
import type { PageSource } from '../format/pageSource.js';
import { findOwnTable } from '../read/ownTable.js';
import { type BookkeepingResult, keeping } from './bookkeeping.js';

const TABLE = 'scheduler_last_run';

/** What stands in the place of a digest until the file is written and has one; it is the digest of nothing. */
export const NO_DIGEST = '0000000000000000';

/** The run that wrote a database last, as the one row of `scheduler_last_run` keeps it. */
export interface LastRun {
  readonly runId: string;
  /** `YYYY-MM-DD HH:MM:SS` in UTC. */
  readonly completedText: string;
  /** `settingsText` of the run. */
  readonly settings: string;
  /** What the run found, as JSON. */
  readonly report: string;
}

/** A last run as a file holds it. */
export interface FoundLastRun extends LastRun {
  /** The digest of the file as that run left it, 16 hexadecimal digits; `NO_DIGEST` when it has none. */
  readonly digest: string;
  /** Where in the file the digest is. */
  readonly digestOffset: number;
}

/**
 * Everything besides the database that a plan depends on, as a text: the program, the day, the complete configuration. The plan of
 * a range depends on the other ranges of its book too, so that it is never that of the range alone.
 */
export function settingsText(config: Config, today: number, of: 'book' | 'range' = 'book'): string {
  return JSON.stringify({ version: VERSION, today, config, ...(of === 'range' ? { of } : {}) });
}

/**
 * Makes `scheduler_last_run` hold this run, with `NO_DIGEST`, or none, in the caller's transaction.
 *
 * @param lastRun null when the same run might not leave the database as it will be
 */
export function replaceLastRun(connection: Connection, lastRun: LastRun | null): BookkeepingResult {
  return keeping(connection, TABLE, () => {
    connection.execute(`DELETE FROM ${TABLE}`);
    if (lastRun === null) return true;
    const sql = `INSERT INTO ${TABLE} (id, file_digest, scheduler_run_id, completed_at, settings, report)
      VALUES (1, ?, ?, ?, ?, ?)`;
    runOnce(connection, sql, [NO_DIGEST, lastRun.runId, lastRun.completedText, lastRun.settings, lastRun.report]);
    return true;
  });
}

/** The columns of the table, counted from 0; its place is found without SQLite, so they must be just these. */
const COLUMN = { digest: 1, runId: 2, completed: 3, settings: 4, report: 5 } as const;
const COLUMNS = [COLUMN.digest, COLUMN.runId, COLUMN.completed, COLUMN.settings, COLUMN.report];

/**
 * Reads `scheduler_last_run` from the pages of a file; null when there is none, or not in the form in which a run makes it.
 *
 * @throws SendplanError `database_error` when its pages are damaged
 */
export function readLastRun(pages: PageSource): FoundLastRun | null {
  const open = findOwnTable(pages, TABLE);
  if (typeof open === 'string') return null;
  // The digest alone, so that the row is not put together from other pages and is seen where it lies.
  const first = open([COLUMN.digest]);
  if (!first.next()) return null;
  const digest = first.text(0);
  const digestOffset = first.byteOffset(0);
  const row = open(COLUMNS);
  row.next();
  const [runId, completedText, settings, report] = [1, 2, 3, 4].map((place) => row.text(place));
  if (digest?.length !== NO_DIGEST.length || digestOffset === null) return null;
  if (runId === null || completedText === null || settings === null || report === null) return null;
  return { runId, completedText, settings, report, digest, digestOffset };
}
