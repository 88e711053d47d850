import { sharedBytes } from '../../../columns/sharedBytes.js';
import type { DatabaseImage } from '../../format/databaseImage.js';
import { type IndexOutline, readIndexOutline, readTableOutline, type TableOutline } from '../../format/treeOutline.js';
import { KeyColumn } from './keyColumn.js';
import { UnfitKey } from './keyDictionary.js';
import type { NewKeys } from './newKeys.js';
import { readRowKeys } from './rowKeys.js';
import { type RowList, rowCountOf, rowsBetween } from './rowList.js';
import type { LayoutIndex, ScheduleLayout } from './scheduleLayout.js';
import { type SortColumn, sortColumns } from './sortColumns.js';
import { sortRows } from './sortRows.js';

/** A tree of a single leaf has no other page. */
const LEAST_LEAVES = 2;

/** An index of which only the leaves are written that change. */
export interface KeptIndex {
  readonly outline: IndexOutline;
  /** A 1 for each place of a new row that takes the place of one with the same key, unless it is refused. */
  readonly isSame: Uint8Array;
}

/** Trees of which only the leaves are written that change. */
export interface KeptLeaves {
  readonly table: TableOutline;
  readonly rootPage: number;
  /** By the number of the root. */
  readonly indexes: ReadonlyMap<number, KeptIndex>;
  /** The codes of the rows that go, by the order of their ids, of each column that is a key. */
  readonly goingColumns: readonly (KeyColumn | undefined)[];
}

/** The rows that go of an index, in its order; plain data. */
export interface GoingEntries {
  /** The ids of the rows that go, by number. */
  readonly ids: Float64Array;
  readonly columns: readonly SortColumn[];
  /** The numbers of those whose entries go, in the order of the index. */
  readonly rows: Uint32Array;
}

/** How an index changes; plain data. */
export interface IndexChange {
  readonly outline: IndexOutline;
  readonly going: GoingEntries;
  /** The ids of the rows whose entries go, ascending. */
  readonly deletedIds: Float64Array;
  /** A 1 for each place of a new row that has no new entry: it was refused, or takes the place of one with the same key. */
  readonly isLeftOut: Uint8Array | null;
  /** The new rows in the order of the index where they are sorted already, without those. */
  readonly sorted: RowList | null;
}

/**
 * Looks at the trees of a table and its indexes, of which few leaves change; null when they cannot be changed leaf by leaf.
 *
 * @param indexes those that have a tree of the table's rows
 * @param keys those of the rows that come
 * @param deletedIds ascending
 * @param plainRoots the roots of trees that are known to have no overflow pages
 * @throws SendplanError `database_error` when pages do not fit together
 */
export function lookAtLeaves(
  image: DatabaseImage,
  layout: ScheduleLayout,
  indexes: readonly LayoutIndex[],
  keys: NewKeys,
  { deletedIds, plainRoots }: { readonly deletedIds: Float64Array; readonly plainRoots: ReadonlySet<number> },
): KeptLeaves | null {
  const roots = [layout.rootPage, ...indexes.map(({ rootPage }) => rootPage)];
  if (image.hasPointerMaps || deletedIds[0] < 0 || !roots.every((root) => plainRoots.has(root))) return null;
  const table = readTableOutline(image, layout.rootPage);
  if (table === null || table.pages.length < LEAST_LEAVES) return null;
  const outlines = new Map<number, IndexOutline>();
  for (const { rootPage } of indexes) {
    const outline = readIndexOutline(image, rootPage);
    if (outline === null || outline.pages.length < LEAST_LEAVES) return null;
    outlines.set(rootPage, outline);
  }
  const places = new Set(indexes.flatMap(({ columns }) => columns));
  const goingColumns = layout.columns.map((_, place) =>
    places.has(place) ? new KeyColumn(deletedIds.length) : undefined,
  );
  const missing = layout.columns.map((column) => column.missing);
  try {
    readRowKeys(image, table, deletedIds, { columns: goingColumns, missing });
    const kept = new Map<number, KeptIndex>();
    for (const index of indexes) {
      const outline = outlines.get(index.rootPage);
      if (outline === undefined) continue;
      kept.set(index.rootPage, { outline, isSame: findSame(goingColumns, index, keys, deletedIds) });
    }
    return { table, rootPage: layout.rootPage, indexes: kept, goingColumns };
  } catch (error) {
    if (error instanceof UnfitKey) return null;
    throw error;
  }
}

