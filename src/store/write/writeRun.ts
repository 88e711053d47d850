import { formatIsoDay } from '../../calendar/iso.js';
import type { IssueLog } from '../../columns/issueLog.js';
import type { Config } from '../../rules/config.js';
import { type SummedRow, textChecksum } from '../changes/checksums.js';
import { countRowChanges } from '../changes/rowChanges.js';
import type { RunChanges } from '../changes/runChanges.js';
import type { Connection } from '../driver/connection.js';
import { takeBack } from '../driver/savepoint.js';
import type { StatementTiming } from '../driver/timedConnection.js';
import { DatabaseImage } from '../format/databaseImage.js';
import { requireOwnPages } from '../format/ownPages.js';
import { requireLeaves } from '../format/treePages.js';
import type { Migration, MigrationStep } from '../schema/migration.js';
import { type DatabaseSchema, foldName } from '../schema/readSchema.js';
import { replaceIssues, writeCheckpoint, writeConfigVersion } from './bookkeeping.js';
import type { PreparedPages } from './byPages/preparePages.js';
import { UnfitForPages } from './byPages/scheduleLayout.js';
import { isByContact } from './bySql/flushByContact.js';
import { ChangeLog } from './changeLog.js';
import { replaceLastRun } from './lastRun.js';
import { checkMigration, migrateAfter, migrateBefore } from './migrateInRun.js';
import { prepareRows } from './prepareRows.js';
import { noteRefusals } from './refusals.js';
import { type RowsOfRun, type RowsToWrite, SAVEPOINT, type WrittenRows } from './rowsOfRun.js';
import { currentTimeText } from './runName.js';
import { hasNothingToWrite } from './unchanged.js';
import { planWrite, type WritePlan, type WriteSituation } from './writePlan.js';
import type { WriteSettings } from './writeSettings.js';

/** What a run found, as far as it is kept; the rest goes into the database as JSON. */
export interface RunSummary {
  readonly rows: { readonly pre_scheduled: number; readonly skipped: number };
}

/** A planned day, and the database that it is written into as it was found. It holds no plan. */
export interface RunToWrite<Summary extends RunSummary> {
  readonly config: Config;
  /** The run's day. */
  readonly today: number;
  readonly changes: RunChanges;
  /** What was found, to which the refused rows are added. */
  readonly issues: IssueLog;
  readonly schema: DatabaseSchema;
  /** What the schema lacks. */
  readonly migration: Migration;
  readonly runId: string;
  /** When the run started, `YYYY-MM-DD HH:MM:SS` in UTC. */
  readonly nowText: string;
  /** `settingsText` of the run, so that the same one need not be made again over the same file. */
  readonly settingsText: string;
  /** What the run found. @param refused the rows that a unique index refused */
  readonly summarize: (refused: readonly SummedRow[]) => Summary;
  readonly onProgress?: (rowsDone: number, rowsTotal: number) => void;
}

/** What writing a run did. */
export interface WriteResult<Summary extends RunSummary = RunSummary> {
  /** Whether the database is another one than before. */
  readonly isChanged: boolean;
  readonly deleted: number;
  readonly inserted: number;
  /** The places of the rows that a unique index refused, among those of the run's changes. */
  readonly refused: ReadonlySet<number>;
  readonly summary: Summary;
  /** What was added to the schema. */
  readonly migrationSteps: readonly MigrationStep[];
  readonly warnings: readonly string[];
  readonly statements: readonly StatementTiming[];
  /** How the rows went; null when there was nothing to write at all. */
  readonly writePlan: WritePlan | null;
  /** The rows when they are not in the database yet: the caller writes them as pages, after the transaction. */
  readonly pages: PreparedPages | null;
}

/**
 * Writes a run into a database in one transaction, or in those that the target divides it into (Rules 11): what the schema lacks,
 * the rows that go and come, the issues, the configuration if it is another one, and the run's checkpoint. When there is
 * nothing to write, nothing is written.
 *
 * Rows that a unique index refuses become issues of the kind `refused_by_index`.
 *
 * @throws SendplanError `database_error` when SQLite refuses anything else; the database is then as it was,
 *   or as the last of several transactions left it
 */
