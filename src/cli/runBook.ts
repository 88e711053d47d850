import { SendplanError } from '../errors.js';
import { summarizeBook } from '../report/bookSummary.js';
import { chooseConfig, originText } from '../run/config/chooseConfig.js';
import type { GuardName } from '../run/guards.js';
import { type RunPartsOptions, runParts } from '../run/parts/runParts.js';
import { interruptible } from './interruptible.js';
import { writeError, writeJson } from './output.js';
import { progressLine } from './progress.js';

/** What `run` is told of a folder; `others` are options that are for files alone, by their names. */
export interface RunBookFlags extends Pick<RunPartsOptions, 'dryRun' | 'driver' | 'flush' | 'threads' | 'batchSize'> {
  readonly asOf?: string;
  readonly config?: string;
  readonly force: readonly GuardName[];
  readonly json?: true;
  readonly quiet?: true;
  readonly driver: 'sqljs' | 'native';
  readonly others: Readonly<Record<string, unknown>>;
}

function requireNoOthers(others: RunBookFlags['others']): void {
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  throw new SendplanError(
    'bad_input',
    `${given.map(([name]) => name).join(', ')} cannot be used with a book in parts.`,
    {
      hint: 'Join the parts first (sendplan join), or run a part by itself where that is meant.',
    },
  );
}

/** `run` over a folder of parts. @throws SendplanError as `runParts` does */
export async function runBook(folder: string, flags: RunBookFlags): Promise<void> {
  const { asOf, force, dryRun, driver, flush, threads, batchSize, others } = flags;
  requireNoOthers(others);
  const { config, origin } = await chooseConfig(folder, flags);
  const line = await progressLine();
  const report = await interruptible((signal) =>
    runParts(folder, {
      ...{ asOf, config, force, dryRun, driver, flush, threads, batchSize, signal },
      onRound: (round, done, total) => line.update(round, done, total),
    }),
  ).finally(() => line.stop());
  if (flags.json) writeJson({ ...report, configuration: origin }, 2);
  else if (!flags.quiet) writeError(originText(origin) + summarizeBook(report));
}
