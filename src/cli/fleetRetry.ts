import { Command } from 'commander';
import { retryFailed } from '../fleet/retryFailed.js';
import { counted } from '../report/text/prose.js';
import { type FleetFlags, fleetOf, withFleetOptions } from './fleetOptions.js';
import { dateText } from './options.js';
import { writeError, writeJson } from './output.js';

interface RetryFlags extends FleetFlags {
  readonly asOf?: string;
  readonly code?: string;
}

const EXAMPLES = `
Exit codes: 0 done, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan fleet retry                               all books that failed
  $ npx sendplan fleet retry --code window_closed --as-of 2025-06-13
`;

async function retry(flags: RetryFlags): Promise<void> {
  const report = await retryFailed({ ...fleetOf(flags), asOf: flags.asOf, code: flags.code });
  if (flags.json) writeJson(report, 2);
  else {
    const left = report.left === 0 ? '' : ` ${counted(report.left, 'other failed book')} stay as they are.`;
    writeError(`Enqueued ${counted(report.retried, 'failed book')} once more.${left}\n`);
  }
}

/** The `fleet retry` command: enqueues failed books once more. Its action throws `SendplanError`; commander answers bad options. */
export function fleetRetryCommand(): Command {
  const command = new Command('retry')
    .description('enqueue failed books once more')
    .option('--as-of <date>', 'only those of this day (default: of all days)', dateText)
    .option('--code <code>', 'only those that failed with this code, such as window_closed');
  return withFleetOptions(command)
    .option('--json', 'print one JSON report on stdout')
    .addHelpText('after', EXAMPLES)
    .action(retry);
}
