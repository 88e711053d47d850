import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../helpers/program.js';
import { contentOf, FIRST_DAY, isSameContent, strayFiles } from './books.js';
import type { CaseResult, FaultCase, FaultKind } from './campaign.js';
import { faultsOfRun } from './sendplanProgram.js';
import { ask, damageOf, missingSqlite3 } from './sqlite3.js';

const DAYS = ['2025-06-14', '2025-06-20', '2025-07-04'] as const;
const DRIVERS = ['sqljs', 'native'] as const;

/** The id of a run that says that it changed the file, else null. */
function changedBy({ code, stdout }: Outcome): string | null {
  if (code !== 0) return null;
  const { outcome, run_id } = JSON.parse(stdout) as { readonly outcome: string; readonly run_id: string };
  return outcome === 'changed' ? run_id : null;
}

async function tryCase(fault: FaultCase): Promise<CaseResult> {
  const { draw, books, program, folder, number } = fault;
  const drivers = [DRIVERS[number & 1], DRIVERS[(number >> 1) & 1]];
  const days = [draw.of(DAYS), draw.of(DAYS)];
  const book = {
    contacts: fault.contacts,
    shape: draw.of(['seed', 'realistic'] as const),
    isWal: draw.once(3),
    days: draw.once(2) ? [] : [FIRST_DAY],
  };
  const path = join(folder, 'book');
  await books.copy(book, path);
  const delayMs = draw.once(3) ? 0 : draw.below(500);
  const going = drivers.map(async (driver, i) => {
    if (i === 1) await sleep(delayMs);
    return program.run('run', path, '--as-of', days[i], '--driver', driver, '--json');
  });
  const outcomes = await Promise.all(going);
  const faults = outcomes.flatMap((outcome, i) => faultsOfRun(`run ${i} (${drivers[i]})`, outcome));
  faults.push(...damageOf(path));
  const runs = outcomes.map(changedBy);
  const kept = new Set(ask(path, 'SELECT scheduler_run_id FROM scheduler_checkpoints').split('\n'));
  runs.forEach((run, i) => {
    if (run !== null && !kept.has(run)) faults.push(`run ${i} (${drivers[i]}) exited 0 and is lost`);
  });
  const orders = [[], [0], [1], [0, 1], [1, 0]].filter(
    (order) => order.length === 0 || runs.every((run, i) => run === null || order.includes(i)),
  );
  const found = contentOf(path);
  const isAsInOrder = await Promise.all(
    orders.map(async (order) =>
      isSameContent(found, await books.content({ ...book, days: [...book.days, ...order.map((i) => days[i])] })),
    ),
  );
  if (!isAsInOrder.includes(true)) faults.push('the rows are not those of one run or of one after the other');
  faults.push(...strayFiles(path));
  const told = `${drivers.join(' + ')} on ${days.join(' + ')}, ${delayMs} ms, ${book.isWal ? 'wal' : 'rollback'}`;
  const label = `${drivers.join(' + ')}: exits ${outcomes.map(({ code }) => code).join(' + ')}`;
  return { label, faults: faults.map((text) => `${told}: ${text}`) };
}

/** Two runs at once. */
export const pairs: FaultKind = {
  summary: 'two runs over one file at once',
  count: 100,
  contacts: 1500,
  missing: missingSqlite3,
  tryCase,
};
