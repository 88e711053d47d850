import { Command } from 'commander';
import { joinBook } from '../run/parts/joinBook.js';
import { interruptible } from './interruptible.js';
import { writeError } from './output.js';
import { progressLine } from './progress.js';

interface JoinFlags {
  readonly out: string;
}

const EXAMPLES = `
The parts stay as they are. Where rows of two parts have the same id, one of them gets another; contacts keep theirs. The
optional package libsql is needed.

Exit codes: 0 done, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan join book --out one.sqlite3      one database of a folder that split has made
`;

async function join(folder: string, flags: JoinFlags): Promise<void> {
  const line = await progressLine();
  const path = await interruptible((signal) =>
    joinBook(folder, { out: flags.out, signal, onProgress: (done, total) => line.update('join', done, total) }),
  ).finally(() => line.stop());
  writeError(`Made ${path}; the parts are as they were.\n`);
}

/** The `join` command: makes one database of a book in parts. Its action throws `SendplanError`; commander answers bad options. */
export function joinCommand(): Command {
  return new Command('join')
    .argument('<folder>', 'the folder with the parts')
    .requiredOption('--out <file>', 'the database that is made')
    .addHelpText('after', EXAMPLES)
    .action(join);
}
