import type { RowCursor } from './rowCursor.js';
import { type RowSource, selectNames } from './source.js';
import { ValueCursor } from './valueCursor.js';

/**
 * Opens a table's rows by wanted names: each name yields the place of its field; a column that is not there has the place
 * behind the last, which reads as NULL.
 *
 * @param source null is a table that is not there, which has no rows
 * @param wanted a name, or several of which the first that is there is taken
 */
export function openRows(
  source: RowSource | null,
  wanted: readonly (string | readonly string[])[],
): { readonly places: readonly number[]; readonly cursor: RowCursor } {
  if (source === null) return { places: wanted.map(() => 0), cursor: new ValueCursor([]) };
  const { places, names } = selectNames(source, wanted);
  return { places, cursor: source.cursor?.(names) ?? new ValueCursor(source.rows(names)) };
}
