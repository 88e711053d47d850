import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type RangeCounts, sumCounts } from '../../balance/ranges.js';
import { SendplanError } from '../../errors.js';
import { type Config, type ConfigInput, resolveConfig } from '../../rules/config.js';
import { settingsText } from '../../store/write/lastRun.js';
import { resolveToday } from '../today.js';
import { dropJournal, findInRun, findJournal, keepInRun, keepJournal, openRun, stampOf } from './journal.js';
import { makeJournal, passGuards, requireAlike } from './makeJournal.js';
import { type Book, type Part, readBook } from './manifest.js';
import {
  type Cost,
  type KeptCount,
  type KeptEnd,
  type KeptGroups,
  keptCountShape,
  keptEndShape,
  keptGroupsShape,
} from './roundShapes.js';
import { countPart, groupPart, type PartSettings } from './rounds.js';
import type { BookRound } from './runParts.js';
import { findWritten, PartChanged, type PartEnd, writePart } from './writePart.js';

/*
 * A book in parts whose rounds are jobs of their own, each in a process of its own, on any machine, at any time, as often as
 * anybody likes. What they find out lies in the book's folder; what is still good of it is told by the parts themselves, so that
 * whoever asks what is to be done next needs to know of no job.
 */

/** A round of one part. */
export interface PartRound {
  readonly round: BookRound;
  /** The part's file, by its name in the folder. */
  readonly file: string;
}

/** What every round of a book is told. */
export interface RoundOptions {
  /** `YYYY-MM-DD`, or days since 1970-01-01. */
  readonly asOf: string | number;
  readonly config: ConfigInput;
  readonly driver: 'sqljs' | 'native';
  /** Is told when a round goes on. */
  readonly onProgress?: () => void;
}

/** A book that is planned, all of its rounds together. */
export interface BookEnd extends PartEnd {
  /** Seconds by round, of all processes together. */
  readonly seconds: Readonly<Record<string, number>>;
  /** The most memory that the process of a round had. */
  readonly peakBytes: number;
}

/** What is to be done next: rounds, in any order or all at once, or nothing more. */
export type NextStep = { readonly rounds: readonly PartRound[] } | { readonly end: BookEnd };

const NAMES: Readonly<Record<BookRound, string>> = { count: 'count', group: 'groups', write: 'end' };
/** How often the rounds before writing may find, one after the other, that parts have changed meanwhile. */
const MOST_ATTEMPTS = 5;

/** Runs of other settings have other names, so that they do not take what is good from one another. */
function nameOf({ text }: BookAsked, round: BookRound, file: string): string {
  return `${file}.${NAMES[round]}.${createHash('sha256').update(text).digest('hex').slice(0, 8)}.json`;
}

