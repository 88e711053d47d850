import {
  addDays,
  groupRange,
  placeRange,
  type RangeBalance,
  type RangeGroups,
  sumCounts,
} from '../../balance/ranges.js';
import { SendplanError } from '../../errors.js';
import type { Plan } from '../../plan/plan.js';
import { countWithdrawnEmails } from '../../plan/withdrawnEmails.js';
import { Capacity } from '../../rules/capacity.js';
import { type Config, resolveConfig } from '../../rules/config.js';
import { dailyLimits } from '../../rules/limits.js';
import { settingsText } from '../../store/write/lastRun.js';
import { findGuards, GUARDS, requirePassed } from '../guards.js';
import { MemorySampler } from '../memorySampler.js';
import { runRange } from '../runFile.js';
import type { RunFileOptions } from '../runFileOptions.js';
import type { RunReport } from '../runReport.js';
import { resolveToday } from '../today.js';
import { type BookJournal, dropJournal, findJournal, keepJournal, stampOf } from './journal.js';
import { type Book, type Part, readBook } from './manifest.js';
import { type BookReport, sumReadings, sumReports } from './partsReport.js';
import { balanceParts, type CountedPart, countPart, digestOfGroups, groupPart, type PartSettings } from './rounds.js';

/** The round that a book is in. */
export type BookRound = 'count' | 'group' | 'write';

/** How a book in parts is planned: as a file is, but for where the result goes. */
export interface RunPartsOptions
  extends Pick<
    RunFileOptions,
    'asOf' | 'config' | 'dryRun' | 'driver' | 'flush' | 'force' | 'threads' | 'batchSize' | 'signal'
  > {
  /** Is told, in each of the three rounds, how many parts are done. */
  readonly onRound?: (round: BookRound, partsDone: number, partsTotal: number) => void;
}

/** How often the rounds are made again when parts are changed by others meanwhile. */
const MOST_ATTEMPTS = 5;

/** Tells that a part is not as it was when it handed its groups in. */
class PartChanged extends Error {}

/** What a run of a book works by. */
interface BookRun {
  readonly book: Book;
  readonly settings: PartSettings;
  readonly options: RunPartsOptions;
}

function requireAlike(book: Book, counted: readonly CountedPart[]): void {
  const other = counted.findIndex(({ shared }) => shared !== counted[0].shared);
  if (other < 0) return;
  const [first, strange] = [book.parts[0].file, book.parts[other].file];
  throw new SendplanError('bad_book', `The campaigns of ${strange} are others than those of ${first}.`, {
    hint: 'Every part has all campaigns: change them in all parts alike.',
  });
}

/** Judges the guards over the whole book (docs/rules.md, guards). @throws SendplanError `held_back` */
async function passGuards(run: BookRun, counted: readonly CountedPart[], journal: BookJournal): Promise<void> {
  const { config, today } = run.settings;
  const withdrawn = { found: 0, withdrawn: 0 };
  if (config.guards.removed !== null) {
    for (const part of run.book.parts) {
      await writePart(run, part, journal, {
        dryRun: true,
        onPlan: (plan, staysAsIs) => {
          const own = countWithdrawnEmails(plan, staysAsIs);
          withdrawn.found += own.found;
          withdrawn.withdrawn += own.withdrawn;
        },
      });
    }
  }
  const days = counted.flatMap(({ lastDay }) => (lastDay === null ? [] : [lastDay]));
  const findings = findGuards({
    guards: config.guards,
    reading: sumReadings(counted.map(({ reading }) => reading)),
    withdrawn,
    today,
    lastDay: days.length === 0 ? null : Math.max(...days),
    isOtherConfig: counted.some((part) => part.isOtherConfig),
  });
  requirePassed(findings, run.options.force ?? []);
}

/** The rounds before writing: counts all parts, groups them, and balances the groups. */
async function prepare(
  run: BookRun,
): Promise<{ readonly journal: BookJournal; readonly counted: readonly CountedPart[] }> {
  const { book, settings, options } = run;
  const { parts } = book;
  const counted: CountedPart[] = [];
  for (const part of parts) {
    counted.push(await countPart(part, settings));
    options.onRound?.('count', counted.length, parts.length);
  }
  requireAlike(book, counted);
  const all = sumCounts(counted.map(({ counts }) => counts));
  const groups: RangeGroups[] = [];
  const stamps: string[] = [];
  for (const [i, part] of parts.entries()) {
    stamps.push(stampOf(part));
    groups.push(await groupPart(part, settings, counted[i].counts, all));
    options.onRound?.('group', groups.length, parts.length);
  }
  const placements = balanceParts(all, groups, settings);
  const journal = {
    settings: settingsText(settings.config, settings.today, 'range'),
    all,
    parts: parts.map(({ file }, i) => {
      return {
        file,
        counts: counted[i].counts,
        digest: digestOfGroups(groups[i]),
        grouped: stamps[i],
        placements: placements[i],
        written: null,
      };
    }),
  };
  return { journal, counted };
}

/** What a written part adds to the book. */
interface WrittenPart {
  readonly report: RunReport;
  readonly balance: RangeBalance;
}

