import { availableParallelism } from 'node:os';
import { SendplanError } from './errors.js';
import { MemorySampler } from './report/memorySampler.js';
import { type RunReport, reportRepeat } from './report/runReport.js';
import type { RunProgress } from './report/stopwatch.js';
import { Stopwatch } from './report/stopwatch.js';
import { type Config, type ConfigInput, resolveConfig } from './rules/config.js';
import { runInPlace } from './runInPlace.js';
import { runDatabase } from './schedule.js';
import type { PlannedRun } from './store/diff.js';
import { type OpenedFile, openDatabaseFile } from './store/file.js';
import type { PreparedPages } from './store/flushPages.js';
import { startIndexThreads } from './store/indexThreads.js';
import { settingsText } from './store/lastRun.js';
import { openLazily } from './store/lazyConnection.js';
import { readMemoryNeeds, requireMemory } from './store/memoryLimit.js';
import { ObservedConnection } from './store/observed.js';
import type { PageSource } from './store/pages/scanSource.js';
import { type DatabaseSource, replaceDatabaseFile } from './store/replaceFile.js';
import { nameRun } from './store/runName.js';
import { findRepeatedRun, sealFile } from './store/sealFile.js';
import { loadSqlJs } from './store/sqljs.js';
import type { FlushWay } from './store/writeRun.js';
import { resolveToday } from './today.js';

/** How a database file is planned. */
export interface RunFileOptions {
  /** The run's day, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
  readonly asOf?: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  /** Where the result goes; the database itself when left out. */
  readonly outPath?: string;
  /** Work everything out and write nothing. */
  readonly dryRun?: boolean;
  /** Plan also where the file is, to the byte, as a run of the same settings left it, and there can be nothing to change. */
  readonly full?: boolean;
  /**
   * `sqljs` writes a new file and puts it in the place of the old one; `native` works in place through libsql, under SQLite's own
   * locks, for databases that others have open or that are in WAL mode. `sqljs` when left out.
   */
  readonly driver?: 'sqljs' | 'native';
  /**
   * How rows are written: `sql` by statements, `pages` by building the table's b-trees beside SQLite, `auto` by what is faster
   * for as much as changes; where pages cannot be, by SQL. `auto` when left out.
   */
  readonly flush?: FlushWay;
  /**
   * How many threads may write a large result, this one included; as many as the machine has cores when left out. They change
   * where pages lie in the file, and nothing that SQLite tells of it.
   */
  readonly threads?: number;
  /**
   * How many contacts are planned between two reports of progress. With the driver native also how many contacts whose emails
   * change go into one transaction: left out, one transaction holds all of up to 200,000 such contacts, and 50,000 each of more.
   */
  readonly batchSize?: number;
  /**
   * The most memory that the run may need, in bytes: when it would probably need more, it fails before it begins, with the error
   * `memory_limit`. No limit when left out.
   */
  readonly memoryLimitBytes?: number;
  /** Count, time and explain every SQL statement, for `statements` of the report. */
  readonly timings?: boolean;
  readonly onProgress?: RunProgress;
  /** Is given the plan and what it changes, to take rows out of it; good for as long as it is held. */
  readonly onDiffed?: (run: PlannedRun) => void;
  /** Gives the run up while the result is being written; the database stays as it was. */
  readonly signal?: AbortSignal;
}

/**
 * Plans a SQLite file and writes the result into it, or into another file, all or nothing (Rules 1 to 11).
 *
 * A run that finds nothing to change leaves the file alone.
 *
 * @throws SendplanError `memory_limit` when the run would need more memory than it may
 * @throws SendplanError when the file, its tables or the configuration are not what they have to be, or cannot be written; the
 *   file is then as it was, but for what the
 *   driver native has committed of changes that it divides into transactions, as the message then tells
 */
export async function runFile(path: string, options: RunFileOptions = {}): Promise<RunReport> {
  if (options.threads !== undefined) requireThreads(options.threads);
  if (options.memoryLimitBytes !== undefined) requireLimit(options.memoryLimitBytes);
  const sampler = new MemorySampler();
  try {
    const watch = new Stopwatch(options.onProgress, () => sampler.sample());
    const run = options.driver === 'native' ? runInPlace : runReplacing;
    const report = await run(path, options, watch);
    return { ...report, memory: sampler.peaks() };
  } finally {
    sampler.stop();
  }
}

