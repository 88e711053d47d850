import type { DatabaseImage } from '../../format/databaseImage.js';
import type { RowTally } from '../../format/oldLeaves.js';
import { type PageSink, PageSpace, PageSupply, type PageSupplyOptions } from '../../format/pageSpace.js';
import { type ChangeJob, changeIndex } from './changeIndex.js';
import { mergeIndex } from './mergeIndex.js';
import { type IndexJob, writeIndex } from './writeIndex.js';

/** Pages that a writer takes at once when others write too. */
const EXTENT_PAGES = 64;

/** An index to build from its old tree, whose entries of rows that stay are kept; plain data. */
export interface MergeJob extends IndexJob {
  /** The ids of the rows that go, ascending. */
  readonly deletedIds: Float64Array;
}

/** Whether an index is made of its old tree. */
function usesOldTree(job: IndexJob | MergeJob | ChangeJob): job is MergeJob | ChangeJob {
  return 'deletedIds' in job || 'change' in job;
}

/** Indexes to build, by any number of threads; what it holds can be handed to another thread as it is. */
export interface IndexWork {
  readonly supply: PageSupplyOptions;
  /** Null where a job was begun, so that nobody holds what only it needs. */
  readonly jobs: (IndexJob | MergeJob | ChangeJob | null)[];
  /** One element: the number of jobs that were begun. */
  readonly begun: Int32Array;
}

/** An index that was made of its old tree. */
export interface MergedIndex {
  /** The place of its job. */
  readonly job: number;
  /** Of which rows the old tree was; null when that is not known, or it was no index. */
  readonly tally: RowTally | null;
  /** Whether it was changed leaf by leaf, and had the entries that went. */
  readonly isChanged: boolean;
  /** The pages of the tree that was written, but for its root. */
  readonly pages: readonly number[];
}

/** What a thread did. */
export interface BuiltIndexes {
  readonly merged: readonly MergedIndex[];
  /** The pages that it took and did not use. */
  readonly unused: readonly number[];
}

/** Threads that build indexes while the table is written. */
export interface IndexHelpers {
  /** Waits until no helper has work left, and returns what they did. @throws what a helper threw */
  finish(): Promise<readonly BuiltIndexes[]>;
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

/** Whether some of the jobs read old trees. */
export function needsSource({ jobs }: IndexWork): boolean {
  return jobs.some((job) => job !== null && usesOldTree(job));
}

function without(numbers: readonly number[], others: readonly number[]): number[] {
  const left = new Set(numbers);
  for (const number of others) left.delete(number);
  return [...left];
}

/**
 * Builds indexes that nobody has begun, one after the other, until there are none left.
 *
 * @param image the file with the old trees; null when no job merges
 */
export async function buildIndexes(
  sink: PageSink,
  image: DatabaseImage | null,
  work: IndexWork,
  isShared: boolean,
  checkpoint: () => Promise<void>,
): Promise<BuiltIndexes> {
  const { supply, jobs, begun } = work;
  const space = openSpace(sink, supply, isShared);
  const merged: MergedIndex[] = [];
  const unused: number[] = [];
  for (let next = Atomics.add(begun, 0, 1); next < jobs.length; next = Atomics.add(begun, 0, 1)) {
    const job = jobs[next];
    forgetBegun(work);
    if (job === null) continue;
    if (!usesOldTree(job)) {
      await writeIndex(space, job, checkpoint);
      continue;
    }
    if (image === null) throw new TypeError('image: expected the file with the old trees, got null');
    // With a space of its own it is known which pages are the tree's, should it have to be built again.
    const ownSpace = openSpace(sink, supply, isShared);
    if ('change' in job) {
      const isChanged = await changeIndex(ownSpace, image, job, checkpoint);
      // Of a tree that has to be built again the leaves that were kept are not needed either.
      const pages = isChanged ? [] : [...new Set([...ownSpace.usedPages, ...job.change.outline.pages])];
      merged.push({ job: next, tally: null, isChanged, pages });
      unused.push(...(isChanged ? ownSpace.leftPages : without(ownSpace.leftPages, pages)));
      continue;
    }
    const tally = await mergeIndex(ownSpace, { image, deletedIds: job.deletedIds }, job, checkpoint);
    merged.push({ job: next, tally, isChanged: false, pages: ownSpace.usedPages });
    unused.push(...ownSpace.leftPages);
  }
  return { merged, unused: [...unused, ...space.leftPages] };
}
