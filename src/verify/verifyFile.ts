import { formatIsoDay } from '../calendar/iso.js';
import { type ConfigInput, resolveConfig } from '../rules/config.js';
import { readBookFile } from '../run/parts/readBookFile.js';
import { type RunProgress, Stopwatch } from '../run/stopwatch.js';
import { resolveToday } from '../run/today.js';
import { lastAsOfDay } from '../store/read/lastAsOf.js';
import { organizationOfDatabase } from '../store/read/organizationOfDatabase.js';
import { readSchema } from '../store/schema/readSchema.js';
import { type AuditOptions, type Verification, verifySource } from './verify.js';

/** How a database file is audited. */
export interface VerifyFileOptions extends AuditOptions {
  /** The day of the audit, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
  readonly asOf?: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  /**
   * `sqljs` reads the file without locking it; `native` reads it through libsql under SQLite's own locks, for databases that
   * others have open and write to. `sqljs` when left out.
   */
  readonly driver?: 'sqljs' | 'native';
  readonly onProgress?: RunProgress;
  /** Gives the work up at its next stage or step of progress. */
  readonly signal?: AbortSignal;
}

/** An audit of a file. */
export interface FileVerification extends Verification {
  /** The day of the last run, `YYYY-MM-DD`, for which the rows were planned; null when the database tells of none. */
  readonly lastRunDay: string | null;
}

/**
 * Audits a SQLite file as `verify` does (Rules 1 to 12); the file is only read.
 *
 * @throws TypeError or RangeError when an option is not what it has to be
 * @throws SendplanError when the file or the configuration is not what it has to be
 * @example
 * import { verifyFile } from 'sendplan/node';
 * const { report, lastRunDay } = await verifyFile('book.sqlite3', { asOf: '2025-06-13' });
 * console.log(report.findings, lastRunDay); // 0 2025-06-13
 */
export async function verifyFile(path: string, options: VerifyFileOptions = {}): Promise<FileVerification> {
  const config = resolveConfig(options.config);
  const today = resolveToday(options.asOf, config, 'asOf');
  return readBookFile(path, options.driver ?? 'sqljs', async (connection, endReading) => {
    const schema = readSchema(connection);
    const lastDay = lastAsOfDay(connection, schema);
    const source = organizationOfDatabase(connection, schema);
    // The table may be read once more for what no column holds, so that reading ends with the audit.
    const verification = await verifySource(
      source,
      { config, today },
      options,
      new Stopwatch(options.onProgress, { signal: options.signal }),
    );
    endReading();
    return { ...verification, lastRunDay: lastDay === null ? null : formatIsoDay(lastDay) };
  });
}
