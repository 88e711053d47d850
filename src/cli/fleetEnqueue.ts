import { Command } from 'commander';
import { type EnqueueReport, enqueueBooks } from '../fleet/enqueueBooks.js';
import { counted, grouped } from '../report/text/prose.js';
import { type FleetFlags, fleetOf, withFleetOptions } from './fleetOptions.js';
import { dateText, driverOption } from './options.js';
import { writeError, writeJson } from './output.js';

interface EnqueueFlags extends FleetFlags {
  readonly asOf?: string;
  readonly driver: 'sqljs' | 'native';
}

const EXAMPLES = `
A book is a SQLite file with a table contacts, or a folder of parts (sendplan split). Folders are searched to their depths; names that
begin with a dot, and files that run --keep keeps, are passed over. Its configuration is sendplan.yaml beside it, else that of its
last run. There is one job for a book and day, so that enqueueing again is harmless; books that are planned for the day and
configuration already get none. The largest come first.

Exit codes: 0 done, 1 no book was found, or it failed, 2 wrong use.

Examples:
  $ npx sendplan fleet enqueue /srv/books
  $ npx sendplan fleet enqueue /srv/books /srv/more/a.sqlite3 --as-of 2025-06-13
  $ npx sendplan fleet enqueue /srv/books --redis redis://10.0.0.7:6379 --json | jq .added
`;

function reportText(report: EnqueueReport): string {
  const lines = [
    `Found ${counted(report.books, 'book')} with about ${counted(report.contacts, 'contact')}, ${grouped(Math.ceil(report.bytes / 1e6))} MB: ${grouped(report.added)} enqueued, ${grouped(report.there_already)} in the queue already, ${grouped(report.already_planned)} planned already, ${grouped(report.later_run)} with a later run.`,
  ];
  if (report.failed_before > 0) {
    const what = counted(report.failed_before, 'book');
    lines.push(`${what} failed before; sendplan fleet retry has them tried again.`);
  }
  for (const { path, code, message } of report.problems) {
    lines.push(`warning: enqueued though it could not be looked into: ${path}: ${code}: ${message}`);
  }
  for (const { path, code, reason } of report.skipped) lines.push(`Passed over: ${path}: ${code}: ${reason}`);
  return `${lines.join('\n')}\n`;
}

async function enqueue(roots: readonly string[], flags: EnqueueFlags): Promise<void> {
  const report = await enqueueBooks(roots, { ...fleetOf(flags), asOf: flags.asOf, driver: flags.driver });
  if (flags.json) writeJson(report, 2);
  else writeError(reportText(report));
  if (report.books === 0) process.exitCode = 1;
}

/** The `fleet enqueue` command: looks for books and enqueues them. Its action throws `SendplanError`; commander answers bad options. */
export function fleetEnqueueCommand(): Command {
  const command = new Command('enqueue')
    .description('look for books and enqueue a job for each that is due')
    .argument('<roots...>', 'databases, folders of parts, and folders to look for them in')
    .option(
      '--as-of <date>',
      "the day to plan from, YYYY-MM-DD (default: today in the time zone of each book's configuration)",
      dateText,
    )
    .addOption(driverOption("how books are looked into: native under SQLite's locks, sqljs without").default('native'));
  return withFleetOptions(command)
    .option('--json', 'print one JSON report on stdout')
    .addHelpText('after', EXAMPLES)
    .action(enqueue);
}
