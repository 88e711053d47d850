import type { ScheduleRows } from '../../../columns/scheduleRows.js';
import { SendplanError } from '../../../errors.js';
import type { CompactRows } from '../../changes/compactRows.js';
import type { RunChanges } from '../../changes/runChanges.js';
import type { Connection } from '../../driver/connection.js';
import { TimedConnection } from '../../driver/timedConnection.js';
import { findTable, isSameName, readSchema } from '../../schema/readSchema.js';
import { deleteRows, type FlushResult, nextId } from './flushSchedules.js';
import { isRefusal, ScheduleInserter } from './insertSchedules.js';

/** How changes are written contact by contact. */
export interface ContactFlushOptions {
  readonly runId: string;
  /** The time of the run, `YYYY-MM-DD HH:MM:SS`. */
  readonly nowText: string;
  readonly onProgress?: (rowsDone: number) => void;
  /** Called for every row that a unique index refused, with its place among the rows that come. */
  readonly onRefused: (place: number) => void;
  /** When to end a transaction and begin another; without it everything is the caller's one transaction. */
  readonly transactions?: ContactTransactions;
}

/** Transactions that hold the changes of some contacts each. */
export interface ContactTransactions {
  /** Up to so many contacts whose rows change are written in one transaction. */
  readonly undividedContacts: number;
  /** How many are written in a transaction, at least, when there are more. */
  readonly contacts: number;
  /**
   * Ends the transaction and begins the next one.
   *
   * @param contactsWritten how many contacts' changes have been written, of `contactsTotal`
   * @returns whether anybody else has written to the database in between
   * @throws SendplanError when the run cannot go on
   */
  next(contactsWritten: number, contactsTotal: number): boolean;
}

/** The changes of some contacts that follow one another. */
interface ContactStep {
  /** Places of rows that come. */
  readonly placeStart: number;
  readonly placeEnd: number;
  /** Rows that go and are not replaced, in `ContactChanges.removedIds`. */
  readonly removedStart: number;
  readonly removedEnd: number;
  /** How many contacts' changes are written when the step is. */
  readonly contactsDone: number;
}

/** A step is ended by the contact with which it has this many rows. */
const STEP_ROWS = 8192;
const STATEMENT_ROWS = 200;

/** Behind all contacts; the rows of those that are not there are its own. */
const NO_CONTACT = { contactId: Number.POSITIVE_INFINITY, end: 0 } as const;

/** What changes, in the order of the contacts; the rows of contacts that are not there come last. */
class ContactChanges {
  readonly rows: CompactRows;
  /** The ids of the rows that go and are not replaced. */
  readonly removedIds: Float64Array;
  readonly steps: ContactStep[] = [];

  /** @param mostContacts a step changes no more contacts than this */
  constructor({ rows, removedRows }: RunChanges, mostContacts: number) {
    this.rows = rows;
    this.removedIds = removedRows.id;
    const { contactId: ownerOf } = removedRows;
    let placeStart = 0;
    let removedStart = 0;
    let place = 0;
    let removed = 0;
    let contactsDone = 0;
    let contactsBefore = 0;
    const endStep = () => {
      this.steps.push({ placeStart, placeEnd: place, removedStart, removedEnd: removed, contactsDone });
      placeStart = place;
      removedStart = removed;
      contactsBefore = contactsDone;
    };
    for (let next = 0; ; contactsDone++) {
      const isFull = place + removed - placeStart - removedStart >= STEP_ROWS;
      if (isFull || contactsDone - contactsBefore === mostContacts) endStep();
      const coming = next < rows.contactCount ? rows.contactAt(next) : NO_CONTACT;
      const going = removed < ownerOf.length ? ownerOf[removed] : NO_CONTACT.contactId;
      const contact = Math.min(coming.contactId, going);
      if (contact === NO_CONTACT.contactId) break;
      if (coming.contactId === contact) {
        place = coming.end;
        next++;
      }
      while (ownerOf[removed] === contact) removed++;
    }
    removed = this.removedIds.length;
    if (place + removed > placeStart + removedStart) endStep();
  }

  get contactCount(): number {
    return this.steps.at(-1)?.contactsDone ?? 0;
  }
}

