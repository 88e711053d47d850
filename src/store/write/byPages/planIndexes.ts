import type { DatabaseImage } from '../../format/databaseImage.js';
import { openDatabaseReader } from '../../format/databaseReader.js';
import type { PageSource } from '../../format/pageSource.js';
import { findTaken, findTakenInLeaves } from './findTaken.js';
import { type KeptLeaves, lookAtLeaves } from './keptLeaves.js';
import { UnfitKey } from './keyDictionary.js';
import type { NewKeys } from './newKeys.js';
import type { RowList } from './rowList.js';
import { type LayoutIndex, type ScheduleLayout, UnfitForPages } from './scheduleLayout.js';
import { sortColumns } from './sortColumns.js';
import { type KeysByRoot, readTableKeys, type TableKeys } from './storedKeys.js';
import { findRefused, sortUnique, type UniqueIndex } from './uniqueRows.js';

/** How an index of `email_schedules` is built. */
export interface IndexPlan {
  /** The rows whose entries are made: those that come when it is merged, else those that stay too. */
  readonly keys: TableKeys;
  /** Whether the entries of rows that stay are copied from its old tree. */
  readonly isMerged: boolean;
  /** The rows in its order where they are sorted already, null where not; let go of when they are handed on. */
  sorted: RowList | null;
}

/** How all indexes are built, and the rows that they refuse. */
export interface IndexPlans {
  /** A 1 for each place of a new row that a unique index refuses; null when none is. */
  readonly isRefused: Uint8Array | null;
  /** By name. */
  readonly known: ReadonlyMap<string, IndexPlan>;
  /** How an index is built that is made only later. */
  readonly coming: IndexPlan;
  /** The trees where only the leaves are written that change; null when all are. */
  readonly kept: KeptLeaves | null;
}

/** The roots of the indexes that a file has, by name. */
function storedRoots(source: PageSource): Map<string, number> {
  const scan = openDatabaseReader(source);
  if (typeof scan === 'string') return new Map();
  return new Map(scan.entries.filter(({ type }) => type === 'index').map(({ name, rootPage }) => [name, rootPage]));
}

/**
 * Finds out how indexes are built: those that are in the file already are merged, the others, which were made in the caller's
 * transaction or will be, are made from the table's rows.
 *
 * @param image the file as it was before the transaction; null when the table has no rows yet
 * @param deletedIds the ids of the rows that go, ascending
 * @param coming the places of the columns of a unique index that will be made later; none for no such index
 * @param plainRoots where leaves are to stay in which nothing changes, the roots of trees that are known to have no overflow pages
 * @param read keys of stored rows that were read beforehand
 * @throws UnfitForPages when a row cannot be handled
 * @throws SendplanError `database_error` when pages do not fit together
 */
export function planIndexes(
  layout: ScheduleLayout,
  image: DatabaseImage | null,
  deletedIds: Float64Array,
  keys: NewKeys,
  coming: readonly number[],
  plainRoots: ReadonlySet<number> | null,
  read: KeysByRoot,
): IndexPlans {
  const roots = image === null ? new Map() : storedRoots(image.source);
  const isMerged = ({ name, rootPage }: LayoutIndex) => roots.get(name) === rootPage;
  const newKeys: TableKeys = { numbered: keys, columns: keys.columns };
  const places = new Set([...layout.indexes.filter((index) => !isMerged(index)).flatMap(({ columns }) => columns)]);
  for (const place of coming) places.add(place);
  const allKeys =
    image === null || places.size === 0 ? newKeys : readKeysOrUnfit(image, layout, places, deletedIds, keys, read);
  const keysOf = (index: LayoutIndex) => (isMerged(index) ? newKeys : allKeys);
  const unique = layout.indexes.filter((index) => index.isUnique);
  const kept =
    image === null || plainRoots === null
      ? null
      : lookAtLeaves(image, layout, layout.indexes.filter(isMerged), keys, { deletedIds, plainRoots });
  const { isRefused, sorted } = findRefused(
    keys.newCount,
    unique.map((index): UniqueIndex => {
      const { numbered, columns: keyColumns } = keysOf(index);
      const columns = sortColumns(keyColumns, index.columns);
      if (image === null || !isMerged(index)) return { numbered, columns };
      const old = { image, deletedIds };
      const keptIndex = kept?.indexes.get(index.rootPage);
      if (keptIndex !== undefined) {
        return { numbered, columns, findTaken: (rows) => findTakenInLeaves(old, keptIndex, rows, columns) };
      }
      return { numbered, columns, findTaken: (rows) => findTaken(old, index.rootPage, rows, columns) };
    }),
  );
  const comingSorted =
    coming.length === 0 ? null : sortUnique(allKeys.numbered, isRefused, sortColumns(allKeys.columns, coming));
  if (coming.length > 0 && comingSorted === null) {
    throw new UnfitForPages('it holds rows that agree in contact, type and day');
  }
  const planOf = (index: LayoutIndex): IndexPlan => {
    const place = unique.indexOf(index);
    return {
      keys: keysOf(index),
      isMerged: isMerged(index),
      sorted: place < 0 || sorted === null ? null : sorted[place],
    };
  };
  return {
    isRefused,
    known: new Map(layout.indexes.map((index) => [index.name, planOf(index)])),
    coming: { keys: allKeys, isMerged: false, sorted: comingSorted },
    kept,
  };
}

/** `readTableKeys` with keys that cannot be handled as a reason against pages. @throws UnfitForPages */
function readKeysOrUnfit(...wanted: Parameters<typeof readTableKeys>): TableKeys {
  try {
    return readTableKeys(...wanted);
  } catch (error) {
    if (error instanceof UnfitKey) throw new UnfitForPages(error.message);
    throw error;
  }
}
