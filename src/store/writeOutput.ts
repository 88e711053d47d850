import { closeSync, fsyncSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SendplanError } from '../errors.js';
import { fileError } from './file.js';
import {
  forgetTemporary,
  removeStaleTemporaries,
  removeTemporary,
  temporaryPath,
  watchTemporary,
} from './temporaryFiles.js';

/** Refuses to replace what is there and no file. */
function requireFilePlace(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isFile()) return;
  const kind = stat.isDirectory() ? 'a folder' : 'no regular file';
  throw new SendplanError('file_unwritable', `${path} is ${kind}, which rows cannot be written to.`, {
    hint: 'Give the path of a file.',
  });
}

/**
 * Writes a file piece by piece, all or nothing: the pieces go to a temporary file beside it, which takes its place once it is
 * whole and on the disk. A file that is there is replaced; after an error, a signal or a crash it is as it was.
 *
 * @returns how many bytes were written
 * @throws SendplanError `file_unwritable` when the path, the folder or the disk does not allow it
 */
export async function writeOutput(path: string, pieces: Iterable<Uint8Array>): Promise<number> {
  const target = resolve(path);
  requireFilePlace(target);
  removeStaleTemporaries(target);
  const temporary = temporaryPath(target);
  let sizeBytes = 0;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(temporary, 'wx', 0o666);
    watchTemporary(temporary);
    for (const piece of pieces) {
      for (let done = 0; done < piece.length; ) done += writeSync(descriptor, piece, done);
      sizeBytes += piece.length;
      // Lets signals in.
      await setImmediate();
    }
    fsyncSync(descriptor);
    closeSync(descriptor);
    descriptor = null;
    renameSync(temporary, target);
  } catch (error) {
    if (descriptor !== null) closeSync(descriptor);
    removeTemporary(temporary);
    if ((error as { syscall?: string }).syscall === undefined) throw error;
    throw fileError(
      'file_unwritable',
      `${path} cannot be written`,
      error,
      'Make room, or name another place (--output).',
    );
  }
  forgetTemporary(temporary);
  return sizeBytes;
}
