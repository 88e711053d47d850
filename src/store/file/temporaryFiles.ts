import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SendplanError } from '../../errors.js';
import type { FileLocks, HeldLock } from './fileLocks.js';
import { descriptorIdentity, fileIdentity } from './heldFiles.js';
import { processNamespace, processStart } from './processes.js';

// Temporary files beside the ones that they will replace, and folders alike. While there is one, the process removes it on its way
// out, whether it ends by itself or by a signal. After a SIGKILL or a power cut it stays, and the next run over the same file
// removes it, once it is sure that nobody writes to it any more: process ids repeat, and in another container they mean other
// processes.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** File systems take names of 255 bytes; what is added to a name has to fit too. */
const MOST_NAME_BYTES = 120;

/** What nobody has written to for so long is a leftover, where nothing better is known: writing is never still for minutes. */
const LEFTOVER_AFTER_MS = 10 * 60_000;

/** Of a folder: what is in it may be read for hours, and nothing of it tells. */
const FOLDER_LEFTOVER_AFTER_MS = 24 * 60 * 60_000;

const live = new Set<string>();

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It is gone already, or the disk is: there is nothing left to do about it.
  }
}

function removeAll(): void {
  for (const path of live) remove(path);
}

function onSignal(signal: NodeJS.Signals): void {
  // Whoever else listens decides what becomes of the work; when he ends the process, what is left of it is removed on its way out.
  if (process.listenerCount(signal) > 1) return;
  removeAll();
  unwatch();
  // The signal is sent again, now with its usual effect: the process ends as signalled.
  process.kill(process.pid, signal);
}

function watch(): void {
  process.on('exit', removeAll);
  // In front of all others: one that listens once is not counted any more when it has been told.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
}

function unwatch(): void {
  process.off('exit', removeAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function startOfName(path: string): string {
  const bytes = Buffer.from(basename(path));
  return `.${bytes.subarray(0, MOST_NAME_BYTES).toString().replace(/�+$/, '')}.sendplan-`;
}

/** The rest of a temporary file's name: the pid namespace, the process and its start, whether SQLite's lock protects it, and chance;
 * behind it whether it is the second name of a file that was being replaced. */
const NAME_END = /^(?:([0-9]+)\.([0-9]+)\.([0-9]+)\.(locked|open)\.[0-9a-f]{24}|[0-9]+)\.tmp(?:\.kept)?$/;

/** A name beside a path that nobody else has, by which it is a leftover when this process is no more. */
export function temporaryName(path: string, isLocked: boolean): string {
  const process = `${processNamespace() ?? 0}.${globalThis.process.pid}.${processStart(globalThis.process.pid) ?? 0}`;
  const chance = randomBytes(12).toString('hex');
  return join(dirname(path), `${startOfName(path)}${process}.${isLocked ? 'locked' : 'open'}.${chance}.tmp`);
}

const SECOND_END = '.kept';

/** A second name for a file that is being replaced, which is taken for a leftover when this process is no more. */
export function secondName(path: string): string {
  return `${temporaryName(path, false)}${SECOND_END}`;
}

/** How a temporary file is made. */
export interface TemporaryOptions {
  /** The permission bits, less the process's own mask; 0o600 when left out. */
  readonly mode?: number;
  /** A file of which it is to be a clone, where the file system shares blocks between files; see `isClone`. */
  readonly cloneOf?: string;
  /** What protects it from being taken for a leftover; null or left out, its name and its times do. */
  readonly locks?: FileLocks | null;
}

/** A new file under a name that nobody else has, which is removed unless it takes its place. */
export class TemporaryFile {
  readonly path: string;
  /** Open for reading and writing, until `moveTo` or `discard`. */
  readonly descriptor: number;
  /** Whether it holds all bytes of the file that it was to be a clone of; else it was made empty. */
  readonly isClone: boolean;
  readonly #identity: string;
  readonly #lock: HeldLock | null;
  #isOpen = true;

  private constructor(path: string, descriptor: number, isClone: boolean, lock: HeldLock | null) {
    this.path = path;
    this.descriptor = descriptor;
    this.isClone = isClone;
    this.#identity = descriptorIdentity(descriptor);
    this.#lock = lock;
  }

  /** Makes a file beside another, an empty one or a clone. @throws an error of the file system */
  static async create(
    beside: string,
    { mode = 0o600, cloneOf, locks = null }: TemporaryOptions = {},
  ): Promise<TemporaryFile> {
    const path = temporaryName(beside, locks !== null);
    removeAtEnd(path);
    let descriptor: number | null = null;
    let isClone = false;
    try {
      isClone = cloneOf !== undefined && clone(cloneOf, path);
      descriptor = openSync(path, constants.O_RDWR | (isClone ? 0 : constants.O_CREAT | constants.O_EXCL), mode);
      if (isClone) makeOwn(descriptor, mode);
      return new TemporaryFile(path, descriptor, isClone, (await locks?.lockWhole(path)) ?? null);
    } catch (error) {
      if (descriptor !== null) closeSync(descriptor);
      if (descriptor !== null || isClone) remove(path);
      leaveAtEnd(path);
      throw error;
    }
  }

  /**
   * Gives the file another name, under which another may be that is then gone. Whatever was written must be on the disk already.
   *
   * @throws SendplanError `file_changed` when somebody has put another file in this one's place; an error of the file system
   */
  moveTo(target: string): void {
    this.#requireOwn();
    // Windows moves no open file; elsewhere the lock has to hold until the file has its name.
    if (process.platform === 'win32') this.#close();
    renameSync(this.path, target);
    this.#close();
    leaveAtEnd(this.path);
  }

  /**
   * As `moveTo`, but takes nothing away: whoever makes a file under that name at the same moment keeps it.
   *
   * @throws SendplanError `file_unwritable` when something is there, and as `moveTo` does
   */
  moveToFree(target: string): void {
    this.#requireOwn();
    try {
      linkSync(this.path, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw occupied(target);
      // The file system knows no second names.
      if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) throw occupied(target);
      this.moveTo(target);
      return;
    }
    this.discard();
  }

  #requireOwn(): void {
    if (fileIdentity(this.path) !== this.#identity) {
      throw new SendplanError(
        'file_changed',
        `Another program removed or replaced ${this.path}, which was being written.`,
        {
          hint: 'Nothing was changed. Start again.',
        },
      );
    }
  }

  /** Removes the file, unless it has moved. */
  discard(): void {
    if (!live.has(this.path)) return;
    this.#close();
    removeNow(this.path);
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.descriptor);
    this.#lock?.release();
  }
}

