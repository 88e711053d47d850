import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseResult, FaultCase, FaultKind } from './campaign.js';
import { drawRun, faultsAfterKill } from './killed.js';
import { unforeseen } from './sendplanProgram.js';
import { missingSqlite3 } from './sqlite3.js';

/** How long such runs take, in milliseconds, by their words. */
const durations = new Map<string, number>();

async function durationOf(fault: FaultCase, run: ReturnType<typeof drawRun>): Promise<number> {
  const found = durations.get(run.name);
  if (found !== undefined) return found;
  const path = join(fault.folder, 'timed');
  await fault.books.copy(run.book, path);
  const startMs = performance.now();
  await fault.program.run('run', path, ...run.words);
  const elapsedMs = performance.now() - startMs;
  durations.set(run.name, elapsedMs);
  return elapsedMs;
}

async function tryCase(fault: FaultCase): Promise<CaseResult> {
  const { draw, books, program, folder } = fault;
  const run = drawRun(draw, fault.contacts);
  const path = join(folder, 'book');
  await books.copy(run.book, path);
  const elapsedMs = await durationOf(fault, run);
  const going = program.start(['run', path, ...run.words]);
  // Until node has loaded the program there is nothing to disturb.
  await sleep(elapsedMs * (0.2 + draw.below(1000) / 1200));
  going.kill();
  const outcome = await going.outcome;
  const early = outcome.signal === 'SIGKILL' ? [] : unforeseen('the run', outcome);
  const { state, faults } = await faultsAfterKill(fault, path, run);
  const end = outcome.signal === 'SIGKILL' ? 'killed' : 'done before';
  return { label: `${run.name}: ${end}, ${state}`, faults: [...early, ...faults] };
}

/** Runs that are killed at random moments. */
export const kills: FaultKind = {
  summary: 'kill -9 of runs at random moments',
  count: 500,
  contacts: 1000,
  missing: missingSqlite3,
  tryCase,
};
