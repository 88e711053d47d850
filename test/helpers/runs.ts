import fc from 'fast-check';
import type { SqlValue } from 'sql.js';
import { formatIsoDay } from '../../src/calendar/iso.js';
import type { OrganizationRecords } from '../../src/rules/records.js';
import type { OrganizationCase } from './arbitraries.js';

/** How many random organizations a property is tried on; `SENDPLAN_RUNS` in the environment wins. */
export function runCount(usual: number): number {
  return wholeNumber('SENDPLAN_RUNS') ?? usual;
}

/** The seed of random organizations; `SENDPLAN_SEED` in the environment wins. */
export function runSeed(usual: number): number {
  return wholeNumber('SENDPLAN_SEED') ?? usual;
}

/** The time a property of that many organizations may take, in milliseconds. */
export function runTimeout(runs: number): number {
  return 60_000 + runs * 100;
}

/** A whole number from the environment, undefined when the variable is not set. */
export function wholeNumber(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === '') return undefined;
  if (/^[0-9]{1,10}$/.test(text)) return Number(text);
  throw new RangeError(`${variable}: expected a whole number, got ${JSON.stringify(text)}`);
}

function sqlLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
}

function insertStatements(table: string, rows: readonly Readonly<Record<string, SqlValue>>[]): string[] {
  if (rows.length === 0) return [];
  const columns = Object.keys(rows[0]);
  const names = columns.map((column) =>
    table === 'email_schedules' && column === 'id' ? 'id INTEGER PRIMARY KEY' : column,
  );
  const tuples = rows.map((row) => `  (${columns.map((column) => sqlLiteral(row[column])).join(', ')})`);
  return [`CREATE TABLE ${table} (${names.join(', ')});`, `INSERT INTO ${table} VALUES`, `${tuples.join(',\n')};`];
}

/** An organization as a script for `sqlite3`, its day and configuration as comments in front. */
export function organizationScript({ records, config, today }: OrganizationCase): string {
  const tables = Object.entries(records) as [string, readonly Readonly<Record<string, SqlValue>>[]][];
  const lines = tables.flatMap(([table, rows]) => insertStatements(table, rows));
  if ((records as OrganizationRecords).contacts.length === 0) lines.unshift('CREATE TABLE contacts (id, email);');
  return [`-- as of ${formatIsoDay(today)}, config ${JSON.stringify(config)}`, ...lines].join('\n');
}

/**
 * Tries a property on random organizations, as `fc.assert` does; a failure shows the smallest organization that was found
 * as a script for `sqlite3`, and what failed there.
 */
export async function assertOrganizations(
  property: fc.IAsyncProperty<[OrganizationCase]>,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<void> {
  const details = await fc.check(property, { numRuns: runs, seed });
  if (!details.failed) return;
  const found = details.counterexample?.[0];
  const again = `SENDPLAN_SEED=${seed} SENDPLAN_RUNS=${runs}`;
  if (found === undefined) throw new Error(`${again}: ${fc.defaultReportMessage(details)}`);
  const message = `After ${details.numRuns} organizations and ${details.numShrinks} steps of shrinking, with ${again}:`;
  throw new Error(`${message}\n${organizationScript(found)}\n${details.errorInstance}`, {
    cause: details.errorInstance,
  });
}
