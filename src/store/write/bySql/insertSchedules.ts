import { formatIsoDay } from '../../../calendar/iso.js';
import { NULL_INT32 } from '../../../columns/nulls.js';
import type { ScheduleRows } from '../../../columns/scheduleRows.js';
import { SendplanError } from '../../../errors.js';
import type { PreparedStatement } from '../../driver/connection.js';
import type { TimedConnection } from '../../driver/timedConnection.js';
import type { SqlValue } from '../../format/sqlValue.js';
import { quoteName } from '../../schema/readSchema.js';

/** The columns with a parameter of their own for every row; those of the run come after them. */
const ROW_COLUMNS = [
  ...['id', 'contact_id', 'email_type', 'planned_send_date', 'scheduled_send_date', 'scheduled_send_time', 'status'],
  ...['skip_reason', 'priority', 'campaign_instance_id', 'email_template', 'sms_template', 'event_year', 'event_month'],
  ...['event_day', 'metadata', 'created_at'],
];
const RUN_COLUMNS = ['scheduler_run_id', 'updated_at'];
const PROGRESS_ROWS = 20_000;

/** How rows are inserted. */
export interface InsertOptions {
  readonly runId: string;
  readonly nowText: string;
  /** Rows to one statement, from 1 to 1000. */
  readonly batchRows: number;
  /** The id of the first row that has none. */
  readonly firstId: number;
  /** Called every 20,000 rows and after each call of `insert` with the number of rows done, refused ones included. */
  readonly onProgress?: (rowsDone: number) => void;
  /** Called with the place among the rows of this call of each row that a unique index refused. */
  readonly onRefused?: (place: number) => void;
  /**
   * All columns of the table that can be written: a row whose id is there already takes that row's place, as if that had been
   * deleted before. A row that a unique index refuses is an error then, with nothing of its statement done. Left out, every
   * row is a new one.
   */
  readonly replacedColumns?: readonly string[];
}

function insertSql(verb: string, rowCount: number, hasLargeIds: boolean, replaced: readonly string[]): string {
  const tuples: string[] = [];
  for (let row = 0; row < rowCount; row++) {
    const parameters = ROW_COLUMNS.map((column, i) => {
      const parameter = `?${RUN_COLUMNS.length + 1 + row * ROW_COLUMNS.length + i}`;
      // Drivers may bind a whole number beyond 32 bits as REAL, which a column of another affinity would show.
      return hasLargeIds && column.endsWith('_id') ? `CAST(${parameter} AS INTEGER)` : parameter;
    });
    tuples.push(`(${parameters.join(', ')}, ?1, ?2)`);
  }
  const columns = [...ROW_COLUMNS, ...RUN_COLUMNS].join(', ');
  const insert = `INSERT OR ${verb} INTO email_schedules (${columns}) VALUES ${tuples.join(', ')}`;
  if (replaced.length === 0) return insert;
  // What is not among the values has its default in `excluded`.
  const assignments = replaced.map((column) => `${quoteName(column)} = excluded.${quoteName(column)}`);
  return `${insert} ON CONFLICT (id) DO UPDATE SET ${assignments.join(', ')}`;
}

/** The texts of days, each made once. */
class DayTexts {
  readonly #texts = new Map<number, string>();

  of(day: number): string | null {
    if (day === NULL_INT32) return null;
    let text = this.#texts.get(day);
    if (text === undefined) {
      text = formatIsoDay(day);
      this.#texts.set(day, text);
    }
    return text;
  }
}

/** A prepared INSERT of `rowCount` rows and its parameters, filled row by row. */
class InsertStatement {
  readonly #connection: TimedConnection;
  readonly #statement: PreparedStatement;
  readonly #sql: string;
  readonly #values: SqlValue[];
  readonly #days: DayTexts;
  readonly #run = () => this.#statement.run(this.#values);

