import { availableParallelism } from 'node:os';
import type { Config } from '../rules/config.js';
import { openLazily } from '../store/driver/lazyConnection.js';
import { ObservedConnection } from '../store/driver/observedConnection.js';
import { loadFileLocks } from '../store/driver/sqliteLocks.js';
import { loadSqlJs } from '../store/driver/sqljs.js';
import type { EarlyCopy } from '../store/file/earlyCopy.js';
import { type OpenedFile, whileUnchanged } from '../store/file/openDatabaseFile.js';
import { type DatabaseSource, replaceDatabaseFile } from '../store/file/replaceDatabaseFile.js';
import type { PageSource } from '../store/format/pageSource.js';
import { startIndexThreads } from '../store/write/byPages/indexThreads.js';
import type { PreparedPages } from '../store/write/byPages/preparePages.js';
import { sealFile } from '../store/write/sealFile.js';
import { collectGarbage } from './collectGarbage.js';
import { requireRoom } from './requireRoom.js';
import type { RunFileOptions } from './runFileOptions.js';
import type { RunReport } from './runReport.js';
import { RunThreads } from './runThreads.js';
import { type RangeOfBook, runDatabase } from './schedule.js';
import { type Stopwatch, totalSeconds } from './stopwatch.js';

/** What a run over an open file is made by. */
export interface OpenedRun {
  readonly config: Config;
  readonly today: number;
  readonly watch: Stopwatch;
  readonly range?: RangeOfBook;
  /** The copy of the file that its successor is made of; null for none. */
  readonly copy: EarlyCopy | null;
}

/**
 * `runReplacing` where there may be something to change: plans an open file, and puts a new one in its place.
 *
 * @param file stays the caller's to close
 * @throws SendplanError as `runFile` does
 */
export async function runOpened(
  file: OpenedFile,
  options: RunFileOptions,
  { config, today, watch, range, copy }: OpenedRun,
): Promise<RunReport> {
  const { outPath, dryRun = false, batchSize, signal, flush, timings, onDiffed } = options;
  const threads = new RunThreads(options.threads);
  const connection = await watch.measure('open', () =>
    whileUnchanged(file, async () => openLazily(file.pages, await loadSqlJs())),
  );
  try {
    const way = flush === 'sql' ? 'sqljs by SQL' : 'sqljs';
    requireRoom(connection, way, options, { config, today, range, threads: threads.count });
    const target = { kind: 'copy', pagesBefore: () => file.pages, keysRead: () => threads.keys.take() } as const;
    const settings = {
      config,
      today,
      batchSize,
      dryRun,
      flush,
      target,
      range,
      // A thread of its own reads while the organization is loaded.
      onTablesRead: (...found: Parameters<RunThreads['keys']['start']>) => {
        copy?.start();
        if (!dryRun && flush !== 'sql') threads.keys.start(...found);
      },
      force: options.force,
      hold: options.hold,
      ...threads.settings(),
      keepsPlan: options.onDiffed !== undefined,
      collect: collectGarbage,
    };
    const observed = timings === true ? new ObservedConnection(connection) : null;
    const run = await whileUnchanged(file, () => runDatabase(observed ?? connection, settings, watch));
    if (run.planned !== null) onDiffed?.(run.planned);
    const report = { ...run.report, statements: observed?.costs() };
    file.requireSame();
    let writtenBytes = 0;
    const traffic = () => ({ read_bytes: file.bytesRead(), written_bytes: writtenBytes });
    if (dryRun || (report.outcome === 'unchanged' && outPath === undefined)) return { ...report, traffic: traffic() };
    const replaced = await watch.measure('save', async () => {
      const after = connection.toPages();
      // The pages are all that is needed from here on; SQLite's own memory can go.
      connection.close();
      const seal = (descriptor: number, sizeBytes: number) => {
        writtenBytes = sizeBytes;
        // Pages that stay were read while the new file was written.
        file.requireSame();
        return sealFile(descriptor, sizeBytes, report.run_id);
      };
      const source = run.pages === null ? after : pagesSource(file, after, run.pages, { ...options, watch });
      const locks = await loadFileLocks();
      const { overwrite, keep: runs } = options;
      const keep = runs === undefined ? undefined : { runs, runId: report.run_id };
      const how = { outPath, overwrite, signal, seal, locks, keep, copy };
      return whileUnchanged(file, () => replaceDatabaseFile(file, source, how));
    });
    const seconds = totalSeconds(watch.timings);
    const warnings = [...report.warnings, ...replaced.warnings];
    return { ...report, warnings, stages: [...watch.timings], seconds, traffic: traffic() };
  } finally {
    await threads.stop();
    connection.close();
  }
}

/** The file's pages with a run's rows between them. */
function pagesSource(
  { descriptor, stamp }: OpenedFile,
  after: PageSource,
  pages: PreparedPages,
  { threads = availableParallelism(), watch }: Pick<RunFileOptions, 'threads'> & { readonly watch: Stopwatch },
): DatabaseSource {
  return (writer) => {
    const source = { descriptor, byteLength: stamp.sizeBytes };
    const target = { ...writer, startHelpers: startIndexThreads(writer.descriptor, { threads, source }) };
    return pages.write(after, target, (done) => watch.progress('save', done, pages.inserted));
  };
}
