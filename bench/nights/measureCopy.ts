import { closeSync, copyFileSync, fsyncSync, openSync, rmSync } from 'node:fs';

/** The seconds until a copy of a file is on the disk; the copy goes. */
export function measureCopy(path: string): number {
  const copy = `${path}.copy`;
  const startMs = performance.now();
  copyFileSync(path, copy);
  const descriptor = openSync(copy, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
  const seconds = (performance.now() - startMs) / 1000;
  rmSync(copy);
  return seconds;
}
