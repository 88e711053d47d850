import { formatIsoDay, parseIsoDay } from '../calendar/iso.js';
import { type Config, type ConfigInput, resolveConfig } from '../rules/config.js';
import { isOtherConfig } from '../rules/storedConfig.js';
import { chooseConfig } from '../run/config/chooseConfig.js';
import { isFolder } from '../run/parts/isFolder.js';
import { hasJournal } from '../run/parts/journal.js';
import { readBook } from '../run/parts/manifest.js';
import { resolveToday } from '../run/today.js';
import { textChecksum } from '../store/changes/checksums.js';
import type { Connection } from '../store/driver/connection.js';
import { readDatabaseFile } from '../store/driver/readDatabaseFile.js';
import { lastAsOfDay } from '../store/read/lastAsOf.js';
import { latestConfigText } from '../store/read/latestConfig.js';
import { estimatePeakBytes, readMemoryNeeds } from '../store/read/memoryLimit.js';
import { readSchema } from '../store/schema/readSchema.js';

/** Whether a book is to be planned for a day, as the book itself tells. */
export interface BookState {
  /** `planned` for this day and configuration; `later_run` when its last run was of a later day, which an earlier one must not undo. */
  readonly state: 'due' | 'planned' | 'later_run';
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly config: ConfigInput;
  /** The checksum of the configuration, as `config_versions.config_hash`. */
  readonly configHash: string;
  readonly contacts: number;
  /** The memory that planning it takes, about. */
  readonly peakBytes: number;
}

/** The threads of a book's process: more would take each other's cores, for books are planned side by side. */
export const BOOK_THREADS = 2;

interface FileState {
  readonly state: BookState['state'];
  readonly contacts: number;
  readonly peakBytes: number;
}

function stateOf(connection: Connection, config: Config, today: number): BookState['state'] {
  const schema = readSchema(connection);
  const lastDay = lastAsOfDay(connection, schema);
  if (lastDay === null || lastDay < today) return 'due';
  if (lastDay > today) return 'later_run';
  const text = latestConfigText(connection, schema);
  return text === null || isOtherConfig(text, config) ? 'due' : 'planned';
}

function readFileState(
  path: string,
  driver: 'sqljs' | 'native',
  { config, today }: { readonly config: Config; readonly today: number },
): Promise<FileState> {
  return readDatabaseFile(path, driver, async (connection, endReading) => {
    const needs = readMemoryNeeds(connection, config, { today, threads: BOOK_THREADS });
    const state = stateOf(connection, config, today);
    endReading();
    return { state, contacts: needs.contacts, peakBytes: estimatePeakBytes(needs, driver) };
  });
}

function stateOfParts(folder: string, states: readonly FileState[]): BookState['state'] {
  if (states.some(({ state }) => state === 'later_run')) return 'later_run';
  // Some of its parts may be written, and the others not.
  if (hasJournal(folder)) return 'due';
  return states.every(({ state }) => state === 'planned') ? 'planned' : 'due';
}

/**
 * Asks a book whether it is to be planned for a day: the day and the configuration of its last completed run tell. A run that found
 * nothing to change wrote nothing, so that its book is due once more, and planning it finds nothing to change again.
 *
 * @param asOf the day, `YYYY-MM-DD`; today in the configuration's time zone when left out
 * @throws SendplanError when the book or its configuration cannot be read
 */
export async function readBookState(
  path: string,
  driver: 'sqljs' | 'native',
  asOf: string | undefined,
): Promise<BookState> {
  const { config: input } = await chooseConfig(path, { driver });
  const config = resolveConfig(input);
  const today = resolveToday(asOf === undefined ? undefined : (parseIsoDay(asOf) ?? asOf), config, 'asOf');
  const settings = { config, today };
  const files = isFolder(path) ? readBook(path).parts.map((part) => part.path) : [path];
  const states: FileState[] = [];
  for (const file of files) states.push(await readFileState(file, driver, settings));
  return {
    state: isFolder(path) ? stateOfParts(path, states) : states[0].state,
    day: formatIsoDay(today),
    config: input,
    configHash: textChecksum(JSON.stringify(config)),
    contacts: states.reduce((sum, { contacts }) => sum + contacts, 0),
    // Parts are planned one after the other.
    peakBytes: Math.max(...states.map(({ peakBytes }) => peakBytes)),
  };
}
