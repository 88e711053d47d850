import { formatIsoDay } from '../../calendar/iso.js';
import type { ScheduleRows } from '../../columns/scheduleRows.js';
import type { Plan } from '../../plan/plan.js';
import { contactsChecksum, scheduleChecksums, textChecksum } from '../changes/checksums.js';
import { DiffRows } from '../changes/diffRows.js';
import { rowsToWrite, type ScheduleDiff } from '../changes/diffSchedules.js';
import type { Connection } from '../driver/connection.js';
import type { StatementTiming } from '../driver/timedConnection.js';
import type { PageSource } from '../format/pageSource.js';
import type { Migration, MigrationStep } from '../schema/migration.js';
import { replaceIssues, writeCheckpoint, writeConfigVersion } from './bookkeeping.js';
import { type PagesOptions, type PreparedPages, preparePages } from './byPages/preparePages.js';
import { UnfitForPages } from './byPages/scheduleLayout.js';
import type { StagedRows } from './byPages/stageRows.js';
import { fillBySql, prepareIndexes } from './byPages/unfilledIndexes.js';
import { type ContactTransactions, flushByContact } from './bySql/flushByContact.js';
import { type FlushResult, flushSchedules } from './bySql/flushSchedules.js';
import { replaceLastRun } from './lastRun.js';
import { migrateAfter, migrateBefore } from './migrateInRun.js';
import { currentTimeText } from './runName.js';
import { isRepeatable } from './unchanged.js';

/**
 * How rows get into the database: `sql` by statements, `pages` by building the table's b-trees, `auto` by what is faster for
 * as much as changes.
 */
export type FlushWay = 'auto' | 'sql' | 'pages';

/** What a run found, as far as it is kept; the rest goes into the database as JSON. */
export interface RunSummary {
  readonly rows: { readonly pre_scheduled: number; readonly skipped: number };
}

/** How a run is written. */
export interface WriteOptions {
  readonly runId: string;
  /** When the run started, `YYYY-MM-DD HH:MM:SS` in UTC. */
  readonly nowText: string;
  /** Nothing is kept: the transaction is taken back at its end, so that everything is found out all the same. */
  readonly dryRun: boolean;
  readonly onProgress?: (rowsDone: number, rowsTotal: number) => void;
  /** What the run found. @param refused the candidates whose rows a unique index refused */
  readonly summarize: (refused: ReadonlySet<number>) => RunSummary;
  /** `settingsText` of the run, so that the same one need not be made again over the same file. */
  readonly settings: string;
  /** The way to write rows; `auto` when left out. */
  readonly flush?: FlushWay;
  /**
   * The pages of the database as it is now, which stay as they are until the run is written. Whoever gives them will write
   * the pages of the result; without them rows are written by SQL.
   */
  readonly pagesBefore?: () => PageSource;
  /** Rows that are there are replaced contact by contact, where that can be; by these transactions when it is not a dry run. */
  readonly transactions?: ContactTransactions;
  /** All the rows of a first run, or why they are not staged; without it rows are written in one of the other ways. */
  readonly staged?: StagedRows | string;
}

/** What writing a run did. */
export interface WriteResult {
  /** Whether the database is another one than before. */
  readonly isChanged: boolean;
  readonly deleted: number;
  readonly inserted: number;
  /** The candidates whose rows a unique index refused. */
  readonly refused: ReadonlySet<number>;
  /** What was added to the schema. */
  readonly migrationSteps: readonly MigrationStep[];
  readonly warnings: readonly string[];
  readonly statements: readonly StatementTiming[];
  /** The rows when they are not in the database yet: the caller writes them as pages, after the transaction. */
  readonly pages: PreparedPages | null;
  /** Whether the rows came as pages from beside the database. */
  readonly isStaged: boolean;
}

/** What writing a run does when there is nothing to write. */
export const NOTHING_WRITTEN: WriteResult = {
  isChanged: false,
  deleted: 0,
  inserted: 0,
  refused: new Set(),
  migrationSteps: [],
  warnings: [],
  statements: [],
  pages: null,
  isStaged: false,
};

/**
 * From this many changed rows on, and this part of the table, pages are faster than SQL: SQLite looks every row up in every b-tree,
 * and pages are all copied, each in a fraction of that time. Into an empty table SQLite appends.
 */
const PAGES_FROM = { rows: 2_000, part: 0.0005, firstRows: 20_000 } as const;

/** A savepoint is a transaction of its own, or a part of the one that the caller has begun. */
const SAVEPOINT = 'sendplan_run';

const BATCH_ROWS = 50_000;

/** The columns of our own unique index. */
const SCHEDULE_KEY = ['contact_id', 'email_type', 'scheduled_send_date'];

/**
 * Writes a run into a database in one transaction, or in those of `options.transactions` (Rules 11): what the schema lacks,
 * the rows that go and come, the issues, the configuration if it is another one, and the run's checkpoint. When there is
 * nothing to write, nothing is written.
 *
 * Rows that a unique index refuses become issues of the kind `refused_by_index`.
 *
 * @throws SendplanError `database_error` when SQLite refuses anything else; the database is then as it was,
 *   or as the last of several transactions left it
 */
