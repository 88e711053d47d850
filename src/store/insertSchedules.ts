import { formatIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import type { PreparedStatement, SqlValue } from './driver.js';
import { NULL_INT32, type ScheduleRows } from './rows.js';
import type { TimedConnection } from './timings.js';

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
  readonly onProgress?: (rowsDone: number) => void;
}

function insertSql(verb: string, rowCount: number, hasLargeIds: boolean): string {
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
  return `INSERT OR ${verb} INTO email_schedules (${columns}) VALUES ${tuples.join(', ')}`;
}

/** The parameters of one statement of `rowCount` rows, filled row by row. */
class Parameters {
  readonly values: SqlValue[];
  readonly #dayTexts: Map<number, string>;

  constructor(
    readonly rows: ScheduleRows,
    readonly options: InsertOptions,
    rowCount: number,
    dayTexts: Map<number, string>,
  ) {
    this.values = new Array<SqlValue>(RUN_COLUMNS.length + rowCount * ROW_COLUMNS.length).fill(null);
    this.values[0] = options.runId;
    this.values[1] = options.nowText;
    this.#dayTexts = dayTexts;
  }

  /** Puts row `i` of the columns into the place of row `place` of the statement. */
  fill(place: number, i: number, id: number): void {
    const { rows, values } = this;
    let at = RUN_COLUMNS.length + place * ROW_COLUMNS.length;
    values[at++] = id;
    values[at++] = rows.contactId[i];
    values[at++] = this.#text(rows.emailType[i]);
    values[at++] = this.#day(rows.plannedDay[i]);
    values[at++] = this.#day(rows.sendDay[i]);
    values[at++] = this.#text(rows.sendTime[i]);
    values[at++] = this.#text(rows.status[i]);
    values[at++] = this.#text(rows.skipReason[i]);
    values[at++] = wholeOrNull(rows.priority[i]);
    values[at++] = Number.isNaN(rows.instanceId[i]) ? null : rows.instanceId[i];
    values[at++] = this.#text(rows.emailTemplate[i]);
    values[at++] = this.#text(rows.smsTemplate[i]);
    values[at++] = wholeOrNull(rows.eventYear[i]);
    values[at++] = wholeOrNull(rows.eventMonth[i]);
    values[at++] = wholeOrNull(rows.eventDay[i]);
    values[at++] = this.#text(rows.metadata[i]);
    values[at] = rows.createdAt[i] < 0 ? this.options.nowText : rows.texts[rows.createdAt[i]];
  }

  #text(code: number): string | null {
    return code < 0 ? null : this.rows.texts[code];
  }

  #day(day: number): string | null {
    if (day === NULL_INT32) return null;
    let text = this.#dayTexts.get(day);
    if (text === undefined) {
      text = formatIsoDay(day);
      this.#dayTexts.set(day, text);
    }
    return text;
  }
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
function isRefusal(error: unknown): boolean {
  if (!(error instanceof SendplanError) || !(error.cause instanceof Error)) return false;
  const place = /UNIQUE constraint failed: (.*)$/.exec(error.cause.message)?.[1].toLowerCase();
  if (place === undefined || place === 'email_schedules.id') return false;
  return place.startsWith('email_schedules.') || place.startsWith("index '");
}

/** Inserts the rows of one call; made for it and closed after it. */
class Inserter {
  readonly refused: number[] = [];
  readonly #dayTexts = new Map<number, string>();
  readonly #isLarge: boolean;
  readonly #singleSql: string;
  readonly #single: PreparedStatement;
  readonly #singleParameters: Parameters;

  constructor(
    readonly connection: TimedConnection,
    readonly rows: ScheduleRows,
    readonly options: InsertOptions,
  ) {
    this.#isLarge = hasLargeIds(rows);
    // ABORT overrules what the table itself may say about conflicts: REPLACE would take rows out that are not ours.
    this.#singleSql = insertSql('ABORT', 1, this.#isLarge);
    this.#single = connection.connection.prepare(this.#singleSql);
    this.#singleParameters = new Parameters(rows, options, 1, this.#dayTexts);
  }

  /** Inserts the rows `batch` with the ids `ids`, `size` rows a statement, until fewer than that are left. */
  insertAll(order: Uint32Array | null): void {
    const { rows, options } = this;
    const size = Math.min(options.batchRows, Math.max(1, rows.count));
    const sql = insertSql('IGNORE', size, this.#isLarge);
    const statement = this.connection.connection.prepare(sql);
    const parameters = new Parameters(rows, options, size, this.#dayTexts);
    const batch = new Uint32Array(size);
    const ids = new Float64Array(size);
    const run = () => statement.run(parameters.values);
    let nextId = options.firstId;
    let reported = 0;
    try {
      for (let start = 0; start < rows.count; start += size) {
        const length = Math.min(size, rows.count - start);
        for (let place = 0; place < length; place++) {
          const i = order === null ? start + place : order[start + place];
          batch[place] = i;
          ids[place] = Number.isNaN(rows.id[i]) ? nextId++ : rows.id[i];
        }
        if (length < size) {
          for (let place = 0; place < length; place++) this.#insertOne(batch[place], ids[place]);
        } else {
          for (let place = 0; place < length; place++) parameters.fill(place, batch[place], ids[place]);
          this.connection.timed(sql, run);
          if (this.connection.connection.changes() < size) this.#insertIgnored(batch, ids);
        }
        if (start + length - reported >= PROGRESS_ROWS || start + length === rows.count) {
          reported = start + length;
          options.onProgress?.(reported);
        }
      }
    } finally {
      statement.close();
    }
  }

  /** Tells for every row of a batch that is not in the table why: inserting it alone gives SQLite's own reason. */
  #insertIgnored(batch: Uint32Array, ids: Float64Array): void {
    const marks = Array.from(ids, () => '?').join(', ');
    const present = new Set<SqlValue>();
    const sql = `SELECT id FROM email_schedules WHERE id IN (${marks})`;
    for (const [id] of this.connection.connection.query(sql, [...ids])) present.add(id);
    for (let place = 0; place < batch.length; place++) {
      if (!present.has(ids[place])) this.#insertOne(batch[place], ids[place]);
    }
  }

  #insertOne(i: number, id: number): void {
    const { connection } = this.connection;
    this.#singleParameters.fill(0, i, id);
    try {
      this.connection.timed(this.#singleSql, () => this.#single.run(this.#singleParameters.values));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.refused.push(i);
      return;
    }
    if (connection.changes() === 0) {
      throw new SendplanError('database_error', 'A trigger of "email_schedules" keeps rows from being inserted.', {
        hint: 'A run must be able to write its rows; drop the trigger or change it.',
      });
    }
  }

  close(): void {
    this.#single.close();
  }
}

/**
 * Inserts rows into `email_schedules` in the caller's transaction, by contact id and then as they stand (Rules 11).
 *
 * @returns the indexes into `rows`, ascending, of those that a unique index refused
 * @throws SendplanError `database_error` for any other reason not to take a row
 */
export function insertSchedules(connection: TimedConnection, rows: ScheduleRows, options: InsertOptions): number[] {
  if (rows.count === 0) return [];
  const inserter = new Inserter(connection, rows, options);
  try {
    inserter.insertAll(contactOrder(rows));
  } finally {
    inserter.close();
  }
  return inserter.refused.sort((a, b) => a - b);
}
