import type { ConfigInput } from '../rules/config.js';
import { readBookFile } from '../run/parts/readBookFile.js';
import { organizationOfDatabase } from '../store/read/organizationOfDatabase.js';
import { readSchema } from '../store/schema/readSchema.js';
import { liveThrough, loadSimulation, type SimulateOptions, settingsOf } from './simulate.js';
import type { Simulation } from './simulation.js';
import { liveThroughBoth, type WhatIf } from './whatIf.js';

/** How a database file is simulated. */
export interface SimulateFileOptions extends Omit<SimulateOptions, 'sqlJs'> {
  /** Simulate the same days by this configuration too. */
  readonly whatIf?: ConfigInput;
  /**
   * `sqljs` reads the file without locking it; `native` reads it through libsql under SQLite's own locks, for databases that
   * others have open and write to. `sqljs` when left out.
   */
  readonly driver?: 'sqljs' | 'native';
}

/**
 * Simulates a SQLite file as `simulate` does, or as `simulateWhatIf` does; the file is only read, and done with before the first
 * day.
 *
 * @throws TypeError or RangeError when an argument is not what it has to be
 * @throws SendplanError when the file or the configuration is not what it has to be, `interrupted` when the signal said so
 * @example
 * import { simulateFile } from 'sendplan/node';
 * const week = await simulateFile('book.sqlite3', { from: '2025-06-13', to: '2025-06-19' });
 * console.log(week.days.length); // 7
 */
export function simulateFile(
  path: string,
  options: SimulateFileOptions & { readonly whatIf: ConfigInput },
): Promise<WhatIf>;
export function simulateFile(
  path: string,
  options: SimulateFileOptions & { readonly whatIf?: undefined },
): Promise<Simulation>;
export function simulateFile(path: string, options: SimulateFileOptions): Promise<Simulation | WhatIf>;
export async function simulateFile(path: string, options: SimulateFileOptions): Promise<Simulation | WhatIf> {
  const { whatIf } = options;
  const settings = settingsOf(options);
  const others = whatIf === undefined ? null : settingsOf({ ...options, config: whatIf });
  const driver = options.driver ?? 'sqljs';
  const { loaded, loadedOther } = await readBookFile(path, driver, async (connection, endReading) => {
    const source = organizationOfDatabase(connection, readSchema(connection));
    const first = loadSimulation(source, settings);
    const second = others === null ? null : loadSimulation(source, others);
    endReading();
    return { loaded: first, loadedOther: second };
  });
  return loadedOther === null ? liveThrough(loaded, options) : liveThroughBoth([loaded, loadedOther], options);
}
