import { fsyncSync, statSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SendplanError } from '../../errors.js';
import { kindOf, makingError } from '../format/fileErrors.js';
import { removeLeftovers, TemporaryFile } from './temporaryFiles.js';

/** Refuses to replace what is there and no file. */
function requireFilePlace(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isFile()) return;
  throw new SendplanError('file_unwritable', `${path} is ${kindOf(stat)}, which cannot be replaced.`, {
    hint: 'Give the path of a file.',
  });
}

/** What a file is to hold as pieces of bytes. */
function piecesOf(content: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof content === 'string') return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}

/**
 * Writes a file all or nothing: the content goes to a temporary file beside it, which takes its place once it is whole and on
 * the disk. A file that is there is replaced; after an error, a signal or a crash it is as it was.
 *
 * @param content a text, bytes, or pieces of bytes, which are asked for one after the other; errors of theirs are passed on
 * @returns how many bytes were written
 * @throws SendplanError `file_unwritable` when the path, the folder or the disk does not allow it
 */
export async function writeWholeFile(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
): Promise<number> {
  let temporary: TemporaryFile | null = null;
  let sizeBytes = 0;
  try {
    const target = resolve(path);
    requireFilePlace(target);
    await removeLeftovers(target);
    temporary = await TemporaryFile.create(target, { mode: 0o666 });
    const { descriptor } = temporary;
    for (const piece of piecesOf(content)) {
      for (let done = 0; done < piece.length; ) done += writeSync(descriptor, piece, done);
      sizeBytes += piece.length;
      // Lets signals in.
      await setImmediate();
    }
    fsyncSync(descriptor);
    temporary.moveTo(target);
    return sizeBytes;
  } catch (error) {
    temporary?.discard();
    throw makingError(error, path, 'another place');
  }
}
