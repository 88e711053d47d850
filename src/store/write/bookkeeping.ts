import { SendplanError } from '../../errors.js';
import type { Issue } from '../../rules/records.js';
import { runOnce } from '../driver/askOnce.js';
import type { Connection } from '../driver/connection.js';
import { takeBack } from '../driver/savepoint.js';
import type { SqlValue } from '../format/sqlValue.js';

/** A run as `scheduler_checkpoints` keeps it; times are `YYYY-MM-DD HH:MM:SS`, null is not known. */
export interface Checkpoint {
  readonly runId: string;
  readonly startedText: string;
  readonly contactsChecksum: string | null;
  readonly schedulesBeforeChecksum: string | null;
  readonly schedulesAfterChecksum: string | null;
  readonly contactsProcessed: number | null;
  readonly emailsScheduled: number | null;
  readonly emailsSkipped: number | null;
  readonly status: 'completed' | 'failed';
  /** The stable code of an error, and its sentence. */
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly completedText: string | null;
  /** The run's day, `YYYY-MM-DD`. */
  readonly asOfText: string;
  /** The checksum of the configuration, as `config_versions` has it. */
  readonly configHash: string | null;
  /** Rows of `email_schedules`; null when none were to be written. */
  readonly rows: { readonly added: number; readonly changed: number; readonly removed: number } | null;
}

/** What came of keeping a record: a database's own constraints may refuse it, which is no reason for a run to fail. */
export interface BookkeepingResult {
  /** Whether anything was written. */
  readonly isWritten: boolean;
  /** Sentences on what could not be kept. */
  readonly warnings: readonly string[];
}

const SAVEPOINT = 'sendplan_bookkeeping';

/** Runs `write`; when the database refuses what it writes, takes it back and tells so in a warning. */
export function keeping(connection: Connection, table: string, write: () => boolean): BookkeepingResult {
  connection.execute(`SAVEPOINT ${SAVEPOINT}`);
  try {
    const isWritten = write();
    connection.execute(`RELEASE ${SAVEPOINT}`);
    return { isWritten, warnings: [] };
  } catch (error) {
    if (!(error instanceof SendplanError) || error.code !== 'database_error') throw error;
    if (!takeBack(connection, SAVEPOINT)) throw error;
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    return { isWritten: false, warnings: [`"${table}" was not written: ${reason}.`] };
  }
}

/** Adds the row of a run to `scheduler_checkpoints`, in the caller's transaction. */
export function writeCheckpoint(connection: Connection, checkpoint: Checkpoint): BookkeepingResult {
  const sql = `INSERT INTO scheduler_checkpoints (scheduler_run_id, run_timestamp, contacts_checksum,
    schedules_before_checksum, schedules_after_checksum, contacts_processed, emails_scheduled, emails_skipped, status,
    error_message, completed_at, as_of, config_hash, rows_added, rows_changed, rows_removed, error_code)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  return keeping(connection, 'scheduler_checkpoints', () => {
    runOnce(connection, sql, [
      checkpoint.runId,
      checkpoint.startedText,
      checkpoint.contactsChecksum,
      checkpoint.schedulesBeforeChecksum,
      checkpoint.schedulesAfterChecksum,
      checkpoint.contactsProcessed,
      checkpoint.emailsScheduled,
      checkpoint.emailsSkipped,
      checkpoint.status,
      checkpoint.errorMessage,
      checkpoint.completedText,
      checkpoint.asOfText,
      checkpoint.configHash,
      checkpoint.rows?.added ?? null,
      checkpoint.rows?.changed ?? null,
      checkpoint.rows?.removed ?? null,
      checkpoint.errorCode,
    ]);
    return true;
  });
}

/** Tells whether rows of contact id, kind and detail are exactly these issues, in any order. */
export function isSameIssues(rows: Iterable<ArrayLike<SqlValue>>, issues: Iterable<Issue>): boolean {
  const counts = new Map<string, number>();
  const key = (contactId: SqlValue, kind: SqlValue, detail: SqlValue) => JSON.stringify([contactId, kind, detail]);
  let count = 0;
  for (const issue of issues) {
    const name = key(issue.contact_id, issue.kind, issue.detail);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    count++;
  }
  for (const row of rows) {
    const name = key(row[0], row[1], row[2]);
    const left = counts.get(name) ?? 0;
    if (left === 0) return false;
    counts.set(name, left - 1);
    count--;
  }
  return count === 0;
}

/**
 * Tells whether `scheduler_contact_issues` holds exactly these issues, in any order. A table that is not there holds none.
 */
export function hasSameIssues(connection: Connection, issues: Iterable<Issue>): boolean {
  let rows: Iterable<ArrayLike<SqlValue>> = [];
  for (const _table of connection.query("SELECT 1 FROM sqlite_master WHERE name = 'scheduler_contact_issues'")) {
    rows = connection.query('SELECT contact_id, kind, detail FROM scheduler_contact_issues');
  }
  return isSameIssues(rows, issues);
}

/**
 * Makes `scheduler_contact_issues` hold these issues and no others, in the caller's transaction (Rules 2). Nothing is
 * written when it holds them already.
 *
 * @param issues gone through twice
 * @param nowText `YYYY-MM-DD HH:MM:SS`
 */
export function replaceIssues(
  connection: Connection,
  issues: Iterable<Issue>,
  runId: string,
  nowText: string,
): BookkeepingResult {
  const sql = `INSERT INTO scheduler_contact_issues (scheduler_run_id, contact_id, kind, detail, created_at)
    VALUES (?, ?, ?, ?, ?)`;
  return keeping(connection, 'scheduler_contact_issues', () => {
    if (hasSameIssues(connection, issues)) return false;
    connection.execute('DELETE FROM scheduler_contact_issues');
    const statement = connection.prepare(sql);
    try {
      for (const issue of issues) statement.run([runId, issue.contact_id, issue.kind, issue.detail, nowText]);
    } finally {
      statement.close();
    }
    return true;
  });
}

/**
 * Adds a configuration to `config_versions`, in the caller's transaction, unless it is the one that was added last.
 *
 * @param configJson the configuration as JSON, its keys always in the same order
 * @param configHash a checksum of that text
 * @param nowText `YYYY-MM-DD HH:MM:SS`
 */
export function writeConfigVersion(
  connection: Connection,
  configJson: string,
  configHash: string,
  nowText: string,
): BookkeepingResult {
  return keeping(connection, 'config_versions', () => {
    const latest = 'SELECT config FROM config_versions ORDER BY created_at DESC, id DESC LIMIT 1';
    for (const [config] of connection.query(latest)) if (config === configJson) return false;
    const sql = 'INSERT INTO config_versions (config_hash, config, created_at) VALUES (?, ?, ?)';
    runOnce(connection, sql, [configHash, configJson, nowText]);
    return true;
  });
}
