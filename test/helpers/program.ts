import { type ChildProcess, spawn } from 'node:child_process';

/** What a command left. */
export interface Outcome {
  /** The exit code, null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

/** A line of a stack trace, or what a program says that did not foresee an error. */
export const UNFORESEEN = /^\s+at .+[:)]\d*|should not have happened|node:internal|UnhandledPromise/m;

/** Starts a program; no shell is between. @param user who runs it, by its number; whoever runs this one when left out */
export function startProgram(program: string, words: readonly string[], user?: number): Started {
  const env = { ...process.env, NO_COLOR: '1', NODE_NO_WARNINGS: '1' };
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env, uid: user, gid: user });
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
