import { readInteger } from '../rules/fields.js';
import { NULL_INT32 } from './nulls.js';
import { FIELD_KIND, NOT_PLAIN, type RowCursor } from './rowCursor.js';

/** What SQLite makes of a value when it stores it in a column of a declared type. */
export type Affinity = 'text' | 'number' | 'none';

/** The affinity of a column by its declared type (https://sqlite.org/datatype3.html#determination_of_column_affinity). */
export function affinityOf(declaredType: string): Affinity {
  const type = declaredType.toUpperCase();
  if (type.includes('INT')) return 'number';
  if (['CHAR', 'CLOB', 'TEXT'].some((word) => type.includes(word))) return 'text';
  return type === '' || type.includes('BLOB') ? 'none' : 'number';
}

/**
 * A whole number of 32 bits as a run stores it in a column of an affinity: as a number, or as its digits where the column holds
 * texts. `NULL_INT32` is NULL, `NOT_PLAIN` anything else.
 */
export function storedInteger(cursor: RowCursor, place: number, affinity: Affinity): number {
  if (affinity !== 'text') return cursor.plainInteger(place);
  const kind = cursor.kind(place);
  if (kind === FIELD_KIND.null) return NULL_INT32;
  const value = kind === FIELD_KIND.text ? readWholeText(cursor, place) : null;
  return value !== null && value === (value | 0) && value > NOT_PLAIN ? value : NOT_PLAIN;
}

/** Tells whether a whole number of whatever size, or NULL, is stored as a run stores it in a column of an affinity. */
export function isStoredWhole(cursor: RowCursor, place: number, affinity: Affinity): boolean {
  const kind = cursor.kind(place);
  if (kind === FIELD_KIND.null) return true;
  if (affinity === 'text') return kind === FIELD_KIND.text && readWholeText(cursor, place) !== null;
  return kind === FIELD_KIND.number && cursor.integer(place) !== null;
}

/** A whole number whose text is the one that SQLite makes of it, else null. */
function readWholeText(cursor: RowCursor, place: number): number | null {
  const value = readInteger(cursor.text(place));
  return value !== null && String(value) === cursor.text(place) ? value : null;
}

const NUMBER = /^\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*$/;

/** A text as it reads after it was stored in a column of an affinity: SQLite makes numbers of texts that are some. */
export function storedText(text: string, affinity: Affinity): string {
  return affinity === 'number' && NUMBER.test(text) ? String(Number(text)) : text;
}
