import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { currentCommit } from './commit.js';

/** A temporary folder that goes when the bench ends, however it ends, with the processes that work in it. */
export class WorkFolder {
  readonly path: string;
  readonly #isKept: boolean;
  readonly #children = new Set<ChildProcess>();
  #isInterrupted = false;

  /** @param parent where it is made; the system's folder for temporary files when left out */
  constructor(isKept: boolean, parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, 'sendplan-bench-'));
    this.#isKept = isKept;
    // Not once: npm passes a Ctrl-C on that the terminal has sent already, and the second would end everything at once.
    process.on('SIGINT', () => this.#interrupt(130));
    process.on('SIGTERM', () => this.#interrupt(143));
    process.once('exit', () => this.remove());
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Looks after a process: it ends before the folder goes. */
  watch(child: ChildProcess): void {
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
  }

  remove(): void {
    if (!this.#isKept) rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }

  #interrupt(exitCode: number): void {
    if (this.#isInterrupted) return;
    this.#isInterrupted = true;
    const ended = [...this.#children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.#children) child.kill('SIGTERM');
    const giveUp = setTimeout(() => {
      for (const child of this.#children) child.kill('SIGKILL');
    }, 2000);
    void Promise.all(ended).then(() => {
      clearTimeout(giveUp);
      process.stderr.write('\ninterrupted\n');
      process.exit(exitCode);
    });
  }
}

/** Writes results as JSON, the commit in front of them, with the folders that are missing, and returns the whole path. */
export function writeJson(path: string, results: Readonly<Record<string, unknown>>): string {
  const wholePath = resolve(path);
  mkdirSync(dirname(wholePath), { recursive: true });
  writeFileSync(wholePath, `${JSON.stringify({ commit: currentCommit(), ...results }, null, 2)}\n`);
  return wholePath;
}
