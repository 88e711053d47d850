import type { ScheduleRows } from '../../../columns/scheduleRows.js';
import { SendplanError } from '../../../errors.js';
import type { Connection } from '../../driver/connection.js';
import { type StatementTiming, TimedConnection } from '../../driver/timedConnection.js';
import type { SqlValue } from '../../format/sqlValue.js';
import { quoteText } from '../../schema/readSchema.js';
import { SCHEDULE_INDEXES } from '../../schema/tables.js';
import { ScheduleInserter } from './insertSchedules.js';

/** What a run changes in `email_schedules`. */
export interface ScheduleChanges {
  /** The ids of owned rows that go, those included that new rows take the place of; in any order, none twice. */
  readonly deletedIds: Float64Array;
  /** The number of rows that come, all batches together. */
  readonly rowCount: number;
  /** The rows that come, best by contact id; a batch is not used after the next one is asked for. */
  readonly batches: Iterable<ScheduleRows>;
}

/** How to write changes. */
export interface FlushOptions {
  readonly runId: string;
  /** The time of the run, `YYYY-MM-DD HH:MM:SS`. */
  readonly nowText: string;
  /** The rows of one INSERT statement, from 1 to 1000; 200 when left out. */
  readonly batchRows?: number;
  /** Called every 20,000 rows and after each batch with the number of rows done, refused ones included. It may throw. */
  readonly onProgress?: (rowsDone: number) => void;
  /** Called for every row that a unique index refused, with its place in the batch that was asked for last. */
  readonly onRefused?: (place: number) => void;
}

/** What was written. */
export interface FlushResult {
  readonly deleted: number;
  readonly inserted: number;
  /** The number of rows that a unique index refused; they are not in the table. */
  readonly refused: number;
  readonly statements: readonly StatementTiming[];
}

/** Below this many changes every index is kept, however small the table is. */
const REBUILD_FROM_ROWS = 2000;
const DEFAULT_BATCH_ROWS = 200;
const MAXIMUM_BATCH_ROWS = 1000;
const DELETE_BATCH_IDS = 500;
/** Consecutive ids at least this many are deleted as a range. */
const RANGE_FROM_IDS = 16;

/** The definitions of those of our own indexes that are there, by name. */
function ownIndexes(connection: Connection): Map<string, string> {
  const names = Object.values(SCHEDULE_INDEXES).map(quoteText).join(', ');
  const sql = `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND lower(tbl_name) = 'email_schedules' AND name IN (${names})`;
  const found = new Map<string, string>();
  for (const [name, definition] of connection.query(sql)) found.set(String(name), String(definition));
  return found;
}

/**
 * Deletes rows of `email_schedules` by id and returns how many there were.
 *
 * @param rowCount how many rows the table has; infinite when that is not known
 */
export function deleteRows(connection: TimedConnection, deletedIds: Float64Array, rowCount: number): number {
  if (deletedIds.length === 0) return 0;
  if (deletedIds.length === rowCount) {
    // Without a WHERE clause SQLite gives whole pages back instead of taking row after row out.
    connection.execute('DELETE FROM email_schedules');
    return rowCount;
  }
  const rangeSql = 'DELETE FROM email_schedules WHERE id BETWEEN ? AND ?';
  const listSql = `DELETE FROM email_schedules WHERE id IN (${Array(DELETE_BATCH_IDS).fill('?').join(', ')})`;
  const range = connection.connection.prepare(rangeSql);
  const list = connection.connection.prepare(listSql);
  const ids = deletedIds.slice().sort();
  const pending: SqlValue[] = [];
  let deleted = 0;
  const runList = () => {
    // NULL is in no list, so that it fills up a short one.
    while (pending.length < DELETE_BATCH_IDS) pending.push(null);
    connection.timed(listSql, () => list.run(pending));
    deleted += connection.connection.changes();
    pending.length = 0;
  };
  try {
    for (let start = 0, end = 0; start < ids.length; start = end) {
      end = start + 1;
      while (end < ids.length && ids[end] === ids[end - 1] + 1) end++;
      if (end - start >= RANGE_FROM_IDS) {
        connection.timed(rangeSql, () => range.run([ids[start], ids[end - 1]]));
        deleted += connection.connection.changes();
        continue;
      }
      for (let i = start; i < end; i++) {
        pending.push(ids[i]);
        if (pending.length === DELETE_BATCH_IDS) runList();
      }
    }
    if (pending.length > 0) runList();
  } finally {
    range.close();
    list.close();
  }
  return deleted;
}

