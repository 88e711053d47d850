import { visible } from '../report/text/visible.js';
import { reasonOf } from '../store/format/fileErrors.js';
import { EXIT } from './exitCodes.js';

// All that people read goes through here: control characters of data, paths and options never reach a terminal.

/**
 * Sees to it that output which cannot be written is no error that nobody foresaw. Whoever reads stdout may have enough of it
 * (`sendplan run ... --json | head`); a disk that is full is told, with exit code 1. What stderr does not take changes nothing: there is
 * nobody to tell it to.
 */
export function watchOutput(): void {
  let isTold = false;
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isTold) return;
    isTold = true;
    process.exitCode = EXIT.failed;
    writeError(`error: The output cannot be written: ${reasonOf(error)}.\n`);
  });
}

/** Writes a text for people to stderr. */
export function writeError(text: string): void {
  process.stderr.write(visible(text));
}

/** Writes a result for people to stdout. */
export function writeOut(text: string): void {
  process.stdout.write(visible(text));
}

/** Writes a value for programs to stdout: JSON, in lines of two spaces when they are wanted; the same value whatever it holds. */
export function writeJson(value: unknown, spaces?: number): void {
  // Outside of texts JSON holds nothing that `visible` changes, and in them its escapes mean the same character.
  process.stdout.write(`${visible(JSON.stringify(value, null, spaces))}\n`);
}

/** Waits until stdout takes more, or whoever reads it has ended. */
export function roomOnStdout(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      process.stdout.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    process.stdout.on('drain', done).on('close', done).on('error', done);
  });
}

/** Writes lines for programs to stdout, each of them JSON, and waits until stdout takes more. @param lines each ends in a line feed */
export async function writeLines(lines: string): Promise<void> {
  if (!process.stdout.write(visible(lines))) await roomOnStdout();
}

const told = new WeakSet<object>();

/** Notes that people have been told of an error in another way than by its sentence. */
export function noteTold(error: unknown): void {
  if (typeof error === 'object' && error !== null) told.add(error);
}

/** Tells whether people have been told of an error already. */
export function isTold(error: unknown): boolean {
  return typeof error === 'object' && error !== null && told.has(error);
}
