// Starts a program that lies built in dist/: `node bench/tools/startBuilt.mjs dist/bench/ladder.js [PARAMETERS]`. It is built anew only
// when a source is newer, because other programs may be running from dist/, whose files would change under them. What building tells
// goes to stderr: stdout is the program's.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** When the last source under a folder was changed, in milliseconds. */
function newestIn(folder) {
  const names = readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' });
  const sources = names.filter((name) => /\.m?ts$/.test(name));
  return Math.max(...sources.map((name) => statSync(resolve(root, folder, name)).mtimeMs));
}

const [program, ...parameters] = process.argv.slice(2);
const built = [program, 'dist/cli/main.js', 'src/kernel/binary.ts'].map((path) => resolve(root, path));
const builtAt = Math.min(...built.slice(0, 2).map((path) => (existsSync(path) ? statSync(path).mtimeMs : 0)));
const isStale =
  built.some((path) => !existsSync(path)) ||
  ['src', 'bench', 'test/faults'].some((folder) => newestIn(folder) > builtAt) ||
  newestIn('assembly') > statSync(built[2]).mtimeMs;
if (isStale) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
process.argv = [process.argv[0], built[0], ...parameters];
await import(pathToFileURL(built[0]).href);
