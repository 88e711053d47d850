import type { ChangedTable } from './changedTable.js';
import type { ListedRun } from './checkpoints.js';

/** How a run is undone. */
export interface UndoFileOptions {
  /**
   * `sqljs` puts the file back that `run --keep` kept; `native` undoes the rows that a run with that driver kept in
   * `scheduler_changes`. `sqljs` when left out.
   */
  readonly driver?: 'sqljs' | 'native';
  /**
   * Go on where something else has changed the database since: with `sqljs` that is lost, with `native` it stays, and only the
   * rest is undone. An error when left out.
   */
  readonly force?: boolean;
}

/** What others have done since the run that is undone. */
export interface LostChanges {
  /** The runs since. */
  readonly runs: readonly ListedRun[];
  /** Rows that runs have nothing to do with, by table. */
  readonly tables: readonly ChangedTable[];
}

/** What an undo did, as `sendplan undo --json` prints it; the names are stable. */
export interface UndoReport {
  readonly database: string;
  readonly driver: 'sqljs' | 'native';
  /** The run that was undone; its day and time are null where the database does not tell. */
  readonly undone: { readonly run_id: string; readonly as_of: string | null; readonly started_at: string | null };
  /** With `native` the rows that were put back, and those that others have changed since and that stay; null with `sqljs`. */
  readonly rows: { readonly restored: number; readonly left: number } | null;
  /** What was lost with `--force`; null when nothing else had changed. */
  readonly lost: LostChanges | null;
  /** How many more runs can be undone. */
  readonly left: number;
  readonly warnings: readonly string[];
}

const MOST_TABLES = 10;

function tableText({ table, sent, added, changed, removed }: ChangedTable): string {
  const parts = [
    ...(sent > 0 ? [`${sent} planned and since sent or on their way`] : []),
    ...(added > 0 ? [`${added} added`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
  ];
  const what = table.toLowerCase() === 'email_schedules' ? 'emails' : 'rows';
  return `  ${table}: ${what}: ${parts.join(', ')}`;
}

/** What others have changed since a run, a line each. */
export function lossText({ runs, tables }: LostChanges): string {
  const lines = runs.map(
    ({ run_id: id, as_of: day, status }) => `  run ${id}, as of ${day ?? 'an unknown day'}, ${status ?? 'unknown'}`,
  );
  lines.push(...tables.slice(0, MOST_TABLES).map(tableText));
  if (tables.length > MOST_TABLES) lines.push(`  and ${tables.length - MOST_TABLES} more tables`);
  if (lines.length === 0) {
    return '  What changed is in planned rows, in tables of runs, in the schema, or only in how the file is laid out; none of it can be counted.';
  }
  return ['  Since then came:', ...lines.map((line) => `  ${line}`)].join('\n');
}
