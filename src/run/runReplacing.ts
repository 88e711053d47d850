import { availableParallelism } from 'node:os';
import { resolveConfig } from '../rules/config.js';
import { loadFileLocks } from '../store/driver/sqliteLocks.js';
import { EarlyCopy } from '../store/file/earlyCopy.js';
import { openDatabaseFile } from '../store/file/openDatabaseFile.js';
import { removeLeftovers } from '../store/file/temporaryFiles.js';
import { settingsText } from '../store/write/lastRun.js';
import { nameRun } from '../store/write/runName.js';
import { findRepeatedRun, readSoundLastRun } from '../store/write/sealFile.js';
import type { RunFileOptions } from './runFileOptions.js';
import { type RunReport, reportRepeat } from './runReport.js';
import type { RangeOfBook } from './schedule.js';
import type { Stopwatch } from './stopwatch.js';
import { resolveToday } from './today.js';

/** `runFile` with the driver sqljs: a new file is written and takes the place of the old one. */
export async function runReplacing(
  path: string,
  options: RunFileOptions,
  watch: Stopwatch,
  range?: RangeOfBook,
): Promise<RunReport> {
  const { outPath, dryRun = false, threads } = options;
  const config = resolveConfig(options.config);
  const today = resolveToday(options.asOf, config, 'asOf');
  const isReplaced = !dryRun && outPath === undefined;
  const file = await watch.measure('open', () => openDatabaseFile(path, isReplaced ? 'replace' : 'read'));
  try {
    // Also where there is nothing to write: a run that was killed may have left something when all was written.
    if (isReplaced) await removeLeftovers(file.path, loadFileLocks);
    if (options.full !== true && isReplaced && range === undefined) {
      const settings = settingsText(config, today);
      const earlier = await watch.measure('compare', () => findRepeatedRun(file, settings));
      if (earlier !== null) {
        const traffic = { read_bytes: file.bytesRead(), written_bytes: 0 };
        const report = { ...reportRepeat(earlier, nameRun().runId, today, watch.timings), traffic };
        return options.timings === true ? { ...report, statements: [] } : report;
      }
    }
    const copying = { threads: threads ?? availableParallelism(), locks: await loadFileLocks() };
    // A first run writes nearly all of the file anew.
    const copy = isReplaced && readSoundLastRun(file) !== null ? new EarlyCopy(file, copying) : null;
    try {
      // A night in which nothing is to be done does not pay for loading the planner.
      const { runOpened } = await import('./runOpened.js');
      return await runOpened(file, options, { config, today, watch, range, copy });
    } finally {
      await copy?.discard();
    }
  } finally {
    file.close();
  }
}
