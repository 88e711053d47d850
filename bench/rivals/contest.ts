import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateFile, runProgram } from '../scale/measureSize.js';
import { ProcessFailure, runMeasured } from '../tools/measuredProcess.js';
import { medianItem } from '../tools/statistics.js';
import type { WorkFolder } from '../tools/workFolder.js';
import type { Rival, StageSeconds } from './rival.js';
import type { RowsFound } from './step.js';
import { SUBSET_CONFIG } from './subset.js';

const STEP = fileURLToPath(new URL('./step.js', import.meta.url));

/** Who takes part: a rival's data, or sendplan with options. */
export interface Contestant extends Pick<Rival, 'key' | 'name' | 'largest'> {
  /** The options of `sendplan run`; null for a rival. */
  readonly options: readonly string[] | null;
  /** Whether it does the whole rulebook with campaigns instead of the subset. */
  readonly isWhole: boolean;
  /** Whether it is left out when the program does not know its options. */
  readonly isOptional: boolean;
}

/** One job from the start of its process to its end. */
interface Job {
  readonly seconds: number;
  readonly stages: StageSeconds;
  readonly peakBytes: number;
}

/** How a contestant did at one size. */
export interface ContestResult extends Job {
  readonly key: string;
  readonly name: string;
  readonly contacts: number;
  readonly isWhole: boolean;
  readonly allSeconds: readonly number[];
  readonly found: RowsFound;
  /** Whether the rows are those of the others; null where they are not meant to be. */
  readonly isSame: boolean | null;
}

/** How the contest is held. */
export interface ContestSettings {
  readonly runs: number;
  readonly keep: boolean;
  /** More options for `sendplan run`. */
  readonly runOptions: readonly string[];
  readonly say: (text: string) => void;
}

/** Asks for the rivals without loading their packages. */
async function listRivals(folder: WorkFolder): Promise<Pick<Rival, 'key' | 'name' | 'largest'>[]> {
  return JSON.parse((await runMeasured(folder, STEP, ['list'])).output);
}

/** Everybody, sendplan first. */
export async function contestants(folder: WorkFolder, runOptions: readonly string[]): Promise<Contestant[]> {
  const config = folder.file('subset.json');
  writeFileSync(config, JSON.stringify(SUBSET_CONFIG));
  const subset = ['--config', config];
  const ours = { largest: null, isWhole: false, isOptional: false };
  const flushBy = (way: string) => ({
    ...{ ...ours, key: way, name: `sendplan --flush ${way}`, isOptional: true },
    options: [...subset, ...runOptions, '--flush', way],
  });
  const rivals = await listRivals(folder);
  return [
    { ...ours, key: 'sendplan', name: 'sendplan', options: [...subset, ...runOptions] },
    flushBy('pages'),
    flushBy('sql'),
    {
      ...{ ...ours, key: 'whole', name: 'sendplan, whole rulebook with campaigns', isWhole: true },
      options: runOptions,
    },
    ...rivals.map((rival) => ({ ...ours, ...rival, options: null })),
  ];
}

async function doJob(folder: WorkFolder, contestant: Contestant, path: string): Promise<Job> {
  if (contestant.options !== null) return runProgram(folder, path, { options: contestant.options });
  const { output, seconds, peakBytes } = await runMeasured(folder, STEP, [contestant.key, path]);
  return { seconds, stages: JSON.parse(output) as StageSeconds, peakBytes };
}

async function findRows(folder: WorkFolder, path: string): Promise<RowsFound> {
  return JSON.parse((await runMeasured(folder, STEP, ['findRows', path])).output) as RowsFound;
}

/** Lets everybody who takes on this size do the same work on copies of the same file. */
export async function holdContest(
  folder: WorkFolder,
  contacts: number,
  everybody: readonly Contestant[],
  settings: ContestSettings,
): Promise<ContestResult[]> {
  const { runs, keep, say } = settings;
  const whole = folder.file(`${contacts}-whole.sqlite3`);
  const subset = folder.file(`${contacts}-subset.sqlite3`);
  const work = folder.file(`${contacts}-work.sqlite3`);
  say('generating');
  await generateFile(folder, whole, contacts);
  await runMeasured(folder, STEP, ['migrate', whole]);
  copyFileSync(whole, subset);
  await runMeasured(folder, STEP, ['dropCampaigns', subset]);

  const entries = everybody
    .filter(({ largest }) => largest === null || contacts <= largest)
    .map((contestant) => ({ contestant, jobs: [] as Job[], found: null as RowsFound | null }));
  const leftOut = new Set<string>();
  // Round by round, so that a machine that turns slow turns slow for all.
  for (let round = 1; round <= runs; round++) {
    for (const entry of entries) {
      const { key, name, isWhole, isOptional } = entry.contestant;
      if (leftOut.has(key)) continue;
      say(runs === 1 ? name : `${name}, run ${round} of ${runs}`);
      copyFileSync(isWhole ? whole : subset, work);
      try {
        entry.jobs.push(await doJob(folder, entry.contestant, work));
      } catch (error) {
        const isUnknownOption = error instanceof ProcessFailure && error.exitCode === 2;
        if (!isUnknownOption || !isOptional) throw error;
        say(`${name}: left out, this version has no such option`);
        leftOut.add(key);
        continue;
      }
      entry.found ??= await findRows(folder, work);
    }
  }
  for (const path of [work, ...(keep ? [] : [whole, subset])]) rmSync(path, { force: true });

  const results: ContestResult[] = [];
  for (const { contestant, jobs, found } of entries) {
    if (found === null) continue;
    const { key, name, isWhole } = contestant;
    const { seconds, stages, peakBytes } = medianItem(jobs, (job) => job.seconds);
    const first = results.find((result) => !result.isWhole);
    const isSame = isWhole ? null : first === undefined || first.found.checksum === found.checksum;
    const allSeconds = jobs.map((job) => job.seconds);
    results.push({ key, name, contacts, isWhole, seconds, stages, peakBytes, allSeconds, found, isSame });
  }
  return results;
}
