import { addDays, type RangeGroups, sumCounts } from '../../balance/ranges.js';
import { SendplanError } from '../../errors.js';
import { Capacity } from '../../rules/capacity.js';
import { type Config, resolveConfig } from '../../rules/config.js';
import { dailyLimits } from '../../rules/limits.js';
import { settingsText } from '../../store/write/lastRun.js';
import { MemorySampler } from '../memorySampler.js';
import type { RunFileOptions } from '../runFileOptions.js';
import { resolveToday } from '../today.js';
import { type BookJournal, dropJournal, endRun, findJournal, keepJournal, openRun, stampOf } from './journal.js';
import { makeJournal, passGuards, requireAlike } from './makeJournal.js';
import { type Book, readBook } from './manifest.js';
import { type BookReport, sumReports } from './partsReport.js';
import { type CountedPart, countPart, digestOfGroups, groupPart, type PartSettings } from './rounds.js';
import { findWritten, PartChanged, type WriteOptions, type WrittenPart, writePart } from './writePart.js';

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

/** What a run of a book works by. */
interface BookRun {
  readonly book: Book;
  readonly settings: PartSettings;
  readonly options: RunPartsOptions;
}

function writeOptionsOf({ options }: BookRun): WriteOptions {
  const { config, flush, threads, batchSize, signal } = options;
  return { config, flush, threads, batchSize, signal };
}

/** The rounds before writing: counts all parts, groups them, and balances the groups. */
async function prepare(
  run: BookRun,
): Promise<{ readonly journal: BookJournal; readonly counted: readonly CountedPart[] }> {
  const { book, settings, options } = run;
  const { parts } = book;
  const counted: CountedPart[] = [];
  const stamps: string[] = [];
  for (const part of parts) {
    stamps.push(stampOf(part));
    counted.push(await countPart(part, settings));
    options.onRound?.('count', counted.length, parts.length);
  }
  requireAlike(book, counted);
  const all = sumCounts(counted.map(({ counts }) => counts));
  const groups: RangeGroups[] = [];
  for (const [i, part] of parts.entries()) {
    groups.push(await groupPart(part, settings, counted[i].counts, all));
    options.onRound?.('group', groups.length, parts.length);
  }
  return { journal: makeJournal(book, settings, { counted, groups, stamps }), counted };
}

/** Looks once more at parts that were written to since they were counted, before any is written. @throws PartChanged */
async function requireAsPlanned({ book, settings }: BookRun, { all, parts }: BookJournal): Promise<void> {
  for (const [i, part] of book.parts.entries()) {
    const { counts, digest, stamp } = parts[i];
    if (stampOf(part) === stamp) continue;
    const found = await countPart(part, settings);
    if (countsText(found.counts) !== countsText(counts)) throw new PartChanged();
    if (digestOfGroups(await groupPart(part, settings, counts, all)) !== digest) throw new PartChanged();
  }
}

function countsText({ contactRows, history, smoothed }: CountedPart['counts']): string {
  return `${contactRows}\n${history.join()}\n${smoothed.join()}`;
}

/** What became of the parts of a book, by their files; null of one that another process wrote by the same journal. */
type WrittenParts = ReadonlyMap<string, WrittenPart | null>;

/** Writes the parts that the journal has not written yet. @throws PartChanged when one is not as it was */
async function writeAll(run: BookRun, journal: BookJournal): Promise<WrittenParts> {
  const { book, settings, options } = run;
  const dryRun = options.dryRun === true;
  const written = new Map<string, WrittenPart | null>();
  for (const [i, part] of book.parts.entries()) {
    try {
      written.set(part.file, await writePart({ part, settings, journal, options: writeOptionsOf(run) }, { dryRun }));
    } catch (error) {
      if (!(error instanceof PartChanged) || (await findWritten({ part, settings, journal })) === null) throw error;
      written.set(part.file, null);
    }
    options.onRound?.('write', i + 1, book.parts.length);
  }
  return written;
}

function reportBook(
  { settings }: BookRun,
  { all }: BookJournal,
  parts: readonly (readonly [file: string, part: WrittenPart])[],
): Omit<BookReport, 'seconds' | 'memory'> {
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

/**
 * The journal may have been changed by a run of it that goes on elsewhere: what is dropped is only what was gone by.
 *
 * @param warnings gets what could not be cleared up
 */
async function writeByJournal(run: BookRun, journal: BookJournal, warnings: string[]): Promise<WrittenParts> {
  const { folder } = run.book;
  try {
    const written = await writeAll(run, journal);
    warnings.push(...endRun(folder));
    return written;
  } catch (error) {
    if (error instanceof PartChanged) dropJournal(folder, journal);
    throw error;
  }
}

/** One go through the rounds. @throws PartChanged when a part is changed by others meanwhile */
async function runRounds(run: BookRun): Promise<Omit<BookReport, 'seconds' | 'memory'>> {
  const { book, settings, options } = run;
  const { journal, counted } = await prepare(run);
  const warnings: string[] = [];
  let written: WrittenParts;
  if (options.dryRun === true) written = await writeAll(run, journal);
  else {
    await passGuards({ book, settings, journal, options: writeOptionsOf(run) }, counted, options.force ?? []);
    await requireAsPlanned(run, journal);
    openRun(book.folder);
    await keepJournal(book.folder, journal);
    written = await writeByJournal(run, journal, warnings);
  }
  const parts = [...written].flatMap(([file, part]) => (part === null ? [] : [[file, part] as const]));
  // Whoever wrote the others tells of them; what is left to tell is that nothing is left to do.
  if (parts.length < written.size) throw new PartChanged();
  const report = reportBook(run, journal, parts);
  return { ...report, warnings: [...report.warnings, ...warnings] };
}

/** Ends a run of the same settings that was cut off between two parts, if there is one. */
async function endEarlierRun(run: BookRun): Promise<void> {
  const { book, settings, options } = run;
  const journal = findJournal(book.folder, settingsText(settings.config, settings.today, 'range'));
  if (journal === null || options.dryRun === true) return;
  // What cannot be cleared up now is told when the run that follows ends.
  await writeByJournal(run, journal, []);
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
 * @example
 * import { runParts } from 'sendplan/node';
 * const report = await runParts('book', { asOf: '2025-06-13' });
 * console.log(report.parts.length); // 2
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
