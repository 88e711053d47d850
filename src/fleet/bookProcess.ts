import { setImmediate } from 'node:timers/promises';
import { parseIsoDay } from '../calendar/iso.js';
import { isOutOfMemory, SendplanError } from '../errors.js';
import { chooseConfig } from '../run/config/chooseConfig.js';
import { isFolder } from '../run/parts/isFolder.js';
import { endRun, hasJournal } from '../run/parts/journal.js';
import { readBook } from '../run/parts/manifest.js';
import { type BookEnd, makeRound, nextRounds, type PartRound } from '../run/parts/partRounds.js';
import { runFile } from '../run/runFile.js';
import type { RunReport } from '../run/runReport.js';
import { loadFileLocks } from '../store/driver/sqliteLocks.js';
import { requireDatabaseFile } from '../store/file/openDatabaseFile.js';
import { removeLeftovers } from '../store/file/temporaryFiles.js';
import type { BookResult } from './bookJob.js';
import { BOOK_THREADS, type BookState, readBookState } from './bookState.js';
import { type FoundBooks, findBooks } from './findBooks.js';

// A process of its own for one task of a worker: what crashes here, or takes too much memory, takes one book with it, and while SQLite
// keeps this process busy the worker goes on to tell Redis that its jobs are alive.

/** What the process is to do. */
export type ProcessTask =
  | {
      readonly kind: 'plan';
      readonly path: string;
      readonly day: string;
      readonly driver: 'sqljs' | 'native';
      readonly memoryLimitBytes: number | null;
    }
  | {
      readonly kind: 'round';
      readonly path: string;
      readonly day: string;
      readonly round: PartRound;
      readonly driver: 'sqljs' | 'native';
    }
  | { readonly kind: 'find'; readonly roots: readonly string[]; readonly driver: 'sqljs' | 'native' };

/** What a book that is in parts needs before it is planned. */
export interface RoundsToMake {
  readonly rounds: readonly PartRound[];
}

/** What comes of a task. */
export interface ProcessAnswers {
  readonly plan: BookResult | RoundsToMake;
  /** Nothing: what the round found out lies in the book's folder. */
  readonly round: null;
  readonly find: FoundBooks;
}

/** What the process tells: a stage that began, and at last its answer or why there is none. */
export type ProcessMessage =
  | { readonly stage: string }
  | { readonly answer: ProcessAnswers[keyof ProcessAnswers] }
  | { readonly failure: { readonly code: string; readonly message: string; readonly hint: string | null } };

let isStopped = false;

/** While a run keeps this process busy it hears of nothing: the system tells whether the worker that started it is still there. */
const WORKER_ID = process.ppid;

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function tell(message: ProcessMessage, onTold: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, onTold);
  else onTold();
}

/** Seconds by stage, as they come one after the other. */
class StageClock {
  readonly seconds: Record<string, number> = {};
  #stage: string | null = null;
  #startMs = 0;

