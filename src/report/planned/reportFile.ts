import { END_DAY } from '../../calendar/day.js';
import { parseIsoDay } from '../../calendar/iso.js';
import { readContacts } from '../../columns/contacts.js';
import { IssueLog } from '../../columns/issueLog.js';
import { SendplanError } from '../../errors.js';
import { Capacity } from '../../rules/capacity.js';
import { type ConfigInput, resolveConfig } from '../../rules/config.js';
import { dailyLimits } from '../../rules/limits.js';
import { parseStoredConfig } from '../../rules/storedConfig.js';
import { readBookFile } from '../../run/parts/readBookFile.js';
import type { RunProgress } from '../../run/stopwatch.js';
import { latestConfigText } from '../../store/read/latestConfig.js';
import { organizationOfDatabase } from '../../store/read/organizationOfDatabase.js';
import { readSchema } from '../../store/schema/readSchema.js';
import { countSchedules } from './countSchedules.js';
import { type PlannedReport, reportPlanned } from './plannedReport.js';
import { reportedRun } from './reportedRun.js';

/** What is told of a database file. */
export interface ReportFileOptions {
  /**
   * The configuration in the names of the rulebook, which gives the daily cap; when left out, the one of the last run in the
   * database, or the defaults where there is none.
   */
  readonly config?: ConfigInput;
  /** The first day that is told of, `YYYY-MM-DD`; the first with a planned email when left out. */
  readonly from?: string;
  /** The last day that is told of, `YYYY-MM-DD`; the last with a planned email, at most two years later, when left out. */
  readonly to?: string;
  /** As for `explainFile`. `sqljs` when left out. */
  readonly driver?: 'sqljs' | 'native';
  readonly onProgress?: RunProgress;
}

function dayOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const day = text.length === 10 ? parseIsoDay(text) : null;
  if (day === null) throw new RangeError(`${name}: expected a date YYYY-MM-DD, got ${JSON.stringify(text)}`);
  return day;
}

/**
 * Counts what is planned in the table `email_schedules` of a SQLite file, whoever planned it. The file is only read, and nothing
 * is planned again.
 *
 * @throws SendplanError when the file is not there, is no database or has no contacts, or the configuration is refused
 * @throws RangeError when `from` or `to` is no day, or `from` lies after `to`
 * @example
 * import { reportFile } from 'sendplan/node';
 * const { rows } = await reportFile('book.sqlite3', { to: '2025-12-31' });
 * console.log(rows.by_type[0].email_type); // aep
 */
export async function reportFile(path: string, options: ReportFileOptions = {}): Promise<PlannedReport> {
  const firstDay = dayOf(options.from, 'from');
  const lastDay = dayOf(options.to, 'to');
  if (firstDay !== undefined && lastDay !== undefined && firstDay > lastDay) {
    throw new RangeError(`from: expected a day not after to, got ${options.from} and ${options.to}`);
  }
  const given = options.config === undefined ? null : resolveConfig(options.config);
  const { onProgress = () => {} } = options;
  return readBookFile(path, options.driver ?? 'sqljs', async (connection, endReading) => {
    const schema = readSchema(connection);
    const source = organizationOfDatabase(connection, schema);
    const progress = (rowsDone: number) => onProgress('load', rowsDone, null);
    // Which birth dates lie in the future is nobody's question here.
    const contacts = readContacts(source.contacts, { today: END_DAY, order: 'iso' }, new IssueLog(), progress);
    const counts = countSchedules(source.email_schedules, contacts, progress);
    const kept = given === null ? latestConfigText(connection, schema) : null;
    const lastRun = reportedRun(connection, schema);
    endReading();
    const found = keptConfig(kept);
    const config = given ?? resolveConfig(found ?? {});
    const limits = dailyLimits(config, contacts.rowCount);
    const origin = given !== null ? 'given' : found !== null ? 'database' : 'defaults';
    const caps = { limits, capacity: new Capacity(config, limits), origin } as const;
    return reportPlanned(counts, contacts.rowCount, caps, {
      wanted: { firstDay, endDay: lastDay === undefined ? undefined : lastDay + 1 },
      source: { database: path, last_run: lastRun },
    });
  });
}

/** The configuration of the last run; null where there is none or it is none that this version knows. */
function keptConfig(text: string | null): ConfigInput | null {
  try {
    return text === null ? null : parseStoredConfig(text);
  } catch (error) {
    if (error instanceof SendplanError || error instanceof SyntaxError) return null;
    throw error;
  }
}
