import { fsync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { SendplanError } from '../../errors.js';
import { digestFile } from '../file/digestFile.js';
import type { OpenedFile } from '../file/openDatabaseFile.js';
import { FileSource } from '../format/fileSource.js';
import { type FoundLastRun, NO_DIGEST, readLastRun } from './lastRun.js';

const sync = promisify(fsync);

/** Waits for both, also when one of them fails: a descriptor must not be closed while it is used. */
async function both<Result>(first: Promise<Result>, second: Promise<unknown>): Promise<Result> {
  const [result, other] = await Promise.allSettled([first, second]);
  if (other.status === 'rejected') throw other.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/**
 * Brings a file that a run has written to the disk, with its own digest in it where it has a place for one. While the disk
 * writes, the digest is worked out.
 *
 * @param descriptor open for reading and writing; it stays the caller's to close
 * @param byteLength the length of the file
 * @param runId the run that must be the last one of the file; another one's digest is left as it is
 * @returns the digest, null when there is no place for one
 * @throws the error of the file system
 */
export async function sealFile(descriptor: number, byteLength: number, runId: string): Promise<string | null> {
  const lastRun = readLastRun(new FileSource(descriptor, byteLength, true));
  if (lastRun === null || lastRun.runId !== runId) {
    await sync(descriptor);
    return null;
  }
  const { digestOffset } = lastRun;
  const digest = await both(digestFile(descriptor, byteLength, digestOffset), sync(descriptor));
  writeSync(descriptor, digest, digestOffset, 'latin1');
  await sync(descriptor);
  return digest;
}

/**
 * The digest of a file as it is now, in the form in which it would be the one of a run when nobody has changed what that run left:
 * the place of the run's own digest counts as zeros.
 *
 * @throws SendplanError `file_changed` when the file changes while it is read
 */
export async function digestAsLeft(file: OpenedFile, runId: string): Promise<string> {
  const digest = await digestOfRun(file.descriptor, file.stamp.sizeBytes, runId);
  file.requireSame();
  return digest;
}

/**
 * Brings a file that has been written to the disk, and gives what `digestAsLeft` will say of it as long as nobody changes it.
 *
 * @param descriptor open for reading and writing; it stays the caller's to close
 * @throws the error of the file system
 */
export function sealAsLeft(descriptor: number, byteLength: number, runId: string): Promise<string> {
  return both(digestOfRun(descriptor, byteLength, runId), sync(descriptor));
}

async function digestOfRun(descriptor: number, byteLength: number, runId: string): Promise<string> {
  const lastRun = readSoundLastRun({ pages: new FileSource(descriptor, byteLength, true) });
  const isLast = lastRun?.runId === runId;
  return digestFile(descriptor, byteLength, isLast ? lastRun.digestOffset : Number.POSITIVE_INFINITY);
}

/** The last run that a file knows of; null for damaged pages too: whoever reads the tables will find out what is damaged. */
export function readSoundLastRun({ pages }: Pick<OpenedFile, 'pages'>): FoundLastRun | null {
  try {
    return readLastRun(pages);
  } catch (error) {
    if (error instanceof SendplanError && error.code === 'database_error') return null;
    throw error;
  }
}

/**
 * The run that a file's last run would be once more: with these settings, over a file of which every byte is as that run
 * left it. Null when the run has to be made to know what comes of it.
 *
 * @param settings `settingsText` of the run to be made
 * @throws SendplanError `file_changed` when the file changes while it is read
 */
export async function findRepeatedRun(file: OpenedFile, settings: string): Promise<FoundLastRun | null> {
  const lastRun = readSoundLastRun(file);
  if (lastRun === null || lastRun.digest === NO_DIGEST || lastRun.settings !== settings) return null;
  const digest = await digestFile(file.descriptor, file.stamp.sizeBytes, lastRun.digestOffset);
  file.countRead(file.stamp.sizeBytes);
  file.requireSame();
  return digest === lastRun.digest ? lastRun : null;
}
