import { type Balance, balanceDays } from './balance/balance.js';
import { loadOrganization } from './columns/organization.js';
import type { OrganizationSource } from './columns/source.js';
import { type Plan, planOrganization } from './plan/plan.js';
import { type PlanReport, type RunReport, reportPlan, reportRun } from './report/runReport.js';
import { Stopwatch } from './report/stopwatch.js';
import type { Config } from './rules/config.js';
import { diffSchedules, type PlannedRun } from './store/diff.js';
import type { Connection } from './store/driver.js';
import type { ContactTransactions } from './store/flushContacts.js';
import type { PreparedPages } from './store/flushPages.js';
import { settingsText } from './store/lastRun.js';
import { planMigration } from './store/migration.js';
import { organizationOfDatabase } from './store/readTables.js';
import { nameRun } from './store/runName.js';
import { readSchema } from './store/schema.js';
import type { StageRows } from './store/stagedRows.js';
import { hasNothingToWrite } from './store/unchanged.js';
import { type FlushWay, NOTHING_WRITTEN, writeRun } from './store/writeRun.js';

/** What a run works by. */
export interface RunSettings {
  readonly config: Config;
  /** The run's day, as days since 1970-01-01. */
  readonly today: number;
  /** How many contacts are planned in one go, which changes nothing but the pace of progress. */
  readonly batchSize?: number;
  /** Called when everything that a plan is made of has been read. */
  readonly onLoaded?: () => void;
}

/** How a run may write its rows as pages, which are not in the database when `runDatabase` returns. */
export interface PagesOutlet {
  /** The bytes of the database as it is, which stay as they are until the pages are written. */
  readonly imageBefore: () => Uint8Array;
  /** Takes the pages that the caller is to write, into a copy of the database as it then is. */
  readonly take: (pages: PreparedPages) => void;
}

/** Plans an organization without writing anything: load, plan, balance (Rules 2 to 10). */
export async function planAndBalance(
  source: OrganizationSource,
  { config, today, batchSize, onLoaded }: RunSettings,
  watch: Stopwatch = new Stopwatch(),
): Promise<{ plan: Plan; balance: Balance }> {
  const organization = await watch.measure('load', () =>
    loadOrganization(source, config, today, (_table, rowsDone) => watch.progress('load', rowsDone)),
  );
  onLoaded?.();
  const onProgress = (done: number) => watch.progress('plan', done, organization.contacts.count);
  const plan = await watch.measure('plan', () =>
    planOrganization(organization, config, today, { batchSize, onProgress }),
  );
  const balance = await watch.measure('balance', () => balanceDays(plan));
  return { plan, balance };
}

/**
 * Runs a day's planning on an open database: load, plan, balance, diff, flush, report (Rules 1 to 11).
 *
 * @param settings.dryRun everything is worked out and nothing kept
 * @param settings.pages without it rows are written by SQL
 * @param settings.transactions rows are replaced contact by contact, many changes in several transactions
 * @param settings.onDiffed is handed what is changed once it is written, or would be
 * @param settings.stage writes the rows beside the database before anything in it is changed
 * @throws SendplanError when the database cannot be read or written; it is then as it was
 */
export async function runDatabase(
  connection: Connection,
  settings: RunSettings & {
    readonly dryRun?: boolean;
    readonly flush?: FlushWay;
    readonly pages?: PagesOutlet;
    readonly transactions?: ContactTransactions;
    readonly onDiffed?: (run: PlannedRun) => void;
    readonly stage?: StageRows;
  },
  watch: Stopwatch = new Stopwatch(),
): Promise<RunReport> {
  const { runId, nowText } = nameRun();
  const schema = await watch.measure('open', () => readSchema(connection));
  const source = organizationOfDatabase(connection, schema);
  const migration = await watch.measure('open', () => planMigration(connection, schema));

  const { plan, balance } = await planAndBalance(source, settings, watch);
  const diff = await watch.measure('diff', () => diffSchedules(plan));
  const dryRun = settings.dryRun === true;
  let planned: PlanReport | null = null;
  const summarize = (refused: ReadonlySet<number>) => {
    planned ??= reportPlan(plan, balance, refused);
    return planned;
  };
  const written = await watch.measure('flush', async () => {
    if (hasNothingToWrite(connection, schema, plan, diff, migration)) return NOTHING_WRITTEN;
    const staged = await settings.stage?.(plan, diff, migration, { runId, nowText });
    return writeRun(connection, plan, diff, migration, {
      runId,
      nowText,
      dryRun,
      flush: settings.flush,
      imageBefore: settings.pages?.imageBefore,
      summarize,
      settings: settingsText(settings.config, settings.today),
      transactions: settings.transactions,
      staged,
      onProgress: (done, total) => watch.progress('flush', done, total),
    });
  });
  if (written.pages !== null && !dryRun) settings.pages?.take(written.pages);
  settings.onDiffed?.({ plan, balance, diff, refused: written.refused });

  const facts = { runId, isDryRun: dryRun, diff, written };
  return reportRun(summarize(written.refused), settings.today, facts, watch.timings);
}
