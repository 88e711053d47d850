import { type BigIntStats, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Placements } from '../../balance/groups.js';
import type { RangeCounts } from '../../balance/ranges.js';
import { SendplanError } from '../../errors.js';
import { writeWholeFile } from '../../store/file/writeWholeFile.js';
import { fileError, makingError, reasonOf } from '../../store/format/fileErrors.js';
import { isFolder } from './isFolder.js';
import { countsShape, placementsShape } from './keptShapes.js';
import type { Part } from './manifest.js';
import { readTextFile } from './readTextFile.js';

/*
 * What rounds hand on to one another lies in a folder of the book's own while it is planned: the journal, by which its parts are
 * written, and, where every round is a job of its own, what they found out (`roundShapes.ts`). A run that is cut off is gone on with
 * by the next one of the same settings, so that the book ends as if nothing had happened. Whoever ends a run removes the folder;
 * who comes too late finds no folder to leave anything in.
 */

const RUN_FOLDER = '.book-run';
const JOURNAL = 'journal.json';

/** What a part is written by. */
export interface PartToWrite {
  readonly file: string;
  readonly counts: RangeCounts;
  /** `digestOfGroups` of what it handed in. */
  readonly digest: string;
  readonly placements: Placements;
  /** `stampOf` the part's file before it was counted. */
  readonly stamp: string;
}

/** A run of a book that is being written. */
export interface BookJournal {
  /** Tells plans of the book apart, and those of other states of its files; the runs that write its parts are named by it. */
  readonly id: string;
  /** `settingsText` of the run. */
  readonly settings: string;
  readonly all: RangeCounts;
  readonly parts: readonly PartToWrite[];
}

const journalShape: z.ZodType<BookJournal> = z.object({
  id: z.string(),
  settings: z.string(),
  all: countsShape,
  parts: z.array(
    z.object({
      file: z.string(),
      counts: countsShape,
      digest: z.string(),
      placements: placementsShape,
      stamp: z.string(),
    }),
  ),
});

/** A file as it is now; null when there is none, and what the system says when it does not tell. */
function statOf(path: string): BigIntStats | string | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function stampText(stat: BigIntStats | string | null): string {
  if (stat === null) return 'gone';
  return typeof stat === 'string' ? stat : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}

/** What tells whether a database was written to since, its log included. What is wrong with either is told by whoever opens them. */
export function stampOf({ path }: Pick<Part, 'path'>): string {
  const log = statOf(`${path}-wal`);
  // A log without anything comes and goes with every connection.
  const isNothing = log === null || (typeof log !== 'string' && log.size === 0n);
  return `${stampText(statOf(path))}${isNothing ? '' : ` ${stampText(log)}`}`;
}

const ARRAYS = { Int32Array, Uint32Array, Uint8Array } as const;

function pack(_key: string, value: unknown): unknown {
  const name = Object.entries(ARRAYS).find(([, type]) => value instanceof type)?.[0];
  return name === undefined ? value : { [name]: Array.from(value as Int32Array) };
}

function unpack(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[name, values] = ['', null]] = Object.entries(value);
  return name in ARRAYS ? ARRAYS[name as keyof typeof ARRAYS].from(values as number[]) : value;
}

/** Makes the folder that rounds leave things in, where there is none. @throws SendplanError `file_unwritable` */
export function openRun(folder: string): void {
  const path = join(folder, RUN_FOLDER);
  try {
    mkdirSync(path);
  } catch (error) {
    if (isFolder(path)) return;
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw makingError(error, path, 'another place for the book');
    throw new SendplanError('file_unwritable', `${path} is there, and is no folder that a run could leave things in.`, {
      hint: 'Take it away: nothing but runs of the book uses that name.',
      cause: error,
    });
  }
}

/** Keeps something in the folder of a run, all or nothing; where the run has ended, nobody asks for it any more. */
export async function keepInRun(folder: string, name: string, content: object): Promise<void> {
  const path = join(folder, RUN_FOLDER, name);
  try {
    await writeWholeFile(path, JSON.stringify(content, pack));
  } catch (error) {
    if (existsSync(join(folder, RUN_FOLDER))) throw error;
  }
}

/** What was kept; null when nothing was, or nothing that can be read and has its shape. */
export function findInRun<Content>(folder: string, name: string, shape: z.ZodType<Content>): Content | null {
  try {
    return shape.parse(JSON.parse(readTextFile(join(folder, RUN_FOLDER, name)), unpack));
  } catch {
    return null; // It is not there, or that of another version, or damaged: its round is made again.
  }
}

/** Keeps a journal, all or nothing. */
export async function keepJournal(folder: string, journal: BookJournal): Promise<void> {
  await keepInRun(folder, JOURNAL, journal);
}

/** Tells whether a run of a book, of whatever settings, goes on or was cut off while its parts were written. */
export function hasJournal(folder: string): boolean {
  return existsSync(join(folder, RUN_FOLDER, JOURNAL));
}

/** The journal of a run that was cut off; null when there is none that can be gone on with. */
export function findJournal(folder: string, settings: string): BookJournal | null {
  const journal = findInRun(folder, JOURNAL, journalShape);
  return journal?.settings === settings ? journal : null;
}

/** Lets go of a journal that cannot be gone on with; another one stays. @throws SendplanError `file_unwritable` when it cannot go */
export function dropJournal(folder: string, { id, settings }: BookJournal): void {
  if (findJournal(folder, settings)?.id !== id) return;
  const path = join(folder, RUN_FOLDER, JOURNAL);
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw fileError('file_unwritable', `${path} cannot be removed`, error, 'Remove it, and start again.');
  }
}

/** Ends a run: removes all that its rounds have left. @returns what could not be removed, in sentences; nothing depends on it */
export function endRun(folder: string): string[] {
  const path = join(folder, RUN_FOLDER);
  try {
    // Without the journal nobody goes on with what is still there.
    rmSync(join(path, JOURNAL), { force: true });
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    return [];
  } catch (error) {
    return [`${path}, which runs use and is of no more use, could not be removed: ${reasonOf(error)}.`];
  }
}
