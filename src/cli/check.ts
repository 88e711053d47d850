import { Command } from 'commander';
import { checkFile } from '../check/checkFile.js';
import { checkText } from '../report/checkText.js';
import { chooseConfig, originText } from '../run/config/chooseConfig.js';
import { driverOption, planningOptions } from './options.js';
import { writeError, writeJson, writeOut } from './output.js';
import { progressLine } from './progress.js';

interface CheckFlags {
  readonly asOf?: string;
  readonly config?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly driver: 'sqljs' | 'native';
}

const EXAMPLES = `
Checked is whether the last run was of the day and by the configuration, or one would find nothing to change; whether the file can be read and written, what tables and
columns are read and what is ignored or looks alike, and which guards would hold a run back. The database is planned as a run would;
nothing is written.

Exit codes: 0 good, 1 not up to date, held back, or not to be read or written, 2 wrong use.

Examples:
  $ npx sendplan check a.sqlite3                        is it planned for today
  $ npx sendplan check a.sqlite3 --as-of 2025-06-13
  $ npx sendplan check a.sqlite3 --quiet || echo "not planned for today"
  $ npx sendplan check a.sqlite3 --json | jq '.tables[] | {table, columns_ignored}'
`;

async function check(path: string, flags: CheckFlags): Promise<void> {
  const { config, origin } = await chooseConfig(path, flags);
  const { asOf, driver, quiet, json } = flags;
  if (!quiet) writeError(originText(origin));
  const line = quiet ? null : await progressLine();
  const report = await checkFile(path, { asOf, config, driver, onProgress: line?.update }).finally(() => line?.stop());
  if (json) writeJson({ ...report, configuration: origin }, 2);
  else if (!quiet) writeOut(checkText(report));
  if (!report.is_good) process.exitCode = 1;
}

/** The `check` command: tells whether a database is planned for the day. Its action throws `SendplanError`; commander answers bad options. */
export function checkCommand(): Command {
  const command = new Command('check').argument('<db>', 'the SQLite file with the contacts');
  for (const option of planningOptions()) command.addOption(option);
  return command
    .option('--json', 'print one JSON report on stdout instead of text')
    .option('--quiet', 'say nothing but errors: the exit code tells')
    .addOption(driverOption("how the database is read: sqljs without a lock, native under SQLite's locks, with libsql"))
    .addHelpText('after', EXAMPLES)
    .action(check);
}
