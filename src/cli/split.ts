import { Command } from 'commander';
import { grouped } from '../report/text/prose.js';
import { splitBook } from '../run/parts/splitBook.js';
import { interruptible } from './interruptible.js';
import { wholeNumber } from './options.js';
import { writeError, writeJson } from './output.js';
import { progressLine } from './progress.js';

interface SplitFlags {
  readonly parts: number;
  readonly out: string;
  readonly json?: true;
}

const EXAMPLES = `
Each part is a database of its own, with the contacts of one range of ids and what belongs to them, and all of the other tables:
campaigns, suppressions. book.json tells which part has which ids. The database itself stays as it is. Whoever unsubscribes
people, or changes campaigns, does so in every part. The optional package libsql is needed.

Exit codes: 0 done, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan split big.sqlite3 --parts 8 --out book      eight parts with as many contacts each
  $ npx sendplan run book --as-of 2025-06-13                 plans them as one book
  $ npx sendplan join book --out big-again.sqlite3           one file again
`;

async function split(path: string, flags: SplitFlags): Promise<void> {
  const line = await progressLine();
  const book = await interruptible((signal) =>
    splitBook(path, {
      parts: flags.parts,
      out: flags.out,
      signal,
      onProgress: (done, total) => line.update('split', done, total),
    }),
  ).finally(() => line.stop());
  if (flags.json) {
    writeJson(
      {
        folder: book.folder,
        parts: book.parts.map(({ file, firstId, endId }) => ({ file, first_id: firstId, end_id: endId })),
      },
      2,
    );
    return;
  }
  writeError(`Made ${book.folder} with ${grouped(book.parts.length)} parts; ${path} is as it was.\n`);
}

/** The `split` command: makes a book in parts. Its action throws `SendplanError`; commander answers bad options. */
export function splitCommand(): Command {
  return new Command('split')
    .argument('<db>', 'the SQLite file with the contacts')
    .requiredOption('--parts <n>', 'how many parts', wholeNumber(1, 10_000))
    .requiredOption('--out <folder>', 'the folder that is made')
    .option('--json', 'print the parts as JSON on stdout')
    .addHelpText('after', EXAMPLES)
    .action(split);
}
