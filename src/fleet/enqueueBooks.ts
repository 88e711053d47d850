import type { Job, Queue } from 'bullmq';
import { ATTEMPTS, type BookJob, type BookResult, bookJobId, bookPriority, JOB_NAMES } from './bookJob.js';
import { type FoundBook, type FoundBooks, findBooks } from './findBooks.js';
import { type Fleet, type FleetOptions, withFleet } from './fleetQueue.js';

/** How books are enqueued. */
export interface EnqueueOptions extends FleetOptions {
  /** The day to plan from, `YYYY-MM-DD`; left out, today in the time zone of each book's configuration. */
  readonly asOf?: string;
  /** What books are read with; `native` when left out. */
  readonly driver?: 'sqljs' | 'native';
}

/** What became of the books that were found, as `sendplan fleet enqueue --json` prints it; the names are stable. */
export interface EnqueueReport {
  readonly queue: string;
  readonly books: number;
  /** About: of large tables only a few pages are read. */
  readonly contacts: number;
  readonly bytes: number;
  /** Jobs that were added. */
  readonly added: number;
  /** Books whose job waits, goes on or is done already. */
  readonly there_already: number;
  /** Books whose job of this day has failed: `retryFailed` has them tried again. */
  readonly failed_before: number;
  /** Books that tell themselves that they are planned for the day and configuration, or were planned for a later day. */
  readonly already_planned: number;
  readonly later_run: number;
  /** Books that were enqueued though they could not be looked into. */
  readonly problems: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  readonly skipped: FoundBooks['skipped'];
}

const DAY_SECONDS = 24 * 3600;
const KEPT_DAYS = 7;
/** How many jobs go to Redis at once. */
const BATCH = 500;

function jobOf({ path, day, bytes, peakBytes }: FoundBook) {
  const data: BookJob = { path, day, bytes, peakBytes };
  const kept = { age: KEPT_DAYS * DAY_SECONDS };
  const opts = {
    jobId: bookJobId(data),
    priority: bookPriority(bytes),
    ...ATTEMPTS,
    removeOnComplete: kept,
    removeOnFail: kept,
  };
  return { name: JOB_NAMES.book, data, opts };
}

/**
 * Tells whether a job is done whose book has to be planned all the same: another configuration holds since, or the book is not any
 * more as the job left it, as after `undo` or from a backup.
 */
function isOutdated(job: Job<BookJob, BookResult>, book: FoundBook, foundAtMs: number): boolean {
  // What ended while books were looked for has a book that was asked too soon.
  if (book.state !== 'due' || (job.finishedOn ?? foundAtMs) >= foundAtMs) return false;
  const { outcome, config_hash: hash } = job.returnvalue;
  return hash !== book.configHash || outcome === 'changed' || outcome === 'already_planned';
}

/** `isOutdated` of a job that may end just then. */
async function isOverdue(queue: Queue, job: Job, book: FoundBook, foundAtMs: number): Promise<boolean> {
  if (!(await job.isCompleted())) return false;
  // What it left is there since it is done, not since it was looked for.
  const done = await queue.getJob(bookJobId(book));
  return done !== undefined && done !== null && isOutdated(done, book, foundAtMs);
}

/** Adds the jobs of books that were found, as far as they are due and not there already. @throws an error of Redis */
export async function addBooks({ queue, name }: Fleet, found: FoundBooks): Promise<EnqueueReport> {
  const { books, skipped, foundAtMs } = found;
  const report = { added: 0, there_already: 0, failed_before: 0, already_planned: 0, later_run: 0 };
  const due: FoundBook[] = [];
  for (const book of books) {
    if (book.state === 'planned') report.already_planned++;
    else if (book.state === 'later_run') report.later_run++;
    else due.push(book);
  }
  for (let start = 0; start < due.length; start += BATCH) {
    const batch = due.slice(start, start + BATCH);
    const missing: FoundBook[] = [];
    const jobs = await Promise.all(batch.map((book) => queue.getJob(bookJobId(book))));
    for (const [i, job] of jobs.entries()) {
      if (job === undefined || job === null) missing.push(batch[i]);
      else if (await job.isFailed()) report.failed_before++;
      else if (await isOverdue(queue, job, batch[i], foundAtMs)) {
        await job.remove();
        missing.push(batch[i]);
      } else report.there_already++;
    }
    if (missing.length > 0) await queue.addBulk(missing.map(jobOf));
    report.added += missing.length;
  }
  return {
    queue: name,
    books: books.length,
    contacts: books.reduce((sum, { contacts }) => sum + (contacts ?? 0), 0),
    bytes: books.reduce((sum, { bytes }) => sum + bytes, 0),
    ...report,
    problems: books.flatMap(({ path, problem }) => (problem === null ? [] : [{ path, ...problem }])),
    skipped,
  };
}

/**
 * Looks for books and enqueues one job for each that is due on the day, the largest first. To enqueue them again is harmless: the
 * job of a book and day has one id, and a book that is planned already is told by itself.
 *
 * @param roots databases, folders of parts, and folders to look for them in
 * @throws SendplanError when a root cannot be looked into, `package_missing` without BullMQ, `redis_unreachable` when Redis does not
 *   answer
 * @example
 * import { enqueueBooks } from 'sendplan/fleet';
 * const report = await enqueueBooks(['book.sqlite3'], { asOf: '2025-06-14', redis: process.env.SENDPLAN_REDIS });
 * console.log(report.added); // 1
 */
export function enqueueBooks(roots: readonly string[], options: EnqueueOptions = {}): Promise<EnqueueReport> {
  const { asOf, driver = 'native' } = options;
  return withFleet(options, async (fleet) => addBooks(fleet, await findBooks(roots, { asOf, driver })));
}
