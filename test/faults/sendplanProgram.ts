import { type Outcome, startProgram, UNFORESEEN } from '../helpers/program.js';

/** Longer than anything takes here on a loaded machine: what is not done by then has no end. */
const TIME_LIMIT_MS = 90_000;

/** A run of the program that goes on. */
export interface Going {
  readonly outcome: Promise<Outcome>;
  /** SIGKILL. */
  kill(): void;
}

/** The built program as processes. */
export class Program {
  /** @param main `dist/cli/main.js` */
  constructor(readonly main: string) {}

  /** Starts it. @param before a program that starts it, and its words, such as strace */
  start(words: readonly string[], before: readonly string[] = []): Going {
    const [program, ...rest] = [...before, process.execPath, this.main, ...words];
    const { child, outcome } = startProgram(program, rest);
    const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS);
    return { outcome: outcome.finally(() => clearTimeout(timer)), kill: () => child.kill('SIGKILL') };
  }

  /** Runs it to its end. */
  run(...words: string[]): Promise<Outcome> {
    return this.start(words).outcome;
  }
}

/** What is wrong with an outcome whatever it is about: it ended by a signal, has no end, or did not foresee its error. */
export function unforeseen(what: string, { code, signal, stderr }: Outcome): string[] {
  if (signal !== null) return [`${what} was ended by ${signal}: ${stderr.slice(0, 500)}`];
  if (UNFORESEEN.test(stderr)) return [`${what} (exit ${code}) did not foresee: ${stderr.slice(0, 1500)}`];
  return [];
}

/** `unforeseen`, and that a run that did not succeed exits 1 and says why. */
export function faultsOfRun(what: string, outcome: Outcome): string[] {
  const faults = unforeseen(what, outcome);
  if (faults.length > 0 || outcome.code === 0) return faults;
  if (outcome.code === 1 && /^error: \S+ /m.test(outcome.stderr)) return [];
  return [`${what} exited ${outcome.code} and said: ${outcome.stderr.slice(0, 500)}`];
}
