import type { ContactExplanation } from '../../explain/contactExplanation.js';
import type { ConfigInput } from '../../rules/config.js';
import type { SimulatedDay, Simulation } from '../../simulate/simulation.js';
import type { FoundContacts, Progress, RunResult } from '../protocol/protocol.js';
import type { CallError } from './workerClient.js';

/** The parts of the page, in the order of their tabs. */
export const VIEWS = ['plan', 'day', 'contact', 'settings', 'compare', 'year', 'sql', 'download'] as const;

/** One of `VIEWS`. */
export type View = (typeof VIEWS)[number];

/** A database that was chosen or generated; its bytes stay where they are until a worker reads them. */
export interface ChosenDatabase {
  readonly name: string;
  readonly file: Blob;
  /** Whether it was made up, and not somebody's. */
  readonly isGenerated: boolean;
}

/** A configuration as it is edited: plain data, right or wrong. */
export type Draft = { readonly [key: string]: unknown };

/** A run that has come to its end. */
export interface FinishedRun {
  /** Runs are counted from 1. */
  readonly number: number;
  readonly databaseName: string;
  readonly config: ConfigInput;
  readonly result: RunResult;
}

/** Something that takes time and can be cancelled. */
export interface Job {
  readonly title: string;
  readonly progress: Progress | null;
  /** When the stage under way began, as `performance.now()`. */
  readonly stageStartMs: number;
  /** The stages that are over. */
  readonly stagesDone: readonly string[];
  readonly cancel: () => void;
}

/** A simulation, under way or over. */
export interface SimulationState {
  /** Days since 1970-01-01, `[start, end)`. */
  readonly startDay: number;
  readonly endDay: number;
  /** The days that are over, in order. */
  readonly days: readonly SimulatedDay[];
  /** Null as long as it is under way, and when it was cancelled. */
  readonly result: Simulation | null;
}

/** Everything the page shows. Objects are replaced, never changed, so that a part that is the same object is the same. */
export interface PageState {
  readonly view: View;
  readonly database: ChosenDatabase | null;
  /** `YYYY-MM-DD` */
  readonly asOf: string;
  readonly draft: Draft;
  readonly isRemembering: boolean;
  readonly job: Job | null;
  /** What went wrong last, or why something stopped; null when all is well. */
  readonly failure: CallError | null;
  /** The last run, whose plan a worker holds. */
  readonly current: FinishedRun | null;
  /** The runs of this visit, latest last. */
  readonly runs: readonly FinishedRun[];
  /** The day that is looked at, as days since 1970-01-01. */
  readonly day: number | null;
  readonly found: FoundContacts | null;
  readonly explanation: ContactExplanation | null;
  readonly simulation: SimulationState | null;
}

/** Holds the state and tells everybody who asked when it is another one. */
export class Store {
  #state: PageState;
  readonly #listeners: ((state: PageState, before: PageState) => void)[] = [];

  constructor(state: PageState) {
    this.#state = state;
  }

  get state(): PageState {
    return this.#state;
  }

  /** Puts some parts of the state in the place of those that were. */
  set(parts: Partial<PageState>): void {
    const before = this.#state;
    this.#state = { ...before, ...parts };
    for (const listener of this.#listeners) listener(this.#state, before);
  }

  /** Calls back at every change of one of the parts, and once at the start. */
  follow(parts: readonly (keyof PageState)[], show: (state: PageState) => void): void {
    this.#listeners.push((state, before) => {
      if (parts.some((part) => state[part] !== before[part])) show(state);
    });
    show(this.#state);
  }
}
