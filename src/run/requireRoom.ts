import type { Config } from '../rules/config.js';
import type { Connection } from '../store/driver/connection.js';
import { type MemoryWay, readMemoryNeeds, requireMemory } from '../store/read/memoryLimit.js';
import type { RunFileOptions } from './runFileOptions.js';
import type { RangeOfBook } from './schedule.js';

/** What a run's memory depends on besides its database. */
export interface RoomSettings {
  readonly config: Config;
  readonly today: number;
  readonly range: RangeOfBook | undefined;
  /** How many threads the run may have. */
  readonly threads: number;
}

/**
 * Gives a run up that would probably need more memory than its options allow.
 *
 * @throws SendplanError `memory_limit`; `missing_table` or `missing_column` when there are no contacts to plan
 */
export function requireRoom(
  connection: Connection,
  way: MemoryWay,
  { memoryLimitBytes, onDiffed }: Pick<RunFileOptions, 'memoryLimitBytes' | 'onDiffed'>,
  { config, today, range, threads }: RoomSettings,
): void {
  if (memoryLimitBytes === undefined) return;
  // As `runDatabase` divides contacts.
  const isOne = range !== undefined || onDiffed !== undefined;
  const needs = readMemoryNeeds(connection, config, { today, threads: isOne ? 1 : threads });
  requireMemory(needs, way, memoryLimitBytes);
}
