import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { VERSION } from '../version.js';
import { EXIT_TEXT } from './exitCodes.js';

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

/** Adds to the program the command that its first word asks for, or all of them where that names none. */
export async function addCommands(program: Command, word: string | undefined): Promise<void> {
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
  if (word === 'man') program.addCommand((await import('./manPage.js')).manCommand(), { hidden: true });
  if (isCompletion) {
    (await import('./completion.js')).addCompletion(program);
  } else if (!isKnown) program.addCommand(new Command(COMPLETION.usage).description(COMPLETION.description));
}

/** Where the documentation is: at the address that package.json has, else in the package itself. */
function documentation(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return homepage ?? `${join(root, 'README.md')} and ${join(root, 'docs')}`;
}

/** The program without its commands. */
export function sendplanProgram(): Command {
  return new Command('sendplan')
    .description(
      'Plans, for every contact of an insurance marketer, which email goes out on which day, and which must not because a state forbids it.',
    )
    .version(VERSION, '-v, --version')
    .addHelpText(
      'after',
      () => `
Exit codes: ${EXIT_TEXT}

Examples:
  $ npx sendplan generate a.sqlite3 --contacts 20000     a database to try things on
  $ npx sendplan run a.sqlite3 --as-of 2025-06-13        plan it
  $ npx sendplan run --help                              what a run can be told
  $ sendplan completion bash > /etc/bash_completion.d/sendplan
  $ man sendplan                                         all of it, where npm has installed it for everybody

Documentation: ${documentation()}
`,
    );
}
