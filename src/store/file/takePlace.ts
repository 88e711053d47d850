import { existsSync, fstatSync, linkSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendplanError } from '../../errors.js';
import { AFTER_OTHERS } from '../format/fileSource.js';
import type { FileLocks, HeldLock } from './fileLocks.js';
import { descriptorIdentity, fileIdentity } from './heldFiles.js';
import { type FoundFile, isSameFile, type OpenedFile } from './openDatabaseFile.js';
import { hasLocks } from './processes.js';
import { isBesideLog, removeDoneJournal } from './sidecars.js';
import { otherSecondNames, secondName } from './temporaryFiles.js';

/** A file that can be given the name of another one, which is then gone. */
export interface ComingFile {
  moveTo(target: string): void;
}

function changedSince(path: string): SendplanError {
  return new SendplanError('file_changed', `${path} was changed by another program since it was read.`, {
    hint: `Nothing was written. ${AFTER_OTHERS}`,
  });
}

/** Refuses to go on when the file is another than it was found. @throws SendplanError `file_changed` or `file_busy` */
export function requireSameFile(file: FoundFile): void {
  if (!isSameFile(file)) throw changedSince(file.path);
}

/**
 * Takes SQLite's lock on a file that is about to be replaced. Null where nobody can take it: without a library that does, and in
 * WAL mode, in which taking it would make files beside the database.
 */
async function lockFile({ path, isWal }: FoundFile, locks: FileLocks | null): Promise<HeldLock | null> {
  const identity = fileIdentity(path);
  if (identity === null) throw changedSince(path);
  if (hasLocks(identity, 'writer_here') === true) {
    throw new SendplanError('file_busy', `${path} is in a transaction of this very process.`, {
      hint: 'End the transaction first, or use the driver native.',
    });
  }
  return isWal || locks === null ? null : locks.lockDatabase(path);
}

/** Another name for the file, so that it can come back; null where the file system knows no second names. */
function nameTwice(path: string, name: string): string | null {
  try {
    linkSync(path, name);
    return name;
  } catch {
    return null;
  }
}

/** How long others who replace the file at this moment are waited for. */
const OTHERS_TURN_MS = 5000;

/**
 * Waits until nobody else is about to replace the file. Everybody who is has given it a second name before looking for those of
 * others, so that of two at least one sees the other; the one whose name comes later in the alphabet stands back.
 *
 * @throws SendplanError `file_changed` when another one goes first
 */
async function waitForTurn(path: string, own: string): Promise<void> {
  const endMs = performance.now() + OTHERS_TURN_MS;
  for (const other of await otherSecondNames(path, own)) {
    if (other < own) throw changedSince(path);
    while (existsSync(other)) {
      if (performance.now() > endMs) throw changedSince(path);
      await sleep(5);
    }
  }
}

/** Tells whether somebody wrote to the old file, or opened it in WAL mode, while the new one took its place. */
function wasTouched({ path, stamp, isWal, descriptor }: OpenedFile): boolean {
  const { size, mtimeNs } = fstatSync(descriptor, { bigint: true });
  if (size !== BigInt(stamp.sizeBytes) || mtimeNs !== stamp.modifiedNanoseconds) return true;
  if (!isWal) return hasLocks(descriptorIdentity(descriptor)) === true;
  // A log may already be the new file's, whose reader then holds a lock on that one.
  return isBesideLog(path) && hasLocks(descriptorIdentity(descriptor)) !== false;
}

/**
 * Puts a new file into the place of a database, so that nobody's commit is lost in between: while SQLite's own lock keeps others
 * from writing, the file is compared with what was read for the last time. SQLite lets nobody begin to write to a file with a
 * journal that has lost its name. Where the lock cannot be had, the old file keeps a second name until it is sure that nobody has
 * written to it meanwhile; else it comes back. That name also tells others who want to replace the file to wait.
 *
 * @throws SendplanError `file_changed` or `file_busy` when somebody else has written since, or writes; the old file is in its place
 */
export async function takePlace(coming: ComingFile, file: OpenedFile, locks: FileLocks | null): Promise<void> {
  const lock = await lockFile(file, locks);
  try {
    if (lock !== null) {
      requireSameFile({ ...file, purpose: 'replace_locked' });
      removeDoneJournal(file.path);
      coming.moveTo(file.path);
      return;
    }
    const kept = nameTwice(file.path, secondName(file.path));
    try {
      if (kept !== null) await waitForTurn(file.path, kept);
      requireSameFile(file);
      coming.moveTo(file.path);
      if (wasTouched(file)) {
        if (kept !== null) renameSync(kept, file.path);
        throw changedSince(file.path);
      }
    } finally {
      if (kept !== null) rmSync(kept, { force: true });
    }
  } finally {
    lock?.release();
  }
}
