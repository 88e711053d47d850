import { type FleetMetrics, startFleetMetrics } from './fleetMetrics.js';
import { type FleetOptions, withFleet } from './fleetQueue.js';
import { FleetWorker, type WorkEvent, type WorkerSettings } from './fleetWorker.js';

/** How a worker of a fleet works. */
export interface WorkOptions extends FleetOptions {
  /** How many books at once; 1 when left out. */
  readonly concurrency?: number;
  /** `native`, under SQLite's own locks, when left out; `sqljs` writes a new file in the place of the old one. */
  readonly driver?: 'sqljs' | 'native';
  /** The memory, in bytes, that the books planned at once may take together by their estimates; no limit when left out. */
  readonly memoryLimitBytes?: number;
  /** When the window closes: books that have not begun by then fail as `window_closed`, and the worker ends. Never when left out. */
  readonly until?: Date;
  /** How long, in milliseconds, books that have begun may go on after the signal; 30 seconds when left out. */
  readonly graceMs?: number;
  /** How long, in milliseconds, a worker may be silent before others take its jobs over; 30 seconds when left out. */
  readonly lockMs?: number;
  /** Whether the worker ends when nothing is left to do; it stays when left out. */
  readonly endsWhenDrained?: boolean;
  /** Where Prometheus can ask for figures; nowhere when left out. */
  readonly metrics?: { readonly port: number; readonly host?: string };
  /** Has the worker end: it finishes the books that have begun, or hands them back. */
  readonly signal?: AbortSignal;
  /** Is told of every book that is done, fails or is handed back, and of trouble with Redis. */
  readonly onEvent?: (event: WorkEvent) => void;
}

/** What a worker did, as `sendplan fleet work --json` prints it at its end; the names are stable. */
export interface WorkReport {
  /** Books by how they ended. */
  readonly changed: number;
  readonly unchanged: number;
  readonly already_planned: number;
  readonly later_run: number;
  /** Books that failed for good. */
  readonly failed: number;
  readonly handed_back: number;
  /** Attempts that failed and were or will be made again. */
  readonly attempts_failed: number;
  readonly contacts: number;
  /** Rows added, changed and removed. */
  readonly rows: number;
}

type Counts = { -readonly [Name in keyof WorkReport]: WorkReport[Name] };

function count(report: Counts, event: WorkEvent): void {
  if (event.kind === 'done') {
    const { outcome, contacts, rows } = event.result;
    report[outcome]++;
    if (outcome === 'changed' || outcome === 'unchanged') report.contacts += contacts;
    report.rows += rows.added + rows.changed + rows.removed;
  } else if (event.kind === 'failed') {
    if (event.isTriedAgain) report.attempts_failed++;
    else report.failed++;
  } else if (event.kind === 'handed_back') report.handed_back++;
}

function settingsOf(options: WorkOptions): WorkerSettings {
  const { concurrency = 1, lockMs = 30_000 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`concurrency is ${concurrency}; allowed is a whole number from 1 on`);
  }
  if (!(lockMs >= 1000)) throw new RangeError(`lockMs is ${lockMs}; allowed are 1000 and more`);
  return {
    concurrency,
    lockMs,
    driver: options.driver ?? 'native',
    memoryLimitBytes: options.memoryLimitBytes ?? null,
    untilMs: options.until?.getTime() ?? null,
    graceMs: options.graceMs ?? 30_000,
    endsWhenDrained: options.endsWhenDrained === true,
  };
}

/**
 * Works on a fleet's jobs until the signal comes, the window closes, or nothing is left to do where it is to end then. Every book is
 * planned in a process of its own, which asks the book first whether it is due. Jobs can run twice, stall, be taken over or be
 * enqueued again: SQLite's lock lets one run at a time write, and the second finds nothing to change.
 *
 * @throws SendplanError `package_missing` without BullMQ (or, for metrics, prom-client), `redis_unreachable` when Redis does not answer
 *   at the start; later the worker waits for it to come back
 * @example
 * import { workOnFleet } from 'sendplan/fleet';
 * const report = await workOnFleet({ concurrency: 2, endsWhenDrained: true, redis: process.env.SENDPLAN_REDIS });
 * console.log(report.changed); // 1
 */
export async function workOnFleet(options: WorkOptions = {}): Promise<WorkReport> {
  const settings = settingsOf(options);
  const report: Counts = {
    ...{ changed: 0, unchanged: 0, already_planned: 0, later_run: 0, failed: 0 },
    ...{ handed_back: 0, attempts_failed: 0, contacts: 0, rows: 0 },
  };
  return withFleet(options, async (fleet) => {
    let metrics: FleetMetrics | null = null;
    const worker = new FleetWorker(fleet, settings, (event) => {
      count(report, event);
      metrics?.observe(event);
      options.onEvent?.(event);
    });
    const ending = new AbortController();
    const end = () => ending.abort();
    if (options.signal?.aborted) end();
    options.signal?.addEventListener('abort', end, { once: true });
    try {
      if (options.metrics !== undefined) metrics = await startFleetMetrics(options.metrics, worker);
    } catch (error) {
      end();
      await worker.work(ending.signal);
      throw error;
    }
    try {
      await worker.work(ending.signal);
    } finally {
      options.signal?.removeEventListener('abort', end);
      await metrics?.close();
    }
    return report;
  });
}