export async function writeRun<Summary extends RunSummary>(
  connection: Connection,
  run: RunToWrite<Summary>,
  settings: WriteSettings,
): Promise<WriteResult<Summary>> {
  if (hasNothingToWrite(connection, run.schema, run)) return nothingWritten(run);
  const pages = connection.pages?.() ?? null;
  const trees = pages === null ? [] : readTrees(connection);
  const image = pages === null ? null : new DatabaseImage(pages);
  const plainRoots = pages === null ? new Set<number>() : requireOwnPages(pages, rootsOf(trees));
  let unfit: string | null = null;
  for (;;) {
    const writePlan = planWrite(situationOf(connection, run, settings, unfit), settings.pagesFrom);
    // The trees of the rows are read whole when they are written anew, and what is below a page of theirs stays where it is.
    const foreign = writePlan.way === 'pages' ? trees.filter(({ table }) => table !== 'email_schedules') : trees;
    if (image !== null) for (const root of rootsOf(foreign)) requireLeaves(image, root);
    try {
      return await writeAs(connection, { ...run, plainRoots }, settings, writePlan);
    } catch (error) {
      // What keeps rows from pages may be in the rows themselves, which only the page writer looks at.
      if (!(error instanceof UnfitForPages) || unfit !== null) throw error;
      unfit = error.message;
    }
  }
}

/** A table or an index: the page that is its root, and the table's name in lower case. */
interface Tree {
  readonly rootPage: number;
  readonly table: string;
}

function readTrees(connection: Connection): Tree[] {
  const rows = connection.query('SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0');
  return Array.from(rows, ([rootPage, table]) => ({ rootPage: Number(rootPage), table: foldName(String(table)) }));
}

function rootsOf(trees: readonly Tree[]): number[] {
  return trees.map(({ rootPage }) => rootPage);
}

function nothingWritten<Summary extends RunSummary>(run: RunToWrite<Summary>): WriteResult<Summary> {
  return {
    isChanged: false,
    deleted: 0,
    inserted: 0,
    refused: new Set(),
    summary: run.summarize([]),
    migrationSteps: [],
    warnings: [],
    statements: [],
    writePlan: null,
    pages: null,
  };
}

function situationOf(
  connection: Connection,
  { changes, migration }: RunToWrite<RunSummary>,
  { flush = 'auto', target }: WriteSettings,
  unfit: string | null,
): WriteSituation {
  const going = changes.replaced + changes.removed;
  const agrees =
    migration.warnings.length > 0 ? '"email_schedules" holds rows that agree in contact, type and day' : null;
  return {
    coming: changes.inserted,
    going,
    found: changes.foundCount,
    flush,
    target: target?.kind ?? 'statements',
    isByContact: target?.kind === 'in_place' && going > 0 && isByContact(connection),
    unfit: unfit ?? agrees,
  };
}

async function writeAs<Summary extends RunSummary>(
  connection: Connection,
  run: RunToWrite<Summary> & RowsOfRun,
  settings: WriteSettings,
  writePlan: WritePlan,
): Promise<WriteResult<Summary>> {
  const rows = await prepareRows(connection, run, settings, writePlan);
  connection.execute(`SAVEPOINT ${SAVEPOINT}`);
  try {
    const result = writeAll(connection, run, settings, { writePlan, rows });
    if (!result.isChanged || settings.dryRun === true) connection.execute(`ROLLBACK TO ${SAVEPOINT}`);
    connection.execute(`RELEASE ${SAVEPOINT}`);
    return result;
  } catch (error) {
    takeBack(connection, SAVEPOINT);
    throw error;
  }
}

