import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult, FaultCase, FaultKind } from './campaign.js';
import { type DisturbedRun, drawRun, faultsAfterKill } from './killed.js';
import { hasProgram, missingSqlite3 } from './sqlite3.js';

const CALLS = ['pwrite64', 'write', 'fsync', 'fdatasync', 'rename', 'link', 'unlink', 'ftruncate', 'fchmod'] as const;

/** How often a run makes each call, by its words. */
const counts = new Map<string, Readonly<Record<string, number>>>();

async function countCalls(fault: FaultCase, run: DisturbedRun): Promise<Readonly<Record<string, number>>> {
  const key = `${run.name} ${run.words.join(' ')}`;
  const known = counts.get(key);
  if (known !== undefined) return known;
  const path = join(fault.folder, 'traced');
  await fault.books.copy(run.book, path);
  const log = join(fault.folder, 'calls');
  const strace = ['strace', '-f', '-qq', '-o', log, '-e', `trace=${CALLS.join(',')}`, '-e', 'signal=none'];
  await fault.program.start(['run', path, ...run.words], strace).outcome;
  // What `when=N` counts is each thread's calls for itself.
  const byThread = new Map<string, number>();
  const most: Record<string, number> = {};
  for (const [, thread, call] of readFileSync(log, 'utf8').matchAll(/^(\d+) +(\w+)\(/gm)) {
    const count = (byThread.get(`${thread} ${call}`) ?? 0) + 1;
    byThread.set(`${thread} ${call}`, count);
    most[call] = Math.max(most[call] ?? 0, count);
  }
  counts.set(key, most);
  return most;
}

async function tryCase(fault: FaultCase): Promise<CaseResult> {
  const { draw, books, program, folder } = fault;
  const run = drawRun(draw, fault.contacts);
  const found = await countCalls(fault, run);
  const call = draw.of(CALLS.filter((name) => (found[name] ?? 0) > 0));
  const when = 1 + draw.below(found[call]);
  const path = join(folder, 'book');
  await books.copy(run.book, path);
  const inject = `inject=${call}:signal=KILL:when=${when}`;
  const strace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', 'signal=none', '-e', inject];
  const { code } = await program.start(['run', path, ...run.words], strace).outcome;
  const { state, faults } = await faultsAfterKill(fault, path, run);
  const label = `${run.driver} ${call}: ${code === 0 ? 'not reached' : 'killed'}, ${state}`;
  return { label, faults: faults.map((text) => `${run.name} ${run.words.join(' ')}, ${call} ${when}: ${text}`) };
}

/** Runs that are killed as they make a system call. */
export const syscalls: FaultKind = {
  summary: 'kill -9 of runs at chosen system calls, by strace',
  count: 200,
  contacts: 1000,
  missing: () =>
    hasProgram('strace') ? missingSqlite3() : 'the program strace is not installed (apt-get install strace)',
  tryCase,
};