  /** Notes that a stage goes on; the one before has ended if it is another. @throws SendplanError `interrupted` when the worker ends */
  enter(stage: string): void {
    // Thrown between two steps of a run, so that it takes back what it has begun and gives up its locks.
    if (isStopped || process.ppid !== WORKER_ID)
      throw new SendplanError('interrupted', 'The worker ended; what was begun is taken back.');
    if (stage === this.#stage) return;
    this.end();
    this.#stage = stage;
    this.#startMs = performance.now();
    tell({ stage });
  }

  end(): void {
    if (this.#stage === null) return;
    this.seconds[this.#stage] = (this.seconds[this.#stage] ?? 0) + (performance.now() - this.#startMs) / 1000;
    this.#stage = null;
  }
}

function resultOf(report: RunReport, configHash: string): BookResult {
  return {
    outcome: report.outcome === 'changed' ? 'changed' : 'unchanged',
    run_id: report.run_id,
    config_hash: configHash,
    contacts: report.contacts.rows,
    rows: report.changes,
    warnings: report.warnings.length,
    seconds: report.seconds,
    stages: Object.fromEntries(report.stages.map((one) => [one.stage, one.seconds])),
    peak_bytes: peakBytes(),
  };
}

function resultOfParts(end: BookEnd, configHash: string, clock: StageClock): BookResult {
  clock.end();
  const stages = { ...end.seconds, ...clock.seconds };
  return {
    outcome: end.outcome === 'changed' ? 'changed' : 'unchanged',
    run_id: end.run_id,
    config_hash: configHash,
    contacts: end.contacts,
    rows: end.rows,
    warnings: end.warnings,
    seconds: Object.values(stages).reduce((sum, spent) => sum + spent, 0),
    stages,
    peak_bytes: Math.max(end.peakBytes, peakBytes()),
  };
}

function nothingToDo({ state, configHash, contacts }: BookState, clock: StageClock): BookResult {
  clock.end();
  return {
    outcome: state === 'planned' ? 'already_planned' : 'later_run',
    run_id: null,
    config_hash: configHash,
    contacts,
    rows: { kept: 0, added: 0, changed: 0, removed: 0, refused: 0 },
    warnings: 0,
    seconds: 0,
    stages: clock.seconds,
    peak_bytes: peakBytes(),
  };
}

/**
 * Plans a book unless it tells itself that there is nothing to do; whoever comes second waits for SQLite's lock and finds nothing new.
 * Of a book in parts it tells which rounds are to be made before it is to be asked again.
 */
async function planBook(task: Extract<ProcessTask, { kind: 'plan' }>): Promise<ProcessAnswers['plan']> {
  const { path, day, driver, memoryLimitBytes } = task;
  const clock = new StageClock();
  clock.enter('look');
  const isInParts = isFolder(path);
  const files = isInParts ? readBook(path).parts.map((part) => part.path) : [requireDatabaseFile(path)];
  for (const file of files) await removeLeftovers(file, loadFileLocks);
  const found = await readBookState(path, driver, day);
  const { state, config, configHash } = found;
  if (state !== 'due') {
    // What a round leaves that was made when all was done.
    if (isInParts && !hasJournal(path)) endRun(path);
    return nothingToDo(found, clock);
  }
  const asOf = parseIsoDay(day) ?? day;
  if (isInParts) {
    clock.enter('balance');
    const next = await nextRounds(path, { asOf, config, driver });
    if ('rounds' in next) return next;
    const warnings = next.end.warnings + endRun(path).length;
    return resultOfParts({ ...next.end, warnings }, configHash, clock);
  }
  const onProgress = (stage: string) => clock.enter(stage);
  const limit = memoryLimitBytes ?? undefined;
  try {
    // Somebody else may have planned a later day since the book was asked, and that is known for sure under its lock.
    const limits = { memoryLimitBytes: limit, threads: BOOK_THREADS };
    const options = { asOf, config, driver, ...limits, onProgress, hold: ['backwards'] } as const;
    return resultOf(await runFile(path, options), configHash);
  } catch (error) {
    if (!(error instanceof SendplanError) || error.code !== 'held_back') throw error;
    const since = await readBookState(path, driver, day);
    if (since.state === 'due') throw error;
    return nothingToDo(since, clock);
  }
}

/** Makes one round of a part. */
async function makePartRound({ path, day, round, driver }: Extract<ProcessTask, { kind: 'round' }>): Promise<null> {
  const clock = new StageClock();
  clock.enter(round.round);
  const { config } = await chooseConfig(path, { driver });
  const onProgress = () => clock.enter(round.round);
  await makeRound(path, round, { asOf: parseIsoDay(day) ?? day, config, driver, onProgress });
  return null;
}

function answerTo(task: ProcessTask): Promise<ProcessAnswers[keyof ProcessAnswers]> {
  if (task.kind === 'plan') return planBook(task);
  return task.kind === 'round' ? makePartRound(task) : findBooks(task.roots, task);
}

function failureOf(error: unknown): Extract<ProcessMessage, { failure: unknown }> {
  if (error instanceof SendplanError) {
    const { code, message, hint } = error;
    return { failure: { code, message, hint } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { failure: { code: isOutOfMemory(error) ? 'out_of_memory' : 'unexpected', message, hint: null } };
}

/** libsql closes no connection before its statements are collected, and with the last one go the files of WAL mode beside the book. */
async function closeConnections(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
}

async function perform(task: ProcessTask): Promise<void> {
  let message: ProcessMessage;
  try {
    message = { answer: await answerTo(task) };
  } catch (error) {
    message = failureOf(error);
  }
  await closeConnections();
  tell(message, () => process.exit(0));
}

process.on('disconnect', () => {
  // The worker is gone: nobody waits for an answer, and another worker will take the job over.
  isStopped = true;
});
process.on('message', (message: ProcessTask | 'stop') => {
  if (message === 'stop') isStopped = true;
  else void perform(message);
});