/** Everything of a run, in the open transaction. */
function writeAll<Summary extends RunSummary>(
  connection: Connection,
  run: RunToWrite<Summary>,
  { flush, target, dryRun }: WriteSettings,
  { writePlan, rows }: { readonly writePlan: WritePlan; readonly rows: RowsToWrite },
): WriteResult<Summary> {
  const { changes, schema, runId } = run;
  const keepChanges = target?.kind === 'in_place' && dryRun !== true ? target.keepChanges : undefined;
  const log = keepChanges === undefined ? null : new ChangeLog(connection, schema, changes.deletedIds(), runId);
  const byPages = writePlan.way === 'pages';
  const migration = checkMigration(connection, run.migration);
  const { early, unfilled } = migrateBefore(connection, migration, byPages);
  const written = rows(connection, { unfilled, isKeyIndexComing: early.length < migration.steps.length });
  const settled = migrateAfter(connection, migration, { done: early, byPages });
  written.pages?.settle();
  const { refused } = written;
  const refusedRows = [...changes.refusedRows(refused)];
  noteRefusals(run.issues, refusedRows);
  const kept = keepBooks(connection, run);
  const warnings = [...settled.warnings, ...kept.warnings];
  const isChanged = settled.steps.length > 0 || written.deleted + written.inserted > 0 || kept.isWritten;
  const summary = run.summarize(refusedRows);
  if (isChanged) warnings.push(...closeBooks(connection, run, { written, refusedRows, summary, warnings }));
  if (isChanged && keepChanges !== undefined) log?.finish(settled.steps, keepChanges);
  const isByPages = writePlan.way === 'pages' || writePlan.way === 'staged';
  if (flush === 'pages' && !isByPages && changes.rows.count + changes.removed > 0) {
    warnings.push(`Rows were written by SQL and not as pages: ${writePlan.because}.`);
  }
  const { deleted, inserted, statements, pages } = written;
  const migrationSteps = settled.steps;
  return { isChanged, deleted, inserted, refused, summary, migrationSteps, warnings, statements, writePlan, pages };
}

/** Writes what a run tells besides its rows, where that is other than before: the issues and the configuration. */
function keepBooks(
  connection: Connection,
  { config: settings, issues: found, runId, nowText }: RunToWrite<RunSummary>,
): { readonly isWritten: boolean; readonly warnings: readonly string[] } {
  const config = JSON.stringify(settings);
  const issues = replaceIssues(connection, found.issues, runId, nowText);
  const version = writeConfigVersion(connection, config, textChecksum(config), nowText);
  return { isWritten: issues.isWritten || version.isWritten, warnings: [...issues.warnings, ...version.warnings] };
}

/** Adds the run to the checkpoints and as the last run; returns what could not be kept. */
function closeBooks(
  connection: Connection,
  { config, today, changes, runId, nowText, settingsText }: RunToWrite<RunSummary>,
  found: {
    readonly written: WrittenRows;
    readonly refusedRows: readonly SummedRow[];
    readonly summary: RunSummary;
    readonly warnings: readonly string[];
  },
): readonly string[] {
  const { rows } = found.summary;
  const { refusedRows } = found;
  const checkpoint = writeCheckpoint(connection, {
    runId,
    startedText: nowText,
    contactsChecksum: changes.contacts.toString(),
    schedulesBeforeChecksum: changes.checksums.before(),
    schedulesAfterChecksum: changes.checksums.after(refusedRows),
    contactsProcessed: changes.contactCount,
    emailsScheduled: rows.pre_scheduled,
    emailsSkipped: rows.skipped,
    status: 'completed',
    errorCode: null,
    errorMessage: null,
    completedText: currentTimeText(),
    asOfText: formatIsoDay(today),
    configHash: textChecksum(JSON.stringify(config)),
    rows: countRowChanges(changes, found.written),
  });
  // Where something could not be kept, the next run has to try again. It may find something to write where a row was refused, which is
  // not there to be kept (Rules 11), and where a start day ran out of moves, which then moves on (Rules 5).
  const isKept = found.warnings.length + checkpoint.warnings.length === 0;
  const isLast = isKept && refusedRows.length === 0 && !changes.hasHeldStart;
  const report = JSON.stringify(found.summary);
  const lastRun = isLast ? { runId, completedText: currentTimeText(), settings: settingsText, report } : null;
  return [...checkpoint.warnings, ...replaceLastRun(connection, lastRun).warnings];
}