function costSince(startMs: number): Cost {
  return { seconds: (performance.now() - startMs) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

function digestOfCounts({ contactRows, history, smoothed }: RangeCounts): string {
  return createHash('sha256').update(`${contactRows}\n`).update(history).update('\n').update(smoothed).digest('hex');
}

interface BookAsked {
  readonly book: Book;
  readonly settings: PartSettings;
  readonly text: string;
}

function askFor(folder: string, { asOf, config: input, driver }: RoundOptions): BookAsked {
  const config: Config = resolveConfig(input);
  const today = resolveToday(asOf, config, 'asOf');
  return { book: readBook(folder), settings: { config, today, driver }, text: settingsText(config, today, 'range') };
}

function findCount(asked: BookAsked, part: Part): KeptCount | null {
  const { book, text } = asked;
  const kept = findInRun(book.folder, nameOf(asked, 'count', part.file), keptCountShape);
  return kept?.settings === text && kept.stamp === stampOf(part) ? kept : null;
}

function findGroups(asked: BookAsked, part: Part, all: string): KeptGroups | null {
  const { book, text } = asked;
  const kept = findInRun(book.folder, nameOf(asked, 'group', part.file), keptGroupsShape);
  return kept?.settings === text && kept.stamp === stampOf(part) && kept.all === all ? kept : null;
}

function roundsOf(round: BookRound, parts: readonly Part[], found: readonly unknown[]): PartRound[] {
  return parts.filter((_part, i) => found[i] === null).map(({ file }) => ({ round, file }));
}

/** A list without its nulls, where there are none. */
function whole<Item>(items: readonly (Item | null)[]): Item[] | null {
  return items.every((item) => item !== null) ? (items as Item[]) : null;
}

/** The costs of rounds, in the book's folder until it ends. */
function costOf(costs: Readonly<Record<string, readonly Cost[]>>): Pick<BookEnd, 'seconds' | 'peakBytes'> {
  const all = Object.entries(costs);
  return {
    seconds: Object.fromEntries(all.map(([name, own]) => [name, own.reduce((sum, { seconds }) => sum + seconds, 0)])),
    peakBytes: Math.max(...all.flatMap(([, own]) => own.map(({ peakBytes }) => peakBytes))),
  };
}

function sumEnds(ends: readonly PartEnd[]): PartEnd {
  const sum = { kept: 0, added: 0, changed: 0, removed: 0, refused: 0 };
  for (const { rows } of ends) {
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += rows[name];
  }
  return {
    outcome: ends.some(({ outcome }) => outcome === 'changed') ? 'changed' : ends[0].outcome,
    run_id: ends[0].run_id,
    contacts: ends.reduce((all, { contacts }) => all + contacts, 0),
    rows: sum,
    warnings: ends.reduce((all, { warnings }) => all + warnings, 0),
  };
}

/** The writing of a book that has a journal: its rounds, or its end. */
function nextWriting(asked: BookAsked, journalId: string): NextStep {
  const { book, text } = asked;
  const { folder, parts } = book;
  const ends = parts.map((part) => {
    const kept = findInRun(folder, nameOf(asked, 'write', part.file), keptEndShape);
    return kept?.journal === journalId ? kept : null;
  });
  const written = whole(ends);
  if (written === null) return { rounds: roundsOf('write', parts, ends) };
  const kept = (round: BookRound, shape: z.ZodType<Cost & { readonly settings: string }>) =>
    parts.flatMap(({ file }) => {
      const found = findInRun(folder, nameOf(asked, round, file), shape);
      return found?.settings === text ? [found] : [];
    });
  const cost = costOf({ count: kept('count', keptCountShape), group: kept('group', keptGroupsShape), write: written });
  return { end: { ...sumEnds(written.map(({ end }) => end)), ...cost } };
}

/** What is to be done before there is a journal; null when it has been made. @throws SendplanError `held_back`, `bad_book` */
async function nextBeforeWriting(asked: BookAsked, config: ConfigInput): Promise<NextStep | null> {
  const { book, settings } = asked;
  const { folder, parts } = book;
  openRun(folder);
  const counts = parts.map((part) => findCount(asked, part));
  const counted = whole(counts);
  if (counted === null) return { rounds: roundsOf('count', parts, counts) };
  const found = counted.map((kept) => kept.counted);
  requireAlike(book, found);
  const all = digestOfCounts(sumCounts(found.map((part) => part.counts)));
  const groups = parts.map((part) => findGroups(asked, part, all));
  const grouped = whole(groups);
  if (grouped === null) return { rounds: roundsOf('group', parts, groups) };
  const stamps = counted.map(({ stamp }) => stamp);
  const journal = makeJournal(book, settings, { counted: found, groups: grouped.map((kept) => kept.groups), stamps });
  try {
    await passGuards({ book, settings, journal, options: { config } }, found, []);
  } catch (error) {
    if (!(error instanceof PartChanged)) throw error;
    return { rounds: parts.map(({ file }) => ({ round: 'count', file })) };
  }
  // A part that was written to since it was counted has its rounds made again.
  const changed = parts.filter((part, i) => stampOf(part) !== stamps[i]);
  if (changed.length > 0) return { rounds: changed.map(({ file }) => ({ round: 'count', file })) };
  await keepJournal(folder, journal);
  return null;
}

/**
 * What is to be done next for a book in parts: rounds that any process may make (`makeRound`), or nothing more. Who asks makes the
 * balance when all parts have handed their groups in. To be called again when the rounds are made, however they ended; whoever has
 * the end calls `endRun`.
 *
 * @throws SendplanError `bad_book` when the folder is no book in parts, `held_back` when a guard holds the run back
 */
export async function nextRounds(folder: string, options: RoundOptions): Promise<NextStep> {
  const asked = askFor(folder, options);
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const journal = findJournal(folder, asked.text);
    if (journal !== null) return nextWriting(asked, journal.id);
    const next = await nextBeforeWriting(asked, options.config);
    if (next !== null) return next;
  }
  throw new SendplanError('file_changed', `Another run of ${folder} ended while this one went on.`, {
    hint: 'Ask the book again: it is planned.',
  });
}

async function makeCount(asked: BookAsked, part: Part): Promise<void> {
  const startMs = performance.now();
  // Before it is read: what is written meanwhile has it counted again.
  const stamp = stampOf(part);
  const counted = await countPart(part, asked.settings);
  const kept: KeptCount = { settings: asked.text, stamp, counted, ...costSince(startMs) };
  await keepInRun(asked.book.folder, nameOf(asked, 'count', part.file), kept);
}

async function makeGroups(asked: BookAsked, part: Part): Promise<void> {
  const startMs = performance.now();
  const counts = whole(asked.book.parts.map((one) => findCount(asked, one)));
  const own = findCount(asked, part);
  // Some part has changed since: what is to be done is to be asked again.
  if (counts === null || own === null) return;
  const all = sumCounts(counts.map(({ counted }) => counted.counts));
  const { groups, starting } = await groupPart(part, asked.settings, own.counted.counts, all);
  const kept: KeptGroups = {
    ...{ settings: asked.text, stamp: own.stamp, all: digestOfCounts(all), groups: { groups, starting } },
    ...costSince(startMs),
  };
  await keepInRun(asked.book.folder, nameOf(asked, 'group', part.file), kept);
}

async function makeWriting(asked: BookAsked, part: Part, { config, onProgress }: RoundOptions): Promise<void> {
  const startMs = performance.now();
  const { book, settings, text } = asked;
  const journal = findJournal(book.folder, text);
  // The run has ended, or its parts have changed: what is to be done is to be asked again.
  if (journal === null) return;
  const writing = { part, settings, journal, options: { config, onProgress } };
  let end = await findWritten(writing);
  try {
    end ??= endOf((await writePart(writing)).report);
  } catch (error) {
    if (!(error instanceof PartChanged)) throw error;
    // Somebody else may have been first.
    end = await findWritten(writing);
  }
  if (end === null) dropJournal(book.folder, journal);
  else {
    const kept: KeptEnd = { journal: journal.id, end, ...costSince(startMs) };
    await keepInRun(book.folder, nameOf(asked, 'write', part.file), kept);
  }
}

function endOf({
  outcome,
  run_id,
  contacts,
  changes,
  warnings,
}: Awaited<ReturnType<typeof writePart>>['report']): PartEnd {
  return { outcome, run_id, contacts: contacts.rows, rows: changes, warnings: warnings.length };
}

/**
 * Makes a round of one part, in whatever process, and leaves what it finds out in the book's folder. It may be made again, and by two
 * processes at once; one that comes too late, or whose part has changed, does nothing.
 *
 * @throws SendplanError as `runFile` does; `bad_book` when the folder is no book in parts, or has no such part
 */
export async function makeRound(folder: string, { round, file }: PartRound, options: RoundOptions): Promise<void> {
  const asked = askFor(folder, options);
  const part = asked.book.parts.find((one) => one.file === file);
  if (part === undefined) throw new SendplanError('bad_book', `${folder} has no part ${file}.`);
  if (round === 'count') await makeCount(asked, part);
  else if (round === 'group') await makeGroups(asked, part);
  else await makeWriting(asked, part, options);
}
