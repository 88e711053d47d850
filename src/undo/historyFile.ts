import { readDatabaseFile } from '../store/driver/readDatabaseFile.js';
import { keptFilesOf } from '../store/file/keptFiles.js';
import { requireDatabaseFile } from '../store/file/openDatabaseFile.js';
import { rowsOfTable } from '../store/read/organizationOfDatabase.js';
import { readSchema } from '../store/schema/readSchema.js';
import { CHANGES_TABLE } from '../store/write/changeLog.js';
import { type ListedRun, listRuns } from './checkpoints.js';

/** How the runs of a database file are read. */
export interface HistoryFileOptions {
  /** `sqljs` reads the file without locking it; `native` under SQLite's own locks. `sqljs` when left out. */
  readonly driver?: 'sqljs' | 'native';
}

/** A run, and how it can be undone: by putting a file back, by the rows that are kept of it, or not at all. */
export interface HistoryRun extends ListedRun {
  readonly kept: 'file' | 'changes' | null;
}

/** The runs of a database, as `sendplan history --json` prints them; the names are stable. */
export interface HistoryReport {
  readonly database: string;
  /** The last one first. Runs that found nothing to change write nothing, so that they are not among them. */
  readonly runs: readonly HistoryRun[];
}

/**
 * Lists the runs that changed a database, and those that failed and could write that down. The file is only read.
 *
 * @throws SendplanError when the file is not there, is no database, is in the middle of a change, or is damaged
 * @example
 * import { historyFile } from 'sendplan/node';
 * const { runs } = await historyFile('book.sqlite3');
 * console.log(runs.length, runs[0].as_of); // 1 2025-06-13
 */
export async function historyFile(path: string, { driver = 'sqljs' }: HistoryFileOptions = {}): Promise<HistoryReport> {
  const database = requireDatabaseFile(path);
  const files = new Set(keptFilesOf(database).map(({ runId }) => runId));
  return readDatabaseFile(path, driver, async (connection, endReading) => {
    const schema = readSchema(connection);
    const listed = listRuns(connection, schema);
    const rows = rowsOfTable(connection, schema, CHANGES_TABLE, ['scheduler_run_id', 'table_name']) ?? [];
    const changes = new Set(Array.from(rows, (row) => (row[1] === null ? row[0] : null)));
    endReading();
    const keptOf = (runId: string) => (files.has(runId) ? 'file' : changes.has(runId) ? 'changes' : null);
    return { database, runs: listed.reverse().map((run) => ({ ...run, kept: keptOf(run.run_id) })) };
  });
}
