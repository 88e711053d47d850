/** The seconds of the stages of a job, in the order in which they happened. */
export type StageSeconds = Readonly<Record<string, number>>;

/** Another way to do the work: reads the contacts of a SQLite file and fills its `email_schedules`. */
export interface Rival {
  readonly key: string;
  readonly name: string;
  /** The most contacts it is given; beyond, its time is extrapolated in proportion. Null: any number. */
  readonly largest: number | null;
  /** Does the job; runs in a process of its own. */
  readonly run: (path: string) => Promise<StageSeconds>;
}

/** Times the stages of a job, each from the end of the one before. */
export class StageClock {
  readonly #seconds: Record<string, number> = {};
  #startMs = performance.now();

  /** Ends a stage. */
  lap(stage: string): void {
    const nowMs = performance.now();
    this.#seconds[stage] = (this.#seconds[stage] ?? 0) + (nowMs - this.#startMs) / 1000;
    this.#startMs = nowMs;
  }

  get seconds(): StageSeconds {
    return this.#seconds;
  }
}