/**
 * Tells whether rows of `email_schedules` can be replaced contact by contact: with triggers, or a unique index without the
 * contact, rows of one contact could be in the way of another's.
 */
export function isByContact(connection: Connection): boolean {
  const table = findTable(readSchema(connection), 'email_schedules');
  if (table === null) return false;
  const hasContact = (columns: readonly (string | null)[]) =>
    columns.some((column) => column !== null && isSameName(column, 'contact_id'));
  if (!table.indexes.every((index) => !index.isUnique || hasContact(index.columns))) return false;
  const triggers = "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = 'email_schedules'";
  for (const _trigger of connection.query(triggers)) return false;
  return true;
}

/** The columns of `email_schedules` that rows are written with. */
function writableColumns(connection: Connection): readonly string[] {
  const columns = findTable(readSchema(connection), 'email_schedules')?.columns ?? [];
  return columns.filter((column) => !column.isGenerated).map((column) => column.name);
}

/** Writes the changes of one step after the other. */
class ContactWriter {
  deleted = 0;
  inserted = 0;
  refused = 0;
  readonly #timed: TimedConnection;
  readonly #changes: ContactChanges;
  readonly #options: ContactFlushOptions;
  readonly #replacer: ScheduleInserter;
  #nextId: number;
  #rowsDone = 0;

  constructor(
    timed: TimedConnection,
    changes: ContactChanges,
    columns: readonly string[],
    options: ContactFlushOptions,
  ) {
    this.#timed = timed;
    this.#changes = changes;
    this.#options = options;
    this.#nextId = nextId(timed, changes.rows.count);
    this.#replacer = new ScheduleInserter(timed, { ...this.#insertOptions(), replacedColumns: columns });
  }

  /** Reads again from which id on new rows are numbered. */
  refreshIds(): void {
    this.#nextId = nextId(this.#timed, this.#changes.rows.count);
  }

