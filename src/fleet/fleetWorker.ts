import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue, Worker } from 'bullmq';
import { SendplanError } from '../errors.js';
import { hasJournal } from '../run/parts/journal.js';
import {
  type BookJob,
  type BookResult,
  type EnqueueJob,
  failureText,
  isFinal,
  JOB_NAMES,
  type JobProgress,
  parseFailure,
  type RoundJob,
} from './bookJob.js';
import type { ProcessAnswers, ProcessTask } from './bookProcess.js';
import { BookRounds, RoundFailed } from './bookRounds.js';
import { addBooks, type EnqueueReport } from './enqueueBooks.js';
import type { Fleet } from './fleetQueue.js';
import { MemoryAdmission } from './memoryAdmission.js';
import { type StartedProcess, startProcess } from './startProcess.js';

/** How a worker works. */
export interface WorkerSettings {
  /** How many books at once. */
  readonly concurrency: number;
  readonly driver: 'sqljs' | 'native';
  /** The memory that the books planned at once may take together, about; null for no limit. */
  readonly memoryLimitBytes: number | null;
  /** When the window closes, in milliseconds since 1970: what has not begun by then fails as `window_closed`. Null for never. */
  readonly untilMs: number | null;
  /** How long books that have begun may go on when the worker is to end. */
  readonly graceMs: number;
  /** How long a worker may be silent before its jobs are taken over. */
  readonly lockMs: number;
  /** Whether the worker ends when nothing is left to do. */
  readonly endsWhenDrained: boolean;
}

/** What a worker tells as it goes on. */
export type WorkEvent =
  | { readonly kind: 'done'; readonly job: BookJob; readonly result: BookResult }
  | {
      readonly kind: 'failed';
      readonly job: BookJob;
      readonly code: string;
      readonly message: string;
      readonly isTriedAgain: boolean;
    }
  /** A round of a book in parts is made. */
  | { readonly kind: 'round'; readonly job: RoundJob; readonly seconds: number }
  | { readonly kind: 'handed_back'; readonly job: BookJob }
  | { readonly kind: 'enqueued'; readonly report: EnqueueReport }
  | { readonly kind: 'trouble'; readonly message: string };

/** What a book is taken to need that could not be looked into when it was enqueued. */
const UNKNOWN_PEAK_BYTES = 256e6;
const PROGRESS_EVERY_MS = 1000;
const LOOK_EVERY_MS = 500;
/** How long a process that is to stop may take back what it has begun. */
const STOP_MS = 2000;
/** How often a job may be taken over from workers that are silent. */
const MOST_TAKEOVERS = 5;

/** Tells whether a job is of a book: to plan it, or to make one of its rounds. */
function isOfBook({ name }: Job): boolean {
  return name === JOB_NAMES.book || name === JOB_NAMES.round;
}

/** Takes jobs of a fleet and has each book planned in a process of its own. */
export class FleetWorker {
  readonly admission: MemoryAdmission;
  readonly #fleet: Fleet;
  readonly #settings: WorkerSettings;
  readonly #onEvent: (event: WorkEvent) => void;
  readonly #worker: Worker;
  /** Waits for Redis to come back, as the worker does. */
  readonly #queue: Queue;
  readonly #rounds: BookRounds;
  readonly #name = `${hostname()}:${process.pid}`;
  readonly #ending = new AbortController();
  readonly #running = new Set<StartedProcess<unknown>>();
  readonly #told = new WeakSet<object>();
  #troubleText = '';
  /** Whether Redis is not waited for any more. */
  #isLeaving = false;

