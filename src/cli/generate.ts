import { Command, InvalidArgumentError, Option } from 'commander';
import { formatIsoDay, parseIsoDay } from '../calendar/iso.js';
import { SHAPES, type Shape } from '../generate/contacts.js';
import { type GenerateReport, generateDatabase } from '../generate/generateDatabase.js';
import {
  DEFAULT_AS_OF_DAY,
  FIRST_AS_OF_DAY,
  LAST_AS_OF_DAY,
  MAXIMUM_CONTACTS,
  MAXIMUM_SEED,
} from '../generate/writeTables.js';
import { grouped } from '../report/text/prose.js';
import { shellQuote } from '../store/file/sidecars.js';
import { interruptible } from './interruptible.js';
import { wholeNumber } from './options.js';
import { writeError, writeJson } from './output.js';
import { terminalBar } from './progress.js';

interface GenerateFlags {
  readonly contacts: number;
  readonly seed: number;
  readonly shape: Shape;
  readonly asOf: number;
  readonly force?: true;
  readonly json?: true;
}

const EXAMPLES = `
Shapes:
  seed       the scale experiment: fifty states, two dates and an email address per contact, four campaigns
  realistic  what real books hold: policies from the first of the month, ZIP codes in all their forms, carriers,
             phone numbers, one broken field in 200 contacts, and the emails, clicks and answers of a year

The same options always give the same file, byte for byte.

Exit codes: 0 done, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan generate a.sqlite3 --contacts 20000
  $ npx sendplan generate book.sqlite3 --contacts 5000 --shape realistic --seed 7
  $ npx sendplan generate big.sqlite3 --contacts 750000 --force --json
`;

function asOfDay(text: string): number {
  const day = text.length === 10 ? parseIsoDay(text) : null;
  if (day !== null && day >= FIRST_AS_OF_DAY && day <= LAST_AS_OF_DAY) return day;
  const [first, last] = [formatIsoDay(FIRST_AS_OF_DAY), formatIsoDay(LAST_AS_OF_DAY)];
  throw new InvalidArgumentError(`Allowed is a date YYYY-MM-DD from ${first} to ${last}.`);
}

function summaryOf(report: GenerateReport): string {
  const tables = Object.entries(report.tables);
  const nameWidth = Math.max(...tables.map(([name]) => name.length));
  const countWidth = Math.max(...tables.map(([, count]) => grouped(count).length));
  const megabytes = (report.bytes / 1e6).toFixed(1);
  return [
    `Wrote ${report.path}: ${megabytes} MB in ${report.seconds.toFixed(2)} s, ${grouped(report.contactsPerSecond)} contacts/s.`,
    ...tables.map(([name, count]) => `  ${name.padEnd(nameWidth)}  ${grouped(count).padStart(countWidth)}`),
    `Next: npx sendplan run ${shellQuote(report.path)} --as-of ${report.asOf}`,
  ].join('\n');
}

async function generate(path: string, flags: GenerateFlags): Promise<void> {
  const bar = await terminalBar('generating [{bar}] {percentage}% | {value}/{total} contacts');
  bar?.start(flags.contacts, 0);
  let report: GenerateReport;
  try {
    report = await interruptible((signal) =>
      generateDatabase({
        path,
        contacts: flags.contacts,
        seed: flags.seed,
        shape: flags.shape,
        asOfDay: flags.asOf,
        force: flags.force === true,
        onProgress: (contactsDone) => bar?.update(contactsDone),
        signal,
      }),
    );
  } finally {
    bar?.stop();
  }
  if (flags.json) writeJson(report);
  else writeError(`${summaryOf(report)}\n`);
}

/**
 * The `generate` command: makes a database to try things on.
 *
 * Its action throws `SendplanError`; commander answers bad options.
 */
export function generateCommand(): Command {
  return new Command('generate')
    .argument('<out>', 'the SQLite file to write')
    .requiredOption('--contacts <n>', `how many contacts, 0 to ${MAXIMUM_CONTACTS}`, wholeNumber(0, MAXIMUM_CONTACTS))
    .option('--seed <s>', `which contacts, 0 to ${MAXIMUM_SEED}`, wholeNumber(0, MAXIMUM_SEED), 1)
    .addOption(new Option('--shape <shape>', 'what the data looks like').choices(SHAPES).default('seed'))
    .addOption(
      new Option('--as-of <date>', 'the day before which realistic history lies')
        .argParser(asOfDay)
        .default(DEFAULT_AS_OF_DAY, formatIsoDay(DEFAULT_AS_OF_DAY)),
    )
    .option('--force', 'replace the file if it exists')
    .option('--json', 'print one JSON report on stdout instead of a summary on stderr')
    .addHelpText('after', EXAMPLES)
    .action(generate);
}
