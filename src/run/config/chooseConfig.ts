import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SendplanError } from '../../errors.js';
import { type ConfigInput, resolveConfig } from '../../rules/config.js';
import { isFolder } from '../parts/isFolder.js';
import { readConfig } from './configFile.js';

/** Where a command's configuration comes from, as `--json` tells it. */
export interface ConfigOrigin {
  /** `option` the file of --config, `beside` sendplan.yaml beside the database, `last_run` what the last run kept. */
  readonly from: 'option' | 'beside' | 'last_run' | 'defaults';
  readonly path: string | null;
}

/** A command's configuration, and where it comes from. */
export interface ChosenConfig {
  readonly config: ConfigInput;
  readonly origin: ConfigOrigin;
}

/** The file that is read when it lies beside the database and no other is named. */
const BESIDE = 'sendplan.yaml';

/** What stands for the defaults in the place of a file. */
const NONE = 'none';

/** The file beside a database, or in or beside the folder of a book in parts. */
function besideOf(databasePath: string): string | null {
  try {
    const path = realpathSync(databasePath);
    const folders = isFolder(path) ? [path, dirname(path)] : [dirname(path)];
    // A link to nothing was meant to be one to something: whoever reads it says that it cannot be.
    const isThere = (file: string) => lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    return folders.map((folder) => join(folder, BESIDE)).find(isThere) ?? null;
  } catch {
    return null; // Whoever opens the database says why it cannot be.
  }
}

/** The configuration that the last run kept in the database; null when there is none, or it is the defaults. */
async function lastRunConfig(path: string, driver: 'sqljs' | 'native'): Promise<ConfigInput | null> {
  const { readLatestConfig } = await import('../../store/read/readLatestConfig.js');
  const file = isFolder(path) ? (await import('../parts/manifest.js')).readBook(path).parts[0].path : path;
  const text = await readLatestConfig(file, driver);
  if (text === null) return null;
  try {
    const { isOtherConfig, parseStoredConfig } = await import('../../rules/storedConfig.js');
    if (!isOtherConfig(text, resolveConfig({}))) return null;
    return parseStoredConfig(text);
  } catch (error) {
    if (error instanceof SendplanError && error.code !== 'bad_config') throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new SendplanError('bad_config', `What the last run kept in config_versions cannot be used: ${message}`, {
      hint: 'Name the configuration with --config FILE, or take the defaults with --config none.',
      cause: error,
    });
  }
}

/**
 * Chooses a command's configuration: the file of --config (`none` for the defaults); without it sendplan.yaml beside the database;
 * else the one of the last run; else the defaults.
 *
 * @throws SendplanError when it cannot be read, or the database cannot
 */
export async function chooseConfig(
  databasePath: string,
  { config: named, driver }: { readonly config?: string; readonly driver: 'sqljs' | 'native' },
): Promise<ChosenConfig> {
  if (named === NONE) return { config: {}, origin: { from: 'defaults', path: null } };
  if (named !== undefined) return { config: await readConfig(named), origin: { from: 'option', path: named } };
  const beside = besideOf(databasePath);
  if (beside !== null) return { config: await readConfig(beside), origin: { from: 'beside', path: beside } };
  const last = await lastRunConfig(databasePath, driver);
  if (last !== null) return { config: last, origin: { from: 'last_run', path: null } };
  return { config: {}, origin: { from: 'defaults', path: null } };
}

/** Says where a configuration comes from that nobody named; nothing when it is named, or the defaults. */
export function originText({ from, path }: ConfigOrigin): string {
  if (from === 'beside') return `Configuration: ${path}, which lies beside the database.\n`;
  if (from === 'last_run') {
    return 'Configuration: that of the last run, which the database keeps; --config none takes the defaults.\n';
  }
  return '';
}
