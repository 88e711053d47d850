import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What a command left. */
export interface Outcome {
  /** The exit code, null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built `sendplan`; no shell is between. */
export function start(...words: string[]): { readonly child: ChildProcess; readonly outcome: Promise<Outcome> } {
  const env = { ...process.env, NO_COLOR: '1', NODE_NO_WARNINGS: '1' };
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
  return { child, outcome };
}

/** Runs the built `sendplan` to its end. */
export function sendplan(...words: string[]): Promise<Outcome> {
  return start(...words).outcome;
}

/** A line of a stack trace, or what a program says that did not foresee an error. */
export const UNFORESEEN = /^\s+at .+[:)]\d*|should not have happened|node:internal|UnhandledPromise/m;

/** A folder for the files of one test file, removed when it is done. */
export function testFolder(): (...names: string[]) => string {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (...names) => join(folder, ...names);
}
