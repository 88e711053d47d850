import { SendplanError } from '../errors.js';
import { resolveConfig } from '../rules/config.js';
import type { Connection } from '../store/driver/connection.js';
import { type NativeDatabase, openNative } from '../store/driver/native.js';
import { ObservedConnection } from '../store/driver/observedConnection.js';
import { requireDatabaseFile } from '../store/file/openDatabaseFile.js';
import { removeLeftovers, TemporaryFile } from '../store/file/temporaryFiles.js';
import { FileSource } from '../store/format/fileSource.js';
import { UnfitForPages } from '../store/write/byPages/scheduleLayout.js';
import { type RowsToStage, stageRows } from '../store/write/byPages/stageRows.js';
import type { ContactTransactions } from '../store/write/bySql/flushByContact.js';
import { collectGarbage } from './collectGarbage.js';
import { requireRoom } from './requireRoom.js';
import type { RunFileOptions } from './runFileOptions.js';
import type { RunReport } from './runReport.js';
import { RunThreads } from './runThreads.js';
import { type RangeOfBook, runDatabase } from './schedule.js';
import { type Stopwatch, totalSeconds } from './stopwatch.js';
import { resolveToday } from './today.js';
import { untilTakenBack } from './untilTakenBack.js';

/** How changes are divided into transactions in place: ordinary ones are all or nothing. */
const DIVISION = { undividedContacts: 200_000, contacts: 50_000 } as const;

/** `runFile` with the driver native: one transaction from the first read on, so that the plan is of what is written to. */
export async function runInPlace(
  path: string,
  options: RunFileOptions,
  watch: Stopwatch,
  range?: RangeOfBook,
): Promise<RunReport> {
  const { outPath, dryRun = false, batchSize } = options;
  if (outPath !== undefined) {
    throw new SendplanError('bad_input', 'The driver native works in place and writes no other file (--out).', {
      hint: 'Copy the database first, or use the driver sqljs.',
    });
  }
  const config = resolveConfig(options.config);
  const today = resolveToday(options.asOf, config, 'asOf');
  const file = requireDatabaseFile(path);
  const connection = await watch.measure('open', () => openNative(file));
  const pages = connection.pages?.() ?? null;
  // What can be taken back, and a part of a book, are written as a whole.
  const isUndivided = options.keep !== undefined || range !== undefined;
  const transactions = new Transactions(connection, isUndivided ? Number.POSITIVE_INFINITY : batchSize);
  const threads = new RunThreads(options.threads);
  let staging: TemporaryFile | null = null;
  try {
    requireRoom(connection, 'native', options, { config, today, range, threads: threads.count });
    await removeLeftovers(file);
    const stage = async (target: Connection, rows: RowsToStage) => {
      staging = dryRun ? null : await createStaging(file);
      return stageRows(target, rows, staging);
    };
    const target = { kind: 'in_place', stage, transactions, keepChanges: options.keep } as const;
    const settings = {
      config,
      today,
      batchSize,
      dryRun,
      flush: options.flush,
      target,
      range,
      force: options.force,
      hold: options.hold,
      ...threads.settings(),
      keepsPlan: options.onDiffed !== undefined,
      collect: collectGarbage,
    };
    const observed = options.timings === true ? new ObservedConnection(connection) : null;
    const run = await runDatabase(observed ?? connection, settings, watch);
    if (run.planned !== null) options.onDiffed?.(run.planned);
    const report = { ...run.report, statements: observed?.costs() };
    if (report.outcome === 'changed') await watch.measure('save', () => connection.commit());
    const seconds = totalSeconds(watch.timings);
    const traffic = {
      read_bytes: pages instanceof FileSource ? pages.bytesRead : 0,
      written_bytes: report.outcome === 'changed' ? null : 0,
    };
    return { ...report, stages: [...watch.timings], seconds, traffic };
  } catch (error) {
    await threads.stop();
    closeAfterFailure(connection);
    throw untilTakenBack(partlyWritten(error, transactions), file);
  } finally {
    await threads.stop();
    // What was not committed is rolled back.
    connection.close();
    (staging as TemporaryFile | null)?.discard();
  }
}

/** A file for the rows of a first run, beside the database. @throws UnfitForPages when there cannot be one */
async function createStaging(path: string): Promise<TemporaryFile> {
  try {
    return await TemporaryFile.create(path);
  } catch (error) {
    throw new UnfitForPages(`no file can be written beside the database (${(error as Error).message})`);
  }
}

/** The transactions of a run in place, and how much of it the ones before hold. */
class Transactions implements ContactTransactions {
  readonly undividedContacts: number;
  readonly contacts: number;
  /** The contacts whose changes are committed, of those whose rows change; null while there is one transaction. */
  committed: { readonly contacts: number; readonly contactsTotal: number } | null = null;
  readonly #database: NativeDatabase;

  /** @param batchSize how many contacts go into one, infinity for all; left out, `DIVISION` */
  constructor(database: NativeDatabase, batchSize: number | undefined) {
    this.#database = database;
    this.undividedContacts = batchSize ?? DIVISION.undividedContacts;
    this.contacts = batchSize ?? DIVISION.contacts;
  }

  next(contacts: number, contactsTotal: number): boolean {
    return this.#database.recommit(() => {
      this.committed = { contacts, contactsTotal };
    });
  }
}

/** Takes back what was begun, as far as can be: what made the run fail is told, and nothing else. */
function closeAfterFailure(connection: NativeDatabase): void {
  try {
    connection.close();
  } catch {}
}

/** An error as it came, or after some of several transactions were committed. */
function partlyWritten(error: unknown, { committed }: Transactions): unknown {
  if (!(error instanceof SendplanError) || committed === null) return error;
  const { contacts, contactsTotal } = committed;
  const told = `The emails of ${contacts} of ${contactsTotal} contacts whose plan changes are written, each contact's all at once.`;
  const hint = `${error.hint ?? ''} The next run writes the rest.`.trim();
  return new SendplanError(error.code, `${error.message} ${told}`, { hint, cause: error.cause });
}
