import { simulate } from '../../simulate/simulate.js';
import type { SimulatedDay, Simulation } from '../../simulate/simulation.js';
import type { Progress, SimulateRequest } from '../protocol/protocol.js';
import { readDatabase } from './databaseBytes.js';
import { sqlJsFile } from './sqlJsFile.js';

/** How often the page is told of days; a picture for each would be more than the eye sees. */
const TOLD_EVERY_MS = 40;

/**
 * Simulates days on a database, which is only read (Rules 12.7).
 *
 * @throws SendplanError or RangeError as `simulate` does
 */
export async function simulateBlob(
  { database, name, from, to, config, ...sender }: SimulateRequest,
  tell: (progress: Progress) => void,
): Promise<Simulation> {
  tell({ stage: 'open', done: 0, total: null });
  const image = await readDatabase(database, name);
  let days: SimulatedDay[] = [];
  let toldMs = 0;
  return simulate(image, {
    ...sender,
    from,
    to,
    config,
    sqlJs: sqlJsFile(),
    onDay: (day, done, total) => {
      days.push(day);
      if (performance.now() - toldMs < TOLD_EVERY_MS && done < total) return;
      toldMs = performance.now();
      tell({ stage: 'simulate', done, total, days });
      days = [];
    },
  });
}
