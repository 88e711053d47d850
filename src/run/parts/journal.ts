import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Placements } from '../../balance/groups.js';
import type { RangeCounts } from '../../balance/ranges.js';
import { writeWholeFile } from '../../store/file/writeWholeFile.js';
import type { Part } from './manifest.js';

/*
 * What the rounds before writing found out, kept in the book's folder while its parts are written: a run that is cut off between two
 * parts is gone on with by the next one of the same settings, so that the book ends as if nothing had happened.
 */

const JOURNAL = '.book-run.json';

/** What a part is written by. */
export interface PartToWrite {
  readonly file: string;
  readonly counts: RangeCounts;
  /** `digestOfGroups` of what it handed in. */
  readonly digest: string;
  readonly placements: Placements;
  /** `stampOf` the part's file when it handed its groups in. */
  readonly grouped: string;
  /** `stampOf` the part's file once it is written; null before. */
  readonly written: string | null;
}

/** A run of a book that is being written. */
export interface BookJournal {
  /** `settingsText` of the run. */
  readonly settings: string;
  readonly all: RangeCounts;
  readonly parts: readonly PartToWrite[];
}

/** What tells whether a file was written to since. */
export function stampOf({ path }: Pick<Part, 'path'>): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
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

/** Keeps a journal, all or nothing. */
export async function keepJournal(folder: string, journal: BookJournal): Promise<void> {
  await writeWholeFile(join(folder, JOURNAL), JSON.stringify(journal, pack));
}

/** Tells whether a run of a book, of whatever settings, was cut off while its parts were written. */
export function hasJournal(folder: string): boolean {
  return existsSync(join(folder, JOURNAL));
}

/** The journal of a run that was cut off; null when there is none that can be gone on with. */
export function findJournal(folder: string, settings: string): BookJournal | null {
  const path = join(folder, JOURNAL);
  if (!existsSync(path)) return null;
  try {
    const journal = JSON.parse(readFileSync(path, 'utf8'), unpack) as BookJournal;
    return journal.settings === settings ? journal : null;
  } catch {
    return null; // It is of another version, or damaged: the rounds are made again.
  }
}

/** Lets go of the journal. */
export function dropJournal(folder: string): void {
  rmSync(join(folder, JOURNAL), { force: true });
}
