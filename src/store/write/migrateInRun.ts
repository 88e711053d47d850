import { hasRow } from '../driver/askOnce.js';
import type { Connection } from '../driver/connection.js';
import { applyMigration, type Migration, type MigrationStep, planMigration } from '../schema/migration.js';
import { readSchema } from '../schema/readSchema.js';
import { SCHEDULE_INDEXES } from '../schema/tables.js';
import { createIndexesUnfilled, createIndexUnfilled } from './byPages/unfilledIndexes.js';

/** Tells whether `email_schedules` holds rows that a run leaves alone. */
function hasForeignRows(connection: Connection): boolean {
  const sql =
    "SELECT 1 FROM email_schedules WHERE status IS NULL OR status NOT IN ('pre-scheduled', 'skipped') LIMIT 1";
  return hasRow(connection, sql);
}

function isScheduleKeyIndex({ creates, name }: MigrationStep): boolean {
  const names: readonly string[] = [SCHEDULE_INDEXES.unique, SCHEDULE_INDEXES.plain];
  return creates === 'index' && names.includes(name);
}

/** Whether our own unique index has to wait for the rows: only those that the database came with refuse rows (Rules 11). */
function waitsForRows(connection: Connection, { steps }: Migration): boolean {
  return steps.some(isScheduleKeyIndex) && hasForeignRows(connection);
}

/** A migration whose steps are all known to be possible, but for those that wait for the rows. */
export function checkMigration(connection: Connection, migration: Migration): Migration {
  if (!migration.steps.some((step) => step.isUnchecked === true)) return migration;
  return waitsForRows(connection, migration) ? migration : planMigration(connection, readSchema(connection));
}

/**
 * Carries a migration out as far as it must not wait for the rows, and returns the steps taken.
 *
 * Our own unique index waits when there are rows in whose places it would refuse some.
 *
 * @param migration of `checkMigration`
 * @param byPages indexes that refuse no rows are left without entries, to be filled together with the rows
 */
export function migrateBefore(
  connection: Connection,
  migration: Migration,
  byPages: boolean,
): { readonly early: readonly MigrationStep[]; readonly unfilled: readonly string[] } {
  const isIndex = (step: MigrationStep) => step.creates === 'index';
  for (const step of migration.steps) if (!isIndex(step)) connection.execute(step.sql);
  const waits = waitsForRows(connection, migration);
  const early = migration.steps.filter((step) => !(waits && isScheduleKeyIndex(step)));
  const indexes = early.filter(isIndex);
  if (byPages) return { early, unfilled: createIndexesUnfilled(connection, indexes) };
  for (const step of indexes) connection.execute(step.sql);
  return { early, unfilled: [] };
}

/**
 * Carries out what waited for the rows, and what rows that are gone now did not allow, so that the next run finds nothing
 * to do. Returns everything that was done, and the warnings that are left.
 *
 * @param byPages what waited was found to refuse no row, and is left without entries, to be filled together with the rows
 */
export function migrateAfter(
  connection: Connection,
  migration: Migration,
  { done, byPages }: { readonly done: readonly MigrationStep[]; readonly byPages: boolean },
): Migration {
  if (done.length === migration.steps.length && migration.warnings.length === 0) return migration;
  const waiting = migration.steps.filter((step) => !done.includes(step));
  if (byPages && migration.warnings.length === 0) {
    for (const step of waiting) createIndexUnfilled(connection, step);
    return { steps: [...done, ...waiting], warnings: [] };
  }
  const late = planMigration(connection, readSchema(connection));
  applyMigration(connection, late);
  return { steps: [...done, ...late.steps], warnings: late.warnings };
}
