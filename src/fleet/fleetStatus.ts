import type { Job } from 'bullmq';
import {
  type BookJob,
  type BookOutcome,
  type BookResult,
  JOB_NAMES,
  type JobProgress,
  parseFailure,
} from './bookJob.js';
import { type Fleet, type FleetOptions, withFleet } from './fleetQueue.js';
import { type FleetSchedule, listSchedules } from './scheduleFleet.js';

/** Of which day the state of a fleet is told. */
export interface StatusOptions extends FleetOptions {
  /** `YYYY-MM-DD`; the latest day that there are jobs of when left out. */
  readonly asOf?: string;
}

/** Books that failed with the same sentence. */
export interface FailedBooks {
  readonly code: string;
  /** With `...` in the place of the book. */
  readonly message: string;
  readonly books: number;
  /** One of them. */
  readonly example: string;
}

/** A book that is being planned. */
export interface ActiveBook {
  readonly path: string;
  /** Null before the worker has told it. */
  readonly stage: string | null;
  readonly worker: string | null;
  readonly seconds: number;
  /** Which attempt it is, from 1 on. */
  readonly attempt: number;
}

/** How a fleet does, as `sendplan fleet status --json` prints it; the names are stable. */
export interface FleetStatus {
  readonly queue: string;
  /** The day whose books are told, `YYYY-MM-DD`; null when there are none. */
  readonly day: string | null;
  readonly workers: number;
  readonly books: {
    readonly waiting: number;
    readonly active: number;
    /** Failed, and waiting for another attempt. */
    readonly delayed: number;
    readonly done: number;
    readonly failed: number;
  };
  /** Books of other days that wait or go on, which are not counted elsewhere. */
  readonly other_days: number;
  readonly outcomes: Readonly<Record<BookOutcome, number>>;
  readonly contacts: number;
  readonly rows: { readonly added: number; readonly changed: number; readonly removed: number; readonly kept: number };
  readonly failures: readonly FailedBooks[];
  /** Looks for books by a schedule that failed. */
  readonly failed_looks: readonly string[];
  readonly active: readonly ActiveBook[];
  readonly slowest: readonly { readonly path: string; readonly seconds: number; readonly contacts: number }[];
  /** How fast it goes, since the first book of the day began; null while nothing is done. */
  readonly pace: {
    readonly books_per_minute: number;
    readonly bytes_per_second: number;
    /** When the last book will be done, as ISO 8601 in UTC; null when nothing waits. */
    readonly ends_at: string | null;
  } | null;
  readonly schedules: readonly FleetSchedule[];
}

type Book = Job<BookJob, BookResult>;

const SLOWEST = 5;
/** Jobs are fetched in pieces, so that Redis is not kept from its workers. */
const PIECE = 1000;
const STATES = {
  waiting: ['waiting', 'prioritized'],
  // A book in parts waits for its rounds while these go on.
  active: ['active', 'waiting-children'],
  delayed: ['delayed'],
  done: ['completed'],
  failed: ['failed'],
} as const;

type State = keyof typeof STATES;

async function jobsOf({ queue }: Fleet, state: State): Promise<Job[]> {
  const jobs = new Map<string, Job>();
  for (const type of STATES[state]) {
    for (let start = 0; ; start += PIECE) {
      const piece = await queue.getJobs([type], start, start + PIECE - 1);
      // One that moves meanwhile can come as nothing, or twice.
      for (const job of piece) {
        // Enqueued again just then, it is not done any more.
        if (state === 'done' && job?.returnvalue === null) continue;
        if (job?.id !== undefined) jobs.set(job.id, job);
      }
      if (piece.length < PIECE) break;
    }
  }
  return [...jobs.values()];
}

function groupFailures(jobs: readonly Book[]): FailedBooks[] {
  const groups = new Map<string, { code: string; message: string; books: number; example: string }>();
  for (const { failedReason, data } of jobs) {
    const { code, message } = parseFailure(failedReason ?? '');
    const sentence = message.replaceAll(data.path, '...');
    const group = groups.get(`${code} ${sentence}`);
    if (group === undefined)
      groups.set(`${code} ${sentence}`, { code, message: sentence, books: 1, example: data.path });
    else group.books++;
  }
  return [...groups.values()].sort((a, b) => b.books - a.books || (a.code < b.code ? -1 : 1));
}

function activeBook({ data, progress, processedOn, attemptsMade }: Book, nowMs: number): ActiveBook {
  const { stage = null, worker = null } = (typeof progress === 'object' ? progress : {}) as Partial<JobProgress>;
  const seconds = processedOn === undefined ? 0 : Math.max(0, nowMs - processedOn) / 1000;
  return { path: data.path, stage, worker, seconds, attempt: attemptsMade + 1 };
}

