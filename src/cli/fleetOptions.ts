import { type Command, Option } from 'commander';
import type { FleetOptions } from '../fleet/fleetQueue.js';

/** What every command of a fleet is told. */
export interface FleetFlags extends FleetOptions {
  readonly json?: true;
}

/** Adds the options that say where a fleet's jobs are. */
export function withFleetOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--redis <url>',
        'where Redis is: redis://[user:password@]host[:port][/database], or rediss:// (default: redis://127.0.0.1:6379)',
      ).env('SENDPLAN_REDIS'),
    )
    .option('--queue <name>', 'the name of the queue (default: sendplan)')
    .option('--prefix <text>', 'what all keys in Redis begin with (default: bull)');
}

/** The options of `withFleetOptions` as they were given. */
export function fleetOf({ redis, queue, prefix }: FleetFlags): FleetOptions {
  return { redis, queue, prefix };
}
