// What an install weighs, and what a program loads of it.

import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BLOCK_BYTES = 512;

/** Megabytes (2^20) as people read them. */
export function megabytesText(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

/** What the files under a folder take on the disk, as `du` counts: whole blocks. */
export function bytesOnDisk(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const { blocks, size } = lstatSync(join(entry.parentPath, entry.name));
    bytes += blocks === undefined ? size : blocks * BLOCK_BYTES;
  }
  return bytes;
}

/** How many packages lie in a `node_modules`. */
export function packageCount(folder) {
  const names = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.'),
  );
  return names.reduce(
    (count, { name }) => count + (name.startsWith('@') ? readdirSync(join(folder, name)).length : 1),
    0,
  );
}

/** Runs a program with V8 keeping account of the files that it loads, and says how many there are and how large. */
export function filesLoaded(runProgram, folder) {
  mkdirSync(folder);
  runProgram({ NODE_V8_COVERAGE: folder });
  const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const urls = reports.flatMap(({ result }) => result.map(({ url }) => url)).filter((url) => url.startsWith('file:'));
  const paths = [...new Set(urls)].map((url) => fileURLToPath(url));
  return { count: paths.length, bytes: paths.reduce((sum, path) => sum + statSync(path).size, 0) };
}
