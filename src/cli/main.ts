#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { SendplanError, type SendplanErrorCode } from '../errors.js';
import { VERSION } from '../version.js';
import { diffCommand } from './diff.js';
import { explainCommand } from './explain.js';
import { generateCommand } from './generate.js';
import { reportCommand } from './report.js';
import { runCommand } from './run.js';
import { simulateCommand } from './simulate.js';
import { verifyCommand } from './verify.js';

/** The exit codes: what was asked for was wrong, or asked for rightly and failed. */
const EXIT = { failed: 1, wrongUse: 2, interrupted: 130 } as const;

const WRONG_USE: readonly SendplanErrorCode[] = ['bad_config', 'bad_input', 'not_a_database', 'file_not_found'];

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.wrongUse;
  if (!(error instanceof SendplanError)) return EXIT.failed;
  if (error.code === 'interrupted') return EXIT.interrupted;
  return WRONG_USE.includes(error.code) ? EXIT.wrongUse : EXIT.failed;
}

/** Says what went wrong in sentences; only an error nobody foresaw comes with where it happened. */
function tell(error: unknown): void {
  if (error instanceof CommanderError) return;
  if (error instanceof SendplanError) {
    process.stderr.write(`error: ${error.message}\n${error.hint === null ? '' : `  ${error.hint}\n`}`);
    return;
  }
  const shown = error instanceof Error && process.env.SENDPLAN_DEBUG ? error.stack : String(error);
  process.stderr.write(`error: this should not have happened: ${shown}\n  SENDPLAN_DEBUG=1 shows where.\n`);
}

/** Makes the program's errors the caller's, for it and all its commands. */
function throwing(command: Command): Command {
  command.exitOverride().showHelpAfterError('(--help tells what is allowed)');
  command.commands.forEach(throwing);
  return command;
}

const program = new Command('sendplan')
  .description(
    'Plans, for every contact of an insurance marketer, which email goes out on which day, and which must not because a state forbids it.',
  )
  .version(VERSION)
  .addCommand(runCommand())
  .addCommand(diffCommand())
  .addCommand(verifyCommand())
  .addCommand(explainCommand())
  .addCommand(reportCommand())
  .addCommand(simulateCommand())
  .addCommand(generateCommand())
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 the run failed or verify found something, 2 wrong use, 130 interrupted.

Examples:
  $ npx sendplan generate a.sqlite3 --contacts 20000     a database to try things on
  $ npx sendplan run a.sqlite3 --as-of 2025-06-13        plan it
  $ npx sendplan run --help                              what a run can be told
`,
  );

// A closed pipe (`sendplan run ... --json | head`) ends the output, not the program with a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await throwing(program).parseAsync();
} catch (error) {
  tell(error);
  process.exitCode = exitCodeOf(error);
}
