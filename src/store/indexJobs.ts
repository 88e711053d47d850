import { type IndexJob, writeIndex } from './flushIndexes.js';
import { type PageSink, PageSpace, PageSupply, type PageSupplyOptions } from './pages/pageSpace.js';

/** Pages that a writer takes at once when others write too. */
const EXTENT_PAGES = 64;

/** Indexes to build, by any number of threads; what it holds can be handed to another thread as it is. */
export interface IndexWork {
  readonly supply: PageSupplyOptions;
  /** Null where a job was begun, so that nobody holds what only it needs. */
  readonly jobs: (IndexJob | null)[];
  /** One element: the number of jobs that were begun. */
  readonly begun: Int32Array;
}

/** Threads that build indexes while the table is written. */
export interface IndexHelpers {
  /** Waits until no helper has work left, and returns the pages they took and did not use. @throws what a helper threw */
  finish(): Promise<readonly number[]>;
  /** Ends the threads, also in the middle of their work. To be called in any case, and waited for. */
  stop(): Promise<void>;
}

/** Starts helpers on some work; null when this thread is to do it alone. */
export type StartHelpers = (work: IndexWork, rowCount: number) => IndexHelpers | null;

/** A writer's own part of the pages. @param isShared whether others take pages at the same time */
export function openSpace(sink: PageSink, supply: PageSupplyOptions, isShared: boolean): PageSpace {
  return new PageSpace(sink, new PageSupply(supply), isShared ? EXTENT_PAGES : 1);
}

/** Lets go of the jobs that other threads have begun, which hold them themselves. */
export function forgetBegun({ jobs, begun }: IndexWork): void {
  jobs.fill(null, 0, Math.min(jobs.length, Atomics.load(begun, 0)));
}

/** Builds indexes that nobody has begun, one after the other, until there are none left. */
export async function buildIndexes(space: PageSpace, work: IndexWork, checkpoint: () => Promise<void>): Promise<void> {
  const { jobs, begun } = work;
  for (let next = Atomics.add(begun, 0, 1); next < jobs.length; next = Atomics.add(begun, 0, 1)) {
    const job = jobs[next];
    forgetBegun(work);
    if (job !== null) await writeIndex(space, job, checkpoint);
  }
}