/** `runFile` with the driver sqljs. */
async function runReplacing(path: string, options: RunFileOptions, watch: Stopwatch): Promise<RunReport> {
  const { outPath, dryRun = false } = options;
  const config = resolveConfig(options.config);
  const today = resolveToday(options.asOf, config, 'asOf');
  const file = await watch.measure('open', () => openDatabaseFile(path));
  try {
    if (options.full !== true && !dryRun && outPath === undefined) {
      const earlier = await watch.measure('compare', () => findRepeatedRun(file, settingsText(config, today)));
      if (earlier !== null) {
        const traffic = { read_bytes: file.bytesRead(), written_bytes: 0 };
        const report = { ...reportRepeat(earlier, nameRun().runId, today, watch.timings), traffic };
        return options.timings === true ? { ...report, statements: [] } : report;
      }
    }
    return await runOpened(file, options, config, today, watch);
  } finally {
    file.close();
  }
}

/** `runReplacing` where there may be something to change. */
async function runOpened(
  file: OpenedFile,
  {
    outPath,
    dryRun = false,
    batchSize,
    signal,
    flush,
    timings,
    memoryLimitBytes,
    onDiffed,
    threads = availableParallelism(),
  }: RunFileOptions,
  config: Config,
  today: number,
  watch: Stopwatch,
): Promise<RunReport> {
  const connection = await watch.measure('open', async () => openLazily(file.pages, await loadSqlJs()));
  try {
    if (memoryLimitBytes !== undefined) {
      const needs = readMemoryNeeds(connection, config, today);
      requireMemory(needs, flush === 'sql' ? 'sqljs by SQL' : 'sqljs', memoryLimitBytes);
    }
    let prepared: PreparedPages | null = null;
    const take = (pages: PreparedPages) => {
      prepared = pages;
    };
    const pages = { pagesBefore: () => file.pages, take };
    const settings = { config, today, batchSize, dryRun, flush, pages, onDiffed };
    const observed = timings === true ? new ObservedConnection(connection) : null;
    const report = {
      ...(await whileUnchanged(file, () => runDatabase(observed ?? connection, settings, watch))),
      statements: observed?.costs(),
    };
    file.requireSame();
    let writtenBytes = 0;
    const traffic = () => ({ read_bytes: file.bytesRead(), written_bytes: writtenBytes });
    if (dryRun || (report.outcome === 'unchanged' && outPath === undefined)) return { ...report, traffic: traffic() };
    await watch.measure('save', () => {
      const after = connection.toPages();
      // The pages are all that is needed from here on; SQLite's own memory can go.
      connection.close();
      const seal = (descriptor: number, sizeBytes: number) => {
        writtenBytes = sizeBytes;
        // Pages that stay were read while the new file was written.
        file.requireSame();
        return sealFile(descriptor, sizeBytes, report.run_id);
      };
      const source = sourceOf(file, after, prepared, watch, threads);
      return whileUnchanged(file, () => replaceDatabaseFile(file, source, { outPath, signal, seal }));
    });
    const seconds = watch.timings.reduce((total, timing) => total + timing.seconds, 0);
    return { ...report, stages: [...watch.timings], seconds, traffic: traffic() };
  } finally {
    connection.close();
  }
}

/** Works on pages that nothing locks. @throws SendplanError `file_changed` when damage may come of a file that is changing */
async function whileUnchanged<Result>(file: OpenedFile, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // Pages of two states of a file can look damaged.
    if (error instanceof SendplanError && error.code === 'database_error') file.requireSame();
    throw error;
  }
}

function requireLimit(memoryLimitBytes: number): void {
  if (memoryLimitBytes > 0) return;
  throw new RangeError(`memoryLimitBytes is ${memoryLimitBytes}; allowed is a number of bytes above 0`);
}

function requireThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1) return;
  throw new RangeError(`threads is ${threads}; allowed is a whole number from 1 on`);
}

function sourceOf(
  { descriptor, stamp }: OpenedFile,
  after: PageSource,
  pages: PreparedPages | null,
  watch: Stopwatch,
  threads: number,
): DatabaseSource {
  if (pages === null) return after;
  return (writer) => {
    const source = { descriptor, byteLength: stamp.sizeBytes };
    const target = { ...writer, startHelpers: startIndexThreads(writer.descriptor, { threads, source }) };
    return pages.write(after, target, (done) => watch.progress('save', done, pages.inserted));
  };
}
