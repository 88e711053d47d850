import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { fleetStatus } from '../fleet/fleetStatus.js';
import { statusText } from '../fleet/statusText.js';
import { type FleetFlags, fleetOf, withFleetOptions } from './fleetOptions.js';
import { interruptible } from './interruptible.js';
import { dateText } from './options.js';
import { writeJson, writeOut } from './output.js';

interface StatusFlags extends FleetFlags {
  readonly asOf?: string;
  readonly watch?: true;
}

const EXAMPLES = `
Told are the books of the latest day there are jobs of, or of --as-of: how many wait, go on, are done and failed, by sentence; the slowest;
rows; and when the night ends if what is left goes as what is done went, by the size of books.

Exit codes: 0 told, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan fleet status
  $ npx sendplan fleet status --watch                      again every two seconds, until Ctrl-C
  $ npx sendplan fleet status --json | jq .failures
`;

const WATCH_EVERY_MS = 2000;
/** Has a terminal begin anew at its upper left corner. */
const CLEAR = '\u001b[H\u001b[J';

async function tellOnce(flags: StatusFlags): Promise<void> {
  const status = await fleetStatus({ ...fleetOf(flags), asOf: flags.asOf });
  if (flags.json) {
    writeJson(status, flags.watch ? undefined : 2);
    return;
  }
  if (flags.watch && process.stdout.isTTY) process.stdout.write(CLEAR);
  writeOut(statusText(status));
}

async function tell(flags: StatusFlags): Promise<void> {
  if (!flags.watch) return tellOnce(flags);
  await interruptible(async (signal) => {
    while (!signal.aborted) {
      await tellOnce(flags);
      await sleep(WATCH_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  });
}

/** The `fleet status` command: tells how the night goes. Its action throws `SendplanError`; commander answers bad options. */
export function fleetStatusCommand(): Command {
  const command = new Command('status')
    .description('tell what waits, goes on, is done and failed, and when it will end')
    .option('--as-of <date>', 'the day whose books are told (default: the latest)', dateText)
    .option('--watch', 'tell it again and again');
  return withFleetOptions(command).option('--json', 'print it as JSON').addHelpText('after', EXAMPLES).action(tell);
}
