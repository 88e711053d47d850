import type { IssueLog } from '../../columns/issueLog.js';
import type { Config } from '../../rules/config.js';
import type { ScheduleDiff } from '../changes/diffSchedules.js';
import type { Connection } from '../driver/connection.js';
import { latestConfigText } from '../read/latestConfig.js';
import { rowsOfTable } from '../read/organizationOfDatabase.js';
import type { Migration } from '../schema/migration.js';
import type { DatabaseSchema } from '../schema/readSchema.js';
import { isSameIssues } from './bookkeeping.js';

/** What a run would write, but for its checkpoint. */
export interface WhatIsWritten {
  readonly config: Config;
  readonly issues: IssueLog;
  readonly changes: Pick<ScheduleDiff, 'inserted' | 'replaced' | 'removed'>;
  readonly migration: Migration;
}

/**
 * Tells whether a run has nothing to write (Rules 11): no row, nothing that the schema lacks, the same issues and the same
 * configuration as before. Asks SQLite for nothing that can be scanned. False when that is not plain to see; then writing
 * finds out.
 */
export function hasNothingToWrite(
  connection: Connection,
  schema: DatabaseSchema,
  { config, issues, changes, migration }: WhatIsWritten,
): boolean {
  if (migration.steps.length + migration.warnings.length > 0) return false;
  if (changes.inserted + changes.replaced + changes.removed > 0) return false;
  if (latestConfigText(connection, schema) !== JSON.stringify(config)) return false;
  const found = rowsOfTable(connection, schema, 'scheduler_contact_issues', ['contact_id', 'kind', 'detail']);
  return found !== null && isSameIssues(found, issues.issues);
}