  constructor(connection: TimedConnection, sql: string, rowCount: number, options: InsertOptions, days: DayTexts) {
    this.#connection = connection;
    this.#sql = sql;
    this.#statement = connection.connection.prepare(sql);
    this.#values = new Array<SqlValue>(RUN_COLUMNS.length + rowCount * ROW_COLUMNS.length).fill(null);
    this.#values[0] = options.runId;
    this.#values[1] = options.nowText;
    this.#days = days;
  }

  /** Puts row `i` of the columns into the place of row `place` of the statement. */
  fill(place: number, rows: ScheduleRows, i: number, id: number): void {
    const values = this.#values;
    const { texts } = rows;
    let at = RUN_COLUMNS.length + place * ROW_COLUMNS.length;
    values[at++] = id;
    values[at++] = rows.contactId[i];
    values[at++] = textOrNull(texts, rows.emailType[i]);
    values[at++] = this.#days.of(rows.plannedDay[i]);
    values[at++] = this.#days.of(rows.sendDay[i]);
    values[at++] = textOrNull(texts, rows.sendTime[i]);
    values[at++] = textOrNull(texts, rows.status[i]);
    values[at++] = textOrNull(texts, rows.skipReason[i]);
    values[at++] = wholeOrNull(rows.priority[i]);
    values[at++] = Number.isNaN(rows.instanceId[i]) ? null : rows.instanceId[i];
    values[at++] = textOrNull(texts, rows.emailTemplate[i]);
    values[at++] = textOrNull(texts, rows.smsTemplate[i]);
    values[at++] = wholeOrNull(rows.eventYear[i]);
    values[at++] = wholeOrNull(rows.eventMonth[i]);
    values[at++] = wholeOrNull(rows.eventDay[i]);
    values[at++] = textOrNull(texts, rows.metadata[i]);
    values[at] = textOrNull(texts, rows.createdAt[i]) ?? values[1];
  }

  /** Runs the statement and returns the number of rows that are in the table now. */
  run(): number {
    this.#connection.timed(this.#sql, this.#run);
    return this.#connection.connection.changes();
  }

  close(): void {
    this.#statement.close();
  }
}

function textOrNull(texts: readonly string[], code: number): string | null {
  return code < 0 ? null : texts[code];
}

function wholeOrNull(value: number): number | null {
  return value === NULL_INT32 ? null : value;
}

/** Rows by contact id, so that indexes that start with it grow in one sweep; null when they stand so already. */
function contactOrder(rows: ScheduleRows): Uint32Array | null {
  const { contactId, count } = rows;
  let isSorted = true;
  for (let i = 1; i < count && isSorted; i++) isSorted = contactId[i] >= contactId[i - 1];
  if (isSorted) return null;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  return order.sort((a, b) => contactId[a] - contactId[b] || a - b);
}

function hasLargeIds(rows: ScheduleRows): boolean {
  const isLarge = (value: number) => value > 0x7fffffff || value < -0x80000000;
  for (let i = 0; i < rows.count; i++) if (isLarge(rows.contactId[i]) || isLarge(rows.instanceId[i])) return true;
  return false;
}

/** Whether SQLite's message tells of a unique index of `email_schedules` other than its key. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof SendplanError) || !(error.cause instanceof Error)) return false;
  const place = /UNIQUE constraint failed: (.*)$/.exec(error.cause.message)?.[1].toLowerCase();
  if (place === undefined || place === 'email_schedules.id') return false;
  return place.startsWith('email_schedules.') || place.startsWith("index '");
}

/**
 * Inserts rows into `email_schedules` in the caller's transaction, those of each call by contact id and then as they stand
 * (Rules 11). To be closed when done.
 */
export class ScheduleInserter {
  readonly #connection: TimedConnection;
  readonly #options: InsertOptions;
  readonly #days = new DayTexts();
  #hasLargeIds = false;
  #bulk: InsertStatement | null = null;
  #single: InsertStatement | null = null;
  #nextId: number;
  #done = 0;
  #reported = 0;
  #refused = 0;