export function writeRun(
  connection: Connection,
  plan: Plan,
  diff: ScheduleDiff,
  migration: Migration,
  options: WriteOptions,
): WriteResult {
  // A database hands out its pages between transactions only.
  const pagesBefore = wantsPages(plan, diff, options) ? options.pagesBefore?.() : undefined;
  connection.execute(`SAVEPOINT ${SAVEPOINT}`);
  try {
    const result = writeAll(connection, plan, diff, migration, options, pagesBefore ?? null);
    if (!result.isChanged || options.dryRun) connection.execute(`ROLLBACK TO ${SAVEPOINT}`);
    connection.execute(`RELEASE ${SAVEPOINT}`);
    return result;
  } catch (error) {
    connection.execute(`ROLLBACK TO ${SAVEPOINT}; RELEASE ${SAVEPOINT}`);
    throw error;
  }
}

/** Whether the rows are to be written as pages, if they can. */
export function wantsPages(plan: Plan, diff: ScheduleDiff, { flush = 'auto' }: { readonly flush?: FlushWay }): boolean {
  const changed = diff.inserted + diff.deletedIds.length;
  if (flush !== 'auto') return flush === 'pages' && changed > 0;
  const foundRows = plan.organization.schedules.count;
  if (foundRows === 0) return changed > PAGES_FROM.firstRows;
  return changed > PAGES_FROM.rows && changed > PAGES_FROM.part * (foundRows + diff.inserted);
}

function writeAll(
  connection: Connection,
  plan: Plan,
  diff: ScheduleDiff,
  migration: Migration,
  options: WriteOptions,
  pagesBefore: PageSource | null,
): WriteResult {
  const { runId, nowText } = options;
  const { early, unfilled } = migrateBefore(connection, migration, pagesBefore !== null);
  const refused = new Set<number>();
  const { flush, pages, reason } = flushRows(connection, plan, diff, refused, options, unfilled, () =>
    requirePages(options, pagesBefore, migration, early),
  );
  noteRefusals(plan, refused);
  const settled = migrateAfter(connection, migration, early);
  pages?.settle();

  const { issues } = plan.organization.issues;
  const config = JSON.stringify(plan.run.config);
  const issuesWritten = replaceIssues(connection, issues, runId, nowText);
  const configWritten = writeConfigVersion(connection, config, textChecksum(config), nowText);
  const warnings = [...settled.warnings, ...issuesWritten.warnings, ...configWritten.warnings];
  const isChanged =
    settled.steps.length > 0 ||
    flush.deleted + flush.inserted > 0 ||
    issuesWritten.isWritten ||
    configWritten.isWritten;
  if (isChanged) {
    const summary = options.summarize(refused);
    warnings.push(...checkpoint(connection, plan, diff, refused, summary, options));
    // Where something could not be kept, the next run has to try again.
    const isLast = warnings.length === 0 && isRepeatable(plan, refused.size);
    const { settings } = options;
    const report = JSON.stringify(summary);
    const lastRun = isLast ? { runId, completedText: currentTimeText(), settings, report } : null;
    warnings.push(...replaceLastRun(connection, lastRun).warnings);
  }
  if (reason !== null && options.flush === 'pages') {
    warnings.push(`Rows were written by SQL and not as pages: ${reason}.`);
  }
  const { deleted, inserted, statements } = flush;
  return {
    isChanged,
    deleted,
    inserted,
    refused,
    migrationSteps: settled.steps,
    warnings,
    statements,
    pages,
    isStaged: typeof options.staged === 'object',
  };
}

/** What pages need besides the rows. */
type PagesNeeds = Pick<PagesOptions, 'pagesBefore' | 'comingIndex'>;

/** @throws UnfitForPages when the rows cannot be written as pages */
function requirePages(
  { pagesBefore: givePages }: WriteOptions,
  pages: PageSource | null,
  migration: Migration,
  early: readonly MigrationStep[],
): PagesNeeds {
  if (givePages === undefined) throw new UnfitForPages('this driver works in the database itself');
  if (pages === null) throw new UnfitForPages('little changes');
  if (migration.warnings.length > 0)
    throw new UnfitForPages('"email_schedules" holds rows that agree in contact, type and day');
  const isComing = early.length < migration.steps.length;
  return { pagesBefore: () => pages, comingIndex: isComing ? SCHEDULE_KEY : undefined };
}

/**
 * Writes the rows by SQL, or prepares them for being written as pages.
 *
 * @param unfilled the indexes that have no entries yet, which go the same way
 * @param needs throws when pages cannot be
 */
