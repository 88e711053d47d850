import { type Balance, balanceDays } from '../balance/balance.js';
import { contactsBetween } from '../columns/contactRange.js';
import { loadOrganizationBeside, type Organization, type ReadBeside } from '../columns/organization.js';
import type { OrganizationSource } from '../columns/source.js';
import type { Plan } from '../plan/plan.js';
import { planOrganization } from '../plan/planOrganization.js';
import { KERNEL_LIMITS, type KernelLimits, RangePlans } from '../plan/rangePlans.js';
import { type RunRules, rulesOfRun } from '../plan/runRules.js';
import type { Config } from '../rules/config.js';
import type { SummedRow } from '../store/changes/checksums.js';
import { candidatesAt, type PlannedRun } from '../store/changes/diffSchedules.js';
import type { Connection } from '../store/driver/connection.js';
import { organizationOfDatabase } from '../store/read/organizationOfDatabase.js';
import { type AlikeColumn, filledAlikeColumns } from '../store/schema/alikeColumns.js';
import { type Migration, planMigration } from '../store/schema/migration.js';
import { type DatabaseSchema, readSchema, requireContacts } from '../store/schema/readSchema.js';
import type { PreparedPages } from '../store/write/byPages/preparePages.js';
import { settingsText } from '../store/write/lastRun.js';
import { nameRun } from '../store/write/runName.js';
import { writeRun } from '../store/write/writeRun.js';
import type { WriteSettings } from '../store/write/writeSettings.js';
import type { GuardName } from './guards.js';
import { lookAtPlan } from './lookAtPlan.js';
import type { WholeBook } from './planShare.js';
import { type ReadingReport, reportReading } from './readingReport.js';
import { type PlannedBook, type RunReport, reportPlan, reportRun } from './runReport.js';
import { Stopwatch } from './stopwatch.js';
import { type BookPlans, type Shares, takePlans } from './takePlans.js';

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
  /** Whether the plan is wanted when the run has ended; otherwise it is let go before rows are written. */
  readonly keepsPlan?: boolean;
  /** How contacts are divided among kernels of this thread alone; `KERNEL_LIMITS` when left out. A plan that is to be kept is always one. */
  readonly kernelLimits?: KernelLimits;
  /** Has the engine collect what is unused, where there is a way. */
  readonly collect?: () => void;
  /** The guards that hold nothing back. */
  readonly force?: readonly GuardName[];
  /** The guards that hold the run back also where the configuration has them only warn. */
  readonly hold?: readonly GuardName[];
}

/** @param readBeside reads what it can beside this thread; nothing when left out */
async function load(
  source: OrganizationSource,
  { config, today, onLoaded }: RunSettings,
  watch: Stopwatch,
  readBeside: ReadBeside = () => null,
): Promise<Organization> {
  const tell = (_table: string, rowsDone: number) => watch.progress('load', rowsDone);
  const organization = await watch.measure('load', () =>
    loadOrganizationBeside(source, config, today, tell, readBeside),
  );
  onLoaded?.();
  return organization;
}

/** Plans an organization without writing anything: load, plan, balance (Rules 2 to 10). */
export async function planAndBalance(
  source: OrganizationSource,
  settings: RunSettings,
  watch: Stopwatch = new Stopwatch(),
): Promise<{ plan: Plan; balance: Balance }> {
  const { config, today, batchSize, range } = settings;
  const organization = await load(source, settings, watch);
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
  /** Has the last contacts planned on other threads; all are planned on this one when left out. */
  readonly divide?: (organization: Organization, run: RunRules, batchSize?: number) => Shares | null;
  /** Called when the tables have been read, with what the schema lacks. */
  readonly onTablesRead?: (connection: Connection, schema: DatabaseSchema, migration: Migration) => void;
}

/** A day that was planned on an open database. */
export interface DatabaseRun {
  readonly report: RunReport;
  /** What was planned; null where it was not to be kept. */
  readonly planned: PlannedRun | null;
  /** The rows when they are not in the database yet: to be written as pages into a copy of it. Null in a dry run. */
  readonly pages: PreparedPages | null;
}

