import { accessSync, constants, fstatSync, openSync, realpathSync, type Stats, statSync } from 'node:fs';
import { SendplanError, type SendplanErrorCode } from '../../errors.js';
import { fileError, kindOf, reasonOf } from '../format/fileErrors.js';
import { AFTER_OTHERS, FileSource, readBytes } from '../format/fileSource.js';
import { HEADER_BYTES, isWalHeader, requireHeader } from './fileHeader.js';
import { closeDatabaseFile } from './heldFiles.js';
import { type FilePurpose, isBesideJournal, requireNoSidecars, requireUsableSidecars } from './sidecars.js';

/** What tells one state of a file from another. */
export interface FileStamp {
  readonly sizeBytes: number;
  readonly modifiedNanoseconds: bigint;
  readonly inode: bigint;
  /** SQLite's own count of the transactions that changed the file, from its header. */
  readonly changeCounter: number;
}

/** A database file as it was found. */
export interface FoundFile {
  /** The file itself, every symbolic link followed. */
  readonly path: string;
  readonly stamp: FileStamp;
  /** Whether the file is in WAL mode, to which `replaceDatabaseFile` sets its successor. */
  readonly isWal: boolean;
  /** The permission bits. */
  readonly mode: number;
  /** How many names the file has. */
  readonly linkCount: number;
  readonly purpose: FilePurpose;
}

/** A database file that is open for reading. */
export interface OpenedFile extends FoundFile {
  /** The open file, for reading; closed by `close`. */
  readonly descriptor: number;
  /** The file's pages. What was read of them is good when `requireSame` says so afterwards. */
  readonly pages: FileSource;
  /** How many bytes were read of it so far. */
  bytesRead(): number;
  /** Adds bytes that were read from `descriptor` to those. */
  countRead(byteLength: number): void;
  /** @throws SendplanError `file_changed` when the file is another one than was opened, `file_busy` when changes lie beside it */
  requireSame(): void;
  close(): void;
}

const HEADER_CHANGE_COUNTER = 24;

function readFully(descriptor: number, into: Uint8Array, byteOffset = 0): number {
  let done = 0;
  while (done < into.length) {
    const count = readBytes(descriptor, into.subarray(done), byteOffset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

function stampOf(descriptor: number): FileStamp {
  const stat = fstatSync(descriptor, { bigint: true });
  const counter = new Uint8Array(4);
  readFully(descriptor, counter, HEADER_CHANGE_COUNTER);
  return {
    sizeBytes: Number(stat.size),
    modifiedNanoseconds: stat.mtimeNs,
    inode: stat.ino,
    changeCounter: new DataView(counter.buffer).getUint32(0),
  };
}

function isStampOf(descriptor: number, stamp: FileStamp): boolean {
  const now = stampOf(descriptor);
  return (Object.keys(stamp) as (keyof FileStamp)[]).every((key) => now[key] === stamp[key]);
}

/**
 * Tells whether the file is still the one that was found.
 *
 * @throws SendplanError `file_busy` when changes to it lie beside it, or what forbids its purpose
 */
export function isSameFile({ path, stamp, isWal, purpose }: FoundFile): boolean {
  requireNoSidecars(path, { isWal, purpose });
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    return isStampOf(descriptor, stamp);
  } finally {
    closeDatabaseFile(descriptor);
  }
}

function resolveFile(path: string): string {
  let real: string;
  let stat: Stats;
  try {
    real = realpathSync(path);
    stat = statSync(real);
  } catch (error) {
    const hint = 'Give the path of a SQLite database.';
    throw fileError('file_not_found', `The database ${path} cannot be opened`, error, hint);
  }
  if (stat.isFile()) return real;
  throw new SendplanError('not_a_database', `${path} is ${kindOf(stat)}.`, {
    hint: 'Give the path of a SQLite database.',
  });
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw fileError('file_not_found', `The database ${path} cannot be read`, error, 'Allow reading it.');
  }
}

/** Refuses to replace a file that nobody may write to, which its folder would allow. */
function requireWritable(path: string, mode: number): void {
  const bits = `mode ${(mode & 0o777).toString(8).padStart(4, '0')}`;
  const elsewhere = 'write the result to another place (--out).';
  if ((mode & 0o222) === 0) {
    const hint = `Allow writing to it (chmod u+w), or ${elsewhere}`;
    throw new SendplanError('file_unwritable', `${path} is read-only (${bits}).`, { hint });
  }
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // That it has lost its name meanwhile is told by who looks at it last.
    if (code === 'ENOENT') return;
    const what = code === 'EACCES' ? `permission is denied to this user (${bits})` : reasonOf(error);
    const hint = `Allow writing to it, or ${elsewhere}`;
    throw new SendplanError('file_unwritable', `${path} cannot be written: ${what}.`, { hint, cause: error });
  }
}