  constructor(connection: TimedConnection, options: InsertOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#nextId = options.firstId;
  }

  /** The number of rows that are in the table now. */
  get inserted(): number {
    return this.#done - this.#refused;
  }

  /** The number of rows that a unique index refused. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Inserts rows, of which nothing is kept afterwards.
   *
   * @throws SendplanError `database_error` when SQLite does not take a row for any other reason than a unique index, and with
   *   `replacedColumns` for that reason too
   */
  insert(rows: ScheduleRows): void {
    if (!this.#hasLargeIds && hasLargeIds(rows)) {
      this.close();
      this.#hasLargeIds = true;
    }
    const size = this.#options.batchRows;
    const order = contactOrder(rows);
    const batch = new Uint32Array(size);
    const ids = new Float64Array(size);
    for (let start = 0; start < rows.count; start += size) {
      const length = Math.min(size, rows.count - start);
      for (let place = 0; place < length; place++) {
        const i = order === null ? start + place : order[start + place];
        batch[place] = i;
        ids[place] = Number.isNaN(rows.id[i]) ? this.#nextId++ : rows.id[i];
      }
      if (length === size) this.#insertBatch(rows, batch, ids);
      else for (let place = 0; place < length; place++) this.#insertOne(rows, batch[place], ids[place]);
      this.#done += length;
      if (this.#done - this.#reported >= PROGRESS_ROWS) this.#report();
    }
    if (this.#done > this.#reported) this.#report();
  }

  get #isReplacing(): boolean {
    return this.#options.replacedColumns !== undefined;
  }

  close(): void {
    this.#bulk?.close();
    this.#single?.close();
    this.#bulk = null;
    this.#single = null;
  }

  #report(): void {
    this.#reported = this.#done;
    this.#options.onProgress?.(this.#done);
  }

  #prepare(verb: string, rowCount: number): InsertStatement {
    const sql = insertSql(verb, rowCount, this.#hasLargeIds, this.#options.replacedColumns ?? []);
    return new InsertStatement(this.#connection, sql, rowCount, this.#options, this.#days);
  }

  /** Inserts a full batch; of the rows that SQLite ignored, finds out why: inserting one alone gives the reason. */
  #insertBatch(rows: ScheduleRows, batch: Uint32Array, ids: Float64Array): void {
    this.#bulk ??= this.#prepare(this.#isReplacing ? 'ABORT' : 'IGNORE', batch.length);
    for (let place = 0; place < batch.length; place++) this.#bulk.fill(place, rows, batch[place], ids[place]);
    if (this.#bulk.run() === batch.length) return;
    const marks = Array.from(ids, () => '?').join(', ');
    const present = new Set<SqlValue>();
    const sql = `SELECT id FROM email_schedules WHERE id IN (${marks})`;
    for (const [id] of this.#connection.connection.query(sql, [...ids])) present.add(id);
    for (let place = 0; place < batch.length; place++) {
      if (!present.has(ids[place])) this.#insertOne(rows, batch[place], ids[place]);
    }
  }

  #insertOne(rows: ScheduleRows, i: number, id: number): void {
    // ABORT overrules what the table itself may say about conflicts: REPLACE would take rows out that are not ours.
    this.#single ??= this.#prepare('ABORT', 1);
    this.#single.fill(0, rows, i, id);
    let count: number;
    try {
      count = this.#single.run();
    } catch (error) {
      if (this.#isReplacing || !isRefusal(error)) throw error;
      this.#refused++;
      this.#options.onRefused?.(i);
      return;
    }
    if (count === 0) {
      throw new SendplanError('database_error', 'A trigger of "email_schedules" keeps rows from being inserted.', {
        hint: 'A run must be able to write its rows; drop the trigger or change it.',
      });
    }
  }
}