  constructor(fleet: Fleet, settings: WorkerSettings, onEvent: (event: WorkEvent) => void) {
    this.#fleet = fleet;
    this.#settings = settings;
    this.#onEvent = onEvent;
    this.admission = new MemoryAdmission(settings.memoryLimitBytes);
    const { bullmq, name, prefix } = fleet;
    const connection = fleet.lasting(() => this.#isLeaving);
    this.#queue = new bullmq.Queue(name, { connection, prefix });
    this.#worker = new bullmq.Worker(name, (job, token) => this.#perform(job, token ?? ''), {
      ...{ connection, prefix, name: this.#name, concurrency: settings.concurrency },
      lockDuration: settings.lockMs,
      stalledInterval: Math.max(500, settings.lockMs / 2),
      maxStalledCount: MOST_TAKEOVERS,
      // A window that closes, or a signal, is not to wait for the next job.
      drainDelay: 1,
      runRetryDelay: 1000,
    });
    this.#rounds = new BookRounds({ ...fleet, queue: this.#queue }, settings.lockMs, this.#name);
    this.#queue.on('error', (error) => this.#tellTrouble(error));
    this.#worker.on('error', (error) => this.#tellTrouble(error));
    this.#worker.on('ready', () => {
      this.#troubleText = '';
    });
    this.#worker.on('failed', (job, error) => this.#tellStalled(job, error));
  }

  /** The books that are being planned, or wait for memory. */
  get activeCount(): number {
    return this.#running.size;
  }

  /** Works until the signal comes, or until there is nothing left to do where it is to end then or its window has closed. */
  async work(signal: AbortSignal): Promise<void> {
    let hasPromoted = false;
    while (!signal.aborted) {
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
      if (!this.#settings.endsWhenDrained && !this.#isWindowClosed()) continue;
      try {
        if (this.#isWindowClosed() && !hasPromoted) {
          // What waits for another attempt has not begun either.
          await this.#promoteBooks();
          hasPromoted = true;
        }
        if (await this.#isNothingLeft(signal)) break;
      } catch (error) {
        this.#tellTrouble(error as Error);
      }
    }
    await this.#end();
  }

  #isWindowClosed(): boolean {
    return this.#settings.untilMs !== null && Date.now() >= this.#settings.untilMs;
  }

  async #promoteBooks(): Promise<void> {
    const delayed = await this.#queue.getDelayed();
    for (const job of delayed) {
      // Another worker may have been first.
      if (isOfBook(job)) await job.promote().catch(() => {});
    }
  }

  async #isNothingLeft(signal: AbortSignal): Promise<boolean> {
    // While Redis is away the question waits, and is not to keep the worker from ending.
    const asked = Promise.all([
      this.#queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'waiting-children'),
      this.#queue.getJobSchedulersCount(),
    ]);
    asked.catch(() => {});
    let leave = () => {};
    const ended = new Promise<null>((resolve) => {
      leave = () => resolve(null);
      signal.addEventListener('abort', leave, { once: true });
    });
    const answer = await Promise.race([asked, ended]).finally(() => signal.removeEventListener('abort', leave));
    if (answer === null) return true;
    const [{ delayed, ...others }, schedules] = answer;
    const open = Object.values(others).reduce((sum, count) => sum + count, 0);
    // Every schedule has its next job among those that are delayed.
    return open + Math.max(0, delayed - schedules) === 0;
  }

  /** Takes no more jobs, waits for those that have begun, and hands back what does not end within the grace. */
  async #end(): Promise<void> {
    const closed = this.#worker.close();
    this.#ending.abort();
    const grace = setTimeout(() => {
      for (const started of this.#running) started.stop();
      setTimeout(() => {
        for (const started of this.#running) started.kill();
      }, STOP_MS).unref();
    }, this.#settings.graceMs);
    await Promise.race([closed, sleep(this.#settings.graceMs + 3 * STOP_MS, undefined, { ref: false })]);
    clearTimeout(grace);
    this.#isLeaving = true;
    for (const started of this.#running) started.kill();
    await Promise.race([this.#queue.close(), sleep(STOP_MS, undefined, { ref: false })]).catch(() => {});
  }

  async #perform(job: Job, token: string): Promise<BookResult | EnqueueReport | null> {
    if (job.name === JOB_NAMES.book) return this.#performBook(job as Job<BookJob, BookResult>, token);
    if (job.name === JOB_NAMES.round) return this.#performRound(job as Job<RoundJob, null>, token);
    if (job.name === JOB_NAMES.enqueue) return this.#enqueue(job as Job<EnqueueJob, EnqueueReport>, token);
    const { UnrecoverableError } = this.#fleet.bullmq;
    throw new UnrecoverableError(`bad_input: This version of sendplan knows no job "${job.name}".`);
  }

  async #enqueue(job: Job<EnqueueJob, EnqueueReport>, token: string): Promise<EnqueueReport> {
    const started = startProcess({ kind: 'find', roots: job.data.roots, driver: this.#settings.driver });
    this.#running.add(started);
    try {
      const report = await addBooks({ ...this.#fleet, queue: this.#queue }, await started.answer);
      this.#onEvent({ kind: 'enqueued', report });
      return report;
    } catch (error) {
      throw await this.#jobError(job, token, error);
    } finally {
      this.#running.delete(started);
    }
  }

  #requireOpenWindow(): void {
    if (!this.#isWindowClosed()) return;
    throw new SendplanError('window_closed', 'The window had closed before this book began.', {
      hint: 'sendplan fleet retry --code window_closed enqueues such books again.',
    });
  }

  async #performBook(job: Job<BookJob, BookResult>, token: string): Promise<BookResult> {
    try {
      await this.#rounds.requireMade(job, token);
      // A book whose parts are being written has begun.
      if (job.data.sent === undefined || !hasJournal(job.data.path)) this.#requireOpenWindow();
      for (;;) {
        const { path, day } = job.data;
        const { driver, memoryLimitBytes } = this.#settings;
        const task = { kind: 'plan', path, day, driver, memoryLimitBytes } as const;
        const answer = await this.#startAdmitted(job, task);
        if (!('rounds' in answer)) {
          this.#onEvent({ kind: 'done', job: job.data, result: answer });
          return answer;
        }
        await this.#rounds.send(job, token, answer.rounds);
      }
    } catch (error) {
      throw await this.#jobError(job, token, error);
    }
  }

  /** Makes a round of a part; whether that helped the book is for the book's job to find out. */
  async #performRound(job: Job<RoundJob, null>, token: string): Promise<null> {
    const { path, day, round, file } = job.data;
    try {
      if (round !== 'write') this.#requireOpenWindow();
      const startMs = performance.now();
      const { driver } = this.#settings;
      await this.#startAdmitted(job, { kind: 'round', path, day, round: { round, file }, driver });
      this.#onEvent({ kind: 'round', job: job.data, seconds: (performance.now() - startMs) / 1000 });
      return null;
    } catch (error) {
      throw await this.#jobError(job, token, error);
    }
  }

  /** Starts a task of a book when there is memory for it. */
  async #startAdmitted<Task extends ProcessTask>(job: Job<BookJob>, task: Task): Promise<ProcessAnswers[Task['kind']]> {
    const progress = this.#reportProgress(job);
    let release = () => {};
    try {
      progress.enter('admission');
      release = await this.admission.admit(job.data.peakBytes ?? UNKNOWN_PEAK_BYTES, this.#ending.signal);
      if (task.kind === 'plan' && job.data.sent === undefined) this.#requireOpenWindow();
      const started = startProcess(task, progress.enter);
      this.#running.add(started);
      return await started.answer.finally(() => this.#running.delete(started));
    } finally {
      progress.end();
      release();
    }
  }

  /** Has Redis told the stage of a job, once a second at most. */
  #reportProgress(job: Job<BookJob>): { enter(stage: string): void; end(): void } {
    let current = '';
    let told = '';
    const timer = setInterval(() => {
      if (current === told) return;
      told = current;
      const progress: JobProgress = { stage: current, worker: this.#name };
      job.updateProgress(progress).catch((error: Error) => this.#tellTrouble(error));
    }, PROGRESS_EVERY_MS);
    return {
      enter: (stage) => {
        current = stage;
      },
      end: () => clearInterval(timer),
    };
  }

  /** What BullMQ is to make of an error: a job that fails, for now or for good, or one that is handed back. */
  async #jobError(job: Job, token: string, error: unknown): Promise<Error> {
    const { bullmq } = this.#fleet;
    if (error instanceof bullmq.WaitingChildrenError) return error;
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    const known = typeof code === 'string' ? code : 'unexpected';
    if (this.#ending.signal.aborted && (known === 'interrupted' || known === 'process_died')) {
      try {
        await job.moveToWait(token);
        if (isOfBook(job)) this.#onEvent({ kind: 'handed_back', job: job.data });
      } catch (cause) {
        // Its lock is lost, or Redis is: then it is taken over as any job of a worker that fell silent.
        this.#tellTrouble(cause as Error);
      }
      return new bullmq.WaitingError();
    }
    const isLast = error instanceof RoundFailed || isFinal(known);
    const isTriedAgain = !isLast && job.attemptsMade + 1 < (job.opts.attempts ?? 1);
    // The last attempt of a round is told as that of its book.
    if (job.name === JOB_NAMES.book || (job.name === JOB_NAMES.round && isTriedAgain)) {
      this.#onEvent({ kind: 'failed', job: job.data, code: known, message, isTriedAgain });
    } else if (job.name === JOB_NAMES.enqueue)
      this.#onEvent({ kind: 'trouble', message: `Books could not be looked for: ${message}` });
    const text = failureText({ code: known, message });
    const failure = isLast ? new bullmq.UnrecoverableError(text) : new Error(text);
    // Redis keeps the sentence; where in this program it arose helps nobody.
    failure.stack = text;
    this.#told.add(failure);
    return failure;
  }

  /** A job that was taken over too often fails without having been here. */
  #tellStalled(job: Job | undefined, error: Error): void {
    if (this.#told.has(error) || job === undefined || job.name !== JOB_NAMES.book) return;
    this.#onEvent({ kind: 'failed', job: job.data, ...parseFailure(error.message), isTriedAgain: false });
  }

  #tellTrouble(error: Error): void {
    const text = error.message || String((error as { readonly code?: unknown }).code ?? error);
    if (text === this.#troubleText) return;
    this.#troubleText = text;
    this.#onEvent({ kind: 'trouble', message: text });
  }
}