/** The error of a name that is to be free, and is not. */
export function occupied(path: string): SendplanError {
  return new SendplanError('file_unwritable', `${path} is there already; nothing was written.`, {
    hint: 'Name another place.',
  });
}

/** Makes a clone of a file; false where the file system makes none, and then there is none. */
function clone(path: string, clonePath: string): boolean {
  try {
    copyFileSync(path, clonePath, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  }
}

/** Gives a clone the mode and the times of a new file: it has those of the file that it was made of. */
function makeOwn(descriptor: number, mode: number): void {
  const now = new Date();
  fchmodSync(descriptor, mode);
  futimesSync(descriptor, now, now);
}

/** Has the process remove a file or folder on its way out; to be called before it is there, as a signal may come as soon as it is. */
export function removeAtEnd(path: string): void {
  if (live.size === 0) watch();
  live.add(path);
}

/** Takes `removeAtEnd` back. */
export function leaveAtEnd(path: string): void {
  if (live.delete(path) && live.size === 0) unwatch();
}

/** Does what `removeAtEnd` was to do; what cannot be removed is a leftover for whoever comes next. */
export function removeNow(path: string): void {
  remove(path);
  leaveAtEnd(path);
}

function statIfFound(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Tells whether somebody may still work with a temporary file or folder that was found. */
async function isAlive(path: string, nameEnd: RegExpExecArray, locks: FileLocks | null): Promise<boolean> {
  if (live.has(path)) return true;
  const stat = statIfFound(path);
  // Where everybody may write, a folder of somebody else may be a trap: what is removed in it may become a link meanwhile.
  if (stat?.isDirectory() && stat.uid !== (process.getuid?.() ?? stat.uid)) return true;
  const [, namespace = '0', processId, start, protection] = nameEnd;
  if (namespace !== '0' && namespace === processNamespace()) return processStart(Number(processId)) === start;
  if (protection === 'locked' && locks !== null) return locks.isLocked(path);
  if (stat === undefined) return false;
  return Date.now() - stat.mtimeMs < (stat.isDirectory() ? FOLDER_LEFTOVER_AFTER_MS : LEFTOVER_AFTER_MS);
}

/** The names beside a file that are those of its temporary files, each with what follows the file's own name. */
function* temporaryNames(path: string): Generator<{ readonly found: string; readonly nameEnd: RegExpExecArray }> {
  const start = startOfName(path);
  let names: string[];
  try {
    names = readdirSync(dirname(path));
  } catch {
    return; // Whoever writes here next says why it cannot be done.
  }
  for (const name of names) {
    const nameEnd = name.startsWith(start) ? NAME_END.exec(name.slice(start.length)) : null;
    if (nameEnd !== null) yield { found: join(dirname(path), name), nameEnd };
  }
}

/** The second names that others who are alive have given a file, which they are about to replace. @param own one's own */
export async function otherSecondNames(path: string, own: string): Promise<string[]> {
  const others: string[] = [];
  for (const { found, nameEnd } of temporaryNames(path)) {
    if (found === own || !found.endsWith(SECOND_END) || !(await isAlive(found, nameEnd, null))) continue;
    others.push(found);
  }
  return others;
}

/** Tells whether somebody who is alive is writing a file that is to take another's place. @param own one's own, if there is one */
export async function isBeingReplaced(path: string, own: string | null, locks: FileLocks | null): Promise<boolean> {
  for (const { found, nameEnd } of temporaryNames(path)) {
    if (found !== own && (await isAlive(found, nameEnd, locks))) return true;
  }
  return false;
}

/**
 * Removes the temporary files that were left beside a file by processes that are no more.
 *
 * One of a process in the same pid namespace is told by that process and the time it began; one of another namespace or machine by
 * SQLite's lock on it; where neither is known, by not having been written to for ten minutes.
 *
 * @param loadLocks is asked when there is something to tell by them
 */
export async function removeLeftovers(
  path: string,
  loadLocks: () => Promise<FileLocks | null> = async () => null,
): Promise<void> {
  for (const { found: leftover, nameEnd } of temporaryNames(path)) {
    if (await isAlive(leftover, nameEnd, await loadLocks())) continue;
    remove(leftover);
    // What SQLite may have made of a database in WAL mode when it was asked for its lock.
    for (const end of ['-wal', '-shm', '-journal']) remove(`${leftover}${end}`);
  }
}
