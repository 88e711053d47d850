import { readInteger } from '../rules/fields.js';
import { NULL_INT32 } from './nulls.js';
import { FIELD_KIND, NOT_PLAIN, type RowCursor } from './rowCursor.js';

/** What SQLite makes of a value when it stores it in a column of a declared type. */
export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC';

/** The affinity of a column by its declared type, by SQLite's rules in their order. */
export function affinityOf(declaredType: string): Affinity {
  const type = declaredType.toUpperCase();
  if (type.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'TEXT';
  if (type === '' || type.includes('BLOB')) return 'BLOB';
  return /REAL|FLOA|DOUB/.test(type) ? 'REAL' : 'NUMERIC';
}

/** Tells whether a column of an affinity makes numbers of texts that are some. */
export function makesNumbers(affinity: Affinity): boolean {
  return affinity !== 'TEXT' && affinity !== 'BLOB';
}

/** Tells whether a column that makes numbers would store a text as one. */
export function looksLikeNumber(text: string): boolean {
  return /^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?\s*$/i.test(text);
}

/**
 * A whole number of 32 bits as a run stores it in a column of an affinity: as a number, or as its digits where the column holds
 * texts. `NULL_INT32` is NULL, `NOT_PLAIN` anything else.
 */
export function storedInteger(cursor: RowCursor, place: number, affinity: Affinity): number {
  if (affinity !== 'TEXT') return cursor.plainInteger(place);
  const kind = cursor.kind(place);
  if (kind === FIELD_KIND.null) return NULL_INT32;
  const value = kind === FIELD_KIND.text ? readWholeText(cursor, place) : null;
  return value !== null && value === (value | 0) && value > NOT_PLAIN ? value : NOT_PLAIN;
}

/** Tells whether a whole number of whatever size, or NULL, is stored as a run stores it in a column of an affinity. */
export function isStoredWhole(cursor: RowCursor, place: number, affinity: Affinity): boolean {
  const kind = cursor.kind(place);
  if (kind === FIELD_KIND.null) return true;
  if (affinity === 'TEXT') return kind === FIELD_KIND.text && readWholeText(cursor, place) !== null;
  return kind === FIELD_KIND.number && cursor.integer(place) !== null;
}

/** A whole number whose text is the one that SQLite makes of it, else null. */
function readWholeText(cursor: RowCursor, place: number): number | null {
  const value = readInteger(cursor.text(place));
  return value !== null && String(value) === cursor.text(place) ? value : null;
}

/** A text as it reads after it was stored in a column of an affinity. */
export function storedText(text: string, affinity: Affinity): string {
  return makesNumbers(affinity) && looksLikeNumber(text) ? String(Number(text)) : text;
}
