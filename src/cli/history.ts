import { Command } from 'commander';
import { historyText } from '../report/historyText.js';
import { historyFile } from '../undo/historyFile.js';
import { driverOption } from './options.js';
import { writeJson, writeOut } from './output.js';
import { countFromZero } from './rowsOutput.js';

interface HistoryFlags {
  readonly limit: number;
  readonly json?: true;
  readonly driver: 'sqljs' | 'native';
}

const EXAMPLES = `
Listed is what scheduler_checkpoints holds: runs that changed something, and runs that failed where that could be written down.
A run that finds nothing to change writes nothing into the database, so that it is not listed; nor is one that a guard held back.
The configuration is told by the beginning of its checksum; config_versions holds it under config_hash.

Exit codes: 0 listed, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan history a.sqlite3                the last runs, the latest first
  $ npx sendplan history a.sqlite3 --limit 100
  $ npx sendplan history a.sqlite3 --json | jq '.runs[] | select(.status == "failed")'
`;

const USUAL_LIMIT = 20;

async function history(path: string, flags: HistoryFlags): Promise<void> {
  const report = await historyFile(path, { driver: flags.driver });
  if (flags.json) writeJson(report, 2);
  else writeOut(historyText(report, flags.limit));
}

/** The `history` command: lists the runs of a database. Its action throws `SendplanError`; commander answers bad options. */
export function historyCommand(): Command {
  return new Command('history')
    .argument('<db>', 'the SQLite file')
    .option('--limit <n>', 'how many runs are shown', countFromZero, USUAL_LIMIT)
    .option('--json', 'print all of them as one JSON report')
    .addOption(driverOption("how the database is read: sqljs without a lock, native under SQLite's locks, with libsql"))
    .addHelpText('after', EXAMPLES)
    .action(history);
}
