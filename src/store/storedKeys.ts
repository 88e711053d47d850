import { GrowingColumn } from '../columns/growing.js';
import { UnfitForPages } from './flushLayout.js';
import type { KeyColumn } from './keyColumn.js';
import { type DatabaseImage, VarintReader } from './pages/databaseImage.js';
import { bodyLength, type EncodedValue } from './pages/encodedValue.js';
import { TableCells } from './pages/tableCells.js';

/** Columns of a table whose values are wanted, one element for each column of its records. */
export interface StoredColumns {
  /** Takes the values of a column; undefined where they are not wanted. */
  readonly columns: readonly (KeyColumn | undefined)[];
  /** What a record holds that was written before the column was added. */
  readonly missing: readonly EncodedValue[];
}

/** Puts the values of stored rows into the codes of columns, from their records. */
class StoredValues {
  readonly #missing: readonly EncodedValue[];
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
        column?.push(column.dictionary.codeOfValue(this.#missing[place]));
        continue;
      }
      const serialType = types.read();
      column?.push(column.dictionary.codeOf(serialType, record, body));
      body += bodyLength(serialType);
    }
  }
}

/**
 * Reads the values of columns from the pages of a table, in the order of the rowids.
 *
 * @param leftOut the ids of rows that are passed over, in any order
 * @returns the ids of the rows that were read, ascending, and how many were passed over
 * @throws UnfitForPages when an id is beyond 2^53
 * @throws UnfitKey when a value cannot be told from others
 * @throws SendplanError `database_error` when the pages are not those of a table
 */
export function readStoredKeys(
  image: DatabaseImage,
  rootPage: number,
  wanted: StoredColumns,
  leftOut: Float64Array = new Float64Array(0),
): { readonly ids: Float64Array; readonly deleted: number } {
  const ids = new GrowingColumn(Float64Array);
  const goes = leftOut.slice().sort();
  const values = new StoredValues(wanted);
  const cells = new TableCells(image, rootPage);
  let deleted = 0;
  let next = 0;
  while (cells.next()) {
    if (!cells.isRowidSafe) throw new UnfitForPages('it has an id beyond 2^53');
    while (next < goes.length && goes[next] < cells.rowid) next++;
    if (next < goes.length && goes[next] === cells.rowid) {
      deleted++;
      continue;
    }
    ids.push(cells.rowid);
    values.add(cells.payload, cells.payloadStart);
  }
  return { ids: ids.values(), deleted };
}
