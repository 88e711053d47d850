#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { isOutOfMemory, SendplanError, type SendplanErrorCode } from '../errors.js';
import { VERSION } from '../version.js';
import { isTold, writeError, writeJson, writeOut } from './output.js';

/** The exit codes: what was asked for was wrong, or asked for rightly and failed. */
const EXIT = { failed: 1, wrongUse: 2, heldBack: 3, interrupted: 130 } as const;

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

/** What went wrong as `--json` tells it: a code that is stable over releases, a sentence, and what to do about it. */
function errorRecord(error: unknown): { code: string; message: string; hint: string | null } {
  if (error instanceof SendplanError) return { code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    return { code: 'wrong_use', message: message.replace(/^error: /, ''), hint: '--help tells what is allowed.' };
  }
  if (isOutOfMemory(error)) return { code: 'out_of_memory', message, hint: MEMORY_HINT };
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

/** A command as the help of the program lists it, and how to get it. */
interface Listed {
  readonly usage: string;
  readonly description: string;
  load(): Promise<Command>;
}

/** The commands in the order of the help, each loaded only when it is needed: together they take longer than a short run. */
const COMMANDS: Readonly<Record<string, Listed>> = {
  run: {
    usage: 'run [options] <db>',
    description: 'plan which email every contact gets on which day, and write it into the database',
    load: async () => (await import('./run.js')).runCommand(),
  },
  split: {
    usage: 'split [options] <db>',
    description: 'make a folder of parts of a database, to be planned as one book',
    load: async () => (await import('./split.js')).splitCommand(),
  },
  join: {
    usage: 'join [options] <folder>',
    description: 'make one database of the parts of a book',
    load: async () => (await import('./join.js')).joinCommand(),
  },
  diff: {
    usage: 'diff [options] <db>',
    description: 'tell what a run would add, change and remove, and write nothing',
    load: async () => (await import('./diff.js')).diffCommand(),
  },
  check: {
    usage: 'check [options] <db>',
    description: 'tell whether a database is planned for the day, what of it is read, and what would hold a run back',
    load: async () => (await import('./check.js')).checkCommand(),
  },
  verify: {
    usage: 'verify [options] <db>',
    description: 'audit the planned emails of a database against the rules, whoever planned them',
    load: async () => (await import('./verify.js')).verifyCommand(),
  },
  explain: {
    usage: 'explain [options] [db]',
    description: 'tell why a contact gets the emails it gets, on these days, and no others',
    load: async () => (await import('./explain.js')).explainCommand(),
  },
  report: {
    usage: 'report [options] <db>',
    description: 'tell in tables and charts what is planned in a database, whoever planned it',
    load: async () => (await import('./report.js')).reportCommand(),
  },
  simulate: {
    usage: 'simulate [options] <db>',
    description: 'run every day of a period, send what is due, and account for every email',
    load: async () => (await import('./simulate.js')).simulateCommand(),
  },
  undo: {
    usage: 'undo [options] <db>',
    description: 'put the database back to what it was before the last run that kept it (run --keep)',
    load: async () => (await import('./undo.js')).undoCommand(),
  },
  history: {
    usage: 'history [options] <db>',
    description: 'list the runs of a database: when, as of which day, what they changed, and what failed',
    load: async () => (await import('./history.js')).historyCommand(),
  },
  fleet: {
    usage: 'fleet',
    description: 'plan the books of many organizations every night, by a queue and workers on one machine or many',
    load: async () => (await import('./fleet.js')).fleetCommand(),
  },
  generate: {
    usage: 'generate [options] <out>',
    description: 'make a database of generated contacts and campaigns to try things on',
    load: async () => (await import('./generate.js')).generateCommand(),
  },
  config: {
    usage: 'config [options]',
    description: 'print the schema or the defaults of a configuration, or tell what is wrong with one',
    load: async () => (await import('./config.js')).configCommand(),
  },
  oracle: {
    usage: 'oracle [options] [file]',
    description: 'answer which rows an organization must get, and why: the reference model for tests in any language',
    load: async () => (await import('./oracle.js')).oracleCommand(),
  },
};

/** The command that a library adds: it asks all the others. */
const COMPLETION = {
  usage: 'completion <shell>',
  description: 'print what makes a shell complete commands and options: zsh, bash, fish or powershell',
} as const;

/** The first words after which the commands are told, or not even that, and none is run. */
const NO_COMMAND: readonly (string | undefined)[] = [undefined, '-h', '--help', '-v', '-V', '--version'];

/** Adds the command that is asked for by the first word, or all of them where that names none. */
async function addCommands(program: Command, word: string | undefined): Promise<void> {
  const isKnown = word !== undefined && Object.hasOwn(COMMANDS, word);
  const isCompletion = word === 'completion' || word === 'complete';
  if (NO_COMMAND.includes(word)) {
    for (const { usage, description } of Object.values(COMMANDS)) {
      program.addCommand(new Command(usage).description(description));
    }
  } else {
    for (const { description, load } of isKnown ? [COMMANDS[word]] : Object.values(COMMANDS)) {
      program.addCommand((await load()).description(description));
    }
  }
  if (isCompletion) {
    (await import('./completion.js')).addCompletion(program);
  } else if (!isKnown) program.addCommand(new Command(COMPLETION.usage).description(COMPLETION.description));
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

const program = new Command('sendplan')
  .description(
    'Plans, for every contact of an insurance marketer, which email goes out on which day, and which must not because a state forbids it.',
  )
  .version(VERSION, '-v, --version')
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 the run failed or verify or check found something, 2 wrong use, 3 held back by a guard, 130 interrupted.

Examples:
  $ npx sendplan generate a.sqlite3 --contacts 20000     a database to try things on
  $ npx sendplan run a.sqlite3 --as-of 2025-06-13        plan it
  $ npx sendplan run --help                              what a run can be told
  $ sendplan completion bash > /etc/bash_completion.d/sendplan
`,
  );

// A closed pipe (`sendplan run ... --json | head`) ends the output, not the program with a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  const words = process.argv.slice(2);
  await addCommands(program, words[0]);
  await throwing(program).parseAsync(withoutVainHelp(program, words), { from: 'user' });
} catch (error) {
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  if (process.argv.includes('--json') && !isHelp) writeJson({ error: errorRecord(error) }, 2);
  tell(error);
  process.exitCode = exitCodeOf(error);
}
