import { copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GenerateReport, RunReport } from '../../src/node.js';
import { runMeasured } from '../tools/measuredProcess.js';
import { medianItem } from '../tools/statistics.js';
import type { WorkFolder } from '../tools/workFolder.js';

/** The workload of the scale experiment. */
export const WORKLOAD = { shape: 'seed', seed: 1, asOf: '2025-06-13' } as const;

/** The program as its users start it. */
export const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** One run of the whole program over a database file. */
export interface MeasuredRun {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** What of it lies outside the stages: starting Node, loading the program, telling the result. */
  readonly startSeconds: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly peakBytes: number;
  readonly report: RunReport;
}

/** What was measured at one size. */
export interface SizeResult {
  readonly contacts: number;
  /** What the database is like, see `sendplan generate --shape`; null for one that was there. */
  readonly shape: string | null;
  /** Null for a database that was there. */
  readonly generation: { readonly seconds: number; readonly contactsPerSecond: number; readonly bytes: number } | null;
  /** The median run. */
  readonly run: MeasuredRun;
  readonly allSeconds: readonly number[];
  /** A second run over what the first one wrote, where it was asked for. */
  readonly again: MeasuredRun | null;
}

/** How sizes are measured. */
export interface SizeSettings {
  readonly asOf: string;
  readonly runs: number;
  readonly again: boolean;
  /** Whether the databases stay when the size is done. */
  readonly keep: boolean;
  /** More options for `sendplan run`. */
  readonly runOptions: readonly string[];
  /** Is told what is happening, in a few words. */
  readonly onStep: (text: string) => void;
}

/** Generates a database in a process of its own. */
export async function generateFile(
  folder: WorkFolder,
  path: string,
  contacts: number,
  shape: string = WORKLOAD.shape,
): Promise<GenerateReport> {
  const { seed, asOf } = WORKLOAD;
  const size = ['--contacts', String(contacts), '--seed', String(seed), '--shape', shape, '--as-of', asOf];
  const { output } = await runMeasured(folder, PROGRAM, ['generate', path, ...size, '--force', '--json']);
  return JSON.parse(output) as GenerateReport;
}

/** Runs the program over a database in a process of its own. */
export async function runProgram(
  folder: WorkFolder,
  path: string,
  { options, asOf = WORKLOAD.asOf }: { readonly options: readonly string[]; readonly asOf?: string },
): Promise<MeasuredRun> {
  const parameters = ['run', path, '--as-of', asOf, '--json', ...options];
  const { output, seconds, peakBytes } = await runMeasured(folder, PROGRAM, parameters);
  const report = JSON.parse(output) as RunReport;
  const stages = Object.fromEntries(report.stages.map((timing) => [timing.stage, timing.seconds]));
  return { seconds, startSeconds: seconds - report.seconds, stages, peakBytes, report };
}

/** Runs over fresh copies of a file, and once more over the last one where that is asked for. */
async function measureRuns(
  folder: WorkFolder,
  source: string,
  settings: SizeSettings,
): Promise<Pick<SizeResult, 'run' | 'allSeconds' | 'again'>> {
  const { runs: runCount, runOptions: options, asOf, onStep } = settings;
  const target = folder.file('run.sqlite3');
  const runs: MeasuredRun[] = [];
  for (let i = 1; i <= runCount; i++) {
    onStep(runCount === 1 ? 'running' : `run ${i} of ${runCount}`);
    copyFileSync(source, target);
    runs.push(await runProgram(folder, target, { options, asOf }));
  }
  let again: MeasuredRun | null = null;
  if (settings.again) {
    onStep('running again, with nothing to change');
    again = await runProgram(folder, target, { options, asOf });
  }
  if (!settings.keep) rmSync(target);
  return { run: medianItem(runs, (item) => item.seconds), allSeconds: runs.map((run) => run.seconds), again };
}

/** Measures generating and running one size; every run starts from a fresh copy of the generated file. */
export async function measureSize(
  folder: WorkFolder,
  contacts: number,
  shape: string,
  settings: SizeSettings,
): Promise<SizeResult> {
  const source = folder.file(`${contacts}.sqlite3`);
  settings.onStep('generating');
  const { seconds, contactsPerSecond, bytes } = await generateFile(folder, source, contacts, shape);
  const measured = await measureRuns(folder, source, settings);
  if (!settings.keep) rmSync(source);
  return { contacts, shape, generation: { seconds, contactsPerSecond, bytes }, ...measured };
}

/** Measures runs over copies of a database of the user's own, which stays as it is. */
export async function measureDatabase(folder: WorkFolder, path: string, settings: SizeSettings): Promise<SizeResult> {
  const measured = await measureRuns(folder, path, settings);
  return { contacts: measured.run.report.contacts.rows, shape: null, generation: null, ...measured };
}
