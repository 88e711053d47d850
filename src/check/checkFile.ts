import { formatIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import { type ConfigInput, resolveConfig } from '../rules/config.js';
import { isOtherConfig } from '../rules/storedConfig.js';
import type { GuardFinding } from '../run/guards.js';
import { lookAtPlan } from '../run/lookAtPlan.js';
import { PlanFacts } from '../run/planFacts.js';
import { type ReadingReport, reportReading } from '../run/readingReport.js';
import { planAndBalance } from '../run/schedule.js';
import { type RunProgress, Stopwatch } from '../run/stopwatch.js';
import { resolveToday } from '../run/today.js';
import { diffSchedules } from '../store/changes/diffSchedules.js';
import type { Connection } from '../store/driver/connection.js';
import { readDatabaseFile } from '../store/driver/readDatabaseFile.js';
import { requireDatabaseFile } from '../store/file/openDatabaseFile.js';
import { lastAsOfDay } from '../store/read/lastAsOf.js';
import { organizationOfDatabase } from '../store/read/organizationOfDatabase.js';
import { filledAlikeColumns } from '../store/schema/alikeColumns.js';
import { type Migration, planMigration } from '../store/schema/migration.js';
import { type DatabaseSchema, foldName, isSameName, readSchema, requireContacts } from '../store/schema/readSchema.js';
import { TABLES } from '../store/schema/tables.js';
import { CHANGES_TABLE } from '../store/write/changeLog.js';
import { hasNothingToWrite } from '../store/write/unchanged.js';
import { observeSource, type ReadColumns } from './observedSource.js';

/** How a database file is checked. */
export interface CheckFileOptions {
  /** The day, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
  readonly asOf?: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  /** `sqljs` reads the file without locking it; `native` under SQLite's own locks. `sqljs` when left out. */
  readonly driver?: 'sqljs' | 'native';
  readonly onProgress?: RunProgress;
  /** Gives the work up at its next stage or step of progress. */
  readonly signal?: AbortSignal;
}

/** A table, and what a run reads of it. */
export interface CheckedTable {
  readonly table: string;
  /** `read` what is planned from, `written` what runs only write, `ignored` what they have nothing to do with. */
  readonly use: 'read' | 'written' | 'ignored';
  readonly columns_read: readonly string[];
  readonly columns_ignored: readonly string[];
}

/** What a check found, as `sendplan check --json` prints it; the names are stable. */
export interface CheckReport {
  readonly database: string;
  /** The day of the check, `YYYY-MM-DD`. */
  readonly as_of: string;
  /** Whether it is up to date, a run could write it, and no guard would hold that back. */
  readonly is_good: boolean;
  /** Whether the last run was of this day and configuration, or one of this day and configuration would find nothing to change. */
  readonly is_up_to_date: boolean;
  /** The day of the last run that changed something, and whether its configuration was this one; null where that is not known. */
  readonly last_run: { readonly as_of: string | null; readonly is_same_config: boolean | null };
  /** What a run would do to the rows of `email_schedules`. */
  readonly pending: {
    readonly kept: number;
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
  };
  /** Why a run could not write into it; null when it could. */
  readonly refusal: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
  readonly contacts: { readonly rows: number; readonly planned: number; readonly rejected: number };
  readonly tables: readonly CheckedTable[];
  /** Tables that a run would read and that are not there. */
  readonly tables_missing: readonly string[];
  readonly reading: ReadingReport;
  /** What the guards say; those that hold would keep a run from writing. */
  readonly guards: readonly GuardFinding[];
  readonly warnings: readonly string[];
}

function isOwn(name: string): boolean {
  return [...Object.keys(TABLES), CHANGES_TABLE].some((own) => isSameName(own, name));
}

/** What is read of each table of a database, in order of names. */
function checkTables({ tables }: DatabaseSchema, read: ReadColumns): CheckedTable[] {
  return tables
    .filter(({ name, kind }) => !name.startsWith('sqlite_') && kind !== 'shadow')
    .map(({ name, columns }) => {
      const found = read.get(foldName(name));
      const isRead = (column: string) => found?.has(foldName(column)) === true;
      const names = columns.map((column) => column.name);
      const columnsRead = names.filter(isRead);
      const isIgnored = columnsRead.length === 0 && !isOwn(name);
      return {
        table: name,
        use: columnsRead.length > 0 ? 'read' : isIgnored ? 'ignored' : 'written',
        columns_read: columnsRead,
        // What runs write they need not read.
        columns_ignored: isOwn(name) ? [] : names.filter((column) => !isRead(column)),
      };
    });
}

/** What a run would add to the schema, or why it cannot write into the database. */
function findMigration(
  connection: Connection,
  schema: DatabaseSchema,
): { readonly migration: Migration } | { readonly refusal: NonNullable<CheckReport['refusal']> } {
  try {
    return { migration: planMigration(connection, schema, { leavesUnchecked: true }) };
  } catch (error) {
    if (!(error instanceof SendplanError) || error.code !== 'unsupported_schema') throw error;
    return { refusal: { code: error.code, message: error.message, hint: error.hint } };
  }
}

/** What a run's tables are; the issues of earlier runs are read by audits only. */
const AUDITED_ONLY = 'scheduler_contact_issues';

/**
 * Checks a database file: whether it was planned for the day, whether it can be read, what of it is read and what ignored, and what
 * would hold a run back. It is planned as a run of the day would; nothing is written.
 *
 * @throws SendplanError when the file, its tables or the configuration are not what they have to be
 * @example
 * import { checkFile } from 'sendplan/node';
 * const report = await checkFile('book.sqlite3', { asOf: '2025-06-13' });
 * console.log(report.is_up_to_date); // true
 */
export async function checkFile(path: string, options: CheckFileOptions = {}): Promise<CheckReport> {
  const config = resolveConfig(options.config);
  const today = resolveToday(options.asOf, config, 'asOf');
  const database = requireDatabaseFile(path);
  return readDatabaseFile(path, options.driver ?? 'sqljs', async (connection, endReading) => {
    const schema = readSchema(connection);
    const found = findMigration(connection, schema);
    const refusal = 'refusal' in found ? found.refusal : null;
    const { source, read } = observeSource(organizationOfDatabase(connection, schema));
    const { plan } = await planAndBalance(
      source,
      { config, today },
      new Stopwatch(options.onProgress, { signal: options.signal }),
    );
    const diff = diffSchedules(plan);
    const { kept, inserted, replaced, removed } = diff;
    const facts = new PlanFacts(plan.organization.planned.types);
    facts.add(plan, diff);
    const alike = filledAlikeColumns(connection, requireContacts(schema));
    const reading = reportReading(plan.organization, config, today, alike);
    const look = lookAtPlan(connection, schema, { config, today, reading, facts }, { dryRun: true });
    const lastDay = lastAsOfDay(connection, schema);
    const { issues } = plan.organization;
    const isAsPlanned =
      'migration' in found &&
      hasNothingToWrite(connection, schema, { config, issues, changes: diff, migration: found.migration });
    endReading();
    const isSameConfig = look.lastConfig === null ? null : !isOtherConfig(look.lastConfig, config);
    const isUpToDate = (lastDay === today || isAsPlanned) && isSameConfig === true;
    const { rowCount, count } = plan.organization.contacts;
    const missing = Object.entries(source).filter(([name, table]) => table === null && name !== AUDITED_ONLY);
    return {
      database,
      as_of: formatIsoDay(today),
      is_good: isUpToDate && refusal === null && !look.guards.some(({ holds }) => holds),
      is_up_to_date: isUpToDate,
      last_run: { as_of: lastDay === null ? null : formatIsoDay(lastDay), is_same_config: isSameConfig },
      pending: { kept, added: inserted, changed: replaced, removed },
      refusal,
      contacts: { rows: rowCount, planned: count, rejected: rowCount - count },
      tables: checkTables(schema, read),
      tables_missing: missing.map(([name]) => name),
      reading: look.reading,
      guards: look.guards,
      warnings: look.warnings,
    };
  });
}
