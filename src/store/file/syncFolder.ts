import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the renaming of a file outlast a power cut, on systems that can. @param path the file, under its new name */
export function syncFolder(path: string): void {
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
