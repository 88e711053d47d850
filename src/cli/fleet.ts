import { Command } from 'commander';
import { fleetEnqueueCommand } from './fleetEnqueue.js';
import { fleetRetryCommand } from './fleetRetry.js';
import { fleetScheduleCommand } from './fleetSchedule.js';
import { fleetStatusCommand } from './fleetStatus.js';
import { fleetWorkCommand } from './fleetWork.js';

const EXAMPLES = `
The books of many organizations, planned every night by workers on one machine or many, which share a queue in Redis (BullMQ; npm install
bullmq@6.7.0 ioredis@6.0.0). Whatever becomes of the queue, a book is planned once for a day: the book itself tells whether it is.
docs/scale.md says when a fleet pays and what Redis has to be set to.

Exit codes: 0 done, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan fleet enqueue /srv/books                  one job for each book that is due
  $ npx sendplan fleet work --concurrency 2 --until 06:00  plan them; as many workers as there are machines
  $ npx sendplan fleet status --watch                      how the night goes
  $ npx sendplan fleet retry --code window_closed          failed books once more
  $ npx sendplan fleet schedule /srv/books --cron "0 2 * * *" --timezone America/Chicago
`;

/** The `fleet` command: its own commands plan many books by a queue. */
export function fleetCommand(): Command {
  return new Command('fleet')
    .addCommand(fleetEnqueueCommand())
    .addCommand(fleetWorkCommand())
    .addCommand(fleetStatusCommand())
    .addCommand(fleetRetryCommand())
    .addCommand(fleetScheduleCommand())
    .addHelpText('after', EXAMPLES);
}
