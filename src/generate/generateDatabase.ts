import { fsync, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { formatIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import { requireNoRemains, requireNoSidecars } from '../store/file/sidecars.js';
import { syncFolder } from '../store/file/syncFolder.js';
import { removeLeftovers, TemporaryFile } from '../store/file/temporaryFiles.js';
import { reasonOf } from '../store/format/fileErrors.js';
import { FileSink } from '../store/format/fileSink.js';
import type { Shape } from './contacts.js';
import { type GeneratedData, type GeneratedSize, writeTables } from './writeTables.js';

/** What to generate, and where. */
export interface GenerateOptions extends GeneratedData {
  /** The database file to write. */
  readonly path: string;
  /** Whether a file that is there already is replaced. */
  readonly force?: boolean;
  /** Called with the number of contacts that are done, every few thousand and at the end. */
  readonly onProgress?: (contactsDone: number) => void;
  /** Stops the work and removes what was written. */
  readonly signal?: AbortSignal;
}

/** What was generated. */
export interface GenerateReport {
  readonly path: string;
  readonly contacts: number;
  readonly shape: Shape;
  readonly seed: number;
  /** The as-of day as `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly bytes: number;
  /** From the first contact to the renamed file, with its bytes on the disk. */
  readonly seconds: number;
  readonly contactsPerSecond: number;
  /** Rows by table. */
  readonly tables: GeneratedSize['tables'];
}

function checkTarget(path: string, force: boolean): void {
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  const found = isThere ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (found?.isDirectory()) throw new SendplanError('bad_input', `${path} is a folder, not a file to write`);
  if (found?.isFile() === false) throw new SendplanError('bad_input', `${path} is no regular file to write`);
  if (isThere && !force) {
    throw new SendplanError('bad_input', `${path} exists already`, { hint: 'Use --force to replace it.' });
  }
  if (isThere) requireNoSidecars(path, { isWal: true, purpose: 'replace' });
  else requireNoRemains(path);
}

/** The sentence for what the file system said; other errors pass. */
function explainFileError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof SendplanError || typeof code !== 'string') return error;
  const folder = dirname(path);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SendplanError('file_not_found', `cannot write ${path}: there is no folder ${folder}`, { cause: error });
  }
  const reasons: Record<string, string> = {
    EACCES: `the folder ${folder} may not be written to`,
    EPERM: `the folder ${folder} may not be written to`,
    EROFS: `the folder ${folder} lies on a read-only file system`,
    ENOSPC: 'there is no space left on the disk',
    EDQUOT: 'the disk quota is used up',
    ENAMETOOLONG: 'the name is too long for the file system',
  };
  const reason = reasons[code] ?? reasonOf(error);
  return new SendplanError('file_unwritable', `cannot write ${path}: ${reason}`, { cause: error });
}

function stopIfAborted(signal: AbortSignal | undefined, path: string): void {
  if (signal?.aborted) throw new SendplanError('interrupted', `interrupted; ${path} was not written`);
}

async function writeData(descriptor: number, options: GenerateOptions): Promise<GeneratedSize> {
  const writing = writeTables(new FileSink(descriptor), options);
  for (;;) {
    const step = writing.next();
    if (step.done) {
      options.onProgress?.(options.contacts);
      return step.value;
    }
    options.onProgress?.(step.value);
    // Lets signals and timers in.
    await nextTurn();
    stopIfAborted(options.signal, options.path);
  }
}

/**
 * Generates a database file: written beside its place under another name, synced, then renamed. Node only.
 *
 * @throws SendplanError `bad_input` when the file exists and `force` is not set, or is none that can be replaced, or a number is out of bounds;
 * `file_busy` when a journal of that name lies about; `file_not_found` for a missing folder, `file_unwritable` when
 * the file system refuses, `interrupted` after `signal`. Nothing is left behind then.
 * @example
 * import { generateDatabase, parseIsoDay } from 'sendplan/node';
 * const asOfDay = parseIsoDay('2025-06-13');
 * const report = await generateDatabase({ path: 'new.sqlite3', contacts: 100, shape: 'seed', seed: 7, asOfDay });
 * console.log(report.tables.contacts); // 100
 */
export async function generateDatabase(options: GenerateOptions): Promise<GenerateReport> {
  const { path, force = false, signal } = options;
  const startMs = performance.now();
  let temporary: TemporaryFile | null = null;
  let size: GeneratedSize;
  try {
    checkTarget(path, force);
    await removeLeftovers(path);
    temporary = await TemporaryFile.create(path, { mode: 0o666 });
    size = await writeData(temporary.descriptor, options);
    await promisify(fsync)(temporary.descriptor);
    stopIfAborted(signal, path);
    checkTarget(path, force);
    if (force) temporary.moveTo(path);
    else temporary.moveToFree(path);
  } catch (error) {
    temporary?.discard();
    throw explainFileError(error, path);
  }
  syncFolder(path);
  const seconds = (performance.now() - startMs) / 1000;
  return {
    path,
    contacts: options.contacts,
    shape: options.shape,
    seed: options.seed,
    asOf: formatIsoDay(options.asOfDay),
    bytes: size.byteLength,
    seconds: Math.round(seconds * 1000) / 1000,
    contactsPerSecond: Math.round(options.contacts / seconds),
    tables: size.tables,
  };
}