function flushRows(
  connection: Connection,
  plan: Plan,
  diff: ScheduleDiff,
  refused: Set<number>,
  options: WriteOptions,
  unfilled: readonly string[],
  needs: () => PagesNeeds,
): {
  readonly flush: Omit<FlushResult, 'refused'>;
  readonly pages: PreparedPages | null;
  readonly reason: string | null;
} {
  const { staged } = options;
  if (typeof staged === 'object') {
    fillBySql(connection, unfilled);
    for (const candidate of staged.refused) refused.add(candidate);
    staged.insert(connection);
    return { flush: { deleted: 0, inserted: staged.inserted, statements: [] }, pages: null, reason: null };
  }
  let reason: string | null = staged ?? null;
  if (staged === undefined && wantsPages(plan, diff, options)) {
    try {
      const rows = new DiffRows(plan, diff);
      const onProgress = (rowsDone: number) => options.onProgress?.(rowsDone, rows.count);
      const { runId, nowText } = options;
      const changes = { deletedIds: diff.deletedIds, rows };
      const needed = needs();
      const indexes = prepareIndexes(connection, unfilled, needed.pagesBefore());
      const pages = preparePages(connection, changes, { runId, nowText, onProgress, indexes, ...needed });
      for (const place of pages.refused) refused.add(rows.candidateAt(place));
      const { deleted, inserted } = pages;
      const isEmpty = deleted + inserted + unfilled.length === 0;
      return { flush: { deleted, inserted, statements: [] }, pages: isEmpty ? null : pages, reason };
    } catch (error) {
      if (!(error instanceof UnfitForPages)) throw error;
      reason = error.message;
    }
  }
  fillBySql(connection, unfilled);
  const flush =
    replaceByContact(connection, plan, diff, refused, options) ?? flushPlan(connection, plan, diff, refused, options);
  return { flush, pages: null, reason };
}

/** Writes the rows contact by contact; null when there are none to replace, or it is not wanted, or cannot be. */
function replaceByContact(
  connection: Connection,
  plan: Plan,
  diff: ScheduleDiff,
  refused: Set<number>,
  { runId, nowText, dryRun, onProgress, transactions }: WriteOptions,
): FlushResult | null {
  if (transactions === undefined || diff.deletedIds.length === 0) return null;
  const rowCount = diff.inserted + diff.replaced;
  const next = (contactsWritten: number, contactsTotal: number) => {
    connection.execute(`RELEASE ${SAVEPOINT}`);
    try {
      return transactions.next(contactsWritten, contactsTotal);
    } finally {
      connection.execute(`SAVEPOINT ${SAVEPOINT}`);
    }
  };
  return flushByContact(connection, plan, diff, {
    runId,
    nowText,
    onProgress: (rowsDone) => onProgress?.(rowsDone, rowCount),
    onRefused: (candidate) => refused.add(candidate),
    transactions: dryRun ? undefined : { ...transactions, next },
  });
}

function flushPlan(
  connection: Connection,
  plan: Plan,
  diff: ScheduleDiff,
  refused: Set<number>,
  { runId, nowText, onProgress }: WriteOptions,
): FlushResult {
  const rowCount = diff.inserted + diff.replaced;
  let candidates: Uint32Array = new Uint32Array(0);
  function* batches(): Generator<ScheduleRows> {
    for (const writer of rowsToWrite(plan, diff, BATCH_ROWS)) {
      candidates = writer.candidates;
      yield writer.rows;
    }
  }
  return flushSchedules(
    connection,
    { deletedIds: diff.deletedIds, rowCount, batches: batches() },
    {
      runId,
      nowText,
      onProgress: (rowsDone) => onProgress?.(rowsDone, rowCount),
      onRefused: (place) => refused.add(candidates[place]),
    },
  );
}

/** Notes the rows that were refused as issues (Rules 11). */
function noteRefusals({ organization, views }: Plan, refused: ReadonlySet<number>): void {
  const { contacts, planned, issues } = organization;
  for (const candidate of refused) {
    const day = formatIsoDay(views.candidateSend[candidate]);
    const detail = `${planned.types[views.candidateType[candidate]].name} ${day}`;
    issues.add(contacts.id[views.candidateContact[candidate]], 'refused_by_index', detail);
  }
}

/** Adds the run to the checkpoints; returns what could not be kept. */
function checkpoint(
  connection: Connection,
  plan: Plan,
  diff: ScheduleDiff,
  refused: ReadonlySet<number>,
  { rows }: RunSummary,
  { runId, nowText }: WriteOptions,
): readonly string[] {
  const checksums = scheduleChecksums(plan, diff, refused);
  const written = writeCheckpoint(connection, {
    runId,
    startedText: nowText,
    contactsChecksum: contactsChecksum(plan.organization.contacts),
    schedulesBeforeChecksum: checksums.before,
    schedulesAfterChecksum: checksums.after,
    contactsProcessed: plan.organization.contacts.count,
    emailsScheduled: rows.pre_scheduled,
    emailsSkipped: rows.skipped,
    status: 'completed',
    errorMessage: null,
    completedText: currentTimeText(),
  });
  return written.warnings;
}
