import { parseIsoDay } from '../../calendar/iso.js';
import type { Connection } from '../../store/driver/connection.js';
import { rowsOfTable } from '../../store/read/organizationOfDatabase.js';
import type { DatabaseSchema } from '../../store/schema/readSchema.js';

/** The last completed run that a database tells of. */
export interface ReportedRun {
  /** The day that it planned from, `YYYY-MM-DD`; null when it does not tell. */
  readonly as_of: string | null;
  /** When it was done, as it is stored; null when it does not tell. */
  readonly completed_at: string | null;
}

/** The last completed run; null when the database tells of none. */
export function reportedRun(connection: Connection, schema: DatabaseSchema): ReportedRun | null {
  let lastId = Number.NEGATIVE_INFINITY;
  let found: ReportedRun | null = null;
  const columns = ['id', 'as_of', 'status', 'completed_at'];
  for (const row of rowsOfTable(connection, schema, 'scheduler_checkpoints', columns) ?? []) {
    const [id, asOf, status, completedAt] = Array.from(row);
    if (typeof id !== 'number' || id < lastId || status !== 'completed') continue;
    lastId = id;
    found = {
      as_of: typeof asOf === 'string' && parseIsoDay(asOf) !== null ? asOf : null,
      completed_at: typeof completedAt === 'string' ? completedAt : null,
    };
  }
  return found;
}
