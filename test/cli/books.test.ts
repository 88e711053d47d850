import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { sendplan, start, testFolder, UNFORESEEN } from '../helpers/cli.js';
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

test.each([
  ['split', (out: string) => ['split', base, '--parts', '200', '--out', out]],
  ['join', (out: string) => ['join', book, '--out', out]],
  ['generate', (out: string) => ['generate', out, '--contacts', '20000', ...AS_OF]],
])('what was left of a %s that was killed goes with the next one, and a signal leaves nothing', async (name, words) => {
  for (const signal of ['SIGKILL', 'SIGHUP', 'SIGTERM'] as const) {
    const folder = newFolder(`${name}-${signal}`);
    const started = start(...words(`${folder}/out`));
    await whileRunning(started, () => readdirSync(folder).length > 0);
    started.child.kill(signal);
    const { stderr } = await started.outcome;
    expect(stderr).not.toMatch(UNFORESEEN);
    // It may have come to its end before the signal did.
    const isDone = existsSync(`${folder}/out`);
    rmSync(`${folder}/out`, { recursive: true, force: true });
    expect(readdirSync(folder)).toHaveLength(signal === 'SIGKILL' && !isDone ? 1 : 0);
    expect((await sendplan(...words(`${folder}/out`))).code).toBe(0);
    expect(readdirSync(folder)).toEqual(['out']);
  }
});

test.each(['SIGINT', 'SIGTERM'] as const)('generate that gets %s says that it was interrupted', async (signal) => {
  const folder = newFolder(`interrupted-${signal}`);
  const started = start('generate', `${folder}/x.db`, '--contacts', '2000000', '--json');
  await whileRunning(started, () => readdirSync(folder).length > 0);
  started.child.kill(signal);
  const { code, stdout, stderr } = await started.outcome;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'interrupted' } });
  expect(stderr).toContain('was not written');
  expect(readdirSync(folder)).toEqual([]);
});
