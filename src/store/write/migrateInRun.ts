import type { Connection } from '../driver/connection.js';
import { applyMigration, type Migration, type MigrationStep, planMigration } from '../schema/migration.js';
import { readSchema } from '../schema/readSchema.js';
import { SCHEDULE_INDEXES } from '../schema/tables.js';
import { createIndexesUnfilled } from './byPages/unfilledIndexes.js';

/** Tells whether `email_schedules` holds rows that a run leaves alone. */
function hasForeignRows(connection: Connection): boolean {
  const sql =
    "SELECT 1 FROM email_schedules WHERE status IS NULL OR status NOT IN ('pre-scheduled', 'skipped') LIMIT 1";
  for (const _row of connection.query(sql)) return true;
  return false;
}

function isScheduleKeyIndex({ creates, name }: MigrationStep): boolean {
  const names: readonly string[] = [SCHEDULE_INDEXES.unique, SCHEDULE_INDEXES.plain];
  return creates === 'index' && names.includes(name);
}

/**
 * Carries a migration out as far as it must not wait for the rows, and returns the steps taken.
 *
 * Only the unique indexes that the database came with refuse rows (Rules 11), so that our own waits when there are rows in
 * whose places it would refuse some.
 *
 * @param byPages indexes that refuse no rows are left without entries, to be filled together with the rows
 */
export function migrateBefore(
  connection: Connection,
  migration: Migration,
  byPages: boolean,
): { readonly early: readonly MigrationStep[]; readonly unfilled: readonly string[] } {
  const isIndex = (step: MigrationStep) => step.creates === 'index';
  for (const step of migration.steps) if (!isIndex(step)) connection.execute(step.sql);
  const waits = migration.steps.some(isScheduleKeyIndex) && hasForeignRows(connection);
  const early = migration.steps.filter((step) => !(waits && isScheduleKeyIndex(step)));
  const indexes = early.filter(isIndex);
  if (byPages) return { early, unfilled: createIndexesUnfilled(connection, indexes) };
  for (const step of indexes) connection.execute(step.sql);
  return { early, unfilled: [] };
}

/**
 * Carries out what waited for the rows, and what rows that are gone now did not allow, so that the next run finds nothing
 * to do. Returns everything that was done, and the warnings that are left.
 */
export function migrateAfter(connection: Connection, migration: Migration, done: readonly MigrationStep[]): Migration {
  if (done.length === migration.steps.length && migration.warnings.length === 0) return migration;
  const late = planMigration(connection, readSchema(connection));
  applyMigration(connection, late);
  return { steps: [...done, ...late.steps], warnings: late.warnings };
}
