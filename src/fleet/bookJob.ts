import { createHash } from 'node:crypto';
import type { SendplanErrorCode } from '../errors.js';
import type { PartRound } from '../run/parts/partRounds.js';
import type { RowChanges } from '../store/changes/rowChanges.js';

/** What jobs of a fleet are called: one that plans a book, one round of a part of it, and one that looks for books and enqueues them. */
export const JOB_NAMES = { book: 'book', round: 'round', enqueue: 'enqueue' } as const;

/** One book to plan for one day. */
export interface BookJob {
  /** The real path of the file, or of the folder of a book in parts. */
  readonly path: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
  /** The size of its files. */
  readonly bytes: number;
  /** The memory that planning it takes, about; null where nobody could look into it. */
  readonly peakBytes: number | null;
  /** Of a book in parts whose rounds were sent out as jobs: the last time, and how often. */
  readonly sent?: { readonly id: string; readonly times: number };
}

/** One round of one part of a book, as a job of its own, which the book's job waits for. */
export interface RoundJob extends BookJob, PartRound {}

/** A look for books, as a schedule makes it. */
export interface EnqueueJob {
  readonly roots: readonly string[];
}

/** How a book's job ended well: as a run does, or with a book that needed none. */
export type BookOutcome = 'changed' | 'unchanged' | 'already_planned' | 'later_run';

/** What a book's job leaves, as Redis keeps it; the names are stable. */
export interface BookResult {
  readonly outcome: BookOutcome;
  /** Null when there was nothing to do. */
  readonly run_id: string | null;
  /** The checksum of the configuration, as `config_versions.config_hash`. */
  readonly config_hash: string;
  readonly contacts: number;
  readonly rows: RowChanges;
  readonly warnings: number;
  /** Of a book in parts, those of all its rounds together, wherever they were made. */
  readonly seconds: number;
  /** Seconds by stage; of a book in parts, by round. */
  readonly stages: Readonly<Record<string, number>>;
  /** The most memory that the book's process had. */
  readonly peak_bytes: number;
}

/** What a worker tells of a job while it goes on. */
export interface JobProgress {
  /** The stage or round that the book is in, or `admission` while it waits for memory. */
  readonly stage: string;
  /** The worker, as host and process. */
  readonly worker: string;
}

/** The id of the job of a book and day: to enqueue it again adds nothing. */
export function bookJobId({ path, day }: Pick<BookJob, 'path' | 'day'>): string {
  return `${day}-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
}

/** The id of the job of a round; a round that is sent out again is another job. */
export function roundJobId(book: BookJob, { round, file }: PartRound): string {
  return `${bookJobId(book)}-${round}-${file}-${book.sent?.id ?? ''}`;
}

/** How often a job is tried, and when: twice as long after every attempt, and up to half less by chance, so that books that met are
 * not tried together again. */
export const ATTEMPTS = { attempts: 5, backoff: { type: 'exponential', delay: 4000, jitter: 0.5 } } as const;

const LEAST_PRIORITY = 2_097_151;
const STEPS_PER_DOUBLING = 40_000;

/** The priority of a book's job, by its size on a scale of doublings: the lower the number, the sooner, and the largest come first. */
export function bookPriority(bytes: number): number {
  return Math.max(1, LEAST_PRIORITY - Math.floor(Math.log2(bytes + 1) * STEPS_PER_DOUBLING));
}

/** The errors that another attempt would only meet again: those of the book, its configuration, or the installation. */
const FINAL: readonly SendplanErrorCode[] = [
  ...(['bad_config', 'bad_input', 'bad_book', 'not_a_database', 'file_not_found', 'file_too_large'] as const),
  ...(['missing_table', 'missing_column', 'unsupported_schema', 'driver_missing', 'package_missing'] as const),
  ...(['held_back', 'window_closed'] as const),
];

/** Tells whether another attempt would only meet the same error again. */
export function isFinal(code: string): boolean {
  return FINAL.some((known) => known === code);
}

/** Why a job failed, as one text that Redis keeps: the code, then the sentence. */
export function failureText({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code}: ${message}`;
}

/** A job's failure from its text: `unexpected` where no code is in front. */
export function parseFailure(text: string): { readonly code: string; readonly message: string } {
  const [, code, message] = /^([a-z_]+): ([\s\S]*)$/.exec(text) ?? [];
  if (code === undefined) {
    const isStalled = text.includes('stalled');
    return { code: isStalled ? 'process_died' : 'unexpected', message: text };
  }
  return { code, message };
}
