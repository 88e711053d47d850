import { Command, InvalidArgumentError, Option } from 'commander';
import { SendplanError } from '../errors.js';
import { type ConfigOrigin, chooseConfig, originText } from '../run/config/chooseConfig.js';
import { GUARDS, type GuardName } from '../run/guards.js';
import { isFolder } from '../run/parts/isFolder.js';
import { runFile } from '../run/runFile.js';
import type { RunReport } from '../run/runReport.js';
import type { RunProgress } from '../run/stopwatch.js';
import type { PlannedRun } from '../store/changes/diffSchedules.js';
import { byteSize } from './byteSize.js';
import { driverOption, planningOptions, wholeNumber } from './options.js';
import { writeError, writeJson } from './output.js';
import { type RowsFlags, type RowsTarget, rowsOptions, rowsTarget, writeRows } from './rowsOutput.js';
import { type WatchFlags, watchOptions, watchRun } from './runWatch.js';

interface RunFlags extends RowsFlags, WatchFlags {
  readonly asOf?: string;
  readonly config?: string;
  readonly out?: string;
  readonly force?: readonly (GuardName | typeof OVERWRITE)[];
  readonly dryRun?: true;
  readonly full?: true;
  readonly batchSize?: number;
  readonly threads?: number;
  readonly keep?: number;
  readonly timings?: true;
  readonly memoryLimit?: number;
  readonly driver: 'sqljs' | 'native';
  readonly flush: 'auto' | 'sql' | 'pages';
}

const EXAMPLES = `
The database needs a table contacts with the columns id and email; all else is read when it is there. The planned emails go
into its table email_schedules, problems with contacts into scheduler_contact_issues, the run into scheduler_checkpoints.
The file is replaced in one step when everything is written, and left alone when nothing changed. A file that is byte for byte
as a run of the same day and configuration left it is not even planned. A run that fails leaves a row in scheduler_checkpoints
where the file can be written (sendplan history), and with --json its error on stdout.

Exit codes: 0 done, 1 it failed, 2 wrong use, 3 held back by a guard, 130 interrupted.

Examples:
  $ npx sendplan run a.sqlite3 --as-of 2025-06-13         plan the database as of a day
  $ npx sendplan run a.sqlite3 --dry-run                  only tell what would change
  $ npx sendplan run a.sqlite3 --dry-run --output plan.parquet   the planned rows as a file
  $ npx sendplan run a.sqlite3 --config rules.yaml --out planned.sqlite3
  $ npx sendplan run a.sqlite3 --keep 3                   so that the last three runs can be undone
  $ npx sendplan run a.sqlite3 --timings                  with what every SQL statement cost
  $ npx sendplan run a.sqlite3 --quiet --metrics /var/lib/node_exporter/sendplan.prom   as a cron job
  $ npx sendplan run a.sqlite3 --log json                 stage by stage on stderr, for programs
  $ npx sendplan run book --as-of 2025-06-13              a folder of parts (sendplan split), as one book
  $ npx sendplan run a.sqlite3 --json | jq .rows          one report for programs, on stdout
`;

/** `--force` without a guard. */
const OVERWRITE = 'out';

function forced(
  text: string,
  earlier: readonly (GuardName | typeof OVERWRITE)[] = [],
): readonly (GuardName | typeof OVERWRITE)[] {
  const guard = [...GUARDS, OVERWRITE].find((name) => name === text) as GuardName | typeof OVERWRITE | undefined;
  if (guard !== undefined) return [...earlier, guard];
  throw new InvalidArgumentError(`Allowed are ${GUARDS.join(', ')}, or nothing, to let --out replace a file.`);
}

/** Refuses a file of rows where the rows are in the database. */
function requireDryRun(flags: RunFlags, target: RowsTarget | null): void {
  if (target === null || flags.dryRun === true) return;
  throw new SendplanError('bad_input', 'The rows of a run are in the database; --format gives those of a --dry-run.', {
    hint: 'Add --dry-run, or leave out --format and --output (--out names another database).',
  });
}

/** The options that are for files alone, by the names they have on the command line. */
function fileOptions(flags: RunFlags): Readonly<Record<string, unknown>> {
  return {
    '--out': flags.out,
    '--output': flags.output,
    '--format': flags.format,
    '--keep': flags.keep,
    '--timings': flags.timings,
    '--memory-limit': flags.memoryLimit,
    '--log': flags.log,
    '--metrics': flags.metrics,
  };
}

