import { Command } from 'commander';
import { undoText } from '../report/undoText.js';
import { undoFile } from '../undo/undoFile.js';
import { driverOption } from './options.js';
import { writeError, writeJson } from './output.js';

interface UndoFlags {
  readonly force?: true;
  readonly json?: true;
  readonly driver: 'sqljs' | 'native';
}

const EXAMPLES = `
Undone is the last run that was made with run --keep N; again, and the one before is. With the driver sqljs the file as it was
before the run takes its old place in one step, to the byte. With native the rows that the run changed become what they were.
Where anything else has changed the database since, it is said what and how much, and nothing is undone without --force: with
sqljs that would be lost, emails that were marked as sent among it; with native it stays, and only the rest is undone.
What a run without --keep did cannot be undone. Undoing a run takes no email back that was sent.

Exit codes: 0 undone, 1 nothing to undo or it failed, 2 wrong use, 3 held back: others have changed the database since.

Examples:
  $ npx sendplan run a.sqlite3 --keep 3           plan, and keep the files of the last three runs
  $ npx sendplan undo a.sqlite3                   the file as it was before the last run
  $ npx sendplan undo a.sqlite3 --force           also where something has changed since
  $ npx sendplan undo a.sqlite3 --driver native   what run --keep N --driver native kept
  $ npx sendplan undo a.sqlite3 --json | jq .left
`;

async function undo(path: string, flags: UndoFlags): Promise<void> {
  const report = await undoFile(path, { driver: flags.driver, force: flags.force });
  if (flags.json) writeJson(report, 2);
  else writeError(undoText(report));
}

/** The `undo` command: takes the last run back. Its action throws `SendplanError`; commander answers bad options. */
export function undoCommand(): Command {
  return new Command('undo')
    .argument('<db>', 'the SQLite file')
    .option('--force', 'undo also where something else has changed the database since')
    .option('--json', 'print one JSON report on stdout instead of text on stderr')
    .addOption(driverOption('what kept the run: sqljs the file as it was, native the rows that it changed'))
    .addHelpText('after', EXAMPLES)
    .action(undo);
}
