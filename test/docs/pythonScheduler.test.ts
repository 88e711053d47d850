import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MAIN } from '../helpers/cli.js';

// The scheduler in Python of docs/testing.md, found out by random organizations and `sendplan oracle --jsonl`.

const SCRIPT = fileURLToPath(new URL('../../examples/wrong_scheduler.py', import.meta.url));
const page = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8');
const hasPython = spawnSync('python3', ['--version']).status === 0;

if (!hasPython)
  console.warn('python3 is not installed, so that the scheduler of docs/testing.md in Python is not tried.');

function search(...words: string[]) {
  const command = [SCRIPT, ...words, '--', process.execPath, MAIN, 'oracle', '--jsonl'];
  const { status, stdout, stderr } = spawnSync('python3', command, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe.skipIf(!hasPython)('the scheduler in Python', () => {
  it('agrees with the oracle when nothing is wrong with it', () => {
    const right = search('--bug', 'none', '--tries', '1000');
    expect(right).toEqual({ status: 0, stderr: '', stdout: 'No difference in 1000 organizations.\n' });
  });

  it('is found out when it forgets the 60 days in front of a window', () => {
    const { status, stdout, stderr } = search('--bug', 'buffer');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/expected {2}\S+ skipped\n {2}found {5}\S+ pre-scheduled/);
    expect(stdout).toContain('lies in the buffer of the window');
    expect(page).toContain(stdout.trim());
  });

  it('is found out when it takes 29 February for 1 March', () => {
    const { status, stdout, stderr } = search('--bug', 'leap-day');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/born \d{4}-02-29/);
    expect(page).toContain(stdout.trim());
  });

  it('is found out by other random organizations, too', () => {
    for (const seed of ['2', '3', '4']) expect(search('--bug', 'leap-day', '--seed', seed).status).toBe(1);
  });

  it('says what it can be told', () => {
    expect(spawnSync('python3', [SCRIPT, '--help'], { encoding: 'utf8' }).stdout).toContain(
      '--bug {none,buffer,leap-day}',
    );
  });
});
