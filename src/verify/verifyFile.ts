import { type RunProgress, Stopwatch } from '../report/stopwatch.js';
import { type ConfigInput, resolveConfig } from '../rules/config.js';
import { openDatabaseFile } from '../store/file.js';
import { openLazily } from '../store/lazyConnection.js';
import { organizationOfDatabase } from '../store/readTables.js';
import { readSchema } from '../store/schema.js';
import { loadSqlJs } from '../store/sqljs.js';
import { resolveToday } from '../today.js';
import { type AuditOptions, type Verification, verifySource } from './verify.js';

/** How a database file is audited. */
export interface VerifyFileOptions extends AuditOptions {
  /** The day of the audit, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
  readonly asOf?: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  readonly onProgress?: RunProgress;
}

/**
 * Audits a SQLite file as `verify` does (Rules 1 to 12); the file is only read.
 *
 * @throws TypeError or RangeError when an option is not what it has to be
 * @throws SendplanError when the file or the configuration is not what it has to be
 */
export async function verifyFile(path: string, options: VerifyFileOptions = {}): Promise<Verification> {
  const config = resolveConfig(options.config);
  const today = resolveToday(options.asOf, config, 'asOf');
  const file = openDatabaseFile(path);
  try {
    const connection = openLazily(file.pages, file.image, await loadSqlJs());
    try {
      const source = organizationOfDatabase(connection, readSchema(connection));
      const verification = await verifySource(source, { config, today }, options, new Stopwatch(options.onProgress));
      file.requireSame();
      return verification;
    } finally {
      connection.close();
    }
  } finally {
    file.close();
  }
}
