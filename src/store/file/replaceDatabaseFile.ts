import {
  chownSync,
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SendplanError } from '../../errors.js';
import type { PageSource } from '../format/pageSource.js';
import { type FoundFile, fileError, hasStamp } from './openDatabaseFile.js';
import { requireNoSidecars } from './sidecars.js';
import {
  forgetTemporary,
  removeStaleTemporaries,
  removeTemporary,
  temporaryPath,
  watchTemporary,
} from './temporaryFiles.js';

/** Writes the bytes of a new database file. */
export interface FileWriter {
  /** The open file, for threads that write to it too; all of them have ended when the source is done. */
  readonly descriptor: number;
  /** Writes all the bytes at a position in the file; they may be used again afterwards. */
  write(bytes: Uint8Array, position: number): void;
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
  /** Another place to write to, which may hold a file that is then replaced; the database that was read stays. */
  readonly outPath?: string;
  /** Gives up, leaving everything as it was, when it is aborted before the new file has taken its place. */
  readonly signal?: AbortSignal;
  /** Finishes the new file of that length and brings it to the disk, in the place of just an fsync. */
  readonly seal?: (descriptor: number, sizeBytes: number) => Promise<void>;
}

/** What was written. */
export interface ReplacedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

const WAL_VERSIONS = Uint8Array.of(2, 2);
const HEADER_WRITE_VERSION = 18;
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
  for (let start = 0; start < source.byteLength; start += PIECE_BYTES) {
    writer.write(source.read(start, Math.min(PIECE_BYTES, source.byteLength - start)), start);
    if (start % CHECKPOINT_BYTES === 0) await writer.checkpoint();
  }
}

interface Target {
  readonly path: string;
  readonly isInPlace: boolean;
  readonly mode: number;
}

function resolveTarget(file: FoundFile, outPath: string | undefined): Target {
  if (outPath === undefined) return { path: file.path, isInPlace: true, mode: file.mode };
  let path: string;
  try {
    path = realpathSync(outPath);
  } catch {
    return { path: resolve(outPath), isInPlace: false, mode: file.mode };
  }
  if (path === file.path) return { path, isInPlace: true, mode: file.mode };
  const stat = statSync(path);
  if (!stat.isFile()) {
    const kind = stat.isDirectory() ? 'a folder' : 'no regular file';
    throw new SendplanError('file_unwritable', `${outPath} is ${kind}, which a database cannot be written to.`, {
      hint: 'Give the path of a file.',
    });
  }
  return { path, isInPlace: false, mode: stat.mode & 0o7777 };
}

function createTemporary(path: string, target: Target): number {
  try {
    return openSync(path, 'wx+', 0o600);
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') {
      throw new SendplanError('file_busy', `${target.path} is being written by this process already.`, {
        hint: `Wait for it to end, or remove ${path}`,
      });
    }
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

/** The new file gets the old one's permissions, and its owner where the system lets us. */
function adoptPermissions(descriptor: number, temporary: string, file: FoundFile, mode: number): void {
  try {
    const { uid, gid } = statSync(file.path);
    chownSync(temporary, uid, gid);
  } catch {
    // Only the system's administrator can give files away.
  }
  fchmodSync(descriptor, mode);
}

function syncFolder(path: string): void {
  try {
    const descriptor = openSync(dirname(path), 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Some systems do not open folders. The new file is in its place and whole; only when that reaches the disk is open.
  }
}

/** Refuses to go on when the file that is about to be replaced, or the one the plan was made from, is another by now. */
function requireUnchanged(file: FoundFile, target: Target): void {
  // A log beside a file that is replaced would be played into the new one.
  if (!target.isInPlace) requireNoSidecars(target.path);
  else if (!hasStamp(file.path, file.stamp)) {
    throw new SendplanError('file_changed', `${file.path} was changed by another program since it was read.`, {
      hint: 'Nothing was written. Start again when nothing else writes to it.',
    });
  }
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
  file: FoundFile,
  source: DatabaseSource,
  options: ReplaceOptions = {},
): Promise<ReplacedFile> {
  const { outPath, signal } = options;
  const target = resolveTarget(file, outPath);
  if (signal?.aborted) throw interrupted(target.path);
  removeStaleTemporaries(target.path);
  requireUnchanged(file, target);
  const temporary = temporaryPath(target.path);
  const descriptor = createTemporary(temporary, target);
  watchTemporary(temporary);
  let isOpen = true;
  let sizeBytes = 0;
  const writer: FileWriter = {
    descriptor,
    write: (bytes, position) => writeFully(descriptor, bytes, position),
    async checkpoint() {
      await setImmediate();
      if (signal?.aborted) throw interrupted(target.path);
    },
  };
  try {
    await writeSource(writer, source);
    if (file.isWal) writer.write(WAL_VERSIONS, HEADER_WRITE_VERSION);
    adoptPermissions(descriptor, temporary, file, target.mode);
    sizeBytes = fstatSync(descriptor).size;
    if (options.seal === undefined) fsyncSync(descriptor);
    else await options.seal(descriptor, sizeBytes);
    closeSync(descriptor);
    isOpen = false;
    await writer.checkpoint();
    requireUnchanged(file, target);
    renameSync(temporary, target.path);
  } catch (error) {
    if (isOpen) closeSync(descriptor);
    removeTemporary(temporary);
    if (error instanceof SendplanError || (error as { syscall?: string }).syscall === undefined) throw error;
    const hint = 'Nothing was changed. Make room, or name another place (--out).';
    throw fileError('file_unwritable', `${target.path} cannot be written`, error, hint);
  }
  forgetTemporary(temporary);
  syncFolder(target.path);
  return { path: target.path, sizeBytes };
}
