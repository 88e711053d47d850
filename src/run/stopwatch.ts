import { SendplanError } from '../errors.js';

/** The stages of a run, in the order in which they happen. */
export const STAGES = ['open', 'compare', 'load', 'plan', 'balance', 'diff', 'flush', 'save'] as const;

/** One of `STAGES`. */
export type Stage = (typeof STAGES)[number];

/** What a stage took. */
export interface StageTiming {
  readonly stage: Stage;
  readonly seconds: number;
  /** The memory in use at the stage's end; null where the platform does not tell. */
  readonly memoryBytes: number | null;
}

/** Is told when a stage starts and how far it has come; a total of null is not known. */
export type RunProgress = (stage: Stage, done: number, total: number | null) => void;

/** What stages took together, in seconds. */
export function totalSeconds(timings: readonly StageTiming[]): number {
  return timings.reduce((total, timing) => total + timing.seconds, 0);
}

/** What a stopwatch does besides timing. */
export interface StopwatchOptions {
  /** Tells how much memory the process uses, null where that is not known. */
  readonly memoryBytes?: () => number | null;
  /** Is told what a stage has taken so far each time that it ends. */
  readonly onStage?: (timing: StageTiming) => void;
  /** Gives the work up at its next stage or step of progress. */
  readonly signal?: AbortSignal;
}

/** Gives work up when its signal is aborted. @throws SendplanError `interrupted` */
export function throwIfAborted(
  signal: AbortSignal | undefined,
  told = 'The work was interrupted; nothing was changed.',
): void {
  if (signal?.aborted === true) throw new SendplanError('interrupted', told, { cause: signal.reason });
}

/** Times the stages of a run and passes their progress on. */
export class Stopwatch {
  readonly timings: StageTiming[] = [];
  readonly #onProgress: RunProgress;
  readonly #memoryBytes: () => number | null;
  readonly #onStage: (timing: StageTiming) => void;
  readonly #signal: AbortSignal | undefined;

  constructor(onProgress: RunProgress = () => {}, options: StopwatchOptions = {}) {
    const { memoryBytes = () => null, onStage = () => {}, signal } = options;
    this.#onProgress = onProgress;
    this.#memoryBytes = memoryBytes;
    this.#onStage = onStage;
    this.#signal = signal;
  }

  /**
   * Runs a stage and notes what it took, also when it fails; stages that happen twice are added up.
   *
   * @throws SendplanError `interrupted` when the work is to be given up
   */
  async measure<Result>(stage: Stage, work: () => Result | Promise<Result>): Promise<Result> {
    // Whoever may give the work up gets a turn to do so.
    if (this.#signal !== undefined) await new Promise((resolve) => setTimeout(resolve));
    throwIfAborted(this.#signal);
    const startMs = performance.now();
    this.#onProgress(stage, 0, null);
    throwIfAborted(this.#signal);
    try {
      return await work();
    } finally {
      const seconds = (performance.now() - startMs) / 1000;
      const earlier = this.timings.findIndex((timing) => timing.stage === stage);
      const before = earlier < 0 ? 0 : this.timings[earlier].seconds;
      const timing = { stage, seconds: before + seconds, memoryBytes: this.#memoryBytes() };
      if (earlier < 0) this.timings.push(timing);
      else this.timings[earlier] = timing;
      this.#onStage(timing);
    }
  }

  /** Waits for what others do. @throws SendplanError `interrupted` when the work is to be given up meanwhile */
  async wait<Result>(work: Promise<Result>): Promise<Result> {
    const signal = this.#signal;
    if (signal === undefined) return work;
    let giveUp = () => {};
    const aborted = new Promise<never>((_, reject) => {
      giveUp = () => {
        try {
          throwIfAborted(signal);
        } catch (error) {
          reject(error);
        }
      };
    });
    signal.addEventListener('abort', giveUp);
    giveUp();
    try {
      return await Promise.race([work, aborted]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Passes a stage's progress on. @throws SendplanError `interrupted` when the work is to be given up */
  progress(stage: Stage, done: number, total: number | null = null): void {
    this.#onProgress(stage, done, total);
    throwIfAborted(this.#signal);
  }
}
