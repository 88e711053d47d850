import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** When the last of the TypeScript files under a folder was changed, in milliseconds. */
function newestIn(folder: string): number {
  const files = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return Math.max(...files.map((name) => statSync(`${root}${folder}/${name}`).mtimeMs));
}

function changedAt(path: string): number {
  return existsSync(`${root}${path}`) ? statSync(`${root}${path}`).mtimeMs : 0;
}

/** Builds what the tests of the command line start, when it is missing or older than its source. */
export default function setup(): void {
  const isKernelStale = changedAt('src/kernel/binary.ts') < newestIn('assembly');
  if (!isKernelStale && changedAt('dist/cli/main.js') > newestIn('src')) return;
  const { status, stdout } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  // TypeScript writes its output in spite of errors in types; those are another test's business.
  if (status !== 0) console.warn(`npm run build has errors:\n${stdout}`);
}
