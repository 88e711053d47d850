import {
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SendplanError } from '../../errors.js';
import { rangesOver } from '../format/changedPages.js';
import { fileError, kindOf, makingError, writingError } from '../format/fileErrors.js';
import type { PageSource } from '../format/pageSource.js';
import { digestFile } from './digestFile.js';
import type { EarlyCopy } from './earlyCopy.js';
import { EarlySync } from './earlySync.js';
import { HEADER_WRITE_VERSION } from './fileHeader.js';
import type { FileLocks } from './fileLocks.js';
import { type Keeping, keepFile, trimKeptFiles } from './keptFiles.js';
import type { FoundFile, OpenedFile } from './openDatabaseFile.js';
import { requireNoRemains, requireNoSidecars } from './sidecars.js';
import { adoptPermissions, heldOldFile } from './successor.js';
import { syncFolder } from './syncFolder.js';
import { requireSameFile, takePlace } from './takePlace.js';
import { isBeingReplaced, removeLeftovers, TemporaryFile } from './temporaryFiles.js';

/** Writes the bytes of a new database file. */
export interface FileWriter {
  /** The open file, for threads that write to it too; all of them have ended when the source is done. */
  readonly descriptor: number;
  /** The database whose bytes the file holds already; left out where it is empty. */
  readonly original?: PageSource;
  /** Writes all the bytes at a position in the file; they may be used again afterwards. */
  write(bytes: Uint8Array, position: number): void;
  /** Has the file end at a length, where it is longer. */
  cut(byteLength: number): void;
  /**
   * Lets signals in and throws when the work is to be given up; to be called every few dozen megabytes.
   *
   * @throws SendplanError `interrupted`
   */
  checkpoint(): Promise<void>;
}

/** Where the new bytes come from: a database elsewhere, or a function that writes them piece by piece. */
export type DatabaseSource = PageSource | ((writer: FileWriter) => void | Promise<void>);

/** How a file is replaced. */
export interface ReplaceOptions {
  /** Another place to write to; the database that was read stays. */
  readonly outPath?: string;
  /** Whether a file that is in that place may be replaced. */
  readonly overwrite?: boolean;
  /** SQLite's locks, where a library can take them. */
  readonly locks?: FileLocks | null;
  /** Gives up, leaving everything as it was, when it is aborted before the new file has taken its place. */
  readonly signal?: AbortSignal;
  /**
   * Finishes the new file of that length and brings it to the disk, in the place of just an fsync; returns the digest that it
   * put into the file, null where it put none.
   */
  readonly seal?: (descriptor: number, sizeBytes: number) => Promise<string | null>;
  /** A copy of the file that is replaced, where one was begun: the new bytes are written over it. */
  readonly copy?: EarlyCopy | null;
  /** Keeps the file that is replaced, and those of the runs before; files that are in another place are not kept. */
  readonly keep?: Keeping;
}

/** What was written. */
export interface ReplacedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** What is not as it was, or belongs to the old file still, in sentences. */
  readonly warnings: readonly string[];
}

const WAL_VERSIONS = Uint8Array.of(2, 2);
/** What is written at once; the system may take less than it is given. */
const MOST_WRITE_BYTES = 512 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;
const CHECKPOINT_BYTES = 16 * PIECE_BYTES;

function interrupted(path: string): SendplanError {
  return new SendplanError('interrupted', `Writing ${path} was interrupted; it is as it was.`);
}

function writeFully(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(bytes.length - done, MOST_WRITE_BYTES);
    done += writeSync(descriptor, bytes, done, length, position + done);
  }
}

async function writeSource(writer: FileWriter, source: DatabaseSource): Promise<void> {
  if (typeof source === 'function') return source(writer);
  let uncheckedBytes = CHECKPOINT_BYTES;
  for (const range of rangesOver(source, writer.original)) {
    for (let start = range.start; start < range.end; start += PIECE_BYTES) {
      const byteLength = Math.min(PIECE_BYTES, range.end - start);
      writer.write(source.read(start, byteLength), start);
      uncheckedBytes += byteLength;
      if (uncheckedBytes < CHECKPOINT_BYTES) continue;
      uncheckedBytes = 0;
      await writer.checkpoint();
    }
  }
  writer.cut(source.byteLength);
}

interface Target {
  readonly path: string;
  readonly isInPlace: boolean;
  readonly mode: number;
}

/** Refuses a place where something is already that is not to be replaced, a link to nowhere included. */
function requireFree(path: string, { overwrite = false }: Pick<ReplaceOptions, 'overwrite'>): void {
  let found: Stats | undefined;
  let stat: Stats | undefined;
  let what = 'there already';
  try {
    found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) what = `a link to ${readlinkSync(path)}`;
    stat = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw fileError('file_unwritable', `${path} cannot be written`, error);
  }
  if (found === undefined) {
    requireNoRemains(path);
    return;
  }
  if (stat !== undefined && !stat.isFile()) {
    throw new SendplanError('file_unwritable', `${path} is ${kindOf(stat)}, which a database cannot be written to.`, {
      hint: 'Give the path of a file.',
    });
  }
  if (!overwrite) {
    throw new SendplanError('file_unwritable', `${path} is ${what}; nothing was written.`, {
      hint: 'Name another place, or allow replacing it (--force).',
    });
  }
  // A log beside a file that is replaced would be played into the new one.
  if (stat !== undefined) requireNoSidecars(path, { isWal: true, purpose: 'replace' });
}

