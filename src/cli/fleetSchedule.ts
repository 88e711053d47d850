import { Command } from 'commander';
import { SendplanError } from '../errors.js';
import { type FleetSchedule, fleetSchedules, removeSchedule, scheduleFleet } from '../fleet/scheduleFleet.js';
import { type FleetFlags, fleetOf, withFleetOptions } from './fleetOptions.js';
import { writeError, writeJson, writeOut } from './output.js';

interface ScheduleFlags extends FleetFlags {
  readonly cron?: string;
  readonly timezone?: string;
  readonly name?: string;
  readonly list?: true;
  readonly remove?: string;
}

const EXAMPLES = `
At these times a job of the queue looks for books below the roots and enqueues them, as fleet enqueue does; a worker has to be running
then, and to have the roots under the same paths. Redis keeps the schedule: where it may forget, have cron call fleet enqueue.

Exit codes: 0 done, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan fleet schedule /srv/books --cron "0 2 * * *" --timezone America/Chicago
  $ npx sendplan fleet schedule --list
  $ npx sendplan fleet schedule --remove nightly
`;

function scheduleText({ name, cron, timezone, roots, next }: FleetSchedule): string {
  return `${name}: ${cron} (${timezone}), next ${next ?? 'never'}: ${roots.join(' ')}\n`;
}

async function schedule(roots: readonly string[], flags: ScheduleFlags): Promise<void> {
  const { cron, timezone, name, list, remove } = flags;
  const fleet = fleetOf(flags);
  if (remove !== undefined) {
    await removeSchedule(remove, fleet);
    if (flags.json) writeJson({ removed: remove }, 2);
    else writeError(`Removed the schedule ${remove}.\n`);
  } else if (list) {
    const schedules = await fleetSchedules(fleet);
    if (flags.json) writeJson(schedules, 2);
    else writeOut(schedules.length === 0 ? 'There are no schedules.\n' : schedules.map(scheduleText).join(''));
  } else {
    if (roots.length === 0 || cron === undefined) {
      throw new SendplanError('bad_input', 'A schedule needs roots and --cron.', {
        hint: 'sendplan fleet schedule /srv/books --cron "0 2 * * *" --timezone America/Chicago; or --list, or --remove NAME.',
      });
    }
    const made = await scheduleFleet(roots, { ...fleet, cron, timezone, name });
    if (flags.json) writeJson(made, 2);
    else writeError(`Scheduled ${scheduleText(made)}`);
  }
}

/** The `fleet schedule` command: has books enqueued by themselves. Its action throws `SendplanError`; commander answers bad options. */
export function fleetScheduleCommand(): Command {
  const command = new Command('schedule')
    .description('have books enqueued every night, by a job of the queue')
    .argument('[roots...]', 'databases, folders of parts, and folders to look for them in')
    .option('--cron <pattern>', 'when: minute, hour, day of month, month, day of week')
    .option('--timezone <zone>', 'the time zone of --cron, such as America/Chicago (default: that of this machine)')
    .option('--name <name>', 'what it is called; another of this name takes its place (default: nightly)')
    .option('--list', 'list the schedules there are')
    .option('--remove <name>', 'take a schedule away');
  return withFleetOptions(command).option('--json', 'print it as JSON').addHelpText('after', EXAMPLES).action(schedule);
}
