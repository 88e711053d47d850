import { Command, CommanderError, Option } from 'commander';
import { SHAPES } from '../src/generate/contacts.js';
import { drawComparison, readEarlier } from './scale/compareScales.js';
import { measureDatabase, measureSize, type SizeResult, WORKLOAD } from './scale/measureSize.js';
import { drawScale, fitGrowth } from './scale/scaleTables.js';
import { grouped, mebibytes, seconds } from './tools/format.js';
import { describeMachine, machineLine } from './tools/machine.js';
import { isoDay, repeatCount, sizeList } from './tools/options.js';
import { WorkFolder, writeJson } from './tools/workFolder.js';

interface LadderFlags {
  readonly sizes?: readonly number[];
  readonly nights?: number;
  readonly shape?: string;
  readonly db?: string;
  readonly asOf: string;
  readonly compare?: string;
  readonly runs: number;
  readonly again: boolean;
  readonly flush?: string;
  readonly driver?: string;
  readonly rivals: boolean;
  readonly json?: string;
  readonly chart?: string;
  readonly markdown: boolean;
  readonly keep: boolean;
  readonly tmp?: string;
}

/** A book of a first run, and one with history. */
const LADDER_SHAPES = [WORKLOAD.shape, 'realistic'] as const;

const EXAMPLES = `
Every size is generated in two shapes (${LADDER_SHAPES.join(' and ')}, unless told; seed ${WORKLOAD.seed}) and run (as of ${WORKLOAD.asOf}) by the program itself, each time in a
process of its own, in a temporary folder that is removed at the end. Tables go to stdout, progress to stderr.

Examples:
  $ npm run bench                                     the scale ladder
  $ npm run bench -- --sizes 10k,100k --runs 5        two sizes, the median of five runs
  $ npm run bench -- --shape realistic --sizes 750k   a book with history
  $ npm run bench -- --db book.sqlite3 --runs 3       a database of your own, which stays as it is
  $ npm run bench -- --json before.json               then change something, and
  $ npm run bench -- --compare before.json            see what that made of it
  $ npm run bench -- --markdown > ladder.md           tables for a document
  $ npm run bench -- --rivals --chart docs/rivals.svg against other ways to do the work
  $ npm run bench -- --nights 10 --sizes 100k         a first run, then ten nights with a day of sending before each
  $ npm run bench -- --nights 5 --rivals              the same nights by sendplan and by native SQLite
`;

const SIZES = { ladder: [1000, 10_000, 100_000, 750_000], nights: [100_000, 750_000] } as const;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The options that go on to `sendplan run`. */
function runOptionsOf({ flush, driver }: LadderFlags): string[] {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [`--${name}`, value]);
  return [...option('flush', flush), ...option('driver', driver)];
}

/** The shapes of the ladder's databases, that of the workload first. */
function shapesOf({ shape }: LadderFlags): readonly string[] {
  return shape === undefined ? LADDER_SHAPES : [shape];
}

async function climb(folder: WorkFolder, flags: LadderFlags): Promise<SizeResult[]> {
  const results: SizeResult[] = [];
  const { sizes = SIZES.ladder, runs, again, keep, asOf, db } = flags;
  const settings = { asOf, runs, again, keep, runOptions: runOptionsOf(flags) };
  if (db !== undefined) {
    return [await measureDatabase(folder, db, { ...settings, onStep: (step) => say(`${db}: ${step}`) })];
  }
  const rungs = sizes.flatMap((contacts) => shapesOf(flags).map((shape) => ({ contacts, shape })));
  for (const [i, { contacts, shape }] of rungs.entries()) {
    const sayStep = (step: string) =>
      say(`[${i + 1}/${rungs.length}] ${grouped(contacts)} contacts, ${shape}: ${step}`);
    const result = await measureSize(folder, contacts, shape, { ...settings, onStep: sayStep });
    const { run } = result;
    sayStep(`${grouped(run.report.rows.total)} rows in ${seconds(run.seconds)} s, ${mebibytes(run.peakBytes)} MiB`);
    results.push(result);
  }
  return results;
}

