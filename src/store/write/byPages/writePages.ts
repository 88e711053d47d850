import { sharedBytes } from '../../../columns/sharedBytes.js';
import type { NewRows } from '../../changes/newRows.js';
import { type DatabaseImage, damaged } from '../../format/databaseImage.js';
import { isSameTally } from '../../format/oldLeaves.js';
import type { PageSpace } from '../../format/pageSpace.js';
import { type PagesTarget, rewriteTrees } from '../../format/rewriteTrees.js';
import { quoteName } from '../../schema/readSchema.js';
import type { ChangeJob } from './changeIndex.js';
import { buildIndexes, forgetBegun, type IndexWork, type MergeJob, openSpace, type StartHelpers } from './indexJobs.js';
import { changeOfIndex, type KeptLeaves } from './keptLeaves.js';
import { UnfitKey } from './keyDictionary.js';
import type { NewKeys } from './newKeys.js';
import type { IndexPlans } from './planIndexes.js';
import { type LayoutIndex, type RunValues, type ScheduleLayout, UnfitForPages } from './scheduleLayout.js';
import { sortColumns } from './sortColumns.js';
import { readTableKeys } from './storedKeys.js';
import { sortUnique } from './uniqueRows.js';
import { type IndexJob, writeIndex } from './writeIndex.js';
import { writeTable } from './writeTable.js';

/** Where the pages of a run go. */
export interface RunTarget extends PagesTarget {
  /** Starts other threads that write to the same place; without it this thread writes everything. */
  readonly startHelpers?: StartHelpers;
}

/** What is written. */
export interface PagesToWrite {
  readonly layout: ScheduleLayout;
  readonly plans: IndexPlans;
  readonly keys: NewKeys;
  readonly rows: NewRows;
  /** The ids of the rows that go, ascending. */
  readonly deletedIds: Float64Array;
  /** Whether the table had rows. */
  readonly hadRows: boolean;
  /** Indexes of other tables. */
  readonly others: readonly IndexJob[];
  readonly run: RunValues;
  /** The roots of trees that are known to have no overflow pages. */
  readonly plainRoots: ReadonlySet<number>;
}

/** The bytes that a row takes in a tree, about. */
const ROW_BYTES = 64;

/** The trees whose leaves stay; null when all are written anew. */
function keptLeavesOf({ plans: { kept }, layout }: PagesToWrite): KeptLeaves | null {
  return kept?.rootPage === layout.rootPage ? kept : null;
}

function jobOf(index: LayoutIndex, wanted: PagesToWrite): IndexJob | MergeJob | ChangeJob {
  const { plans, keys: newKeys, deletedIds } = wanted;
  const plan = plans.known.get(index.name) ?? plans.coming;
  const { keys, isMerged, sorted } = plan;
  const { stayingIds, newCount, newIds, firstId, replacing } = keys.numbered;
  // Writing once more sorts once more.
  plan.sorted = null;
  const job: IndexJob = {
    numbered: { stayingIds, newCount, newIds, firstId, replacing },
    columns: sortColumns(keys.columns, index.columns),
    sorted,
    ...{ isRefused: plans.isRefused, rootPage: index.rootPage },
  };
  const { isRefused } = plans;
  const kept = keptLeavesOf(wanted);
  const keptIndex = kept?.indexes.get(index.rootPage);
  if (kept !== null && keptIndex !== undefined) {
    return {
      ...job,
      sorted: null,
      change: changeOfIndex(kept, keptIndex, index, newKeys, { deletedIds, isRefused, sorted }),
    };
  }
  return isMerged ? { ...job, deletedIds } : job;
}

/** Builds an index from the rows of the table, where its old tree is not of the same rows. */
async function rebuildIndex(
  space: PageSpace,
  index: LayoutIndex,
  image: DatabaseImage,
  { layout, plans, keys, deletedIds }: PagesToWrite,
  checkpoint: () => Promise<void>,
): Promise<void> {
  const disagrees = `its index ${quoteName(index.name)} is not of the rows of email_schedules`;
  const { isRefused } = plans;
  try {
    const all = readTableKeys(image, layout, new Set(index.columns), deletedIds, keys, new Map());
    const columns = sortColumns(all.columns, index.columns);
    // Which rows it refuses was asked of the old tree.
    const sorted = index.isUnique ? sortUnique(all.numbered, isRefused, columns) : null;
    if (index.isUnique && sorted === null) throw damaged(disagrees);
    const { rootPage } = index;
    await writeIndex(space, { numbered: all.numbered, columns, isRefused, sorted, rootPage }, checkpoint);
  } catch (error) {
    if (error instanceof UnfitKey || error instanceof UnfitForPages) throw damaged(disagrees);
    throw error;
  }
}

/**
 * Writes a database with the rows of a run in their place, see `PreparedPages`.
 *
 * @param onWritten is told how many of the new rows are written
 * @throws SendplanError `database_error` when the pages of the image do not fit together
 */
export async function writePages(
  image: DatabaseImage,
  target: RunTarget,
  wanted: PagesToWrite,
  onWritten: (rowsDone: number) => void,
): Promise<void> {
  const { layout, plans, keys, rows, deletedIds, hadRows, others, run, plainRoots } = wanted;
  // The largest ones come last, so that no other is sorted beside them, each in memory of its own.
  const jobs = [...others, ...layout.indexes.map((index) => jobOf(index, wanted))];
  const roots = [layout.rootPage, ...jobs.map(({ rootPage }) => rootPage)];
  const checkpoint = () => target.checkpoint();
  const kept = keptLeavesOf(wanted);
  const outline = kept?.table ?? null;
  const keptRoots = new Set(kept === null ? [] : [layout.rootPage, ...kept.indexes.keys()]);
  await rewriteTrees(image, { roots, plainRoots, keptRoots }, target, async (supply, writeKept) => {
    const work: IndexWork = { supply, jobs, begun: new Int32Array(sharedBytes(4)) };
    // Leaves that change are written over those that stay where they are.
    if (outline !== null) await writeKept();
    const oldPages = outline?.pages.length ?? supply.reusedPages?.length ?? 0;
    const rowCount = rows.count + (oldPages * image.usableSize) / ROW_BYTES;
    const helpers = target.startHelpers?.(work, rowCount) ?? null;
    const isShared = helpers !== null;
    try {
      if (outline === null) await writeKept();
      const space = openSpace(target, supply, isShared);
      const old = hadRows ? { image, deletedIds, outline } : null;
      const table = { layout, keys, old, rows, isRefused: plans.isRefused, run };
      const tally = await writeTable(space, table, (rowsDone) => {
        onWritten(rowsDone);
        forgetBegun(work);
        return target.checkpoint();
      });
      const built = [await buildIndexes(target, image, work, isShared, checkpoint)];
      if (helpers !== null) built.push(...(await helpers.finish()));
      const unused = built.map((thread) => thread.unused);
      for (const merged of built.flatMap((thread) => thread.merged)) {
        if (merged.isChanged) continue;
        if (tally !== null && merged.tally !== null && isSameTally(tally, merged.tally)) continue;
        for (const page of merged.pages) space.recycle(page);
        await rebuildIndex(space, layout.indexes[merged.job - others.length], image, wanted, checkpoint);
      }
      return [...unused.flat(), ...space.leftPages];
    } finally {
      await helpers?.stop();
    }
  });
}
