import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ReadBeside } from '../../columns/organization.js';
import { emailTypesOf, type FoundSchedules, type ScheduleMeaning } from '../../columns/readSchedules.js';
import type { OrganizationSource } from '../../columns/source.js';
import { TextDictionary } from '../../columns/texts.js';
import type { Connection } from '../driver/connection.js';
import { FileSource } from '../format/fileSource.js';
import { type DatabaseSchema, findTable } from '../schema/readSchema.js';
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
      // Where whoever uses the library bundled it into one file, the thread's own is missing.
      if (!(pages instanceof FileSource) || !existsSync(fileURLToPath(SCRIPT))) return null;
      const { descriptor, byteLength, hasEmptyLog } = pages;
      const workerData: ScheduleTask = { file: { descriptor, byteLength, hasEmptyLog }, table, meaning };
      try {
        this.#worker = new Worker(SCRIPT, { workerData, execArgv: [] });
      } catch {
        // The system makes no more threads.
        return null;
      }
      const found = answerOf(this.#worker, pages, meaning, onRow);
      // Whoever waits for the rows gets the error, and nobody does when the work is given up before.
      found.catch(() => {});
      return found;
    };
  }

  /** Ends the thread; afterwards it reads no more. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }
}

/** What a thread finds; null when it ends without: what is in the way is there for others, too. */
function answerOf(
  worker: Worker,
  pages: FileSource,
  meaning: ScheduleMeaning,
  onRow: (rowsDone: number) => void,
): Promise<FoundSchedules | null> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: ScheduleMessage) => {
      if ('rowsDone' in message) {
        try {
          onRow(message.rowsDone);
        } catch (error) {
          reject(error);
        }
        return;
      }
      pages.bytesRead += message.bytesRead;
      resolve(message.found === null ? null : fromPlain(message.found, meaning));
    });
    worker.once('error', () => resolve(null));
    worker.once('exit', () => resolve(null));
  });
}

/** What a thread found, with types and texts that know as much as the thread's. */
function fromPlain({ typeNames, texts: all, ...found }: PlainSchedules, meaning: ScheduleMeaning): FoundSchedules {
  const types = emailTypesOf(meaning);
  for (const name of typeNames) types.codeOf(name);
  const texts = new TextDictionary();
  for (const text of all) texts.codeOf(text);
  return { ...found, types, texts };
}
