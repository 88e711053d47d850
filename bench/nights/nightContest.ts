import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatIsoDay, parseIsoDay } from '../../src/index.js';
import type { RowsFound } from '../rivals/step.js';
import { SUBSET_CONFIG } from '../rivals/subset.js';
import { generateFile, runProgram, WORKLOAD } from '../scale/measureSize.js';
import { runMeasured } from '../tools/measuredProcess.js';
import type { WorkFolder } from '../tools/workFolder.js';
import { measureCopy } from './measureCopy.js';

const STEP = fileURLToPath(new URL('../rivals/step.js', import.meta.url));
const NIGHT_STEP = fileURLToPath(new URL('./nightStep.js', import.meta.url));

/** Who does a night, in the order of the table. */
export const CONTESTANTS = {
  sqljs: 'sendplan, a new file',
  native: 'sendplan --driver native, in place',
  upsert: 'native SQLite, only the changed rows, told which',
  replace: 'native SQLite, all rows anew by one SELECT',
} as const;

/** The key of a contestant. */
export type ContestantKey = keyof typeof CONTESTANTS;

/** One night as everybody did it. */
export interface ContestedNight {
  readonly asOf: string;
  /** The rows that sendplan deleted, and those that it wrote. */
  readonly changes: { readonly gone: number; readonly written: number };
  readonly copySeconds: number;
  readonly seconds: Readonly<Record<ContestantKey, number>>;
  readonly found: RowsFound;
  /** Whether everybody left the same rows. */
  readonly isSame: boolean;
}

/** The nights of one size. */
export interface NightContest {
  readonly contacts: number;
  readonly nights: readonly ContestedNight[];
}

/** How the contest is held. */
export interface NightContestSettings {
  readonly nights: number;
  readonly keep: boolean;
  readonly onStep: (text: string) => void;
}

/** Does a night on copies of a file, which becomes that of sendplan. */
class Contest {
  readonly #folder: WorkFolder;
  readonly #options: readonly string[];
  readonly path: string;

  constructor(folder: WorkFolder, contacts: number) {
    const config = folder.file('subset.json');
    writeFileSync(config, JSON.stringify(SUBSET_CONFIG));
    this.#folder = folder;
    this.#options = ['--config', config];
    this.path = folder.file(`${contacts}-contest.sqlite3`);
  }

  async #step<Answer>(script: string, ...words: readonly string[]): Promise<{ answer: Answer; seconds: number }> {
    const { output, seconds } = await runMeasured(this.#folder, script, words);
    return { answer: (output === '' ? null : JSON.parse(output)) as Answer, seconds };
  }

  async begin(contacts: number): Promise<void> {
    await generateFile(this.#folder, this.path, contacts);
    await this.#step(STEP, 'dropCampaigns', this.path);
    await runProgram(this.#folder, this.path, { options: this.#options });
  }

  async night(number: number): Promise<ContestedNight> {
    const { path } = this;
    const asOf = formatIsoDay((parseIsoDay(WORKLOAD.asOf) ?? 0) + number);
    await this.#step(NIGHT_STEP, 'editPeople', path, String(number));
    const work = (key: string) => `${path}.${key}`;
    for (const key of Object.keys(CONTESTANTS)) copyFileSync(path, work(key));
    const copySeconds = measureCopy(path);
    const ours = async (key: ContestantKey, driver: string) => {
      const run = await runProgram(this.#folder, work(key), { asOf, options: [...this.#options, '--driver', driver] });
      return run.seconds;
    };
    const sqljs = await ours('sqljs', 'sqljs');
    const native = await ours('native', 'native');
    const changed = work('changes');
    const changes = await this.#step<ContestedNight['changes']>(
      NIGHT_STEP,
      'findChanges',
      path,
      work('sqljs'),
      changed,
    );
    const upsert = await this.#step(NIGHT_STEP, 'upsert', work('upsert'), changed);
    const replace = await this.#step(NIGHT_STEP, 'replace', work('replace'), asOf);
    const found: RowsFound[] = [];
    for (const key of Object.keys(CONTESTANTS)) {
      found.push((await this.#step<RowsFound>(STEP, 'findRows', work(key))).answer);
    }
    copyFileSync(work('sqljs'), path);
    for (const key of [...Object.keys(CONTESTANTS), 'changes']) rmSync(work(key));
    const seconds = { sqljs, native, upsert: upsert.seconds, replace: replace.seconds };
    const isSame = found.every(({ rows, checksum }) => rows === found[0].rows && checksum === found[0].checksum);
    return { asOf, changes: changes.answer, copySeconds, seconds, found: found[0], isSame };
  }
}

/** Lets everybody do the same nights over a book of the subset of rules: nothing is sent, some contacts are edited and some are new. */
export async function holdNightContest(
  folder: WorkFolder,
  contacts: number,
  { nights, keep, onStep }: NightContestSettings,
): Promise<NightContest> {
  const contest = new Contest(folder, contacts);
  onStep('generating and planning');
  await contest.begin(contacts);
  const done: ContestedNight[] = [];
  for (let number = 1; number <= nights; number++) {
    onStep(`night ${number} of ${nights}`);
    done.push(await contest.night(number));
  }
  if (!keep) rmSync(contest.path);
  return { contacts, nights: done };
}
