import { isOwnedClass } from '../../columns/schedules.js';
import type { Plan } from '../../plan/plan.js';
import type { ScheduleDiff } from '../changes/diffSchedules.js';
import type { Connection } from '../driver/connection.js';
import { latestConfigText } from '../read/latestConfig.js';
import { rowsOfTable } from '../read/organizationOfDatabase.js';
import type { Migration } from '../schema/migration.js';
import type { DatabaseSchema } from '../schema/readSchema.js';
import { isSameIssues } from './bookkeeping.js';

/**
 * Tells whether a run has nothing to write (Rules 11): no row, nothing that the schema lacks, the same issues and the same
 * configuration as before. Asks SQLite for nothing that can be scanned. False when that is not plain to see; then writing
 * finds out.
 */
export function hasNothingToWrite(
  connection: Connection,
  schema: DatabaseSchema,
  plan: Plan,
  diff: ScheduleDiff,
  migration: Migration,
): boolean {
  if (migration.steps.length + migration.warnings.length > 0) return false;
  if (diff.inserted + diff.replaced + diff.deletedIds.length > 0) return false;
  if (latestConfigText(connection, schema) !== JSON.stringify(plan.run.config)) return false;
  const issues = rowsOfTable(connection, schema, 'scheduler_contact_issues', ['contact_id', 'kind', 'detail']);
  return issues !== null && isSameIssues(issues, plan.organization.issues.issues);
}

/** Tells whether a start day is held by a row that is not owned, as when it ran out of moves (Rules 5, last). */
function hasHeldStart({ organization, views }: Plan): boolean {
  const { contacts, schedules } = organization;
  const { candidateFirst, candidateType, candidateStart } = views;
  const { first, rowClass, type, scheduledDay } = schedules;
  for (let contact = 0; contact < contacts.count; contact++) {
    const endRow = first[contact + 1];
    for (let row = first[contact]; row < endRow; row++) {
      if (isOwnedClass(rowClass[row])) continue;
      for (let i = candidateFirst[contact]; i < candidateFirst[contact + 1]; i++) {
        if (candidateType[i] === type[row] && candidateStart[i] === scheduledDay[row]) return true;
      }
    }
  }
  return false;
}

/**
 * Tells whether the same run over the database that this one leaves would find nothing to write. It might where a row was
 * refused, which is not there to be kept (Rules 11), and where a start day ran out of moves, which then moves on (Rules 5).
 *
 * @param refusedCount the number of rows that a unique index refused
 */
export function isRepeatable(plan: Plan, refusedCount: number): boolean {
  return refusedCount === 0 && !hasHeldStart(plan);
}