function paceOf(books: Readonly<Record<State, readonly Book[]>>, nowMs: number): FleetStatus['pace'] {
  const { done } = books;
  if (done.length === 0) return null;
  const left = [...books.waiting, ...books.active, ...books.delayed];
  const startMs = Math.min(...done.map(({ processedOn = nowMs }) => processedOn));
  const endMs = left.length > 0 ? nowMs : Math.max(...done.map(({ finishedOn = nowMs }) => finishedOn));
  const seconds = Math.max(0.001, (endMs - startMs) / 1000);
  const bytesOf = (jobs: readonly Book[]) => jobs.reduce((sum, { data }) => sum + data.bytes, 0);
  const bytesPerSecond = bytesOf(done) / seconds;
  const secondsLeft = bytesPerSecond === 0 ? 0 : bytesOf(left) / bytesPerSecond;
  return {
    books_per_minute: (60 * done.length) / seconds,
    bytes_per_second: bytesPerSecond,
    ends_at: left.length === 0 ? null : new Date(nowMs + secondsLeft * 1000).toISOString(),
  };
}

function sumResults(done: readonly Book[]): Pick<FleetStatus, 'outcomes' | 'contacts' | 'rows' | 'slowest'> {
  const outcomes = { changed: 0, unchanged: 0, already_planned: 0, later_run: 0 };
  const sums = { added: 0, changed: 0, removed: 0, kept: 0 };
  let contacts = 0;
  for (const { returnvalue: result } of done) {
    outcomes[result.outcome]++;
    contacts += result.contacts;
    sums.added += result.rows.added;
    sums.changed += result.rows.changed;
    sums.removed += result.rows.removed;
    sums.kept += result.rows.kept;
  }
  const slowest = done
    .map(({ data, returnvalue: { seconds, contacts: own } }) => ({ path: data.path, seconds, contacts: own }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);
  return { outcomes, contacts, rows: sums, slowest };
}

/** The state of an open fleet. @throws an error of Redis */
export async function readStatus(fleet: Fleet, asOf: string | undefined): Promise<FleetStatus> {
  const states = Object.keys(STATES) as State[];
  const all = await Promise.all(states.map((state) => jobsOf(fleet, state)));
  const ofName = (name: string) => all.map((jobs) => jobs.filter((job) => job.name === name));
  const allBooks = ofName(JOB_NAMES.book) as Book[][];
  const days = allBooks.flatMap((jobs) => jobs.map(({ data }) => data.day)).sort();
  const day = asOf ?? days.at(-1) ?? null;
  const books = Object.fromEntries(
    states.map((state, i) => [state, allBooks[i].filter(({ data }) => data.day === day)]),
  ) as Record<State, Book[]>;
  const openCount = (jobs: readonly (readonly Book[])[]) =>
    jobs.slice(0, 3).reduce((sum, { length }) => sum + length, 0);
  const nowMs = Date.now();
  return {
    queue: fleet.name,
    day,
    workers: await fleet.queue.getWorkersCount(),
    books: {
      waiting: books.waiting.length,
      active: books.active.length,
      delayed: books.delayed.length,
      done: books.done.length,
      failed: books.failed.length,
    },
    other_days: openCount(allBooks) - openCount([books.waiting, books.active, books.delayed]),
    ...sumResults(books.done),
    failures: groupFailures(books.failed),
    failed_looks: ofName(JOB_NAMES.enqueue)[states.indexOf('failed')].map(({ failedReason }) => failedReason ?? ''),
    active: books.active.map((job) => activeBook(job, nowMs)).sort((a, b) => b.seconds - a.seconds),
    pace: paceOf(books, nowMs),
    schedules: await listSchedules(fleet),
  };
}

/**
 * Tells how a fleet does with the books of a day: what waits, goes on, is done and failed, and when it will end at this pace.
 *
 * @throws SendplanError `package_missing` without BullMQ, `redis_unreachable` when Redis does not answer
 * @example
 * import { fleetStatus } from 'sendplan/fleet';
 * const status = await fleetStatus({ asOf: '2025-06-14', redis: process.env.SENDPLAN_REDIS });
 * console.log(status.books.waiting); // 1
 */
export function fleetStatus(options: StatusOptions = {}): Promise<FleetStatus> {
  return withFleet(options, (fleet) => readStatus(fleet, options.asOf));
}
