import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { type Outcome, type Started, startProgram } from './program.js';

export { type Outcome, UNFORESEEN } from './program.js';

/** The built program. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts the built `sendplan`; no shell is between. */
export function start(...words: string[]): Started {
  return startProgram(process.execPath, [MAIN, ...words]);
}

/** Runs the built `sendplan` to its end. */
export function sendplan(...words: string[]): Promise<Outcome> {
  return start(...words).outcome;
}

/** A folder for the files of one test file, removed when it is done. */
export function testFolder(): (...names: string[]) => string {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (...names) => join(folder, ...names);
}