/** An id greater than any that the table has or, with AUTOINCREMENT, has had. */
export function nextId(connection: TimedConnection, rowCount: number): number {
  let last = Math.max(0, Number(connection.value('SELECT max(id) FROM email_schedules NOT INDEXED') ?? 0));
  if (connection.value("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'") !== null) {
    const sql = "SELECT max(seq) FROM sqlite_sequence WHERE lower(name) = 'email_schedules'";
    last = Math.max(last, Number(connection.value(sql) ?? 0));
  }
  if (last + rowCount >= Number.MAX_SAFE_INTEGER) {
    throw new SendplanError(
      'unsupported_schema',
      `"email_schedules" has the id ${last}; ids up to ${Number.MAX_SAFE_INTEGER} are allowed, and ${rowCount} more are needed.`,
      { hint: 'Give that row a smaller id.' },
    );
  }
  return last + 1;
}

/**
 * Writes a run's changes to `email_schedules`, in the caller's transaction (Rules 11).
 *
 * Rows are deleted by id, then inserted by contact id. Rows without an id get the next free ones in that order. Our own
 * indexes are dropped and made again where that is cheaper; the unique one stays while rows come in, so that SQLite
 * itself says which rows it refuses. After an error the caller rolls back.
 *
 * @throws SendplanError `database_error` when SQLite refuses a row for any other reason than a unique index,
 *   `unsupported_schema` when there are no ids left
 * @throws RangeError when `batchRows` is out of its range
 */
export function flushSchedules(connection: Connection, changes: ScheduleChanges, options: FlushOptions): FlushResult {
  const { deletedIds, rowCount: newCount, batches } = changes;
  const { batchRows = DEFAULT_BATCH_ROWS } = options;
  if (!Number.isInteger(batchRows) || batchRows < 1 || batchRows > MAXIMUM_BATCH_ROWS) {
    throw new RangeError(`batchRows is ${batchRows}; allowed is a whole number from 1 to ${MAXIMUM_BATCH_ROWS}`);
  }
  const timed = new TimedConnection(connection);
  const changed = deletedIds.length + newCount;
  // Counting reads a whole index, which is more work than a few changes; for those the table is as good as endless.
  const isCounted = changed >= REBUILD_FROM_ROWS;
  const rowCount = isCounted ? Number(timed.value('SELECT count(*) FROM email_schedules')) : Number.POSITIVE_INFINITY;
  const firstId = nextId(timed, newCount);
  const indexes = ownIndexes(connection);
  const keptRows = rowCount - deletedIds.length;
  const isLargeDelete = deletedIds.length >= REBUILD_FROM_ROWS && deletedIds.length > keptRows;
  const isLargeChange = changed * 2 > keptRows + newCount;
  // By contact and by run, rows come in at the end of the index or in one sweep; by status and day they come in anywhere.
  const isDropped = (name: string) => (name === SCHEDULE_INDEXES.status ? isLargeChange : isLargeDelete);
  const dropped = [...indexes].filter(([name]) => isDropped(name));
  for (const [name] of dropped) timed.execute(`DROP INDEX ${name}`);
  const deleted = deleteRows(timed, deletedIds, rowCount);
  const isLate = (name: string) => name === SCHEDULE_INDEXES.status;
  for (const [name, sql] of dropped) if (!isLate(name)) timed.execute(sql);
  const inserter = new ScheduleInserter(timed, { ...options, batchRows, firstId });
  try {
    for (const rows of batches) inserter.insert(rows);
  } finally {
    inserter.close();
  }
  for (const [name, sql] of dropped) if (isLate(name)) timed.execute(sql);
  return { deleted, inserted: inserter.inserted, refused: inserter.refused, statements: timed.statements() };
}
