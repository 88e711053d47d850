import type { DayRange } from '../../report/charts/volumeLayers.js';
import type { ConfigInput } from '../../rules/config.js';
import type { SimulatedDay, Simulation } from '../../simulate/simulation.js';
import type { ContactMapping, ContactsLook } from '../protocol/contactColumns.js';
import type {
  EmailFilter,
  ExplainedContact,
  FoundContacts,
  GenerateRequest,
  MergedLog,
  Progress,
  RunResult,
} from '../protocol/protocol.js';
import type { CallError } from './workerClient.js';

/** The parts of the page, in the order of their tabs. */
export const VIEWS = ['plan', 'day', 'contact', 'settings', 'compare', 'year', 'sql', 'download'] as const;

/** One of `VIEWS`. */
export type View = (typeof VIEWS)[number];

/** A database that was chosen or generated; its bytes stay where they are until a worker reads them. */
export interface ChosenDatabase {
  readonly name: string;
  readonly file: Blob;
  /** What it was made up by; null when it is somebody's. */
  readonly made: GenerateRequest | null;
  /** What was in the write-ahead log beside it and is in `file`; null when none was chosen. */
  readonly log: Omit<MergedLog, 'database'> | null;
  /** What its contacts are read from, which was put into `file`; null when they are read by their own names. */
  readonly mapping: ContactMapping | null;
  /** What was changed of its suppressions, which is in `file`; null when nothing was. */
  readonly suppressions: {
    readonly changeCount: number;
    /** The database as it was before. */
    readonly before: ChosenDatabase;
  } | null;
}

/** What the last run of the chosen database kept of its settings. */
export interface KeptSettings {
  /** What is not the default; null when it cannot be read. */
  readonly settings: Draft | null;
  readonly problem: string | null;
}

/** A file that waits for a yes, because another one is open. */
export interface OfferedFile {
  readonly name: string;
  readonly file: Blob;
  /** The log beside it that was chosen too. */
  readonly log: File | null;
}

/** The filter that takes all emails. */
export const ALL_EMAILS: EmailFilter = { kind: null, status: 'any', state: null, reason: null };

/** What is looked at, as far as an address keeps it. */
export interface Sight {
  readonly view: View;
  /** Days since 1970-01-01. */
  readonly day: number | null;
  readonly contact: number | null;
  readonly filter: EmailFilter;
  /** The days that charts show; null for all. */
  readonly range: DayRange | null;
}

/** What an address asked for and what is not there yet: it is shown after the next run. */
export interface Awaited {
  readonly sight: Sight;
  /** The name of the database that has to be chosen again; null when it is made up again. */
  readonly fileName: string | null;
}

/** A configuration as it is edited: plain data, right or wrong. */
export type Draft = { readonly [key: string]: unknown };

/** A run that has come to its end. */
export interface FinishedRun {
  /** Runs are counted from 1. */
  readonly number: number;
  /** What somebody called it; empty when nobody did. */
  readonly name: string;
  readonly database: ChosenDatabase;
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
  readonly database: ChosenDatabase;
  readonly config: ConfigInput;
  /** The days that are over, in order. */
  readonly days: readonly SimulatedDay[];
  /** Null as long as it is under way, and when it was cancelled. */
  readonly result: Simulation | null;
}

/** Everything the page shows. Objects are replaced, never changed, so that a part that is the same object is the same. */
export interface PageState {
  readonly view: View;
  readonly database: ChosenDatabase | null;
  /** The databases of this visit that can be gone back to, the latest last. */
  readonly files: readonly ChosenDatabase[];
  /** Whether the database is in WAL mode, so that changes may lie in a file beside it. */
  readonly isWal: boolean;
  /** Where the contacts of the chosen database are; null when that is settled, or has not been looked at. */
  readonly contacts: ContactsLook | null;
  /** What the chosen database was planned with last; null when it was not, or has not been looked at. */
  readonly kept: KeptSettings | null;
  readonly offered: readonly OfferedFile[];
  readonly awaited: Awaited | null;
  /** `YYYY-MM-DD` */
  readonly asOf: string;
  readonly draft: Draft;
  /** Whether what stands in the field of YAML is not right and so is no part of the draft. */
  readonly isYamlWrong: boolean;
  readonly isRemembering: boolean;
  /** Whether the open database and what is looked at are kept in this browser; `refused` when it does not keep them. */
  readonly sessionMemory: 'off' | 'on' | 'refused';
  readonly job: Job | null;
  /** What went wrong last, or why something stopped; null when all is well. */
  readonly failure: CallError | null;
  /** The last run, whose plan a worker holds. */
  readonly current: FinishedRun | null;
  /** The runs of this visit, latest last. */
  readonly runs: readonly FinishedRun[];
  /** The day that is looked at, as days since 1970-01-01; null for all days. */
  readonly day: number | null;
  readonly filter: EmailFilter;
  /** The days that charts show; null for all. */
  readonly range: DayRange | null;
  /** The contact that is looked at, by id. */
  readonly contact: number | null;
  /** Whether the result of the last run was handed to the browser as a file. */
  readonly isSaved: boolean;
  readonly found: FoundContacts | null;
  readonly explanation: ExplainedContact | null;
  readonly simulation: SimulationState | null;
}

/** The state of a page that has just been opened. */
export function firstState(
  parts: Pick<PageState, 'asOf' | 'draft' | 'isRemembering' | 'sessionMemory' | 'awaited'>,
): PageState {
  return {
    view: 'plan',
    database: null,
    files: [],
    isWal: false,
    kept: null,
    contacts: null,
    offered: [],
    isYamlWrong: false,
    job: null,
    failure: null,
    current: null,
    runs: [],
    day: null,
    filter: ALL_EMAILS,
    range: null,
    contact: null,
    isSaved: false,
    found: null,
    explanation: null,
    simulation: null,
    ...parts,
  };
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
    for (const listener of [...this.#listeners]) listener(this.#state, before);
  }

  /** Calls back at every change of one of the parts, and once at the start; what is returned ends it. */
  follow(parts: readonly (keyof PageState)[], show: (state: PageState) => void): () => void {
    const listener = (state: PageState, before: PageState) => {
      if (parts.some((part) => state[part] !== before[part])) show(state);
    };
    this.#listeners.push(listener);
    show(this.#state);
    return () => {
      this.#listeners.splice(this.#listeners.indexOf(listener), 1);
    };
  }
}
