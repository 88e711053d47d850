import { Command, InvalidArgumentError } from 'commander';
import type { WorkEvent } from '../fleet/fleetWorker.js';
import { type WorkReport, workOnFleet } from '../fleet/workOnFleet.js';
import { counted, grouped } from '../report/text/prose.js';
import { byteSize } from './byteSize.js';
import { type FleetFlags, fleetOf, withFleetOptions } from './fleetOptions.js';
import { interruptible } from './interruptible.js';
import { driverOption, wholeNumber } from './options.js';
import { writeError, writeJson } from './output.js';

interface WorkFlags extends FleetFlags {
  readonly concurrency: number;
  readonly until?: Date;
  readonly memoryLimit?: number;
  readonly driver: 'sqljs' | 'native';
  readonly grace: number;
  readonly lock: number;
  readonly drain?: true;
  readonly metricsPort?: number;
  readonly metricsHost?: string;
  readonly quiet?: true;
}

const EXAMPLES = `
Each book is planned in a process of its own, which asks the book first: one that is planned for the day and configuration is left
alone. What fails for the moment (a book in use, a disk that is full, a process that died) is tried five times, later and later; what
another attempt would only meet again fails at once. A worker that falls silent, or is killed, has its books taken over by others.
SIGTERM and Ctrl-C end a worker: it takes no more books, lets those that have begun go on for --grace seconds, and hands back the rest.

With the driver native a book is written in place under SQLite's lock, whoever else works on it. sqljs puts a new file in the place of
the old one: senders have to open the file anew, it needs as much room again beside the book, and two workers on one book both plan it,
of whom one gives up.

Exit codes: 0 ended, 1 books failed (with --drain or --until), or it failed, 2 wrong use.

Examples:
  $ npx sendplan fleet work --concurrency 2
  $ npx sendplan fleet work --concurrency 4 --memory-limit 6GB --until 06:00
  $ npx sendplan fleet work --drain --json                 end when nothing is left; a JSON object for each book, a report last
  $ npx sendplan fleet work --metrics-port 9464            figures for Prometheus at http://127.0.0.1:9464/metrics
`;

/** How long connections may take to close. */
const LEAVE_MS = 1000;

/** Reads a time of day, as the next moment that it is so late on this machine. @throws InvalidArgumentError */
function timeOfDay(text: string): Date {
  const [, hour, minute] = /^([01]?[0-9]|2[0-3]):([0-5][0-9])$/.exec(text) ?? [];
  if (hour === undefined) throw new InvalidArgumentError('Allowed is a time of day HH:MM, such as 06:00.');
  const until = new Date();
  until.setHours(Number(hour), Number(minute), 0, 0);
  if (until.getTime() <= Date.now()) until.setDate(until.getDate() + 1);
  return until;
}

function eventText(event: WorkEvent): string {
  if (event.kind === 'trouble') return `warning: ${event.message}`;
  if (event.kind === 'enqueued') {
    const { books, added } = event.report;
    return `By schedule: found ${counted(books, 'book')}, enqueued ${grouped(added)}.`;
  }
  const { path, day } = event.job;
  if (event.kind === 'handed_back') return `handed back: ${path}`;
  if (event.kind === 'round') {
    const { round, file } = event.job;
    return `${path}: ${round} of ${file}, ${event.seconds.toFixed(2)} s.`;
  }
  if (event.kind === 'failed') {
    const end = event.isTriedAgain ? ' It is tried again.' : '';
    return `${event.isTriedAgain ? 'warning' : 'failed'}: ${path}: ${event.code}: ${event.message}${end}`;
  }
  const { outcome, contacts, rows, seconds } = event.result;
  if (outcome === 'already_planned') return `${path}: is planned for ${day} already.`;
  if (outcome === 'later_run') return `${path}: was planned for a day after ${day}; left alone.`;
  const changes =
    outcome === 'unchanged' ? 'nothing to change' : counted(rows.added + rows.changed + rows.removed, 'row');
  return `${path}: ${counted(contacts, 'contact')}, ${changes}, ${seconds.toFixed(2)} s.`;
}

/** Texts that a person who watches quietly wants: what went wrong. */
function isTrouble(event: WorkEvent): boolean {
  return event.kind === 'failed' || event.kind === 'trouble';
}

function reportText(report: WorkReport): string {
  return `Books: ${grouped(report.changed)} changed, ${grouped(report.unchanged)} with nothing to change, ${grouped(report.already_planned)} planned already, ${grouped(report.later_run)} with a later run, ${grouped(report.failed)} failed, ${grouped(report.handed_back)} handed back; ${counted(report.contacts, 'contact')}, ${counted(report.rows, 'row')}.\n`;
}

async function work(flags: WorkFlags): Promise<void> {
  let wasSignalled = false;
  const report = await interruptible((signal) => {
    signal.addEventListener('abort', () => {
      wasSignalled = true;
    });
    const { metricsPort: port, metricsHost: host } = flags;
    return workOnFleet({
      ...fleetOf(flags),
      concurrency: flags.concurrency,
      until: flags.until,
      memoryLimitBytes: flags.memoryLimit,
      driver: flags.driver,
      graceMs: flags.grace * 1000,
      lockMs: flags.lock * 1000,
      endsWhenDrained: flags.drain,
      metrics: port === undefined ? undefined : { port, host },
      signal,
      onEvent: (event) => {
        if (flags.json) writeJson({ time: new Date().toISOString(), ...event });
        else if (!flags.quiet || isTrouble(event)) writeError(`${eventText(event)}\n`);
      },
    });
  });
  if (flags.json) writeJson({ time: new Date().toISOString(), kind: 'report', report });
  else if (!flags.quiet) writeError(reportText(report));
  if (report.failed > 0 && !wasSignalled) process.exitCode = 1;
  // Connections that wait for a Redis that is away do not keep the process.
  setTimeout(() => process.exit(), LEAVE_MS).unref();
}

/** The `fleet work` command: plans what is enqueued. Its action throws `SendplanError`; commander answers bad options. */
export function fleetWorkCommand(): Command {
  const command = new Command('work')
    .description('plan the books that are enqueued, until a signal or the end of the window')
    .option('--concurrency <n>', 'how many books at once', wholeNumber(1, 1000), 1)
    .option(
      '--until <time>',
      'when the window closes, HH:MM on this machine: what has not begun by then fails as window_closed, and the worker ends',
      timeOfDay,
    )
    .option(
      '--memory-limit <size>',
      'the memory that the books planned at once may take together, such as 2GB, by estimates; one that takes more alone fails',
      byteSize,
    )
    .addOption(
      driverOption("native: in place under SQLite's own locks; sqljs: a new file takes the old one's place").default(
        'native',
      ),
    )
    .option('--grace <seconds>', 'how long begun books may go on after a signal', wholeNumber(0, 86_400), 30)
    .option(
      '--lock <seconds>',
      'after how long a silence the books of a worker are taken over',
      wholeNumber(1, 3600),
      30,
    )
    .option('--drain', 'end when nothing is left to do');
  return withFleetOptions(command)
    .option('--metrics-port <port>', 'tell Prometheus how it goes, by HTTP', wholeNumber(0, 65_535))
    .option('--metrics-host <address>', 'where that is listened for (default: 127.0.0.1)')
    .option('--quiet', 'tell only what goes wrong')
    .option('--json', 'print a JSON object a line for each book, and the report last')
    .addHelpText('after', EXAMPLES)
    .action(work);
}
