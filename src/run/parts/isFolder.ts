import { statSync } from 'node:fs';

/** Tells whether a path is a folder that can be looked at, which of all books only one in parts can be. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // Whoever opens it says why it cannot be.
  }
}