/** The third round for one part: plans it again, gives its groups their days, and writes it. @throws PartChanged */
async function writePart(
  { settings, options }: BookRun,
  part: Part,
  { all, parts }: BookJournal,
  { dryRun, onPlan }: { readonly dryRun: boolean; readonly onPlan?: (plan: Plan, staysAsIs: Uint8Array) => void },
): Promise<WrittenPart> {
  const own = parts.find(({ file }) => file === part.file);
  if (own === undefined) throw new PartChanged();
  const found: { balance?: RangeBalance } = {};
  const range = {
    contactRows: all.contactRows,
    balance(plan: Plan) {
      const grouped = groupRange(plan, own.counts, all);
      if (digestOfGroups(grouped) !== own.digest) throw new PartChanged();
      found.balance = placeRange(grouped, own.placements);
      return found.balance.balance;
    },
  };
  const { driver, flush, threads, batchSize, signal } = options;
  const report = await runRange(
    part.path,
    {
      ...{ driver, flush, threads, batchSize, signal, dryRun },
      asOf: settings.today,
      config: options.config,
      force: GUARDS,
      onDiffed: ({ plan, diff }) => onPlan?.(plan, diff.staysAsIs),
    },
    range,
  );
  if (found.balance === undefined) throw new PartChanged();
  return { report, balance: found.balance };
}

/** Looks at parts that were written to since they handed their groups in, before any is written. @throws PartChanged */
async function requireAsGrouped({ book, settings }: BookRun, { all, parts }: BookJournal): Promise<void> {
  for (const [i, part] of book.parts.entries()) {
    const { counts, digest, grouped } = parts[i];
    if (stampOf(part) === grouped) continue;
    if (digestOfGroups(await groupPart(part, settings, counts, all)) !== digest) throw new PartChanged();
  }
}

/** Writes the parts that are not written yet. @throws PartChanged when one is not as it was */
async function writeAll(run: BookRun, start: BookJournal): Promise<Map<string, WrittenPart>> {
  const { book, options } = run;
  const dryRun = options.dryRun === true;
  const written = new Map<string, WrittenPart>();
  let journal = start;
  for (const [i, part] of book.parts.entries()) {
    const before = journal.parts[i].written;
    if (before !== null && before !== stampOf(part)) throw new PartChanged();
    if (before === null) {
      written.set(part.file, await writePart(run, part, journal, { dryRun }));
      const parts = journal.parts.map((one, place) => (place === i ? { ...one, written: stampOf(part) } : one));
      journal = { ...journal, parts };
      if (!dryRun) await keepJournal(book.folder, journal);
    }
    options.onRound?.('write', i + 1, book.parts.length);
  }
  return written;
}

function reportBook(
  { settings }: BookRun,
  { all }: BookJournal,
  written: ReadonlyMap<string, WrittenPart>,
): Omit<BookReport, 'seconds' | 'memory'> {
  const parts = [...written];
  const sum = (daysOf: (part: WrittenPart) => Int32Array) =>
    parts.reduce((days: Int32Array, [, part]) => addDays(days, daysOf(part)), new Int32Array(0));
  const planned = sum(({ balance }) => {
    const days = new Int32Array(balance.capped.length);
    for (const { day, planned: count } of balance.balance.days) days[day - settings.today] = count;
    return days;
  });
  const capped = sum(({ balance }) => Int32Array.from(balance.capped));
  const capacity = new Capacity(settings.config, dailyLimits(settings.config, all.contactRows));
  const days = { today: settings.today, capacity, planned, capped, history: all.history };
  return sumReports(
    parts.map(([file, { report }]) => ({ file, report })),
    days,
  );
}

/** One go through the rounds. @throws PartChanged when a part is changed by others meanwhile */
async function runRounds(run: BookRun): Promise<Omit<BookReport, 'seconds' | 'memory'>> {
  const { folder } = run.book;
  const { journal, counted } = await prepare(run);
  if (run.options.dryRun === true) return reportBook(run, journal, await writeAll(run, journal));
  await passGuards(run, counted, journal);
  await requireAsGrouped(run, journal);
  await keepJournal(folder, journal);
  const written = await writeAll(run, journal);
  dropJournal(folder);
  return reportBook(run, journal, written);
}

/** Ends a run of the same settings that was cut off between two parts, if there is one. */
async function endEarlierRun(run: BookRun): Promise<void> {
  const { book, settings, options } = run;
  const journal = findJournal(book.folder, settingsText(settings.config, settings.today, 'range'));
  if (journal === null || options.dryRun === true) return;
  await writeAll(run, journal);
  dropJournal(book.folder);
}

/**
 * Plans a book in parts as one book (Rules 1 to 11): counts all parts, groups their candidates, gives the groups their days, and
 * writes part by part, each all or nothing. The rows are those of a run over one file with all contacts.
 *
 * A part that changes between the rounds has them made again; after a run that was cut off the next one of the same settings ends
 * it first, and then finds nothing more to change.
 *
 * @throws SendplanError `bad_book` when the folder is no book in parts, `held_back` when a guard holds the run back: nothing is
 *   written then; `file_changed` when parts keep changing
 * @throws SendplanError as `runFile` does; parts that come after the failing one are then as they were
 */
export async function runParts(folder: string, options: RunPartsOptions = {}): Promise<BookReport> {
  const startMs = performance.now();
  const sampler = new MemorySampler();
  try {
    const book = readBook(folder);
    const config: Config = resolveConfig(options.config);
    const today = resolveToday(options.asOf, config, 'asOf');
    const run = { book, options, settings: { config, today, driver: options.driver ?? 'sqljs' } };
    for (let attempt = 1; ; attempt++) {
      try {
        await endEarlierRun(run);
        const report = await runRounds(run);
        return { ...report, seconds: (performance.now() - startMs) / 1000, memory: sampler.peaks() };
      } catch (error) {
        if (!(error instanceof PartChanged)) throw error;
        dropJournal(folder);
        if (attempt === MOST_ATTEMPTS) throw stillChanging(folder);
      }
    }
  } finally {
    sampler.stop();
  }
}

function stillChanging(folder: string): SendplanError {
  return new SendplanError(
    'file_changed',
    `Other programs kept changing the parts of ${folder} while they were planned.`,
    {
      hint: 'The parts that are written are sound. Start again when the others have finished.',
    },
  );
}
