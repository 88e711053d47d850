import { realpathSync } from 'node:fs';
import { SendplanError } from '../errors.js';
import { fileError } from '../store/format/fileErrors.js';
import { ATTEMPTS, type EnqueueJob, JOB_NAMES } from './bookJob.js';
import { type Fleet, type FleetOptions, withFleet } from './fleetQueue.js';

/** When books are looked for and enqueued by themselves. */
export interface FleetScheduleOptions extends FleetOptions {
  /** Minute, hour, day of month, month, day of week: `0 2 * * *` is at two every night. */
  readonly cron: string;
  /** The time zone of `cron`, such as `America/Chicago`; that of the machine when left out. */
  readonly timezone?: string;
  /** What the schedule is called: another of the same name takes its place. `nightly` when left out. */
  readonly name?: string;
}

/** A schedule of a fleet. */
export interface FleetSchedule {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly roots: readonly string[];
  /** When it comes next, as ISO 8601 in UTC; null when it does not. */
  readonly next: string | null;
}

const USUAL_NAME = 'nightly';
/** A look that fails is made again, and the last ones are kept for `status`. */
const TEMPLATE_OPTIONS = {
  ...ATTEMPTS,
  removeOnComplete: { count: 20 },
  removeOnFail: { count: 20 },
} as const;

function requireTimezone(timezone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch (cause) {
    throw new SendplanError('bad_input', `There is no time zone ${JSON.stringify(timezone)}.`, {
      hint: 'Give one of the IANA time zone database, such as America/Chicago.',
      cause,
    });
  }
}

function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch (error) {
    throw fileError('file_not_found', `${root} cannot be looked into`, error, 'Give files, or folders with books.');
  }
}

/** The schedules of an open fleet. @throws an error of Redis */
export async function listSchedules({ queue }: Fleet): Promise<FleetSchedule[]> {
  const found = await queue.getJobSchedulers(0, -1, true);
  return found.map(({ key, pattern, tz, next, template }) => ({
    name: key,
    cron: pattern ?? '',
    timezone: tz ?? '',
    roots: (template?.data as EnqueueJob | undefined)?.roots ?? [],
    next: next === undefined ? null : new Date(next).toISOString(),
  }));
}

/**
 * Has the books below roots looked for and enqueued by itself: a job of the queue, which any worker takes, does what `enqueueBooks`
 * does. The roots have to be there for the workers under the same paths.
 *
 * @throws SendplanError `bad_input` for a wrong pattern or time zone, `file_not_found` for a root, and as `enqueueBooks` does
 * @example
 * import { scheduleFleet } from 'sendplan/fleet';
 * const night = { cron: '0 2 * * *', timezone: 'America/Chicago', redis: process.env.SENDPLAN_REDIS };
 * const schedule = await scheduleFleet(['.'], night);
 * console.log(schedule.name, schedule.cron); // nightly 0 2 * * *
 */
export function scheduleFleet(roots: readonly string[], options: FleetScheduleOptions): Promise<FleetSchedule> {
  const { cron, name = USUAL_NAME } = options;
  const timezone = requireTimezone(options.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (!/^\S+(\s+\S+){4}$/.test(cron.trim())) {
    throw new SendplanError('bad_input', `${JSON.stringify(cron)} is no cron pattern of five fields.`, {
      hint: 'Minute, hour, day of month, month, day of week: "0 2 * * *" is at two every night.',
    });
  }
  const data: EnqueueJob = { roots: roots.map(realRoot) };
  return withFleet(options, async (fleet) => {
    const repeat = { pattern: cron.trim(), tz: timezone };
    try {
      await fleet.queue.upsertJobScheduler(name, repeat, { name: JOB_NAMES.enqueue, data, opts: TEMPLATE_OPTIONS });
    } catch (cause) {
      if (fleet.queue.closing !== undefined || !/cron|pattern|constraint|invalid|validation/i.test(String(cause)))
        throw cause;
      throw new SendplanError('bad_input', `${JSON.stringify(cron)} is no cron pattern: ${(cause as Error).message}`, {
        hint: 'Minute, hour, day of month, month, day of week: "0 2 * * *" is at two every night.',
        cause,
      });
    }
    const made = (await listSchedules(fleet)).find((schedule) => schedule.name === name);
    return made ?? { name, cron: repeat.pattern, timezone, roots: data.roots, next: null };
  });
}

/**
 * The schedules of a fleet.
 *
 * @throws SendplanError `package_missing`, `redis_unreachable`
 * @example
 * import { fleetSchedules } from 'sendplan/fleet';
 * const schedules = await fleetSchedules({ redis: process.env.SENDPLAN_REDIS });
 * console.log(schedules.length); // 0
 */
export function fleetSchedules(options: FleetOptions = {}): Promise<FleetSchedule[]> {
  return withFleet(options, listSchedules);
}

/**
 * Takes a schedule away.
 *
 * @throws SendplanError `bad_input` when there is none of that name
 * @example
 * import { removeSchedule, scheduleFleet } from 'sendplan/fleet';
 * const redis = process.env.SENDPLAN_REDIS;
 * await scheduleFleet(['.'], { cron: '0 3 * * 0', timezone: 'America/Chicago', name: 'weekly', redis });
 * await removeSchedule('weekly', { redis });
 */
export function removeSchedule(name: string, options: FleetOptions = {}): Promise<void> {
  return withFleet(options, async (fleet) => {
    if (await fleet.queue.removeJobScheduler(name)) return;
    const names = (await listSchedules(fleet)).map((schedule) => schedule.name);
    throw new SendplanError('bad_input', `There is no schedule ${JSON.stringify(name)}.`, {
      hint: names.length === 0 ? 'There are none at all.' : `There are: ${names.join(', ')}.`,
    });
  });
}
