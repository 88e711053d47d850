import { Command } from 'commander';
import { diffFile } from '../diff/diffFile.js';
import { differencesText } from '../report/differencesText.js';
import { chooseConfig, originText } from '../run/config/chooseConfig.js';
import { driverOption, planningOptions } from './options.js';
import { writeError } from './output.js';
import { progressLine } from './progress.js';
import { countFromZero, type RowsFlags, rowsOptions, rowsTarget, tellResult } from './rowsOutput.js';

interface DiffFlags extends RowsFlags {
  readonly asOf?: string;
  readonly config?: string;
  readonly rows?: true;
  readonly limit?: number;
  readonly driver: 'sqljs' | 'native';
}

const DEFAULT_ROWS = 20;

const EXAMPLES = `
It is what run --dry-run works out, with the rows: by email type and day, by column, and each change itself. Nothing is
written.

Exit codes: 0 done, whether there are changes or not, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan diff a.sqlite3 --as-of 2025-06-14              what the next run would change
  $ npx sendplan diff a.sqlite3 --rows --limit 50               with the first 50 changes, before and after
  $ npx sendplan diff a.sqlite3 --config other.yaml --output changes.parquet
  $ npx sendplan diff a.sqlite3 --format csv | head
  $ npx sendplan diff a.sqlite3 --json | jq .by_day
`;

async function diff(path: string, flags: DiffFlags): Promise<void> {
  const target = rowsTarget(flags);
  const chosen = await chooseConfig(path, flags);
  writeError(originText(chosen.origin));
  const line = await progressLine();
  const { report, exportAs } = await diffFile(path, {
    asOf: flags.asOf,
    config: chosen.config,
    driver: flags.driver,
    limit: flags.limit ?? (flags.rows ? DEFAULT_ROWS : 0),
    onProgress: line.update,
  }).finally(() => line.stop());
  await tellResult(flags, target, { report, exportAs, textOf: differencesText });
}

/** The `diff` command: tells what a run would change. Its action throws `SendplanError`; commander answers bad options. */
export function diffCommand(): Command {
  const command = new Command('diff').argument('<db>', 'the SQLite file with the contacts');
  for (const option of planningOptions()) command.addOption(option);
  command
    .option('--rows', `show changes themselves, the first ${DEFAULT_ROWS}`)
    .option('--limit <n>', 'how many changes are shown', countFromZero)
    .option('--json', 'print one JSON report on stdout instead of text')
    .addOption(driverOption('how the database is opened, as in run'));
  for (const option of rowsOptions('all changed rows')) command.addOption(option);
  return command.addHelpText('after', EXAMPLES).action(diff);
}
