import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MAIN, sendplan, testFolder } from '../helpers/cli.js';
import { startProgram } from '../helpers/program.js';

const path = testFolder();
const ROOT = join(dirname(MAIN), '..', '..');

/** A program of its own, which can be taken away. */
function copyProgram(name: string): { readonly main: string; remove(): void } {
  const root = path(name);
  mkdirSync(root);
  for (const part of ['package.json', 'dist/cli', 'dist/vendor'])
    cpSync(join(ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return { main: join(root, 'dist', 'cli', 'main.js'), remove: () => rmSync(join(root, 'dist'), { recursive: true }) };
}

/** Threads are loaded when they are started. */
const WORDS = ['--as-of', '2025-06-13', '--threads', '1'];

test('a run that writes tells what it wrote, though the program is installed anew meanwhile', async () => {
  const program = copyProgram('program');
  const database = path('books', 'a.db');
  mkdirSync(dirname(database));
  await sendplan('generate', database, '--contacts', '40000', '--as-of', '2025-06-13');
  const { child, outcome } = startProgram(process.execPath, [program.main, 'run', database, ...WORDS]);
  while (child.exitCode === null && !readdirSync(dirname(database)).some((name) => name.endsWith('.tmp')))
    await sleep(2);
  expect(child.exitCode).toBe(null);
  program.remove();
  const { code, stderr } = await outcome;
  expect({ code, stderr: stderr.slice(0, 200) }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^Planned 40,000 contacts/),
  });
  expect(readdirSync(dirname(database))).toEqual(['a.db']);
});

test('a part of the program that is missing is named', async () => {
  const program = copyProgram('part');
  for (const name of readdirSync(dirname(program.main)))
    if (/^verify-/.test(name)) rmSync(join(dirname(program.main), name));
  const { code, stderr } = await startProgram(process.execPath, [program.main, 'verify', 'a.db']).outcome;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: A file of sendplan itself is missing: .*verify-.*\n {2}Was it installed anew while it ran\?/,
  );
});
