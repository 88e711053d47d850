import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { sendplan, start, testFolder } from '../helpers/cli.js';
import type { Started } from '../helpers/program.js';

const place = testFolder();
const base = place('base.db');
const book = place('book');
const AS_OF = ['--as-of', '2025-06-13'];

beforeAll(async () => {
  await sendplan('generate', base, '--contacts', '20000', ...AS_OF);
  await sendplan('split', base, '--parts', '4', '--out', book);
});

const { TMPDIR } = process.env;
afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});

/** A new empty folder. */
function newFolder(name: string): string {
  mkdirSync(place(name));
  return place(name);
}

/** Waits until something is so while a program runs. */
async function whileRunning({ child }: Started, isSo: () => boolean): Promise<void> {
  while (!isSo() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Tells whether a folder in a folder holds a file. */
function found(folder: string, name: string): boolean {
  return readdirSync(folder).some((one) => existsSync(`${folder}/${one}/${name}`));
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s leaves nothing of a book that is joined to be read',
  async (signal) => {
    const temporary = newFolder(`tmp-${signal}`);
    process.env.TMPDIR = temporary;
    const started = start('explain', book, '--contact', '5', ...AS_OF);
    await whileRunning(started, () => found(temporary, 'book.sqlite3'));
    started.child.kill(signal);
    // It may have come to its end before it hears the signal.
    const outcome = await started.outcome;
    expect([signal, 0]).toContain(outcome.signal ?? outcome.code);
    expect(readdirSync(temporary)).toEqual([]);
  },
);

test('what a process that was killed left of a joined book goes with the next one', async () => {
  const temporary = newFolder('tmp-killed');
  process.env.TMPDIR = temporary;
  const started = start('explain', book, '--contact', '5', ...AS_OF);
  await whileRunning(started, () => found(temporary, 'book.sqlite3'));
  started.child.kill('SIGKILL');
  await started.outcome;
  expect(readdirSync(temporary)).toHaveLength(1);
  expect((await sendplan('explain', book, '--contact', '5', ...AS_OF)).code).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
});
