import { CallError } from './workerClient.js';

/** A database that was chosen, with the log beside it when that was chosen too and has something in it. */
export interface DatabaseFile {
  readonly database: File;
  readonly log: File | null;
}

/** Files that were chosen together: databases, or what may be some, and what SQLite lays beside them. */
export interface ChosenFiles {
  readonly databases: readonly DatabaseFile[];
  /** A log whose database is not among them. */
  readonly lonelyLog: File | null;
  /** Why they cannot be opened; null when they can. */
  readonly failure: CallError | null;
}

/** How SQLite names what lies beside a database. */
const BESIDE = /-(wal|shm|journal)$/i;
const LOG = /-wal$/i;
const JOURNAL = /-journal$/i;

/** Tells databases from what lies beside them, and gives each its log. What an index of a log holds is made again from the log. */
export function sortChosen(files: readonly File[]): ChosenFiles {
  const databases = files.filter(({ name }) => !BESIDE.test(name));
  const full = files.filter(({ size }) => size > 0);
  const journal = full.find(({ name }) => JOURNAL.test(name));
  const logs = full.filter(({ name }) => LOG.test(name));
  const logOf = ({ name }: File) => logs.find((log) => log.name === `${name}-wal`) ?? null;
  const paired = databases.map((database) => ({ database, log: logOf(database) }));
  const lonelyLog = logs.find((log) => !paired.some((pair) => pair.log === log)) ?? null;
  const failure = journal === undefined ? null : journalFailure(journal.name);
  return { databases: paired, lonelyLog, failure };
}

function journalFailure(name: string): CallError {
  return new CallError({
    code: 'file_busy',
    message: `${name} holds what a change that was not finished has to be undone with, and this page cannot do that.`,
    hint: 'Open the database with the program that works on it, or with sqlite3, which undo the change. Then choose the file again.',
  });
}

/** Why a log alone cannot be opened. @param openName the database that is open */
export function lonelyLogFailure(log: File, openName: string | null): CallError {
  const own = log.name.replace(LOG, '');
  const message =
    openName === null
      ? `${log.name} is a log; the database ${own} itself is missing.`
      : `${log.name} is the log of ${own}, and ${openName} is open.`;
  return new CallError({ code: 'file_busy', message, hint: `Choose ${own} and ${log.name} together.` });
}