/** A 1 for each place of a new row that comes under the id of one that goes with the same key. */
function findSame(
  goingColumns: KeptLeaves['goingColumns'],
  { columns: places }: LayoutIndex,
  { columns: newColumns, newIds, newCount, replacing }: NewKeys,
  deletedIds: Float64Array,
): Uint8Array {
  const isSame = new Uint8Array(sharedBytes(newCount));
  const pairs = places.flatMap((place) => {
    const going = goingColumns[place];
    const coming = newColumns[place];
    if (going === undefined || coming === undefined) return [];
    return [{ going: going.codes, coming: coming.codes, translated: going.dictionary.codesOf(coming.dictionary) }];
  });
  if (newIds === null || pairs.length < places.length) return isSame;
  let row = 0;
  for (const place of replacing) {
    const id = newIds[place];
    while (row < deletedIds.length && deletedIds[row] < id) row++;
    if (deletedIds[row] !== id) continue;
    if (pairs.every(({ going, coming, translated }) => translated[coming[place]] === going[row])) isSame[place] = 1;
  }
  return isSame;
}

/** A 1 for each row that goes but for those that come back with the same key; see `findSame`. */
function markGoing(isSame: Uint8Array, { newIds, replacing }: NewKeys, deletedIds: Float64Array): Uint8Array {
  const isGoing = new Uint8Array(deletedIds.length).fill(1);
  let row = 0;
  for (const place of newIds === null ? [] : replacing) {
    if (isSame[place] === 0 || newIds === null) continue;
    while (deletedIds[row] < newIds[place]) row++;
    isGoing[row] = 0;
  }
  return isGoing;
}

/**
 * Finds out how an index changes whose leaves are kept.
 *
 * @param sorted all new rows but the refused ones in the order of the index; null when they are to be sorted
 */
export function changeOfIndex(
  { goingColumns }: KeptLeaves,
  { outline, isSame: wouldBeSame }: KeptIndex,
  index: LayoutIndex,
  keys: NewKeys,
  { deletedIds, isRefused, sorted }: { deletedIds: Float64Array; isRefused: Uint8Array | null; sorted: RowList | null },
): IndexChange {
  const isSame = isRefused === null ? wouldBeSame : wouldBeSame.map((same, place) => same & ~isRefused[place]);
  const isLeftOut = new Uint8Array(sharedBytes(keys.newCount));
  isLeftOut.set(isRefused === null ? isSame : isSame.map((same, place) => same | isRefused[place]));
  const isGoing = markGoing(isSame, keys, deletedIds);
  const columns = sortColumns(goingColumns, index.columns);
  const all = sortRows(deletedIds.length, columns).rows;
  const rows = sharedFilter(rowsBetween(all, 0, rowCountOf(all)), (row) => isGoing[row] === 1);
  const goingIds = deletedIds.filter((_, row) => isGoing[row] === 1);
  const ownIds = new Float64Array(sharedBytes(goingIds.length * 8));
  ownIds.set(goingIds);
  const coming = sorted === null ? null : rowsBetween(sorted, 0, rowCountOf(sorted));
  return {
    outline,
    going: { ids: deletedIds, columns, rows },
    deletedIds: ownIds,
    isLeftOut,
    sorted: coming === null ? null : sharedFilter(coming, (row) => isLeftOut[row] === 0),
  };
}

function sharedFilter(rows: Uint32Array, isWanted: (row: number) => boolean): Uint32Array {
  const wanted = rows.filter(isWanted);
  const shared = new Uint32Array(sharedBytes(wanted.length * 4));
  shared.set(wanted);
  return shared;
}
