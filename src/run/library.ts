import type { Balance } from '../balance/balance.js';
import { isOrganizationTables, type OrganizationTables, organizationOfTables } from '../columns/arrowSource.js';
import { organizationOfRecords } from '../columns/recordSource.js';
import { scheduleTable } from '../columns/scheduleTable.js';
import type { OrganizationSource } from '../columns/source.js';
import { encodeRows } from '../export/encodeRows.js';
import type { ExportFormat } from '../export/formats.js';
import { planRows } from '../export/planRows.js';
import { countRows, type RowCounts } from '../plan/countRows.js';
import type { Plan } from '../plan/plan.js';
import { plannedRows } from '../plan/plannedRows.js';
import { becomesRow } from '../plan/reasons.js';
import { RowWriter } from '../plan/rows.js';
import { type ConfigInput, resolveConfig } from '../rules/config.js';
import type { Issue, OrganizationRecords, PlannedRow } from '../rules/records.js';
import { openSqlJs, type SqlJsOptions } from '../store/driver/sqljs.js';
import { latestConfigText } from '../store/read/latestConfig.js';
import { organizationOfDatabase } from '../store/read/organizationOfDatabase.js';
import { readSchema } from '../store/schema/readSchema.js';
import { planAndBalance } from './schedule.js';
import { type RunProgress, Stopwatch } from './stopwatch.js';
import { resolveToday } from './today.js';

/** An organization to plan: plain records, Arrow tables, or the bytes of a SQLite file. */
export type ScheduleInput = OrganizationRecords | OrganizationTables | Uint8Array;

/** How `schedule` plans. */
export interface ScheduleOptions {
  /** The run's day, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
  readonly today?: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  /** How to find SQLite's WebAssembly file, when the input is a SQLite file. */
  readonly sqlJs?: SqlJsOptions;
  readonly onProgress?: RunProgress;
  /** Gives the work up at its next stage or step of progress. */
  readonly signal?: AbortSignal;
}

/** What was planned; it holds the kernel's memory, so let go of it when it has served. */
export interface SchedulePlan {
  readonly counts: RowCounts;
  readonly balance: Balance;
  readonly issues: readonly Issue[];
  /** The planned rows (Rules 11), contact by contact, made one at a time as they are asked for. */
  rows(): Iterable<PlannedRow>;
  /**
   * The same rows in arrays of up to so many, with a turn for everything else between them.
   *
   * @throws RangeError when the number is no whole number from 1 on
   */
  batches(rowCount?: number): AsyncIterable<PlannedRow[]>;
  /** The planned rows as an Arrow table in the columns of `email_schedules`; its type is apache-arrow's `Table`. */
  toArrow(): ReturnType<typeof scheduleTable>;
  /**
   * The planned rows as the bytes of a file in the columns of `email_schedules`, made piece by piece as they are asked for.
   *
   * @throws RangeError when the format is none of `EXPORT_FORMATS`
   */
  exportAs(format: ExportFormat): Iterable<Uint8Array>;
}

/** Opens an input for as long as it is used, whatever its form. */
export async function withSource<Result>(
  input: ScheduleInput,
  sqlJs: SqlJsOptions | undefined,
  use: (source: OrganizationSource, readLastConfig: () => string | null) => Promise<Result>,
): Promise<Result> {
  if (input instanceof Uint8Array) {
    const connection = await openSqlJs(input, sqlJs);
    try {
      const schema = readSchema(connection);
      return await use(organizationOfDatabase(connection, schema), () => latestConfigText(connection, schema));
    } finally {
      connection.close();
    }
  }
  const contacts: unknown = (input as { contacts?: unknown } | null)?.contacts;
  if (typeof input !== 'object' || contacts === undefined) {
    throw new TypeError('input: expected records or Arrow tables with contacts, or the bytes of a SQLite file');
  }
  if (isOrganizationTables(input)) return use(organizationOfTables(input), () => null);
  if (!Array.isArray(contacts)) throw new TypeError('input.contacts: expected an array of records or an Arrow table');
  return use(organizationOfRecords(input), () => null);
}

/** How work on an input is timed, told of and given up. */
export function stopwatchOf({ onProgress, signal }: Pick<ScheduleOptions, 'onProgress' | 'signal'>): Stopwatch {
  return new Stopwatch(onProgress, { signal });
}

/** Rows of a batch when nothing else is asked for. */
const BATCH_ROWS = 10_000;

async function* inBatches<Row>(rows: Iterable<Row>, rowCount: number): AsyncGenerator<Row[]> {
  if (!Number.isInteger(rowCount) || rowCount < 1) {
    throw new RangeError(`rowCount: expected a whole number from 1 on, got ${rowCount}`);
  }
  let batch: Row[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < rowCount) continue;
    yield batch;
    batch = [];
    await new Promise((resolve) => setTimeout(resolve));
  }
  if (batch.length > 0) yield batch;
}

/** The rows of a whole plan as one Arrow table. */
function planTable(plan: Plan): ReturnType<typeof scheduleTable> {
  const writer = new RowWriter(plan, Math.max(1, plan.count));
  for (let candidate = 0; candidate < plan.count; candidate++) {
    if (becomesRow(plan.views.candidateReason[candidate])) writer.add(candidate);
  }
  return scheduleTable(writer.rows);
}

/**
 * Plans an organization without touching any store (Rules 2 to 10), in Node and browsers.
 *
 * What is found in `email_schedules` counts as history and plans to keep; unique indexes are not looked at.
 *
 * @throws TypeError or RangeError when an argument is not what it has to be
 * @throws SendplanError when the configuration or the SQLite file is refused, `interrupted` when the signal said so
 * @example
 * import { schedule } from 'sendplan';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const plan = await schedule({ contacts }, { today: '2025-06-13' });
 * for (const row of plan.rows()) console.log(row.email_type, row.scheduled_send_date); // birthday 2025-07-06 | aep 2025-09-15
 */
export async function schedule(input: ScheduleInput, options: ScheduleOptions = {}): Promise<SchedulePlan> {
  const config = resolveConfig(options.config);
  const today = resolveToday(options.today, config, 'today');
  const { plan, balance } = await withSource(input, options.sqlJs, (source) =>
    planAndBalance(source, { config, today }, stopwatchOf(options)),
  );
  return {
    counts: countRows(plan),
    balance,
    issues: plan.organization.issues.issues,
    rows: () => plannedRows(plan),
    batches: (rowCount = BATCH_ROWS) => inBatches(plannedRows(plan), rowCount),
    toArrow: () => planTable(plan),
    exportAs: (format) => encodeRows(planRows(plan), format),
  };
}
