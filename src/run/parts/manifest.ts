import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SendplanError } from '../../errors.js';
import { reasonOf } from '../../store/format/fileErrors.js';
import { RULEBOOK } from '../../version.js';
import { isFolder } from './isFolder.js';
import { readTextFile } from './readTextFile.js';

/** The file of a folder that says which parts it has. */
export const MANIFEST = 'book.json';

/** Ids are whole numbers from 1 to below this one (Rules 2). */
export const END_ID = Number.MAX_SAFE_INTEGER + 1;

const MANIFEST_FORMAT = 'sendplan book in parts';

const PART_NAME = /^part-[0-9]{4,}\.sqlite3$/;

const manifestSchema = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  rulebook: z.number().int(),
  parts: z
    .array(
      z.strictObject({
        file: z.string().regex(PART_NAME, 'the name of a part, such as part-0000.sqlite3'),
        first_id: z.number().int().min(1),
        end_id: z.number().max(END_ID).refine(Number.isInteger, 'a whole number'),
      }),
    )
    .min(1),
});

/** A part of a book: a database with the contacts of a range of ids. */
export interface Part {
  readonly file: string;
  readonly path: string;
  /** The ids of its contacts: from this one to below `endId`. */
  readonly firstId: number;
  readonly endId: number;
}

/** A book in parts, in the order of their ids. */
export interface Book {
  readonly folder: string;
  readonly parts: readonly Part[];
}

/** The name of a part's file. */
export function partName(i: number): string {
  return `part-${String(i).padStart(4, '0')}.sqlite3`;
}

/** A manifest's text. */
export function manifestText(parts: readonly Pick<Part, 'file' | 'firstId' | 'endId'>[]): string {
  const listed = parts.map(({ file, firstId, endId }) => ({ file, first_id: firstId, end_id: endId }));
  return `${JSON.stringify({ format: MANIFEST_FORMAT, rulebook: RULEBOOK, parts: listed }, null, 2)}\n`;
}

function badBook(message: string, hint: string, cause?: unknown): SendplanError {
  return new SendplanError('bad_book', message, { hint, cause });
}

/** Refuses ranges that leave ids out, or give them twice. */
function requireRanges(folder: string, parts: readonly Part[]): void {
  const hint = `The ranges in ${MANIFEST} have to follow one another, from 1 to ${END_ID}, each up to where the next begins.`;
  let end = 1;
  for (const [i, { file, firstId, endId }] of parts.entries()) {
    if (endId <= firstId) throw badBook(`${folder}: the range of ${file} is empty: ${firstId} to ${endId}.`, hint);
    if (firstId < end) {
      throw badBook(
        `${folder}: the ranges of ${parts[i - 1].file} and ${file} overlap, from ${firstId} to ${end}.`,
        hint,
      );
    }
    if (firstId > end) {
      throw badBook(
        `${folder}: the ids from ${end} to below ${firstId}, before those of ${file}, are in no part.`,
        hint,
      );
    }
    end = endId;
  }
  if (end < END_ID)
    throw badBook(`${folder}: the ids from ${end} on, behind ${parts.at(-1)?.file}, are in no part.`, hint);
}

const MADE = 'sendplan split DB --parts N --out FOLDER makes a book in parts.';
const NOTHING_THERE = 'ENOENT';

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function readManifest(folder: string): unknown {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    if (codeOf(error) === NOTHING_THERE && isFolder(folder)) {
      throw badBook(`${folder} is a folder without ${MANIFEST}, so that it is no book in parts.`, MADE);
    }
    const hint = codeOf(error) === 'EACCES' ? 'Allow reading it.' : MADE;
    throw badBook(`${path} cannot be read: ${reasonOf(error)}.`, hint, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badBook(`${path} cannot be read as JSON: ${(error as Error).message}`, MADE, error);
  }
}

function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === NOTHING_THERE) return false;
    throw badBook(`${path} cannot be opened: ${reasonOf(error)}.`, 'Make it a file that can be read.', error);
  }
}

/** Refuses a folder that lacks parts of its manifest, or has others. */
function requireListed(folder: string, parts: readonly Part[]): void {
  const missing = parts.filter((part) => !isThere(part.path)).map(({ file }) => file);
  if (missing.length > 0) {
    throw badBook(`${folder} lacks ${missing.join(', ')}, which ${MANIFEST} lists.`, 'Put the parts back from a copy.');
  }
  const names = new Set(parts.map(({ file }) => file));
  let found: string[];
  try {
    found = readdirSync(folder);
  } catch (error) {
    throw badBook(`What is in ${folder} cannot be told: ${reasonOf(error)}.`, 'Allow reading the folder.', error);
  }
  const strange = found.filter((name) => PART_NAME.test(name) && !names.has(name));
  if (strange.length > 0) {
    throw badBook(
      `${folder} has ${strange.join(', ')}, which ${MANIFEST} does not list.`,
      'Take them out, or list them.',
    );
  }
}

/**
 * Reads the manifest of a book in parts.
 *
 * @throws SendplanError `bad_book` when there is none, it cannot be read, parts are missing or not listed, or their ranges do not
 *   follow one another
 */
export function readBook(folder: string): Book {
  const path = join(folder, MANIFEST);
  const parsed = manifestSchema.safeParse(readManifest(folder));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badBook(`${path}: ${issue.path.join('.') || 'the manifest'}: ${issue.message}.`, MADE);
  }
  const { rulebook, parts: listed } = parsed.data;
  if (rulebook !== RULEBOOK) {
    throw badBook(
      `${path} is for version ${rulebook} of the rulebook, and this program goes by version ${RULEBOOK}.`,
      'Join and split it with this program.',
    );
  }
  const parts = listed.map(({ file, first_id: firstId, end_id: endId }) => {
    return { file, path: join(folder, file), firstId, endId };
  });
  requireListed(folder, parts);
  requireRanges(folder, parts);
  return { folder, parts };
}