/** An organization that is read and not planned yet, and what is told of it. */
interface LoadedBook {
  readonly plans: BookPlans;
  readonly whole: WholeBook;
  readonly book: PlannedBook;
  readonly reading: ReadingReport;
}

/** Divides the contacts of a book among kernels, and among threads where those are had. @param isOne whether one kernel plans all */
function divideBook(
  organization: Organization,
  run: RunRules,
  { batchSize, kernelLimits, divide }: RunSettings & DatabaseSettings,
  isOne: boolean,
): BookPlans {
  if (isOne) return { own: new RangePlans(organization, run, null), beside: [] };
  const division = divide?.(organization, run, batchSize) ?? null;
  if (division === null) {
    return { own: new RangePlans(organization, run, kernelLimits ?? KERNEL_LIMITS), beside: [] };
  }
  const { ownEnd, limits, beside } = division;
  return { own: new RangePlans(contactsBetween(organization, 0, ownEnd), run, limits), beside };
}

/** Loads a book; of what it returns only the plans hold it. */
async function loadBook(
  source: OrganizationSource,
  alikeColumns: readonly AlikeColumn[],
  settings: RunSettings & DatabaseSettings,
  watch: Stopwatch,
  readBeside: ReadBeside | undefined,
): Promise<LoadedBook> {
  const { config, today, range, keepsPlan } = settings;
  const organization = await load(source, settings, watch, readBeside);
  const reading = reportReading(organization, config, today, alikeColumns);
  return watch.measure('plan', () => {
    const run = rulesOfRun(organization, config, today, range?.contactRows);
    const isOne = keepsPlan === true || range !== undefined;
    const plans = divideBook(organization, run, settings, isOne);
    const { contacts, issues, texts, planned } = organization;
    const { rowCount, count } = contacts;
    const { limits, capacity } = run;
    return {
      plans,
      whole: { texts, planned, issues, contactCount: count },
      book: { contacts: { rowCount, count }, issues, run: { today, limits, capacity } },
      reading,
    };
  });
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
  const { config, today } = settings;
  const { runId, nowText } = nameRun(settings.range?.runSuffix);
  const schema = await watch.measure('open', () => readSchema(connection));
  const source = organizationOfDatabase(connection, schema);
  const migration = await watch.measure('open', () => planMigration(connection, schema, { leavesUnchecked: true }));
  const alikeColumns = filledAlikeColumns(connection, requireContacts(schema));

  const readBeside = settings.readerOf?.(connection, schema, source);
  const { plans, whole, book, reading } = await loadBook(source, alikeColumns, settings, watch, readBeside);
  settings.onTablesRead?.(connection, schema, migration);
  const balanceOfRange = settings.range?.balance;
  const { facts, changes, balance, kept } = await takePlans(
    plans,
    whole,
    { ...settings, balance: balanceOfRange },
    watch,
  );
  const look = await watch.measure('diff', () =>
    lookAtPlan(connection, schema, { config, today, reading, facts }, settings),
  );
  const run = {
    config,
    today,
    changes,
    issues: book.issues,
    schema,
    migration,
    runId,
    nowText,
    settingsText: settingsText(config, today, settings.range === undefined ? 'book' : 'range'),
    summarize: (refused: readonly SummedRow[]) => reportPlan(book, facts.rows.counts(refused), balance, reading),
    onProgress: (done: number, total: number) => watch.progress('flush', done, total),
  };
  const isDryRun = settings.dryRun === true;
  const written = await watch.measure('flush', () => writeRun(connection, run, settings));
  const { summary, refused } = written;
  const report = reportRun(summary, today, { runId, isDryRun, changes, written, ...look }, watch.timings);
  const lastConfig = isDryRun ? look.lastConfig : null;
  return {
    report,
    planned: kept === null ? null : { ...kept, balance, refused: candidatesAt(kept.diff, refused), lastConfig },
    pages: isDryRun ? null : written.pages,
  };
}