function realPathIfThere(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function resolveTarget(file: FoundFile, options: ReplaceOptions): Target {
  const { outPath } = options;
  if (outPath === undefined) return { path: file.path, isInPlace: true, mode: file.mode };
  const real = realPathIfThere(outPath);
  if (real === file.path) return { path: file.path, isInPlace: true, mode: file.mode };
  requireFree(outPath, options);
  const mode = real === null ? undefined : statSync(real, { throwIfNoEntry: false })?.mode;
  return { path: real ?? resolve(outPath), isInPlace: false, mode: mode === undefined ? file.mode : mode & 0o7777 };
}

function findTarget(file: FoundFile, options: ReplaceOptions): Target {
  try {
    return resolveTarget(file, options);
  } catch (error) {
    throw makingError(error, options.outPath ?? file.path, 'another place (--out)');
  }
}

async function createTemporary(target: Target, locks: FileLocks | null): Promise<TemporaryFile> {
  try {
    return await TemporaryFile.create(target.path, { locks });
  } catch (error) {
    if (!target.isInPlace) throw makingError(error, target.path, 'another place (--out)');
    const hint =
      'The new file is written beside the old one; allow writing to that folder, or name another place (--out).';
    throw fileError(
      'file_unwritable',
      `${target.path} cannot be written in the folder ${dirname(target.path)}`,
      error,
      hint,
    );
  }
}

/** Puts the new file into the old one's place, which is kept if that is wanted. @returns what was left undone, in sentences */
async function replaceInPlace(
  temporary: TemporaryFile,
  file: OpenedFile,
  { keep, locks = null, digest, sizeBytes }: ReplaceOptions & { readonly digest: string | null; sizeBytes: number },
): Promise<string[]> {
  if (keep === undefined) {
    await takePlace(temporary, file, locks);
    return [];
  }
  const whole = digest ?? (await digestFile(temporary.descriptor, sizeBytes, Number.POSITIVE_INFINITY));
  const isOthersTurn = () => isBeingReplaced(file.path, temporary.path, locks);
  const kept = await keepFile(file, { runId: keep.runId, digest: whole }, isOthersTurn);
  try {
    await takePlace(temporary, file, locks);
  } catch (error) {
    rmSync(kept.path, { force: true });
    throw error;
  }
  return trimKeptFiles(file.path, keep.runs);
}

/**
 * Replaces a database file by new bytes, all or nothing.
 *
 * They go to a temporary file in the same folder, which takes the old one's place once it is whole and on the disk. After
 * an error, a signal or a crash the old file is as it was; a temporary file that a crash left is removed by the next
 * call. A file in WAL mode stays in it.
 *
 * @param file the file as it was read; its permissions are kept
 * @throws SendplanError `file_changed` or `file_busy` when another program has written to it since, `file_unwritable` when
 *   the folder, the disk or the path does not allow it, `interrupted` when the signal is aborted
 */
export async function replaceDatabaseFile(
  file: OpenedFile,
  source: DatabaseSource,
  options: ReplaceOptions = {},
): Promise<ReplacedFile> {
  const { signal, locks = null } = options;
  const target = findTarget(file, options);
  if (signal?.aborted) throw interrupted(target.path);
  await removeLeftovers(target.path, async () => locks);
  if (target.isInPlace) requireSameFile(file);
  const copied = (await options.copy?.take()) ?? null;
  const temporary = copied ?? (await createTemporary(target, locks));
  const { descriptor } = temporary;
  const early = new EarlySync(descriptor);
  const writer: FileWriter = {
    descriptor,
    original: copied === null ? undefined : file.pages,
    write: (bytes, position) => writeFully(descriptor, bytes, position),
    cut(byteLength) {
      if (fstatSync(descriptor).size > byteLength) ftruncateSync(descriptor, byteLength);
    },
    async checkpoint() {
      await setImmediate();
      if (signal?.aborted) throw interrupted(target.path);
      early.start();
    },
  };
  try {
    await writeSource(writer, source);
    await early.settled();
    if (file.isWal) writer.write(WAL_VERSIONS, HEADER_WRITE_VERSION);
    const warnings = adoptPermissions(temporary.path, file, target.mode);
    const sizeBytes = fstatSync(descriptor).size;
    const digest = (await options.seal?.(descriptor, sizeBytes)) ?? null;
    if (options.seal === undefined) fsyncSync(descriptor);
    await writer.checkpoint();
    if (target.isInPlace) {
      warnings.push(...(await replaceInPlace(temporary, file, { ...options, digest, sizeBytes })));
      warnings.push(...heldOldFile(file));
    } else {
      requireFree(target.path, options);
      if (options.overwrite === true) temporary.moveTo(target.path);
      else temporary.moveToFree(target.path);
    }
    syncFolder(target.path);
    return { path: target.path, sizeBytes, warnings };
  } catch (error) {
    // What is given up need not be on the disk, but is closed only when nobody works on it.
    await early.settled().catch(() => {});
    temporary.discard();
    const hint = 'Nothing was changed. Make room, or name another place (--out).';
    throw writingError(error, `${target.path} cannot be written`, hint);
  }
}
