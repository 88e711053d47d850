import { statSync } from 'node:fs';

/** Tells whether a path is a folder, which of all books only one in parts can be. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
