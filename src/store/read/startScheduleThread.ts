import type { Worker } from 'node:worker_threads';
import { joinSchedules } from '../../columns/joinSchedules.js';
import type { ReadBeside } from '../../columns/organization.js';
import { emailTypesOf, type FoundSchedules, type ScheduleMeaning } from '../../columns/readSchedules.js';
import type { OrganizationSource } from '../../columns/source.js';
import { TextDictionary } from '../../columns/texts.js';
import type { Connection } from '../driver/connection.js';
import { openDatabaseReader } from '../format/databaseReader.js';
import { FileSource } from '../format/fileSource.js';
import { startWorker } from '../format/startWorker.js';
import { shareTable, type TableShare, type TakenBranches, takeRightHalf } from '../format/tableShare.js';
import { type DatabaseSchema, findTable, type TableInfo } from '../schema/readSchema.js';
import { type FoundPart, findSchedules, fitTogether, type ScheduleTable } from './findSchedules.js';
import { tableReaderOf } from './scannedRows.js';
import type { PlainSchedules, ScheduleMessage, ScheduleTask } from './scheduleThread.js';

/** Below this many rows the start of a thread takes longer than it saves. */
const THREAD_FROM_ROWS = 500_000;

const SCRIPT = new URL('./scheduleThread.js', import.meta.url);

/** Reads `email_schedules` of a file on a thread of its own, where that pays. */
export class ScheduleThread {
  readonly #threads: number;
  readonly #fromRows: number;
  #worker: Worker | null = null;

  /**
   * @param threads how many threads there may be, the one that calls included
   * @param fromRows how many rows pay
   */
  constructor(threads: number, fromRows: number = THREAD_FROM_ROWS) {
    this.#threads = threads;
    this.#fromRows = fromRows;
  }

  /**
   * What begins to read the table of a database. Its file must stay open and unchanged until the thread is stopped; what is read of it
   * counts as read by the connection's pages.
   *
   * @param source the tables of the database as this thread would read them
   */
  readerOf(connection: Connection, schema: DatabaseSchema, source: OrganizationSource): ReadBeside {
    return (meaning, onRow) => {
      const pages = connection.pages?.() ?? null;
      const table = findTable(schema, 'email_schedules');
      const rows = source.email_schedules?.cursor?.([]) ?? null;
      if (this.#threads < 2 || table === null || rows === null || rows.expectedRows < this.#fromRows) return null;
      if (!(pages instanceof FileSource)) return null;
      const { descriptor, byteLength, hasEmptyLog } = pages;
      const task = { table, meaning, share: shareSchedules(pages, table) };
      const workerData: ScheduleTask = { ...task, file: { descriptor, byteLength, hasEmptyLog } };
      this.#worker = startWorker(SCRIPT, workerData);
      if (this.#worker === null) return null;
      const reading = new SharedReading(this.#worker, pages, task, onRow);
      return () => reading.finish();
    };
  }

  /** Ends the thread; afterwards it reads no more. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }
}

/** A table that a thread reads, and in the end this one as well. */
class SharedReading {
  readonly #pages: FileSource;
  readonly #task: ScheduleTable;
  readonly #onRow: (rowsDone: number) => void;
  readonly #left: Promise<FoundPart<PlainSchedules> | null>;
  #leftRows = 0;
  #rightRows = 0;

  constructor(worker: Worker, pages: FileSource, task: ScheduleTable, onRow: (rowsDone: number) => void) {
    this.#pages = pages;
    this.#task = task;
    this.#onRow = onRow;
    this.#left = this.#answerOf(worker);
    // Whoever waits for the rows gets the error, and nobody does when the work is given up before.
    this.#left.catch(() => {});
  }

  /** Reads what the thread has no time for, and puts all rows together; null where the table has to be read as a whole. */
  async finish(): Promise<FoundSchedules | null> {
    const { share, meaning } = this.#task;
    const branches = share === null ? null : takeRightHalf(share);
    const right = branches === null ? null : this.#readRight(branches);
    const left = await this.#left;
    if (left === null) return null;
    const found = fromPlain(left.found, meaning);
    if (share === null || branches === null) return found;
    return right !== null && fitTogether(left, right, share) ? joinSchedules(found, right.found) : null;
  }

  /** Reads rows on this thread, beside what the other one reads from the same file. */
  #readRight(branches: TakenBranches): FoundPart<FoundSchedules> | null {
    const { descriptor, byteLength, hasEmptyLog } = this.#pages;
    const pages = new FileSource(descriptor, byteLength, hasEmptyLog);
    try {
      return findSchedules(pages, this.#task, branches, (rowsDone) => {
        this.#rightRows = rowsDone;
        this.#tell();
      });
    } finally {
      this.#pages.bytesRead += pages.bytesRead;
    }
  }

  #tell(): void {
    this.#onRow(this.#leftRows + this.#rightRows);
  }

  /** What the thread finds; null when it ends without: what is in the way is there for others, too. */
  #answerOf(worker: Worker): Promise<FoundPart<PlainSchedules> | null> {
    return new Promise((resolve, reject) => {
      worker.on('message', (message: ScheduleMessage) => {
        if ('rowsDone' in message) {
          this.#leftRows = message.rowsDone;
          try {
            this.#tell();
          } catch (error) {
            reject(error);
          }
          return;
        }
        this.#pages.bytesRead += message.bytesRead;
        resolve(message.part);
      });
      worker.once('error', () => resolve(null));
      worker.once('exit', () => resolve(null));
    });
  }
}

/** Shares the table with another thread; null where one thread has to read it. */
function shareSchedules(pages: FileSource, table: TableInfo): TableShare | null {
  try {
    const scan = openDatabaseReader(pages);
    const reader = typeof scan === 'string' ? null : tableReaderOf(scan, table);
    return reader === null ? null : shareTable(reader.leaves.branches());
  } catch {
    // Whoever reads the rows meets it as well.
    return null;
  }
}

/** Rows that a thread found, with types and texts that know as much as the thread's. */
function fromPlain({ typeNames, texts: all, ...found }: PlainSchedules, meaning: ScheduleMeaning): FoundSchedules {
  const types = emailTypesOf(meaning);
  for (const name of typeNames) types.codeOf(name);
  const texts = new TextDictionary(all);
  return { ...found, types, texts };
}