async function runLadder(flags: LadderFlags): Promise<void> {
  const folder = new WorkFolder(flags.keep, flags.tmp);
  const machine = describeMachine();
  const style = flags.markdown ? 'markdown' : 'text';
  const given = process.argv.slice(2).join(' ');
  const command = `npm run bench${given === '' ? '' : ` -- ${given}`}`;
  say(machineLine(machine));
  const told = { ...flags, runOptions: runOptionsOf(flags), style, machine, command, say } as const;
  // Loaded only here: the ladder itself needs none of the packages of rivals and senders.
  if (flags.nights !== undefined) {
    const nights = {
      ...told,
      nights: flags.nights,
      sizes: flags.sizes ?? SIZES.nights,
      shape: flags.shape ?? 'realistic',
    };
    if (flags.rivals) await (await import('./nights/runNightContest.js')).runNightContest(folder, nights);
    else await (await import('./nights/runNights.js')).runNights(folder, nights);
  } else if (flags.rivals) {
    const { runRivals } = await import('./rivals/runRivals.js');
    await runRivals(folder, { ...told, sizes: flags.sizes ?? SIZES.ladder });
  } else {
    const earlier = flags.compare === undefined ? null : readEarlier(flags.compare);
    const results = await climb(folder, flags);
    const tables = [
      drawScale(results, { runs: flags.runs, style }),
      ...(earlier === null ? [] : [`${drawComparison(results, earlier, style)}\n`]),
    ];
    process.stdout.write(`${tables.join('\n')}\n${machineLine(machine)}. Made by \`${command}\`.\n`);
    const path = writeJson(flags.json ?? new URL('../bench-results/ladder.json', import.meta.url).pathname, {
      workload:
        flags.db === undefined
          ? { shapes: shapesOf(flags), seed: WORKLOAD.seed, asOf: WORKLOAD.asOf }
          : { database: flags.db, asOf: flags.asOf },
      machine,
      measured_at: new Date().toISOString(),
      sizes: results,
      growth: fitGrowth(results.filter(({ shape }) => shape === results[0].shape)),
    });
    say(`Results as JSON: ${path}`);
  }
  if (flags.keep) say(`Databases kept in ${folder.path}`);
}

const program = new Command('npm run bench --')
  .description('Measures the whole program over a ladder of sizes, file in, file out.')
  .option(
    '--sizes <list>',
    'contacts of each rung, such as 1k,10k,750k,3m (default: 1k,10k,100k,750k, of nights 100k,750k)',
    sizeList,
  )
  .option('--runs <n>', 'runs of each size, of which the median counts', repeatCount, 1)
  .option('--again', 'also run a second time over the result, when nothing is to be changed', false)
  .option('--nights <n>', 'plan a book and then so many nights instead, with a day of sending before each', repeatCount)
  .addOption(
    new Option(
      '--shape <name>',
      `what books are like (default: ${LADDER_SHAPES.join(' and ')}, with --nights realistic)`,
    ).choices(SHAPES),
  )
  .option('--db <file>', 'run over copies of this database instead of generated ones')
  .option('--as-of <date>', 'the day to plan, with --db', isoDay, WORKLOAD.asOf)
  .option('--compare <file>', 'show the times beside those of an earlier --json')
  .option(
    '--rivals',
    'measure other ways to do the work on the same file instead; with --nights, to do its nights',
    false,
  )
  .addOption(new Option('--flush <way>', 'handed to sendplan run: how rows are written'))
  .addOption(new Option('--driver <name>', 'handed to sendplan run: what opens the database'))
  .option('--json <file>', 'where the results go as JSON (default: dist/bench-results/)')
  .option('--chart <file>', 'with --rivals, draw the times as SVG')
  .option('--markdown', 'print Markdown tables', false)
  .option('--keep', 'leave the databases in the temporary folder', false)
  .option('--tmp <folder>', 'where the temporary folder is made')
  .addHelpText('after', EXAMPLES)
  .exitOverride()
  .showHelpAfterError('(--help tells what is allowed)')
  .action(runLadder);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) say(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1;
}
