import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { fileError } from './file.js';
import {
  forgetTemporary,
  removeStaleTemporaries,
  removeTemporary,
  temporaryPath,
  watchTemporary,
} from './temporaryFiles.js';

/**
 * Writes a file all or nothing: one that is there is replaced when the new one is whole and on the disk.
 *
 * @throws SendplanError `file_unwritable` when the folder, the disk or the path does not allow it
 */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  removeStaleTemporaries(path);
  const temporary = temporaryPath(path);
  try {
    watchTemporary(temporary);
    const descriptor = openSync(temporary, 'w');
    try {
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    forgetTemporary(temporary);
  } catch (error) {
    removeTemporary(temporary);
    throw fileError('file_unwritable', `${path} cannot be written`, error, 'Give a path in a folder that is there.');
  }
}
