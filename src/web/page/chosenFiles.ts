import { CallError } from './workerClient.js';

/** Files that were chosen together: databases, or what may be some, and what SQLite lays beside them. */
export interface ChosenFiles {
  readonly databases: readonly File[];
  /** Why they cannot be opened; null when they can. */
  readonly failure: CallError | null;
}

/** How SQLite names what lies beside a database. */
const BESIDE = /-(wal|shm|journal)$/i;

/** What an index of a log holds is made again from the log. */
const INDEX = /-shm$/i;

/** Tells databases from the logs beside them; a log with something in it holds changes that the database lacks. */
export function sortChosen(files: readonly File[]): ChosenFiles {
  const log = files.find(({ name, size }) => BESIDE.test(name) && !INDEX.test(name) && size > 0);
  const databases = files.filter(({ name }) => !BESIDE.test(name));
  if (log === undefined) return { databases, failure: null };
  const failure = new CallError({
    code: 'file_busy',
    message: `${log.name} holds changes that are not yet in the database file itself, and this page reads the file alone.`,
    hint: "Close the program that works on it, or: sqlite3 FILE 'PRAGMA wal_checkpoint(TRUNCATE);' Then choose the file again.",
  });
  return { databases, failure };
}
