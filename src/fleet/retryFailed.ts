import { JOB_NAMES, parseFailure } from './bookJob.js';
import { type FleetOptions, withFleet } from './fleetQueue.js';

/** Which failed books are tried again. */
export interface RetryOptions extends FleetOptions {
  /** Those of this day, `YYYY-MM-DD`; of all days when left out. */
  readonly asOf?: string;
  /** Those that failed with this code; all when left out. */
  readonly code?: string;
}

/** What was tried again, as `sendplan fleet retry --json` prints it. */
export interface RetryReport {
  readonly retried: number;
  /** Failed books that were not asked for. */
  readonly left: number;
}

/**
 * Enqueues failed books once more, with all their attempts.
 *
 * @throws SendplanError `package_missing` without BullMQ, `redis_unreachable` when Redis does not answer
 * @example
 * import { retryFailed } from 'sendplan/fleet';
 * const report = await retryFailed({ redis: process.env.SENDPLAN_REDIS });
 * console.log(report.retried); // 0
 */
export function retryFailed(options: RetryOptions = {}): Promise<RetryReport> {
  const { asOf, code } = options;
  return withFleet(options, async ({ queue }) => {
    let [retried, left] = [0, 0];
    for (const job of await queue.getFailed()) {
      if (job?.id === undefined) continue;
      const isAsked =
        job.name === JOB_NAMES.book &&
        (asOf === undefined || job.data.day === asOf) &&
        (code === undefined || parseFailure(job.failedReason ?? '').code === code);
      if (isAsked) await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      if (isAsked) retried++;
      else if (job.name === JOB_NAMES.book) left++;
    }
    return { retried, left };
  });
}