  write(step: ContactStep): void {
    const places = Uint32Array.from({ length: step.placeEnd - step.placeStart }, (_, i) => step.placeStart + i);
    const { rows: source, removedIds } = this.#changes;
    const removed = removedIds.subarray(step.removedStart, step.removedEnd);
    this.deleted += deleteRows(this.#timed, removed, Number.POSITIVE_INFINITY);
    const firstId = this.#nextId;
    for (let start = 0; start < places.length; start += STEP_ROWS) {
      const rows = source.at(places.subarray(start, start + STEP_ROWS));
      for (let i = 0; i < rows.count; i++) if (Number.isNaN(rows.id[i])) rows.id[i] = this.#nextId++;
      try {
        this.#replacer.insert(rows);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#writeOneByOne(places, firstId);
        return;
      }
    }
    const replaced = places.length - (this.#nextId - firstId);
    this.deleted += replaced;
    this.#finish(places.length);
  }

  close(): void {
    this.#replacer.close();
  }

  /**
   * Takes all rows of a step out before it puts rows in, so that a row is refused for a row that stays, and not for one that
   * is about to be replaced.
   */
  #writeOneByOne(places: Uint32Array, firstId: number): void {
    const { rows: source } = this.#changes;
    const added = Float64Array.from({ length: this.#nextId - firstId }, (_, i) => firstId + i);
    deleteRows(this.#timed, added, Number.POSITIVE_INFINITY);
    this.#nextId = firstId;
    for (let start = 0; start < places.length; start += STEP_ROWS) {
      const ids = replacedIds(source.at(places.subarray(start, start + STEP_ROWS)));
      this.deleted += deleteRows(this.#timed, ids, Number.POSITIVE_INFINITY);
    }
    for (let start = 0; start < places.length; start += STEP_ROWS) {
      const rows = source.at(places.subarray(start, start + STEP_ROWS));
      const onRefused = (place: number) => this.#options.onRefused(places[start + place]);
      const inserter = new ScheduleInserter(this.#timed, {
        ...this.#insertOptions(),
        firstId: this.#nextId,
        onRefused,
      });
      try {
        inserter.insert(rows);
      } finally {
        inserter.close();
      }
      this.refused += inserter.refused;
      this.#nextId += rows.count - replacedIds(rows).length;
    }
    this.#finish(places.length);
  }

  #insertOptions() {
    const { runId, nowText } = this.#options;
    return { runId, nowText, batchRows: STATEMENT_ROWS, firstId: this.#nextId };
  }

  #finish(rowCount: number): void {
    this.#rowsDone += rowCount;
    this.inserted = this.#rowsDone - this.refused;
    this.#options.onProgress?.(this.#rowsDone);
  }
}

/** The ids of the rows whose places are taken. */
function replacedIds({ id, count }: ScheduleRows): Float64Array {
  return id.subarray(0, count).filter((value) => !Number.isNaN(value));
}

function changedMeanwhile(what: string): SendplanError {
  return new SendplanError('file_changed', `${what} while rows were written.`, {
    hint: 'Start again: a run plans anew what is there then, and leaves alone what is written already.',
  });
}

/** Refuses to go on when rows that are to go are not there, or not a run's own, as they were when they were read. */
function requireOwned(connection: Connection, ids: readonly number[]): void {
  const marks = Array(500).fill('?').join(', ');
  const sql = `SELECT count(*) FROM email_schedules WHERE id IN (${marks}) AND status IN ('pre-scheduled', 'skipped')`;
  for (let start = 0; start < ids.length; start += 500) {
    const some = ids.slice(start, start + 500);
    const values = [...some, ...Array(500 - some.length).fill(null)];
    for (const [count] of connection.query(sql, values)) {
      if (count !== some.length)
        throw changedMeanwhile('Another program sent or removed emails that were to be planned anew');
    }
  }
}

/** Refuses to go on when a run that started after this one has written; the one that started last is the one that ends. */
function requireOnlyRun(connection: Connection, runId: string): void {
  // Names of runs begin with digits, those of other programs may not.
  const sql = "SELECT 1 FROM email_schedules WHERE scheduler_run_id > ? AND scheduler_run_id < ':' LIMIT 1";
  for (const _row of connection.query(sql, [runId])) throw changedMeanwhile('Another run wrote to the database');
}

/**
 * Writes a run's changes to `email_schedules` contact by contact (Rules 11): removed rows go, the others are replaced in
 * their place or added. Every contact's changes are in one transaction. Only where `isByContact` says so.
 *
 * @throws SendplanError `database_error` when SQLite refuses a row for any other reason than a unique index,
 *   `unsupported_schema` when there are no ids left, `file_changed` when rows that are still to be replaced are not as they
 *   were read
 */
export function flushByContact(connection: Connection, changed: RunChanges, options: ContactFlushOptions): FlushResult {
  const columns = writableColumns(connection);
  const timed = new TimedConnection(connection);
  const changes = new ContactChanges(changed, options.transactions?.contacts ?? Number.POSITIVE_INFINITY);
  const writer = new ContactWriter(timed, changes, columns, options);
  const isDivided = changes.contactCount > (options.transactions?.undividedContacts ?? Number.POSITIVE_INFINITY);
  const transactions = isDivided ? options.transactions : undefined;
  let contactsInTransaction = 0;
  let contactsDone = 0;
  let isDisturbed = false;
  try {
    for (const step of changes.steps) {
      if (transactions !== undefined && contactsInTransaction >= transactions.contacts) {
        contactsInTransaction = 0;
        if (transactions.next(contactsDone, changes.contactCount)) {
          isDisturbed = true;
          requireOnlyRun(connection, options.runId);
          writer.refreshIds();
        }
      }
      if (isDisturbed) requireOwned(connection, goingIds(changes, step));
      writer.write(step);
      contactsInTransaction += step.contactsDone - contactsDone;
      contactsDone = step.contactsDone;
    }
  } finally {
    writer.close();
  }
  const { deleted, inserted, refused } = writer;
  return { deleted, inserted, refused, statements: timed.statements() };
}

function goingIds({ rows, removedIds }: ContactChanges, step: ContactStep): number[] {
  const ids = [...removedIds.subarray(step.removedStart, step.removedEnd)];
  for (let start = step.placeStart; start < step.placeEnd; start += STEP_ROWS) {
    const end = Math.min(start + STEP_ROWS, step.placeEnd);
    const places = Uint32Array.from({ length: end - start }, (_, i) => start + i);
    ids.push(...replacedIds(rows.at(places)));
  }
  return ids;
}
