import { SendplanError } from '../errors.js';
import { currentTimeText } from '../store/write/runName.js';
import { MemorySampler } from './memorySampler.js';
import type { RunFileOptions } from './runFileOptions.js';
import type { RunReport } from './runReport.js';
import type { RangeOfBook } from './schedule.js';
import { Stopwatch } from './stopwatch.js';

/**
 * Plans a SQLite file and writes the result into it, or into another file, all or nothing (Rules 1 to 11).
 *
 * A run that finds nothing to change leaves the file alone. One that fails does too, but for a row that tells so, where that is
 * wanted (`recordFailure`).
 *
 * @throws SendplanError `memory_limit` when the run would need more memory than it may
 * @throws SendplanError when the file, its tables or the configuration are not what they have to be, or cannot be written; the
 *   file is then as it was, but for what the
 *   driver native has committed of changes that it divides into transactions, as the message then tells
 * @example
 * import { runFile } from 'sendplan/node';
 * const report = await runFile('book.sqlite3', { asOf: '2025-06-14', keep: 3 });
 * console.log(report.outcome, report.contacts.planned); // changed 300
 */
export async function runFile(path: string, options: RunFileOptions = {}): Promise<RunReport> {
  return runRange(path, options);
}

/**
 * `runFile` over a file that may hold a range of a book only.
 *
 * @param range what the others tell it; left out, the file is a book of its own
 * @throws SendplanError as `runFile` does
 */
export async function runRange(path: string, options: RunFileOptions, range?: RangeOfBook): Promise<RunReport> {
  if (options.threads !== undefined) requireThreads(options.threads);
  requireKeep(options);
  if (options.memoryLimitBytes !== undefined) requireLimit(options.memoryLimitBytes);
  const startedText = currentTimeText();
  const sampler = new MemorySampler();
  try {
    const watch = new Stopwatch(options.onProgress, {
      memoryBytes: () => sampler.sample(),
      onStage: options.onStage,
      signal: options.signal,
    });
    const report =
      options.driver === 'native'
        ? await (await import('./runInPlace.js')).runInPlace(path, options, watch, range)
        : await (await import('./runReplacing.js')).runReplacing(path, options, watch, range);
    return { ...report, memory: sampler.peaks() };
  } catch (error) {
    if (options.recordFailure === true) {
      // Where its file is missing, what went wrong first is still what is to be told.
      const found = await import('./recordFailure.js').catch(() => null);
      await found?.recordFailure(path, options, error, startedText);
    }
    throw error;
  } finally {
    sampler.stop();
  }
}

function requireKeep({ keep, outPath }: RunFileOptions): void {
  if (keep === undefined) return;
  if (!Number.isInteger(keep) || keep < 1) throw new RangeError(`keep is ${keep}; allowed is a whole number from 1 on`);
  if (outPath === undefined) return;
  throw new SendplanError('bad_input', 'A run that writes to another place (--out) leaves nothing to keep (--keep).', {
    hint: 'Leave one of them out: the database that was read stays as it is.',
  });
}

function requireLimit(memoryLimitBytes: number): void {
  if (memoryLimitBytes > 0) return;
  throw new RangeError(`memoryLimitBytes is ${memoryLimitBytes}; allowed is a number of bytes above 0`);
}

function requireThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1) return;
  throw new RangeError(`threads is ${threads}; allowed is a whole number from 1 on`);
}
