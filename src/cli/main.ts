#!/usr/bin/env node
import { type Command, CommanderError } from 'commander';
import { isOutOfMemory, SendplanError, type SendplanErrorCode } from '../errors.js';
import { addCommands, sendplanProgram } from './commands.js';
import { EXIT } from './exitCodes.js';
import { isTold, watchOutput, writeError, writeJson, writeOut } from './output.js';

const WRONG_USE: readonly SendplanErrorCode[] = [
  'bad_config',
  'bad_input',
  'bad_book',
  'not_a_database',
  'file_not_found',
];

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.wrongUse;
  if (!(error instanceof SendplanError)) return EXIT.failed;
  if (error.code === 'interrupted') return EXIT.interrupted;
  if (error.code === 'held_back') return EXIT.heldBack;
  return WRONG_USE.includes(error.code) ? EXIT.wrongUse : EXIT.failed;
}

const MEMORY_HINT = 'Allow the process more (ulimit -v, the limit of its container).';

const MISSING_HINT = 'Was it installed anew while it ran? Then start again; else install it once more.';

/** Tells whether a part of the program could not be loaded, which is done when it is needed first; threads have words of their own for it. */
function isFileMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

/** What went wrong as `--json` tells it: a code that is stable over releases, a sentence, and what to do about it. */
function errorRecord(error: unknown): { code: string; message: string; hint: string | null } {
  if (error instanceof SendplanError) return { code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    return { code: 'wrong_use', message: message.replace(/^error: /, ''), hint: '--help tells what is allowed.' };
  }
  if (isOutOfMemory(error)) return { code: 'out_of_memory', message, hint: MEMORY_HINT };
  if (isFileMissing(error)) return { code: 'unexpected', message, hint: MISSING_HINT };
  return { code: 'unexpected', message, hint: 'SENDPLAN_DEBUG=1 shows where.' };
}

/** Says what went wrong in sentences; only an error nobody foresaw comes with where it happened. */
function tell(error: unknown): void {
  if (error instanceof CommanderError || isTold(error)) return;
  if (error instanceof SendplanError) {
    writeError(`error: ${error.message}\n${error.hint === null ? '' : `  ${error.hint}\n`}`);
    return;
  }
  if (isOutOfMemory(error)) {
    writeError(`error: The system gave no more memory: ${(error as Error).message}.\n  ${MEMORY_HINT}\n`);
    return;
  }
  if (isFileMissing(error)) {
    writeError(`error: A file of sendplan itself is missing: ${(error as Error).message}.\n  ${MISSING_HINT}\n`);
    return;
  }
  const shown = error instanceof Error && process.env.SENDPLAN_DEBUG ? error.stack : String(error);
  writeError(`error: this should not have happened: ${shown}\n  SENDPLAN_DEBUG=1 shows where.\n`);
}

/** Makes the program's errors the caller's, for it and all its commands. */
function throwing(command: Command): Command {
  command.exitOverride().showHelpAfterError('(--help tells what is allowed)');
  command.configureOutput({ writeErr: writeError, writeOut });
  command.commands.forEach(throwing);
  return command;
}

/** The words of the command line without a `help` in front of what is no command, which is complained about as it is without. */
function withoutVainHelp(program: Command, words: readonly string[]): readonly string[] {
  const group = program.commands.find((command) => command.name() === words[0] && command.commands.length > 0);
  const place = group === undefined ? 0 : 1;
  const [help, name = 'help'] = words.slice(place);
  const names = (group ?? program).commands.map((command) => command.name());
  return help !== 'help' || name.startsWith('-') || ['help', ...names].includes(name)
    ? words
    : words.toSpliced(place, 1);
}

watchOutput();
try {
  const words = process.argv.slice(2);
  const program = sendplanProgram();
  await addCommands(program, words[0]);
  await throwing(program).parseAsync(withoutVainHelp(program, words), { from: 'user' });
} catch (error) {
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  if (process.argv.includes('--json') && !isHelp) writeJson({ error: errorRecord(error) }, 2);
  tell(error);
  process.exitCode = exitCodeOf(error);
}
