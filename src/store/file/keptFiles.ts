import { createHash } from 'node:crypto';
import {
  type Dirent,
  fstatSync,
  fsyncSync,
  linkSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { descriptorIdentity, fileIdentity } from './heldFiles.js';
import type { OpenedFile } from './openDatabaseFile.js';
import { TemporaryFile } from './temporaryFiles.js';

// The files that runs have replaced, kept beside the database so that a run can be undone. The name of one tells the run that replaced
// it and a digest of what that run left: nothing besides the folder has to be believed. `book.sqlite3.before-0003-<run>-<digest>`.

/** A database file as it was before a run. */
export interface KeptFile {
  readonly path: string;
  /** Counts up with every file that is kept; the highest is the newest. */
  readonly generation: number;
  /** The run that replaced the file. */
  readonly runId: string;
  /** The digest of the file that this run left, as `digestAsLeft` gives it. */
  readonly digest: string;
}

/** Which run a file is kept from, and how many files there may be. */
export interface Keeping {
  readonly runs: number;
  readonly runId: string;
}

/** Names of files have 255 bytes, of which what is added takes 65, and the files that SQLite may lay beside one 8. */
const MOST_NAME_BYTES = 160;
/** What is left of a name that is longer, before its own digest tells it from others with the same beginning. */
const SHORTENED_BYTES = 120;

const NAME_END = /^([0-9]{4,9})-([0-9]{14}-[0-9a-f]{8})-([0-9a-f]{16})$/;
const PIECE_BYTES = 1024 * 1024;

function startOfKeptName(path: string): string {
  const name = basename(path);
  const bytes = Buffer.from(name);
  if (bytes.length <= MOST_NAME_BYTES) return `${name}.before-`;
  const start = bytes.subarray(0, SHORTENED_BYTES).toString().replace(/�+$/, '');
  return `${start}~${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.before-`;
}

function keptPath(path: string, { generation, runId, digest }: Omit<KeptFile, 'path'>): string {
  return join(dirname(path), `${startOfKeptName(path)}${String(generation).padStart(4, '0')}-${runId}-${digest}`);
}

/**
 * The files that are kept of a database, the newest first.
 *
 * @param path the database itself, no link to it
 */
export function keptFilesOf(path: string): KeptFile[] {
  const start = startOfKeptName(path);
  let entries: Dirent[];
  try {
    entries = readdirSync(dirname(path), { withFileTypes: true });
  } catch {
    return []; // Whoever reads or writes the database says why it cannot be done.
  }
  const kept = entries.flatMap((entry): KeptFile[] => {
    const { name } = entry;
    const end = entry.isFile() && name.startsWith(start) ? NAME_END.exec(name.slice(start.length)) : null;
    if (end === null) return [];
    return [{ path: join(dirname(path), name), generation: Number(end[1]), runId: end[2], digest: end[3] }];
  });
  return kept.sort((a, b) => b.generation - a.generation || (a.runId < b.runId ? 1 : -1));
}

/** Tells whether a name is that of a file that a run has replaced and kept. */
export function isKeptName(name: string): boolean {
  const start = name.lastIndexOf('.before-');
  return start >= 0 && NAME_END.test(name.slice(start + '.before-'.length));
}

/** Tells whether a kept file is the database itself: the run that was to replace it ended before it did. */
export function isDatabaseItself(path: string, kept: KeptFile): boolean {
  const identity = fileIdentity(path);
  return identity !== null && fileIdentity(kept.path) === identity;
}

/** Copies an open file, which stays open: closing another descriptor of it would give up locks. */
async function copyFile({ path, descriptor, mode }: OpenedFile, target: string): Promise<void> {
  const temporary = await TemporaryFile.create(path, { mode });
  try {
    const piece = new Uint8Array(PIECE_BYTES);
    const { size } = fstatSync(descriptor);
    for (let position = 0; position < size; ) {
      const count = readSync(descriptor, piece, 0, PIECE_BYTES, position);
      if (count === 0) break;
      for (let done = 0; done < count; )
        done += writeSync(temporary.descriptor, piece, done, count - done, position + done);
      position += count;
    }
    fsyncSync(temporary.descriptor);
    temporary.moveTo(target);
  } catch (error) {
    temporary.discard();
    throw error;
  }
}

/**
 * Keeps a database file that is about to be replaced: under a second name, or as a copy where the file system knows no second names.
 *
 * A second name that another run has given the file and that is left goes, unless that run may still be under way.
 *
 * @param digest of the file that takes its place
 * @param isOthersTurn tells whether somebody else is about to replace the file
 * @returns the kept file, to be removed by the caller when the other one does not take the place after all
 * @throws an error of the file system
 */
export async function keepFile(
  file: OpenedFile,
  { runId, digest }: Pick<KeptFile, 'runId' | 'digest'>,
  isOthersTurn: () => Promise<boolean>,
): Promise<KeptFile> {
  for (const earlier of keptFilesOf(file.path)) {
    if (isDatabaseItself(file.path, earlier) && !(await isOthersTurn())) rmSync(earlier.path, { force: true });
  }
  const generation = (keptFilesOf(file.path)[0]?.generation ?? 0) + 1;
  const path = keptPath(file.path, { generation, runId, digest });
  try {
    linkSync(file.path, path);
  } catch (error) {
    if (['EEXIST', 'ENOENT', 'ENOSPC'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(file, path);
    return { path, generation, runId, digest };
  }
  if (fileIdentity(path) !== descriptorIdentity(file.descriptor)) {
    // Another program has put another file in the place; the last look before this one's is replaced tells of it.
    rmSync(path, { force: true });
    await copyFile(file, path);
  }
  return { path, generation, runId, digest };
}

/** Removes all but the newest files that are kept of a database. @returns what could not be removed, in sentences */
export function trimKeptFiles(path: string, runs: number): string[] {
  return keptFilesOf(path)
    .slice(runs)
    .flatMap((kept) => {
      try {
        rmSync(kept.path, { force: true });
        return [];
      } catch (error) {
        return [`${kept.path}, which is kept no longer, could not be removed: ${(error as Error).message}.`];
      }
    });
}

/**
 * Tells a kept file that the database, as its run left it, has changed by something that is none of others' doing.
 *
 * @param digest of the database as it is now
 * @throws an error of the file system
 */
export function renewKeptFile(path: string, kept: KeptFile, digest: string): void {
  renameSync(kept.path, keptPath(path, { ...kept, digest }));
}
