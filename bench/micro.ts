import { setImmediate as nextTurn } from 'node:timers/promises';
import cliProgress from 'cli-progress';
import { Command, CommanderError } from 'commander';
import { Bench } from 'tinybench';
import { makeForms } from './kernel/forms.js';
import { loadOrganizations } from './kernel/organizations.js';
import { makeSteps } from './kernel/steps.js';
import type { MicroTask } from './kernel/task.js';
import { grouped, times } from './tools/format.js';
import { describeMachine, machineLine } from './tools/machine.js';
import { oneSize, repeatCount } from './tools/options.js';
import { drawNote, drawTable, type TableStyle } from './tools/table.js';
import { WorkFolder, writeJson } from './tools/workFolder.js';

interface MicroFlags {
  readonly contacts: number;
  readonly milliseconds: number;
  readonly json?: string;
  readonly markdown: boolean;
}

/** What a task took, in nanoseconds per unit. */
interface MicroResult {
  readonly name: string;
  readonly unit: MicroTask['unit'];
  readonly median: number;
  /** The median distance from the median. */
  readonly deviation: number;
  readonly fastest: number;
  readonly calls: number;
}

const NS_PER_MS = 1e6;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Times a task with a bench of its own, so that none runs in the heat of another. */
async function time(task: MicroTask, milliseconds: number): Promise<MicroResult> {
  const bench = new Bench({ time: milliseconds, iterations: 10, warmupTime: 250, warmupIterations: 3, throws: true });
  bench.add(task.name, task.run, task.before === undefined ? undefined : { beforeEach: task.before });
  await bench.run();
  const { result } = bench.tasks[0];
  if (result.state !== 'completed') throw new Error(`"${task.name}" was not measured: ${result.state}`);
  const { p50, mad, min, samplesCount } = result.latency;
  const per = (value: number) => (value * NS_PER_MS) / task.units;
  return {
    name: task.name,
    unit: task.unit,
    median: per(p50),
    deviation: per(mad),
    fastest: per(min),
    calls: samplesCount,
  };
}

async function timeAll(tasks: readonly MicroTask[], milliseconds: number): Promise<MicroResult[]> {
  const bar = process.stderr.isTTY
    ? new cliProgress.SingleBar({
        format: '[{bar}] {value}/{total} {task}',
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
      })
    : null;
  bar?.start(tasks.length, 0, { task: '' });
  const results: MicroResult[] = [];
  for (const task of tasks) {
    if (bar === null) say(task.name);
    else bar.update(results.length, { task: task.name });
    results.push(await time(task, milliseconds));
    // Lets signals in.
    await nextTurn();
  }
  bar?.stop();
  return results;
}

function nanoseconds(value: number): string {
  return value >= 100 ? grouped(value) : value.toFixed(value >= 10 ? 1 : 2);
}

function drawResults(results: readonly MicroResult[], compared: MicroResult | null, style: TableStyle): string {
  const rows = results.map((result) => [
    result.name,
    nanoseconds(result.median),
    `± ${nanoseconds(result.deviation)}`,
    nanoseconds(result.fastest),
    ...(compared === null ? [result.unit] : [times(result.median / compared.median)]),
  ]);
  const last = compared === null ? 'per' : 'of the kernel';
  return drawTable({ head: ['', 'ns, median', 'deviation', 'fastest', last], rows }, style);
}

async function runMicro(flags: MicroFlags): Promise<void> {
  const folder = new WorkFolder(false);
  const machine = describeMachine();
  const style = flags.markdown ? 'markdown' : 'text';
  say(machineLine(machine));
  const loaded = await loadOrganizations(folder, flags.contacts);
  const forms = await makeForms(loaded.anniversaries);
  say(`All forms agree on ${grouped(forms.emails)} emails (checksum ${forms.checksum.toString(16)}).`);
  const formResults = await timeAll(forms.tasks, flags.milliseconds);
  const stepResults = await timeAll(await makeSteps(loaded), flags.milliseconds);
  loaded.close();
  const kernel = formResults.find(({ name }) => name.startsWith('kernel')) ?? formResults[0];
  const title = (text: string) => (style === 'markdown' ? `**${text}**\n\n` : `${text}\n`);
  const count = grouped(flags.contacts);
  const parts = [
    `${title(`The three anniversary kinds over ${count} contacts, ns per contact`)}${drawResults(formResults, kernel, style)}`,
    `All forms gave the same ${grouped(forms.emails)} emails before they were timed: event, ideal day, start day, exclusion.`,
    `${title('Steps of a run')}${drawResults(stepResults, null, style)}`,
    `${machineLine(machine)}. Made by \`npm run bench:micro${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}\`.`,
  ];
  process.stdout.write(`${parts.map((part) => drawNote(part, style).trim()).join('\n\n')}\n`);
  const path = writeJson(flags.json ?? new URL('../bench-results/micro.json', import.meta.url).pathname, {
    contacts: flags.contacts,
    machine,
    measured_at: new Date().toISOString(),
    emails: forms.emails,
    checksum: forms.checksum,
    nanoseconds: { forms: formResults, steps: stepResults },
  });
  say(`Results as JSON: ${path}`);
}

const program = new Command('npm run bench:micro --')
  .description('Times the kernel, the plain TypeScript forms of the same work and the steps of a run, in nanoseconds.')
  .option('--contacts <n>', 'how many contacts, such as 100k or 750k', oneSize, 100_000)
  .option('--milliseconds <n>', 'how long each is timed, at least ten calls', repeatCount, 999)
  .option('--json <file>', 'where the results go as JSON (default: dist/bench-results/micro.json)')
  .option('--markdown', 'print Markdown tables', false)
  .exitOverride()
  .showHelpAfterError('(--help tells what is allowed)')
  .action(runMicro);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) say(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1;
}
