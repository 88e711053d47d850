import { parentPort, workerData } from 'node:worker_threads';
import { type FoundSchedules, readSchedules, type ScheduleMeaning } from '../../columns/readSchedules.js';
import { SendplanError } from '../../errors.js';
import { openDatabaseReader } from '../format/databaseReader.js';
import { FileSource } from '../format/fileSource.js';
import { sharedBytes } from '../format/sharedBytes.js';
import type { TableInfo } from '../schema/readSchema.js';
import { scannedRows } from './scannedRows.js';

/** What the thread of `ScheduleThread` is given. */
export interface ScheduleTask {
  /** The open file, which nobody changes. */
  readonly file: { readonly descriptor: number; readonly byteLength: number; readonly hasEmptyLog: boolean };
  /** `email_schedules`. */
  readonly table: TableInfo;
  readonly meaning: ScheduleMeaning;
}

/** What it found, as data that goes from thread to thread; the columns of the rows are in memory that both see. */
export interface PlainSchedules extends Omit<FoundSchedules, 'types' | 'texts'> {
  readonly typeNames: readonly string[];
  readonly texts: readonly string[];
}

/** What it tells: how far it has come, and in the end what it found; null where it could not read the table. */
export type ScheduleMessage =
  | { readonly rowsDone: number }
  | { readonly found: PlainSchedules | null; readonly bytesRead: number };

/** Finds the rows, or null: whatever is in the way, another thread meets it as well, and can tell. */
function findRows(pages: FileSource, { table, meaning }: ScheduleTask): PlainSchedules | null {
  try {
    const scan = openDatabaseReader(pages);
    const source = typeof scan === 'string' ? scan : scannedRows(scan, table, requireNoDefault);
    if (typeof source === 'string') return null;
    const tell = (rowsDone: number) => parentPort?.postMessage({ rowsDone } satisfies ScheduleMessage);
    const { types, texts, ...found } = readSchedules(source, meaning, tell, sharedBytes);
    return { ...found, typeNames: types.names, texts: texts.texts };
  } catch (error) {
    if (error instanceof SendplanError) return null;
    throw error;
  }
}

/** SQLite knows defaults, and is not here. */
function requireNoDefault(): never {
  throw new SendplanError('database_error', 'rows were stored before a column was added that has a default');
}

const task: ScheduleTask = workerData;
const pages = new FileSource(task.file.descriptor, task.file.byteLength, task.file.hasEmptyLog);
const found = findRows(pages, task);
parentPort?.postMessage({ found, bytesRead: pages.bytesRead } satisfies ScheduleMessage);
