import { SendplanError } from '../errors.js';
import { resolveConfig } from '../rules/config.js';
import { openNative } from '../store/driver/native.js';
import { ObservedConnection } from '../store/driver/observedConnection.js';
import { requireDatabaseFile } from '../store/file/openDatabaseFile.js';
import { FileSource } from '../store/format/fileSource.js';
import { readMemoryNeeds, requireMemory } from '../store/read/memoryLimit.js';
import { type StagedRows, type StageRows, stageRows } from '../store/write/byPages/stageRows.js';
import { wantsPages } from '../store/write/writeRun.js';
import type { RunFileOptions } from './runFileOptions.js';
import type { RunReport } from './runReport.js';
import { runDatabase } from './schedule.js';
import type { Stopwatch } from './stopwatch.js';
import { resolveToday } from './today.js';

/** How changes are divided into transactions in place: ordinary ones are all or nothing. */
const DIVISION = { undividedContacts: 200_000, contacts: 50_000 } as const;

/** `runFile` with the driver native: one transaction from the first read on, so that the plan is of what is written to. */
export async function runInPlace(path: string, options: RunFileOptions, watch: Stopwatch): Promise<RunReport> {
  const { outPath, dryRun = false, batchSize } = options;
  if (outPath !== undefined) {
    throw new SendplanError('bad_input', 'The driver native works in place and writes no other file (--out).', {
      hint: 'Copy the database first, or use the driver sqljs.',
    });
  }
  const config = resolveConfig(options.config);
  const today = resolveToday(options.asOf, config, 'asOf');
  const file = requireDatabaseFile(path);
  const connection = await watch.measure('open', () => openNative(file));
  const pages = connection.pages?.() ?? null;
  let written: readonly [contacts: number, total: number] | null = null;
  let staged: StagedRows | null = null;
  try {
    const { memoryLimitBytes } = options;
    if (memoryLimitBytes !== undefined) {
      const needs = readMemoryNeeds(connection, config, today);
      requireMemory(needs, 'native', memoryLimitBytes);
    }
    const transactions = {
      ...(batchSize === undefined ? DIVISION : { undividedContacts: batchSize, contacts: batchSize }),
      next: (...contacts: [number, number]) =>
        connection.recommit(() => {
          written = contacts;
        }),
    };
    const stage: StageRows = async (plan, diff, migration, run) => {
      if (!wantsPages(plan, diff, options)) return undefined;
      const onProgress = (rowsDone: number, rowsTotal: number) => watch.progress('flush', rowsDone, rowsTotal);
      const rows = await stageRows(connection, plan, diff, migration, { ...run, path: file, dryRun, onProgress });
      if (typeof rows === 'object') staged = rows;
      return rows;
    };
    const settings = {
      config,
      today,
      batchSize,
      dryRun,
      flush: options.flush,
      onDiffed: options.onDiffed,
      transactions,
      stage,
    };
    const observed = options.timings === true ? new ObservedConnection(connection) : null;
    const report = {
      ...(await runDatabase(observed ?? connection, settings, watch)),
      statements: observed?.costs(),
    };
    if (report.outcome === 'changed') await watch.measure('save', () => connection.commit());
    const seconds = watch.timings.reduce((total, timing) => total + timing.seconds, 0);
    const traffic = {
      read_bytes: pages instanceof FileSource ? pages.bytesRead : 0,
      written_bytes: report.outcome === 'changed' ? null : 0,
    };
    return { ...report, stages: [...watch.timings], seconds, traffic };
  } catch (error) {
    throw partlyWritten(error, written);
  } finally {
    // What was not committed is rolled back.
    connection.close();
    (staged as StagedRows | null)?.remove();
  }
}

/** An error as it came, or after some of several transactions were committed. */
function partlyWritten(error: unknown, written: readonly [contacts: number, total: number] | null): unknown {
  if (!(error instanceof SendplanError) || written === null) return error;
  const [contacts, total] = written;
  const told = `The emails of ${contacts} of ${total} contacts whose plan changes are written, each contact's all at once.`;
  const hint = `${error.hint ?? ''} The next run writes the rest.`.trim();
  return new SendplanError(error.code, `${error.message} ${told}`, { hint, cause: error.cause });
}
