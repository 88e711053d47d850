import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** How a command ended. */
export interface CommandEnd {
  readonly kind: 'done' | 'refused' | 'unforeseen';
  /** The code of the error; `ok` without one. */
  readonly code: string;
  /** The error's message, or where it came from when nobody foresaw it. */
  readonly message: string;
}

const TIME_LIMIT_MS = 30_000;
/** A process is used for so many commands: what they leave behind shows, and does not pile up without end. */
const MOST_COMMANDS = 500;
/** The built worker, beside this file when this one is built, too. */
const WORKER = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/') ? 'commandWorker.js' : '../../dist/test/faults/commandWorker.js',
    import.meta.url,
  ),
);

/** Runs commands in a process that does one after the other. */
export class CommandProcess {
  #child: ChildProcess | null = null;
  #commands = 0;

  /** Runs one; a process that is ended by a signal, or does not answer, is `unforeseen`. */
  async run(...words: string[]): Promise<CommandEnd> {
    if (this.#commands++ % MOST_COMMANDS === 0) await this.end();
    const child =
      this.#child ?? fork(WORKER, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#child = child;
    return new Promise((resolve) => {
      const finish = (end: CommandEnd) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(end);
      };
      const die = (message: string) => {
        this.#child = null;
        child.kill('SIGKILL');
        finish({ kind: 'unforeseen', code: 'process', message });
      };
      const timer = setTimeout(() => die(`no end in ${TIME_LIMIT_MS / 1000} seconds`), TIME_LIMIT_MS);
      child.once('message', (end) => finish(end as CommandEnd));
      child.once('exit', (code, signal) => die(`the process ended (${signal ?? code})`));
      child.send(words);
    });
  }

  /** Lets the process come to its end. */
  async end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }
}
