import { parseIsoDay } from '../../calendar/iso.js';
import type { Connection } from '../driver/connection.js';
import type { DatabaseSchema } from '../schema/readSchema.js';
import { rowsOfTable } from './organizationOfDatabase.js';

/**
 * The day that the last completed run planned from, as days since 1970-01-01; null when no run has told it. Asks SQLite for nothing
 * that can be scanned.
 */
export function lastAsOfDay(connection: Connection, schema: DatabaseSchema): number | null {
  let lastId = Number.NEGATIVE_INFINITY;
  let day: number | null = null;
  for (const row of rowsOfTable(connection, schema, 'scheduler_checkpoints', ['id', 'as_of', 'status']) ?? []) {
    const [id, asOf, status] = Array.from(row);
    if (typeof id !== 'number' || id < lastId || status !== 'completed') continue;
    lastId = id;
    day = typeof asOf === 'string' ? parseIsoDay(asOf) : null;
  }
  return day;
}
