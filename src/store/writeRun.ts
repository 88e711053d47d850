import { formatIsoDay } from '../calendar/iso.js';
import type { Plan } from '../plan/plan.js';
import { countRows } from '../plan/countRows.js';
import type { ScheduleRows } from '../columns/scheduleRows.js';
import { replaceIssues, writeCheckpoint, writeConfigVersion } from './bookkeeping.js';
import { contactsChecksum, scheduleChecksums, textChecksum } from './checksums.js';
import { rowsToWrite, type ScheduleDiff } from './diff.js';
import type { Connection } from './driver.js';
import { type FlushResult, flushSchedules } from './flush.js';
import { applyMigration, type Migration, type MigrationStep, planMigration } from './migration.js';
import { readSchema } from './schema.js';
import type { StatementTiming } from './timings.js';

/** How a run is written. */
export interface WriteOptions {
  readonly runId: string;
  /** When the run started, `YYYY-MM-DD HH:MM:SS` in UTC. */
  readonly nowText: string;
  /** Nothing is kept: the transaction is taken back at its end, so that everything is found out all the same. */
  readonly dryRun: boolean;
  readonly onProgress?: (rowsDone: number, rowsTotal: number) => void;
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
}

const BATCH_ROWS = 50_000;

/**
 * Writes a run into a database in one transaction (Rules 11): what the schema lacks, the rows that go and come, the issues,
 * the configuration if it is another one, and the run's checkpoint. When there is nothing to write, nothing is written.
 *
 * Rows that a unique index refuses become issues of the kind `refused_by_index`.
 *
 * @throws SendplanError `database_error` when SQLite refuses anything else; the database is then as it was
 */
export function writeRun(
  connection: Connection,
  plan: Plan,
  diff: ScheduleDiff,
  migration: Migration,
  options: WriteOptions,
): WriteResult {
  connection.execute('BEGIN');
  try {
    const result = writeAll(connection, plan, diff, migration, options);
    connection.execute(result.isChanged && !options.dryRun ? 'COMMIT' : 'ROLLBACK');
    return result;
  } catch (error) {
    connection.execute('ROLLBACK');
    throw error;
  }
}

function writeAll(
  connection: Connection,
  plan: Plan,
  diff: ScheduleDiff,
  migration: Migration,
  options: WriteOptions,
): WriteResult {
  const { runId, nowText } = options;
  if (migration.steps.length > 0) applyMigration(connection, migration);
  const refused = new Set<number>();
  const flush = flushPlan(connection, plan, diff, refused, options);
  noteRefusals(plan, refused);
  const settled = settleMigration(connection, migration, flush);

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
  if (isChanged) warnings.push(...checkpoint(connection, plan, diff, refused, options));
  const { deleted, inserted, statements } = flush;
  return { isChanged, deleted, inserted, refused, migrationSteps: settled.steps, warnings, statements };
}

/**
 * Once the rows are written, a unique index may fit that the rows which were there before would not have allowed; without
 * it now, the next run would find a schema to change (Rules 11). Returns everything that was done.
 */
function settleMigration(connection: Connection, migration: Migration, flush: FlushResult): Migration {
  if (migration.warnings.length === 0 || flush.deleted === 0) return migration;
  const late = planMigration(connection, readSchema(connection));
  applyMigration(connection, late);
  return { steps: [...migration.steps, ...late.steps], warnings: late.warnings };
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
  { runId, nowText }: WriteOptions,
): readonly string[] {
  const counts = countRows(plan, (candidate) => refused.has(candidate));
  const checksums = scheduleChecksums(plan, diff, refused);
  const written = writeCheckpoint(connection, {
    runId,
    startedText: nowText,
    contactsChecksum: contactsChecksum(plan.organization.contacts),
    schedulesBeforeChecksum: checksums.before,
    schedulesAfterChecksum: checksums.after,
    contactsProcessed: plan.organization.contacts.count,
    emailsScheduled: counts.preScheduled,
    emailsSkipped: counts.skipped,
    status: 'completed',
    errorMessage: null,
    completedText: currentTimeText(),
  });
  return written.warnings;
}

/** The current time as databases keep it: `YYYY-MM-DD HH:MM:SS` in UTC. */
export function currentTimeText(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ');
}
