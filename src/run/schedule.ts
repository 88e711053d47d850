import { type Balance, balanceDays } from '../balance/balance.js';
import { loadOrganizationBeside, type ReadBeside } from '../columns/organization.js';
import type { OrganizationSource } from '../columns/source.js';
import type { Plan } from '../plan/plan.js';
import { planOrganization } from '../plan/planOrganization.js';
import type { Config } from '../rules/config.js';
import { diffSchedules, type PlannedRun } from '../store/changes/diffSchedules.js';
import type { Connection } from '../store/driver/connection.js';
import { organizationOfDatabase } from '../store/read/organizationOfDatabase.js';
import { planMigration } from '../store/schema/migration.js';
import { type DatabaseSchema, readSchema } from '../store/schema/readSchema.js';
import type { PreparedPages } from '../store/write/byPages/preparePages.js';
import { settingsText } from '../store/write/lastRun.js';
import { nameRun } from '../store/write/runName.js';
import { writeRun } from '../store/write/writeRun.js';
import type { WriteSettings } from '../store/write/writeSettings.js';
import type { GuardName } from './guards.js';
import { lookAtPlan } from './lookAtPlan.js';
import { type RunReport, reportPlan, reportRun } from './runReport.js';
import { Stopwatch } from './stopwatch.js';

/** What a range of a book is told by the others. */
export interface RangeOfBook {
  /** The rows of the contacts tables of all ranges. */
  readonly contactRows: number;
  /** What its run's id ends in, so that it tells by which plan of the book it was written. */
  readonly runSuffix: string;
  /** Balances the days of the range's plan, in place. */
  balance(plan: Plan): Balance;
}

/** What a run works by. */
export interface RunSettings {
  readonly config: Config;
  /** The run's day, as days since 1970-01-01. */
  readonly today: number;
  /** How many contacts are planned in one go, which changes nothing but the pace of progress. */
  readonly batchSize?: number;
  /** Called when everything that a plan is made of has been read. */
  readonly onLoaded?: () => void;
  /** Where the organization is a range of a book: what is worked out for the book as a whole. */
  readonly range?: RangeOfBook;
  /** The guards that hold nothing back. */
  readonly force?: readonly GuardName[];
  /** The guards that hold the run back also where the configuration has them only warn. */
  readonly hold?: readonly GuardName[];
}

/**
 * Plans an organization without writing anything: load, plan, balance (Rules 2 to 10).
 *
 * @param readBeside reads what it can beside this thread; nothing when left out
 */
export async function planAndBalance(
  source: OrganizationSource,
  { config, today, batchSize, range, onLoaded }: RunSettings,
  watch: Stopwatch = new Stopwatch(),
  readBeside: ReadBeside = () => null,
): Promise<{ plan: Plan; balance: Balance }> {
  const tell = (_table: string, rowsDone: number) => watch.progress('load', rowsDone);
  const organization = await watch.measure('load', () =>
    loadOrganizationBeside(source, config, today, tell, readBeside),
  );
  onLoaded?.();
  const onProgress = (done: number) => watch.progress('plan', done, organization.contacts.count);
  const plan = await watch.measure('plan', () =>
    planOrganization(organization, config, today, { batchSize, contactRows: range?.contactRows, onProgress }),
  );
  const balance = await watch.measure('balance', () => (range === undefined ? balanceDays(plan) : range.balance(plan)));
  return { plan, balance };
}

/** How an open database is read. */
export interface DatabaseSettings {
  /** Gives what reads a part of the database's tables beside this thread; all is read on this one when left out. */
  readonly readerOf?: (connection: Connection, schema: DatabaseSchema, tables: OrganizationSource) => ReadBeside;
}

/** A day that was planned on an open database. */
export interface DatabaseRun extends PlannedRun {
  readonly report: RunReport;
  /** The rows when they are not in the database yet: to be written as pages into a copy of it. Null in a dry run. */
  readonly pages: PreparedPages | null;
}

/**
 * Runs a day's planning on an open database: load, plan, balance, diff, flush, report (Rules 1 to 11).
 *
 * @param settings what is planned, and how it is written
 * @throws SendplanError when the database cannot be read or written, or a guard holds the run back; it is then as it was
 */
export async function runDatabase(
  connection: Connection,
  settings: RunSettings & WriteSettings & DatabaseSettings,
  watch: Stopwatch = new Stopwatch(),
): Promise<DatabaseRun> {
  const { runId, nowText } = nameRun(settings.range?.runSuffix);
  const schema = await watch.measure('open', () => readSchema(connection));
  const source = organizationOfDatabase(connection, schema);
  const migration = await watch.measure('open', () => planMigration(connection, schema, { leavesUnchecked: true }));

  const readBeside = settings.readerOf?.(connection, schema, source);
  const { plan, balance } = await planAndBalance(source, settings, watch, readBeside);
  const diff = await watch.measure('diff', () => diffSchedules(plan));
  const look = await watch.measure('diff', () => lookAtPlan(connection, schema, { plan, diff }, settings));
  const run = {
    plan,
    diff,
    schema,
    migration,
    runId,
    nowText,
    settingsText: settingsText(settings.config, settings.today, settings.range === undefined ? 'book' : 'range'),
    summarize: (refused: ReadonlySet<number>) => reportPlan(plan, balance, look.reading, refused),
    onProgress: (done: number, total: number) => watch.progress('flush', done, total),
  };
  const isDryRun = settings.dryRun === true;
  const written = await watch.measure('flush', () => writeRun(connection, run, settings));
  const { summary, refused } = written;
  const report = reportRun(summary, settings.today, { runId, isDryRun, diff, written, ...look }, watch.timings);
  return {
    report,
    plan,
    balance,
    diff,
    refused,
    lastConfig: isDryRun ? look.lastConfig : null,
    pages: isDryRun ? null : written.pages,
  };
}
