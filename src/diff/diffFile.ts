import { withBookFile } from '../run/parts/readBookFile.js';
import { runFile } from '../run/runFile.js';
import type { RunFileOptions } from '../run/runFileOptions.js';
import type { RunReport } from '../run/runReport.js';
import type { PlannedRun } from '../store/changes/diffSchedules.js';
import { differencesOf, requireLimit, type ScheduleDifferences } from './diff.js';

/** How the differences of a database file are found. */
export interface DiffFileOptions
  extends Pick<RunFileOptions, 'asOf' | 'config' | 'driver' | 'batchSize' | 'onProgress' | 'signal'> {
  /** How many changed rows the report holds, the first ones; none when left out. */
  readonly limit?: number;
}

/** The difference that a run of a file would make, and the report of that run. */
export interface FileDifferences extends ScheduleDifferences {
  readonly run: RunReport;
}

/**
 * What a run would add, change and remove in a SQLite file (Rules 11): `runFile` with `dryRun`, and its rows. Nothing is
 * written.
 *
 * @throws RangeError when the limit is no whole number from 0 on
 * @throws SendplanError as `runFile` does
 * @example
 * import { diffFile } from 'sendplan/node';
 * const { report } = await diffFile('book.sqlite3', { asOf: '2025-06-14' });
 * console.log(report.added > 0); // true
 */
export async function diffFile(path: string, options: DiffFileOptions = {}): Promise<FileDifferences> {
  const { limit = 0, ...runOptions } = options;
  requireLimit(limit);
  const planned: PlannedRun[] = [];
  const run = await withBookFile(path, (file) =>
    runFile(file, { ...runOptions, dryRun: true, onDiffed: (one) => planned.push(one) }),
  );
  return { run, ...differencesOf(planned[0], limit) };
}
