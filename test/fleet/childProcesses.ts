import { execFileSync } from 'node:child_process';

/** The processes that a process has started and that go on; none where it has ended itself. */
export function childProcesses(id: number | undefined): number[] {
  try {
    const found = execFileSync('pgrep', ['-P', `${id}`], { encoding: 'utf8' });
    return found.split('\n').filter(Boolean).map(Number);
  } catch {
    // It has none just then.
    return [];
  }
}
