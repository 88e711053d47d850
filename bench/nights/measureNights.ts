import { rmSync, statSync } from 'node:fs';
import { type DiffReport, formatIsoDay, parseIsoDay } from '../../src/index.js';
import { generateFile, type MeasuredRun, PROGRAM, runProgram, WORKLOAD } from '../scale/measureSize.js';
import { runMeasured } from '../tools/measuredProcess.js';
import type { WorkFolder } from '../tools/workFolder.js';
import { measureCopy } from './measureCopy.js';
import { type Day, passDay } from './sender.js';

/** One night: the day before it, what its run changes and why, and what that took. */
export interface Night {
  readonly number: number;
  readonly asOf: string;
  readonly day: Day;
  readonly run: MeasuredRun;
  /** What `sendplan diff` says of the night, without rows. */
  readonly diff: Omit<DiffReport, 'by_type' | 'by_day' | 'rows'>;
  readonly fileBytes: number;
  /** To copy the file as the night finds it and have the copy on the disk. */
  readonly copySeconds: number;
}

/** The first run and the nights of one size. */
export interface NightsResult {
  readonly contacts: number;
  readonly shape: string;
  readonly first: MeasuredRun;
  readonly nights: readonly Night[];
}

/** How nights are measured. */
export interface NightsSettings {
  readonly nights: number;
  readonly shape: string;
  readonly keep: boolean;
  /** More options for `sendplan run`. */
  readonly runOptions: readonly string[];
  /** Is told what is happening, in a few words. */
  readonly onStep: (text: string) => void;
}

/** @throws Error when the night is not what its diff foretold */
function requireForetold({ run, diff }: Pick<Night, 'run' | 'diff'>): void {
  const { added, changed, removed } = run.report.changes;
  const isSame = added === diff.added && changed === diff.changed && removed === diff.removed;
  if (!isSame)
    throw new Error(`the run changed ${JSON.stringify(run.report.changes)}, its diff said ${JSON.stringify(diff)}`);
}

async function measureNight(
  folder: WorkFolder,
  path: string,
  number: number,
  settings: NightsSettings,
): Promise<Night> {
  const firstDay = parseIsoDay(WORKLOAD.asOf)!;
  const asOf = formatIsoDay(firstDay + number);
  const day = passDay(path, formatIsoDay(firstDay + number - 1), number);
  const { output } = await runMeasured(folder, PROGRAM, ['diff', path, '--as-of', asOf, '--json']);
  const { by_type: _types, by_day: _days, rows: _rows, ...diff } = JSON.parse(output) as DiffReport;
  const fileBytes = statSync(path).size;
  const copySeconds = measureCopy(path);
  const run = await runProgram(folder, path, { asOf, options: settings.runOptions });
  requireForetold({ run, diff });
  return { number, asOf, day, run, diff, fileBytes, copySeconds };
}

/** Generates a book, plans it, and plans it again night after night, with a day of sending and edits before each. */
export async function measureNights(
  folder: WorkFolder,
  contacts: number,
  settings: NightsSettings,
): Promise<NightsResult> {
  const path = folder.file(`${contacts}-nights.sqlite3`);
  settings.onStep('generating');
  await generateFile(folder, path, contacts, settings.shape);
  settings.onStep('first run');
  const first = await runProgram(folder, path, { asOf: WORKLOAD.asOf, options: settings.runOptions });
  const nights: Night[] = [];
  for (let number = 1; number <= settings.nights; number++) {
    settings.onStep(`night ${number} of ${settings.nights}`);
    nights.push(await measureNight(folder, path, number, settings));
  }
  if (!settings.keep) rmSync(path);
  return { contacts, shape: settings.shape, first, nights };
}