async function run(path: string, flags: RunFlags): Promise<void> {
  if (isFolder(path)) {
    const { runBook } = await import('./runBook.js');
    const force = (flags.force ?? []).filter((name) => name !== OVERWRITE);
    return runBook(path, { ...flags, force, others: fileOptions(flags) });
  }
  const target = rowsTarget(flags);
  requireDryRun(flags, target);
  const planned: PlannedRun[] = [];
  const watch = await watchRun(path, flags);
  const isQuiet = flags.quiet === true || watch.isLogged;
  // What was written has to be told, even where the program is installed anew meanwhile and its files are others.
  const summaryOf = flags.json || isQuiet ? null : await loadSummary();
  const interruption = new AbortController();
  let isListening = false;
  const onProgress: RunProgress = (stage, done, total) => {
    // Until the result is being written an interrupted process leaves nothing behind, and may end at once.
    if (stage === 'save' && !isListening) {
      isListening = true;
      process.once('SIGINT', () => interruption.abort()).once('SIGTERM', () => interruption.abort());
    }
    watch.onProgress(stage, done, total);
  };
  let origin: ConfigOrigin = { from: 'defaults', path: null };
  const report = await watch.watch(
    async () => {
      const chosen = await chooseConfig(path, flags);
      origin = chosen.origin;
      return runFile(path, {
        asOf: flags.asOf,
        config: chosen.config,
        outPath: flags.out,
        overwrite: flags.force?.includes(OVERWRITE),
        force: flags.force?.filter((name) => name !== OVERWRITE),
        dryRun: flags.dryRun,
        full: flags.full,
        batchSize: flags.batchSize,
        threads: flags.threads,
        keep: flags.keep,
        timings: flags.timings,
        memoryLimitBytes: flags.memoryLimit,
        driver: flags.driver,
        flush: flags.flush,
        recordFailure: true,
        onProgress,
        onStage: watch.onStage,
        onDiffed: target === null ? undefined : (one) => planned.push(one),
        signal: interruption.signal,
      });
    },
    () => origin,
  );
  for (const { plan, refused } of planned) {
    if (target === null) break;
    const { encodeRows } = await import('../export/encodeRows.js');
    const { planRows } = await import('../export/planRows.js');
    await writeRows(target, (format) => encodeRows(planRows(plan, refused), format), { isQuiet });
  }
  if (flags.json) writeJson({ ...report, configuration: origin }, 2);
  else if (summaryOf !== null) writeError(originText(origin) + summaryOf(report));
}

async function loadSummary(): Promise<(report: RunReport) => string> {
  const { summarizeResources, summarizeRun, summarizeStatements } = await import('../report/runSummary.js');
  return (report) => {
    if (report.statements === undefined) return summarizeRun(report);
    return summarizeRun(report) + summarizeResources(report) + summarizeStatements(report.statements);
  };
}

/** The `run` command: plans a database. Its action throws `SendplanError`; commander answers bad options. */
export function runCommand(): Command {
  const command = new Command('run').argument(
    '<db>',
    'the SQLite file with the contacts, or the folder of a book in parts',
  );
  for (const option of planningOptions()) command.addOption(option);
  for (const option of rowsOptions('the planned rows of a --dry-run')) command.addOption(option);
  for (const option of watchOptions()) command.addOption(option);
  return command
    .option('--out <file>', 'write the result to another file and leave the database as it is')
    .addOption(
      new Option(
        '--force [guard]',
        `go on where this guard holds the run back (${GUARDS.join(', ')}; can be given more than once); alone, let --out replace a file`,
      )
        .preset(OVERWRITE)
        .argParser(forced),
    )
    .option('--dry-run', 'work everything out and write nothing')
    .option('--full', 'plan also when the file is, to the byte, as a run of the same day and configuration left it')
    .option('--json', 'print one JSON report on stdout instead of a summary on stderr')
    .option(
      '--keep <n>',
      'keep what is needed to undo the last n runs (sendplan undo): the files as they were beside the database; with --driver native the changed rows, in the table scheduler_changes',
      wholeNumber(1, 1000),
    )
    .option(
      '--batch-size <n>',
      'contacts planned at a time, between two steps of progress; with --driver native also the contacts of a transaction, where more change',
      wholeNumber(1, 10_000_000),
    )
    .option(
      '--threads <n>',
      'the most threads that read and write large tables, and from three on plan large books (default: the cores there are)',
      wholeNumber(1, 1024),
    )
    .option(
      '--memory-limit <size>',
      'fail before anything is done when the run would need more memory, such as 800MB, 2GB or 1.5GiB (default: no limit)',
      byteSize,
    )
    .option('--timings', 'tell the peaks of memory, what was read and written, and what every SQL statement cost')
    .addOption(
      driverOption(
        "sqljs: a new file is written and replaces the old one; native: in place under SQLite's locks, with the optional package libsql",
      ),
    )
    .addOption(
      new Option('--flush <way>', 'how rows are written: by SQL statements, as whole pages, or by what is faster')
        .choices(['auto', 'sql', 'pages'])
        .default('auto'),
    )
    .addHelpText('after', EXAMPLES)
    .action(run);
}
