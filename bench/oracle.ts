import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { formatIsoDay, parseIsoDay } from '../src/calendar/iso.js';
import { STATES } from '../src/rules/states.js';
import { drawing } from './tools/drawing.js';
import { grouped } from './tools/format.js';
import { describeMachine, machineLine } from './tools/machine.js';
import { repeatCount } from './tools/options.js';
import { WorkFolder } from './tools/workFolder.js';

interface Flags {
  readonly organizations: number;
  readonly runs: number;
  readonly seed: number;
  readonly atLeast: number;
}

const MAIN = new URL('../cli/main.js', import.meta.url).pathname;
const PROCESSOR_TIME = new URL('./tools/processorTime.js', import.meta.url).href;

/** What a scheduler of single emails does not know is switched off, as in examples/wrong_scheduler.py. */
const CONFIG = {
  frequency: { max_emails_per_period: 0 },
  load_balancing: { daily_send_percentage_cap: 1, catch_up_spread_days: 1 },
};
const [FIRST_DAY, END_DAY] = ['2023-01-01', '2029-01-01'].map((text) => parseIsoDay(text) ?? 0);
const [FIRST_BIRTH, END_BIRTH] = ['1935-01-01', '1965-01-01'].map((text) => parseIsoDay(text) ?? 0);
const [FIRST_POLICY, END_POLICY] = ['2010-01-01', '2023-01-01'].map((text) => parseIsoDay(text) ?? 0);

/** Random organizations of 2 to 5 contacts, a line of JSON each; the same ones for a seed. */
function organizationLines({ organizations, seed }: Flags): string {
  const draw = drawing(seed);
  const below = (end: number) => Math.floor(draw() * end);
  const day = (first: number, end: number) => formatIsoDay(first + below(end - first));
  const contact = (_: unknown, i: number) => ({
    ...{ id: i + 1, email: `c${i + 1}@example.com`, state: STATES[below(STATES.length)] },
    birth_date: day(FIRST_BIRTH, END_BIRTH),
    effective_date: draw() < 0.3 ? null : day(FIRST_POLICY, END_POLICY),
  });
  const line = () => {
    const contacts = Array.from({ length: 2 + below(4) }, contact);
    return `${JSON.stringify({ as_of: day(FIRST_DAY, END_DAY), config: CONFIG, contacts })}\n`;
  };
  return Array.from({ length: organizations }, line).join('');
}

/** What a run of the command took, from the start of its process to its end. */
interface Took {
  readonly seconds: number;
  /** Of all its threads together. */
  readonly processorSeconds: number;
}

/** Has the command answer a file of lines. */
async function answerFile(folder: WorkFolder, path: string, answers: string): Promise<Took> {
  const output = openSync(answers, 'w');
  const startMs = performance.now();
  const child = spawn(process.execPath, ['--import', PROCESSOR_TIME, MAIN, 'oracle', '--jsonl', path], {
    stdio: ['ignore', output, 'inherit', 'pipe'],
  });
  folder.watch(child);
  const [processorText, code] = await Promise.all([
    text(child.stdio[3] as Readable),
    new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve)),
  ]);
  closeSync(output);
  if (code !== 0) throw new Error(`sendplan oracle --jsonl ended with ${code}`);
  return { seconds: (performance.now() - startMs) / 1000, processorSeconds: Number(processorText) };
}

async function measure(flags: Flags): Promise<void> {
  const folder = new WorkFolder(false);
  const path = folder.file('organizations.jsonl');
  const answers = folder.file('answers.jsonl');
  writeFileSync(path, organizationLines(flags));
  const runs: Took[] = [];
  for (let i = 0; i < flags.runs; i++) {
    runs.push(await answerFile(folder, path, answers));
    const lines = readFileSync(answers, 'utf8').split('\n').length - 1;
    if (lines !== flags.organizations) throw new Error(`${lines} answers to ${flags.organizations} organizations`);
  }
  folder.remove();
  const seconds = runs.map((run) => run.seconds);
  const processorSeconds = Math.min(...runs.map((run) => run.processorSeconds));
  const pace = flags.organizations / Math.min(...seconds);
  console.log(`${grouped(flags.organizations)} organizations of 2 to 5 contacts, seed ${flags.seed}`);
  console.log(`seconds of each run: ${seconds.map((value) => value.toFixed(2)).join(', ')}`);
  console.log(`${grouped(pace)} organizations a second in the fastest, its start included`);
  console.log(
    `${grouped(flags.organizations / processorSeconds)} a second of processor time, ${processorSeconds.toFixed(2)} s in the thriftiest`,
  );
  const [load] = loadavg();
  console.log(`${machineLine(describeMachine())}, load ${load.toFixed(1)} in the end`);
  if (pace >= flags.atLeast) return;
  console.error(`That is less than ${grouped(flags.atLeast)}.`);
  process.exitCode = 1;
}

/** Reads a whole number from 1 on. */
function wholeNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed is a whole number from 1 to 999999999.');
}

const program = new Command('npm run bench:oracle --')
  .description('Times `sendplan oracle --jsonl` over small organizations.')
  .option('--organizations <n>', 'how many', wholeNumber, 20_000)
  .option('--runs <n>', 'how often; the fastest counts', repeatCount, 5)
  .option('--seed <n>', 'which random organizations', wholeNumber, 1)
  .option('--at-least <n>', 'organizations a second; fewer are an error', wholeNumber, 1)
  .exitOverride()
  .showHelpAfterError('(--help tells what is allowed)')
  .action(measure);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
