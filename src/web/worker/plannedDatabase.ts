import type { Balance } from '../../balance/balance.js';
import type { ContactExplanation } from '../../explain/contactExplanation.js';
import { Explainer } from '../../explain/explainContact.js';
import type { RowFacts } from '../../explain/explanation.js';
import type { Plan } from '../../plan/plan.js';
import { resolveConfig } from '../../rules/config.js';
import { GUARDS } from '../../run/guards.js';
import type { RunReport } from '../../run/runReport.js';
import { type DatabaseRun, runDatabase } from '../../run/schedule.js';
import { type RunProgress, Stopwatch } from '../../run/stopwatch.js';
import { resolveToday } from '../../run/today.js';
import type { PlannedRun } from '../../store/changes/diffSchedules.js';
import type { ImageConnection } from '../../store/driver/connection.js';
import { openSqlJs } from '../../store/driver/sqljs.js';
import { MemorySink } from '../../store/format/memorySink.js';
import { ImageSource } from '../../store/format/pageSource.js';
import type { PreparedPages } from '../../store/write/byPages/preparePages.js';
import type { RunRequest } from '../protocol/protocol.js';
import { readDatabase } from './databaseBytes.js';
import { digestBytes } from './digestBytes.js';
import { sqlJsFile } from './sqlJsFile.js';

const DATABASE = 'application/vnd.sqlite3';

/** A database after a run, with the plan; the rows become a file when one is asked for. */
export class PlannedDatabase {
  readonly report: RunReport;
  /** A digest of the database as it was read. */
  readonly digest: string;
  readonly plan: Plan;
  readonly balance: Balance;
  /** The candidates whose rows a unique index refused. */
  readonly refused: ReadonlySet<number>;
  /** The database with everything of the run in it but the rows of `#pages`. */
  readonly connection: ImageConnection;
  readonly #before: Blob;
  readonly #pages: PreparedPages | null;
  #explainer: Explainer | null = null;
  #written: Blob | null = null;

  private constructor(
    before: { readonly file: Blob; readonly digest: string },
    connection: ImageConnection,
    { report, pages }: DatabaseRun,
    { plan, balance, refused }: PlannedRun,
  ) {
    this.#before = before.file;
    this.digest = before.digest;
    this.connection = connection;
    this.report = report;
    this.plan = plan;
    this.balance = balance;
    this.refused = refused;
    this.#pages = pages;
  }

  /**
   * Runs a day's planning on a database (Rules 1 to 11), as `openDatabase` does, but for writing pages.
   *
   * @throws SendplanError when the database or the configuration is not what it has to be
   */
  static async run(
    { database, name, asOf, config: input }: RunRequest,
    onProgress: RunProgress,
  ): Promise<PlannedDatabase> {
    const config = resolveConfig(input);
    const today = resolveToday(asOf, config, 'asOf');
    const watch = new Stopwatch(onProgress);
    const { image, digest, connection } = await watch.measure('open', async () => {
      const bytes = await readDatabase(database, name);
      return {
        image: bytes,
        digest: await digestBytes(bytes),
        connection: await openSqlJs(bytes, sqlJsFile()),
      };
    });
    try {
      const target = { kind: 'copy', pagesBefore: () => new ImageSource(image) } as const;
      const settings = { config, today, target, force: GUARDS, keepsPlan: true };
      const run = await runDatabase(connection, settings, watch);
      if (run.planned === null) throw new TypeError('the plan was let go');
      return new PlannedDatabase({ file: database, digest }, connection, run, run.planned);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Explains a contact. @throws SendplanError `bad_input` when there is no such contact */
  explain(contactId: number): ContactExplanation {
    return this.#explain().explain(contactId);
  }

  /** What was sent to a contact before, is on its way or has ended, by day. */
  history(contactId: number): RowFacts[] {
    return this.#explain().history(contactId);
  }

  #explain(): Explainer {
    this.#explainer ??= new Explainer(this.plan, this.balance);
    return this.#explainer;
  }

  /**
   * The database with the result in it as a file, made once.
   *
   * @param onProgress is told how many of the new rows are written
   * @param breathe is waited for every few megabytes; what it throws gives the writing up
   */
  async write(onProgress: (rowsDone: number, rowCount: number) => void, breathe: () => Promise<void>): Promise<Blob> {
    this.#written ??= await this.#write(onProgress, breathe);
    return this.#written;
  }

  async #write(onProgress: (rowsDone: number, rowCount: number) => void, breathe: () => Promise<void>): Promise<Blob> {
    if (this.report.outcome === 'unchanged') return this.#before;
    const pages = this.#pages;
    if (pages === null) return new Blob([this.connection.toImage() as Uint8Array<ArrayBuffer>], { type: DATABASE });
    const sink = new MemorySink();
    const target = {
      write: (bytes: Uint8Array, byteOffset: number) => sink.write(bytes, byteOffset),
      cut: (byteLength: number) => sink.cut(byteLength),
      checkpoint: breathe,
    };
    await pages.write(this.connection.toPages(), target, (rowsDone) => onProgress(rowsDone, pages.inserted));
    return new Blob(sink.pieces(), { type: DATABASE });
  }
}