/**
 * The real path of a SQLite file that will be opened in place, after a look at its header; logs beside it are welcome.
 *
 * @throws SendplanError `file_not_found` when it is not there or not readable, `not_a_database` when it is none, `file_busy` when
 *   something else lies where SQLite has its journal or log
 */
export function requireDatabaseFile(path: string): string {
  const real = resolveFile(path);
  const descriptor = openFile(real);
  try {
    const stamp = stampOf(descriptor);
    const header = new Uint8Array(HEADER_BYTES);
    const headerBytes = readFully(descriptor, header);
    const isWal = isWalHeader(header);
    requireUsableSidecars(real, { isWal });
    // A database whose pages are still in its log, or are being written beside a journal, may be shorter than it says; one that has
    // changed meanwhile told its length and its header at two moments.
    const isWhole = !isWal && !isBesideJournal(real) && isStampOf(descriptor, stamp);
    const sizeBytes = isWhole || headerBytes < HEADER_BYTES ? stamp.sizeBytes : Number.POSITIVE_INFINITY;
    requireHeader(real, header.subarray(0, Math.max(headerBytes, 1)), sizeBytes);
    return real;
  } finally {
    closeDatabaseFile(descriptor);
  }
}

function changedWhileRead(path: string): SendplanError {
  return new SendplanError('file_changed', `${path} was changed by another program while it was read.`, {
    hint: AFTER_OTHERS,
  });
}

/**
 * Opens a database file of any size for reading. Nothing is locked: `stamp` tells later whether it has changed.
 *
 * @param purpose what is to become of it; `read` when left out
 * @throws SendplanError `file_not_found` when it is not there or not readable, `not_a_database` when it is none, is empty
 *   or cut short, `file_busy` when changes that belong to it lie beside it, or what forbids its purpose, `file_unwritable` when it
 *   is to be replaced and nobody may write to it
 */
export function openDatabaseFile(path: string, purpose: 'read' | 'replace' = 'read'): OpenedFile {
  const real = resolveFile(path);
  const descriptor = openFile(real);
  try {
    const { mode, nlink } = fstatSync(descriptor);
    if (purpose === 'replace') requireWritable(real, mode);
    const stamp = stampOf(descriptor);
    const header = new Uint8Array(HEADER_BYTES);
    const headerBytes = readFully(descriptor, header);
    const isWal = isWalHeader(header);
    // A database can be shorter than it says while what lies beside it is a part of it.
    requireNoSidecars(real, { isWal, purpose });
    try {
      requireHeader(real, header.subarray(0, Math.max(headerBytes, 1)), stamp.sizeBytes);
    } catch (error) {
      // Its length and header may be of two moments.
      throw isStampOf(descriptor, stamp) ? error : changedWhileRead(real);
    }
    let bytesRead = headerBytes;
    const pages = new FileSource(descriptor, stamp.sizeBytes, true);
    const found: FoundFile = { path: real, stamp, isWal, mode: mode & 0o7777, linkCount: nlink, purpose };
    return {
      ...found,
      descriptor,
      pages,
      bytesRead: () => bytesRead + pages.bytesRead,
      countRead(byteLength) {
        bytesRead += byteLength;
      },
      requireSame() {
        if (!isSameFile(found)) throw changedWhileRead(real);
      },
      close: () => closeDatabaseFile(descriptor),
    };
  } catch (error) {
    closeDatabaseFile(descriptor);
    throw error;
  }
}

/** What pages of two states of a file can be taken for. */
const TORN: readonly SendplanErrorCode[] = [
  ...(['database_error', 'not_a_database', 'missing_table', 'missing_column', 'unsupported_schema'] as const),
  'bad_config',
];

/** Works on pages that nothing locks. @throws SendplanError `file_changed` when what is wrong may come of a file that is changing */
export async function whileUnchanged<Result>(
  file: Pick<OpenedFile, 'requireSame'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SendplanError && TORN.includes(error.code)) file.requireSame();
    throw error;
  }
}

/**
 * Opens a database file, has it read while nothing locks it, and closes it.
 *
 * @param read is to call `requireSame` when everything has been read
 * @throws SendplanError as `openDatabaseFile` and `whileUnchanged` do
 */
export async function readUnlocked<Result>(path: string, read: (file: OpenedFile) => Promise<Result>): Promise<Result> {
  const file = openDatabaseFile(path);
  try {
    return await whileUnchanged(file, () => read(file));
  } finally {
    file.close();
  }
}
