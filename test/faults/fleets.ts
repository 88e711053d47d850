import { hasRedis, REDIS_MISSING, type RedisServer, startRedis } from '../fleet/redisServer.js';
import { startProgram } from '../helpers/program.js';
import { FIRST_DAY } from './books.js';
import type { CaseResult, FaultCase, FaultKind } from './campaign.js';
import { canMount } from './disks.js';
import { FleetNight } from './fleetNight.js';
import { FleetOfBooks, type FleetSize } from './fleetOfBooks.js';
import { unforeseen } from './sendplanProgram.js';
import { missingSqlite3 } from './sqlite3.js';

const WORKERS = 3;
/** Of so many nights one is left alone. */
const UNDISTURBED_ONCE_IN = 3;

const told: string[] = [];

/** Has so many workers plan all books of a fleet, and tells books a minute. */
async function planAll(fault: FaultCase, size: FleetSize, redis: RedisServer, workers: number): Promise<string[]> {
  const name = `books-${workers}`;
  const fleet = await FleetOfBooks.make(fault, size, name, false);
  const place = ['--redis', redis.url, '--prefix', name];
  const enqueue = () => fault.program.run('fleet', 'enqueue', fleet.root, '--as-of', FIRST_DAY, ...place);
  const words = [fault.program.main, 'fleet', 'work', '--drain', '--quiet', ...place];
  const startMs = performance.now();
  const enqueued = await enqueue();
  const enqueuedMs = performance.now();
  const outcomes = await Promise.all(
    Array.from({ length: workers }, () => startProgram(process.execPath, words).outcome),
  );
  const seconds = (performance.now() - enqueuedMs) / 1000;
  const faults = [enqueued, ...outcomes].flatMap((outcome) => unforeseen('a command', outcome));
  faults.push(...outcomes.filter(({ code }) => code !== 0).map(({ stderr }) => `a worker failed: ${stderr}`));
  faults.push(...(await fleet.faults()));
  const pace = Math.round((fleet.books.length / seconds) * 60);
  told.push(
    `${workers} of ${WORKERS} workers: ${fleet.books.length} books in ${seconds.toFixed(1)} s, ${pace} a minute; enqueued in ${((enqueuedMs - startMs) / 1000).toFixed(1)} s.`,
  );
  return faults;
}

async function undisturbed(fault: FaultCase, size: FleetSize): Promise<CaseResult> {
  const redis = await startRedis();
  try {
    const faults = await planAll(fault, size, redis, WORKERS);
    faults.push(...(await planAll(fault, size, redis, 1)));
    return { label: 'undisturbed', faults };
  } finally {
    await redis.end();
  }
}

function listed(counts: Readonly<Record<string, number>>): string {
  const names = Object.keys(counts).sort();
  return names.length === 0 ? 'none' : names.map((name) => `${name} ${counts[name]}`).join(', ');
}

async function disturbed(fault: FaultCase, size: FleetSize): Promise<CaseResult> {
  const isDiskShort = canMount();
  const fleet = await FleetOfBooks.make(fault, size, 'books', isDiskShort);
  const redis = await startRedis({ keepsData: true });
  const night = new FleetNight(fault, fleet, redis, {
    workers: WORKERS,
    acts: size.acts,
    pauseMs: 800,
  });
  try {
    const startMs = performance.now();
    await night.run();
    const seconds = Math.round((performance.now() - startMs) / 1000);
    const faults = [...night.faults, ...(await fleet.faults())];
    told.push(
      `${fleet.books.length} books in ${seconds} s; ${listed(night.counts)}; failed: ${listed(night.failures)}.`,
    );
    return { label: `disturbed${isDiskShort ? ', with a full disk' : ''}`, faults };
  } finally {
    night.kill();
    await redis.end();
    if (isDiskShort) fleet.unmount();
  }
}

/** Fleets of so many books, most of them disturbed while they work. */
export function fleetsOf(size: FleetSize, count: number, contacts: number): FaultKind {
  return {
    summary: `${size.books} books and ${WORKERS} workers: workers killed and stopped beyond their lock, Redis restarted and emptied, a full disk`,
    count,
    contacts,
    missing: () => (hasRedis ? missingSqlite3() : REDIS_MISSING),
    tryCase: (fault) =>
      fault.number % UNDISTURBED_ONCE_IN === UNDISTURBED_ONCE_IN - 1
        ? undisturbed(fault, size)
        : disturbed(fault, size),
    async end() {
      for (const line of told.splice(0)) console.log(`Fleets: ${line}`);
    },
  };
}

/** Nights of 300 books of 200 to 20,000 contacts. */
export const fleets: FaultKind = fleetsOf({ books: 300, distinct: 60, acts: 150 }, UNDISTURBED_ONCE_IN, 20_000);
