import { type Balance, balanceDays } from '../balance/balance.js';
import { loadOrganization } from '../columns/organization.js';
import type { OrganizationSource } from '../columns/source.js';
import type { Kernel } from '../kernel/kernel.js';
import { letGo } from '../kernel/letGo.js';
import type { Plan } from '../plan/plan.js';
import { planOrganization } from '../plan/planOrganization.js';
import type { RunRules } from '../plan/runRules.js';
import type { Config } from '../rules/config.js';
import type { SummedRow } from '../store/changes/checksums.js';
import { candidatesAt, diffSchedules, type PlannedRun } from '../store/changes/diffSchedules.js';
import { RunChanges } from '../store/changes/runChanges.js';
import type { Connection } from '../store/driver/connection.js';
import { organizationOfDatabase } from '../store/read/organizationOfDatabase.js';
import { type AlikeColumn, filledAlikeColumns } from '../store/schema/alikeColumns.js';
import { planMigration } from '../store/schema/migration.js';
import { readSchema, requireContacts } from '../store/schema/readSchema.js';
import type { PreparedPages } from '../store/write/byPages/preparePages.js';
import { settingsText } from '../store/write/lastRun.js';
import { nameRun } from '../store/write/runName.js';
import { writeRun } from '../store/write/writeRun.js';
import type { WriteSettings } from '../store/write/writeSettings.js';
import type { GuardName } from './guards.js';
import { lookAtPlan } from './lookAtPlan.js';
import { PlanFacts } from './planFacts.js';
import { type ReadingReport, reportReading } from './readingReport.js';
import { type PlannedBook, type RunReport, reportPlan, reportRun } from './runReport.js';
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
  /** Whether the plan is wanted when the run has ended; otherwise it is let go before rows are written. */
  readonly keepsPlan?: boolean;
  /** The guards that hold nothing back. */
  readonly force?: readonly GuardName[];
  /** The guards that hold the run back also where the configuration has them only warn. */
  readonly hold?: readonly GuardName[];
}

/** Plans an organization without writing anything: load, plan, balance (Rules 2 to 10). */
export async function planAndBalance(
  source: OrganizationSource,
  { config, today, batchSize, range, onLoaded }: RunSettings,
  watch: Stopwatch = new Stopwatch(),
): Promise<{ plan: Plan; balance: Balance }> {
  const organization = await watch.measure('load', () =>
    loadOrganization(source, config, today, (_table, rowsDone) => watch.progress('load', rowsDone)),
  );
  onLoaded?.();
  const onProgress = (done: number) => watch.progress('plan', done, organization.contacts.count);
  const plan = await watch.measure('plan', () =>
    planOrganization(organization, config, today, { batchSize, contactRows: range?.contactRows, onProgress }),
  );
  const balance = await watch.measure('balance', () => (range === undefined ? balanceDays(plan) : range.balance(plan)));
  return { plan, balance };
}

/** A day that was planned on an open database. */
export interface DatabaseRun {
  readonly report: RunReport;
  /** What was planned; null where it was not to be kept. */
  readonly planned: PlannedRun | null;
  /** The rows when they are not in the database yet: to be written as pages into a copy of it. Null in a dry run. */
  readonly pages: PreparedPages | null;
}

/** What a run needs of its plan, and the plan itself where it is to be kept. */
interface TakenPlan {
  readonly book: PlannedBook;
  readonly reading: ReadingReport;
  readonly facts: PlanFacts;
  readonly changes: RunChanges;
  readonly balance: Balance;
  readonly kept: Pick<PlannedRun, 'plan' | 'diff'> | null;
  /** What the plan lies in. */
  readonly kernel: WeakRef<Kernel>;
  readonly kernelBytes: number;
}

/** Plans, compares with what was found, and takes from the plan what a run needs of it. */
async function takePlan(
  source: OrganizationSource,
  alikeColumns: readonly AlikeColumn[],
  settings: RunSettings,
  watch: Stopwatch,
): Promise<TakenPlan> {
  const { plan, balance } = await planAndBalance(source, settings, watch);
  const { run, kernel } = plan;
  const { contacts, issues, texts, planned } = plan.organization;
  const diff = await watch.measure('diff', () => diffSchedules(plan));
  const facts = new PlanFacts(planned.types);
  const expected = { rows: diff.inserted + diff.replaced, contacts: contacts.count, today: run.today };
  const changes = new RunChanges(texts, expected);
  const reading = await watch.measure('diff', () => {
    facts.add(plan, diff);
    changes.add(plan, diff);
    return reportReading(plan.organization, run.config, run.today, alikeColumns);
  });
  return {
    book: { contacts: { rowCount: contacts.rowCount, count: contacts.count }, issues, run: rulesToTell(run) },
    reading,
    facts,
    changes,
    balance,
    kept: settings.keepsPlan === true ? { plan, diff } : null,
    kernel: new WeakRef(kernel),
    kernelBytes: kernel.memoryBytes,
  };
}

function rulesToTell({ today, limits, capacity }: RunRules): PlannedBook['run'] {
  return { today, limits, capacity };
}

/**
 * Runs a day's planning on an open database: load, plan, balance, diff, flush, report (Rules 1 to 11).
 *
 * @param settings what is planned, and how it is written
 * @throws SendplanError when the database cannot be read or written, or a guard holds the run back; it is then as it was
 */
export async function runDatabase(
  connection: Connection,
  settings: RunSettings & WriteSettings,
  watch: Stopwatch = new Stopwatch(),
): Promise<DatabaseRun> {
  const { config, today } = settings;
  const { runId, nowText } = nameRun(settings.range?.runSuffix);
  const schema = await watch.measure('open', () => readSchema(connection));
  const source = organizationOfDatabase(connection, schema);
  const migration = await watch.measure('open', () => planMigration(connection, schema, { leavesUnchecked: true }));
  const alikeColumns = filledAlikeColumns(connection, requireContacts(schema));

  const { kernel, kernelBytes, ...taken } = await takePlan(source, alikeColumns, settings, watch);
  const { book, reading, facts, changes, balance, kept } = taken;
  const look = await watch.measure('diff', async () => {
    const found = lookAtPlan(connection, schema, { config, today, reading, facts }, settings);
    if (kept === null) await letGo(kernel, kernelBytes);
    return found;
  });
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
