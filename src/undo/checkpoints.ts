import type { Connection } from '../store/driver/connection.js';
import type { SqlValue } from '../store/format/sqlValue.js';
import { rowsOfTable } from '../store/read/organizationOfDatabase.js';
import { type DatabaseSchema, findColumn, findTable } from '../store/schema/readSchema.js';
import { TABLES } from '../store/schema/tables.js';

/** A run as `scheduler_checkpoints` tells of it; null is what the row does not say. */
export interface ListedRun {
  readonly run_id: string;
  /** When it started, `YYYY-MM-DD HH:MM:SS` in UTC. */
  readonly started_at: string | null;
  /** When its rows were written, before the file was brought to the disk; for a failed run when it failed. */
  readonly completed_at: string | null;
  /** From one to the other, in whole seconds. */
  readonly seconds: number | null;
  /** The run's day, `YYYY-MM-DD`. */
  readonly as_of: string | null;
  /** A checksum of the configuration, as `config_versions` has it. */
  readonly config_hash: string | null;
  readonly status: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly contacts: number | null;
  readonly pre_scheduled: number | null;
  readonly skipped: number | null;
  readonly added: number | null;
  readonly changed: number | null;
  readonly removed: number | null;
}

function textOf(value: SqlValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: SqlValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function secondsBetween(started: string | null, completed: string | null): number | null {
  if (started === null || completed === null) return null;
  const [from, to] = [started, completed].map((text) => Date.parse(`${text.replace(' ', 'T')}Z`));
  return Number.isFinite(to - from) && to >= from ? (to - from) / 1000 : null;
}

/** The runs that `scheduler_checkpoints` holds, the first one first; none without the table. */
export function listRuns(connection: Connection, schema: DatabaseSchema): ListedRun[] {
  const table = findTable(schema, 'scheduler_checkpoints');
  if (table === null) return [];
  const columns = Object.keys(TABLES.scheduler_checkpoints).filter((column) => findColumn(table, column) !== null);
  const runs: { readonly id: number; readonly run: ListedRun }[] = [];
  for (const row of rowsOfTable(connection, schema, 'scheduler_checkpoints', columns) ?? []) {
    const at = (column: string) => (columns.includes(column) ? row[columns.indexOf(column)] : null);
    const started = textOf(at('run_timestamp'));
    const completed = textOf(at('completed_at'));
    const run = {
      run_id: textOf(at('scheduler_run_id')) ?? '',
      started_at: started,
      completed_at: completed,
      seconds: secondsBetween(started, completed),
      as_of: textOf(at('as_of')),
      config_hash: textOf(at('config_hash')),
      status: textOf(at('status')),
      error_code: textOf(at('error_code')),
      error_message: textOf(at('error_message')),
      contacts: numberOf(at('contacts_processed')),
      pre_scheduled: numberOf(at('emails_scheduled')),
      skipped: numberOf(at('emails_skipped')),
      added: numberOf(at('rows_added')),
      changed: numberOf(at('rows_changed')),
      removed: numberOf(at('rows_removed')),
    };
    runs.push({ id: numberOf(at('id')) ?? 0, run });
  }
  return runs.sort((a, b) => a.id - b.id).map(({ run }) => run);
}
