import { SendplanError } from '../errors.js';
import { hasRow } from '../store/driver/askOnce.js';
import type { Connection } from '../store/driver/connection.js';
import { takeBack } from '../store/driver/savepoint.js';
import { findColumn, findTable, quoteName, readSchema } from '../store/schema/readSchema.js';
import type { LoggedRun } from '../store/write/changeLog.js';

const SAVEPOINT = 'sendplan_schema';

type Step = LoggedRun['steps'][number];

function holdsAny(connection: Connection, table: string, condition: string): boolean {
  return hasRow(connection, `SELECT 1 FROM ${quoteName(table)} WHERE ${condition} LIMIT 1`);
}

/** The statement that takes a step back, null when it is gone already; a reason, the end of a sentence, why it has to stay. */
function statementOf(
  connection: Connection,
  { creates, table, name }: Step,
): { sql: string } | { reason: string } | null {
  const schema = readSchema(connection);
  const found = findTable(schema, table);
  if (found === null) return null;
  if (creates === 'table') {
    return holdsAny(connection, table, '1')
      ? { reason: 'others have rows in it' }
      : { sql: `DROP TABLE ${quoteName(table)}` };
  }
  if (creates === 'column') {
    if (findColumn(found, name) === null) return null;
    if (holdsAny(connection, table, `${quoteName(name)} IS NOT NULL`)) return { reason: 'others have values in it' };
    return { sql: `ALTER TABLE ${quoteName(table)} DROP COLUMN ${quoteName(name)}` };
  }
  return found.indexes.some((index) => index.name === name) ? { sql: `DROP INDEX ${quoteName(name)}` } : null;
}

/**
 * Takes back what a run added to the schema, the last first, in the caller's transaction. What holds something by now, or what
 * SQLite does not give away, stays.
 *
 * @returns what stays and why, in sentences
 */
export function takeSchemaBack(connection: Connection, steps: LoggedRun['steps']): string[] {
  const warnings: string[] = [];
  for (const step of [...steps].reverse()) {
    const { creates, table, name } = step;
    const what = creates === 'column' ? `The column ${table}.${name}` : `The ${creates} ${name}`;
    const statement = statementOf(connection, step);
    if (statement === null) continue;
    if ('reason' in statement) {
      warnings.push(`${what}, which the run added, stays: ${statement.reason}.`);
      continue;
    }
    connection.execute(`SAVEPOINT ${SAVEPOINT}`);
    try {
      connection.execute(`${statement.sql}; RELEASE ${SAVEPOINT}`);
    } catch (error) {
      if (!(error instanceof SendplanError) || !takeBack(connection, SAVEPOINT)) throw error;
      warnings.push(`${what}, which the run added, stays: ${error.message}`);
    }
  }
  return warnings;
}
