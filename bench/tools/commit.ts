import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The commit that the measured program was built from, `-dirty` behind it where files differ; null outside of a clone. */
export function currentCommit(): string | null {
  try {
    const words = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
    const cwd = fileURLToPath(new URL('../../..', import.meta.url));
    return execFileSync('git', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}
