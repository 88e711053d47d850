import { GrowingColumn } from '../../../columns/growing.js';
import { type DatabaseImage, VarintReader } from '../../format/databaseImage.js';
import { bodyLength, type EncodedValue } from '../../format/encodedValue.js';
import { TableCells } from '../../format/tableCells.js';
import { KeyColumn } from './keyColumn.js';
import { UnfitKey } from './keyDictionary.js';
import type { NewKeys } from './newKeys.js';
import type { NumberedRows } from './rowList.js';
import { type ScheduleLayout, UnfitForPages } from './scheduleLayout.js';

/** Columns of a table whose values are wanted, one element for each column of its records. */
export interface StoredColumns {
  /** Takes the values of a column; undefined where they are not wanted. */
  readonly columns: readonly (KeyColumn | undefined)[];
  /** What a record holds that was written before the column was added; undefined where that is not known. */
  readonly missing: readonly (EncodedValue | undefined)[];
}

/** Puts the values of stored rows into the codes of columns, from their records. */
export class StoredValues {
  readonly #missing: StoredColumns['missing'];
  readonly #columns: readonly (KeyColumn | undefined)[];
  readonly #last: number;

  constructor({ columns, missing }: StoredColumns) {
    this.#missing = missing;
    this.#columns = columns;
    this.#last = columns.findLastIndex((column) => column !== undefined);
  }

  add(record: Uint8Array, start: number): void {
    const types = new VarintReader(record);
    types.at = start;
    const headerEnd = start + types.read();
    let body = headerEnd;
    for (let place = 0; place <= this.#last; place++) {
      const column = this.#columns[place];
      if (types.at >= headerEnd) {
        column?.push(column.dictionary.codeOfValue(this.#missingOf(place)));
        continue;
      }
      const serialType = types.read();
      column?.push(column.dictionary.codeOfNext(serialType, record, body));
      body += bodyLength(serialType);
    }
  }

  #missingOf(place: number): EncodedValue {
    const value = this.#missing[place];
    if (value === undefined) throw new UnfitKey('it holds rows from before a column was added');
    return value;
  }
}

/** The keys of all rows of a table that were read beforehand, by another thread. */
export interface StoredKeys {
  /** Ascending. */
  readonly ids: Float64Array;
  /** By the places of the columns in the table's records. */
  readonly columns: ReadonlyMap<number, KeyColumn>;
}

/** Keys that were read beforehand, by the root pages of their tables. */
export type KeysByRoot = Map<number, StoredKeys>;

/** Takes keys that were read beforehand, if all that are wanted were; they are whoever's takes them. @param places the columns */
export function takeKeys(read: KeysByRoot, rootPage: number, places: Iterable<number>): StoredKeys | null {
  const keys = read.get(rootPage);
  read.delete(rootPage);
  // What is to be read of a column that was added since lies in the records, too: some may hold more than the schema tells of.
  return keys !== undefined && [...places].every((place) => keys.columns.has(place)) ? keys : null;
}

/**
 * Reads the values of columns from the pages of a table, in the order of the rowids.
 *
 * @param leftOut the ids of rows that are passed over, ascending
 * @returns the ids of the rows that were read, ascending
 * @throws UnfitForPages when an id is beyond 2^53
 * @throws UnfitKey when a value cannot be told from others
 * @throws SendplanError `database_error` when the pages are not those of a table
 */
export function readStoredKeys(
  image: DatabaseImage,
  rootPage: number,
  wanted: StoredColumns,
  leftOut: Float64Array = new Float64Array(0),
): Float64Array {
  const ids = new GrowingColumn(Float64Array);
  const values = new StoredValues(wanted);
  const cells = new TableCells(image, rootPage);
  let next = 0;
  while (cells.next()) {
    if (!cells.isRowidSafe) throw new UnfitForPages('it has an id beyond 2^53');
    while (next < leftOut.length && leftOut[next] < cells.rowid) next++;
    if (next < leftOut.length && leftOut[next] === cells.rowid) continue;
    ids.push(cells.rowid);
    values.add(cells.payload, cells.payloadStart);
  }
  return ids.values();
}

/** Rows by number, and the columns of their keys by place. */
export interface TableKeys {
  readonly numbered: NumberedRows;
  readonly columns: readonly (KeyColumn | undefined)[];
}

/**
 * Reads the keys of the rows that stay from the pages of the table, and puts those that come behind them.
 *
 * @param places the columns that are wanted
 * @param deletedIds the ids of the rows that go, ascending
 * @param read keys that were read beforehand
 * @throws UnfitForPages or UnfitKey when a row cannot be handled
 * @throws SendplanError `database_error` when the pages are not those of a table
 */
export function readTableKeys(
  image: DatabaseImage,
  layout: ScheduleLayout,
  places: ReadonlySet<number>,
  deletedIds: Float64Array,
  { columns: newColumns, ...numbered }: NewKeys,
  read: KeysByRoot,
): TableKeys {
  const missing = layout.columns.map((column) => column.missing);
  const taken = deletedIds.length === 0 ? takeKeys(read, layout.rootPage, places) : null;
  const columns = newColumns.map((_, place) =>
    places.has(place) ? (taken?.columns.get(place) ?? new KeyColumn(0)) : undefined,
  );
  const stayingIds = taken?.ids ?? readStoredKeys(image, layout.rootPage, { columns, missing }, deletedIds);
  columns.forEach((column, place) => {
    const newColumn = newColumns[place];
    if (column !== undefined && newColumn !== undefined) column.appendColumn(newColumn);
  });
  return { numbered: { ...numbered, stayingIds }, columns };
}
