import { sharedBytes } from '../../../columns/sharedBytes.js';
import { FLUSH_BATCH_ROWS, type NewRows } from '../../changes/newRows.js';
import { KeyColumn } from './keyColumn.js';
import { NewKeyValues } from './newKeyValues.js';
import type { NumberedRows } from './rowList.js';
import type { RunValues, ScheduleLayout } from './scheduleLayout.js';

/** The rows that come, as far as indexes are concerned; none of those that stay. */
export interface NewKeys extends NumberedRows {
  /** The codes of each column that is a key, undefined for the others, in the layout's order. */
  readonly columns: readonly (KeyColumn | undefined)[];
}

/**
 * Reads the keys of the rows that come.
 *
 * @param keyColumns the places of the columns that are keys
 * @throws UnfitForPages or UnfitKey when a row cannot be handled
 */
export function readKeys(
  layout: ScheduleLayout,
  rows: NewRows,
  firstId: number,
  keyColumns: ReadonlySet<number>,
  run: RunValues,
  onProgress: (rowsDone: number) => void,
): NewKeys {
  const columns = layout.columns.map((_, place) => (keyColumns.has(place) ? new KeyColumn(rows.count) : undefined));
  const newValues = new NewKeyValues(layout.columns, columns, rows, run);
  let newIds: Float64Array | null = null;
  let nextId = firstId;
  const places = new Uint32Array(FLUSH_BATCH_ROWS);
  const replacing: number[] = [];
  for (let start = 0; start < rows.count; start += FLUSH_BATCH_ROWS) {
    const count = Math.min(FLUSH_BATCH_ROWS, rows.count - start);
    for (let i = 0; i < count; i++) places[i] = start + i;
    const batchPlaces = places.subarray(0, count);
    const batch = rows.kinds(batchPlaces);
    newValues.add(batch, batchPlaces);
    const { id: givenIds } = batch;
    for (let i = 0; i < count; i++) {
      const isGiven = !Number.isNaN(givenIds[i]);
      if (isGiven) replacing.push(start + i);
      if (isGiven && newIds === null) {
        newIds = new Float64Array(sharedBytes(rows.count * 8));
        for (let earlier = 0; earlier < start + i; earlier++) newIds[earlier] = firstId + earlier;
      }
      const id = isGiven ? givenIds[i] : nextId++;
      if (newIds !== null) newIds[start + i] = id;
    }
    onProgress(start + count);
  }
  const ids = newIds;
  const byId = Uint32Array.from(replacing);
  if (ids !== null) byId.sort((a, b) => ids[a] - ids[b]);
  return {
    stayingIds: new Float64Array(0),
    newCount: rows.count,
    newIds,
    firstId,
    replacing: byId,
    columns,
  };
}
