import { type ConfigInput, resolveConfig } from '../rules/config.js';
import { readBookFile } from '../run/parts/readBookFile.js';
import { planAndBalance } from '../run/schedule.js';
import { type RunProgress, Stopwatch } from '../run/stopwatch.js';
import { resolveToday } from '../run/today.js';
import { organizationOfDatabase } from '../store/read/organizationOfDatabase.js';
import { readSchema } from '../store/schema/readSchema.js';
import type { ContactExplanation } from './contactExplanation.js';
import { Explainer } from './explainContact.js';
import { namedContacts, type WantedContacts } from './namedContacts.js';

/** Which contacts of a database file are explained, and how it is planned. */
export interface ExplainFileOptions extends WantedContacts {
  /** The run's day, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
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

/**
 * Explains contacts of a SQLite file as `explain` does (Rules 2 to 10); the file is only read.
 *
 * @returns an explanation for each contact that is named, each once, in the order of ids, addresses and rows
 * @throws SendplanError when the file or the configuration is not what it has to be, `bad_input` when there is no such
 *   contact, address or row
 * @example
 * import { explainFile, explanationText } from 'sendplan/node';
 * const [letter] = await explainFile('book.sqlite3', { asOf: '2025-06-13', contacts: [7] });
 * console.log(explanationText(letter).startsWith('Contact 7, ')); // true
 */
export async function explainFile(path: string, options: ExplainFileOptions): Promise<ContactExplanation[]> {
  const config = resolveConfig(options.config);
  const today = resolveToday(options.asOf, config, 'asOf');
  return readBookFile(path, options.driver ?? 'sqljs', async (connection, endReading) => {
    const source = organizationOfDatabase(connection, readSchema(connection));
    const ids = namedContacts(source, options);
    const settings = { config, today, onLoaded: endReading };
    const { plan, balance } = await planAndBalance(
      source,
      settings,
      new Stopwatch(options.onProgress, { signal: options.signal }),
    );
    const explainer = new Explainer(plan, balance);
    return ids.map((id) => explainer.explain(id));
  });
}
