import type { FieldValue } from '../rules/fields.js';
import type { BatchedField, RowBatches } from './rowBatches.js';
import type { TextMemo } from './textMemo.js';

/** What kind of value a field holds; `other` is a blob, or what only records hold: a boolean or a bigint. */
export const FIELD_KIND = { null: 0, number: 1, text: 2, other: 3 } as const;

/** The day of a date that is missing (Rules 2); it is `NULL_INT32`, so that it can stand in a column. */
export const MISSING_DAY = -2147483648;

/** The day of a date that is broken, which reads as missing and is an issue (Rules 2). */
export const INVALID_DAY = -2147483647;

/** What stands for a value that is not of the plain kind that was asked for. */
export const NOT_PLAIN = -2147483647;

/** The form of a row that is like none that was remembered. */
export const UNKNOWN_FORM = -1;

/**
 * Goes through the rows of a table and reads fields as src/rules/fields.ts reads them, whether a row is an array of
 * values or lies as bytes in a page of the database. Fields are named by their places, see `openRows`.
 */
export interface RowCursor {
  /** About how many rows there are, 0 when that is not known: columns make room for so many. */
  readonly expectedRows: number;
  /**
   * Has `form` tell rows that were stored with the same values in some fields, and the kinds of values in all of them.
   *
   * @param places the fields
   */
  knowForms(places: readonly number[]): void;
  /** The form of the row, counted from 0; `UNKNOWN_FORM` when no row of this form was remembered, or forms are not told. */
  readonly form: number;
  /** Remembers the row's form, which is unknown, and returns it; `UNKNOWN_FORM` when it is not kept. Forms get the numbers 0, 1, ... */
  rememberForm(): number;
  /** Goes to the next row; false when there is none. @throws SendplanError when the database is damaged there */
  next(): boolean;
  /** The field as a database or a record holds it. */
  value(place: number): FieldValue;
  /** The `FIELD_KIND` of the field. */
  kind(place: number): number;
  /** `readText`: null is NULL or binary. */
  text(place: number): string | null;
  /** The length of a text, in bytes or in UTF-16 units, which are the same for ASCII; 0 for anything else. */
  textLength(place: number): number;
  /** `readInteger`: null is missing or no whole number. */
  integer(place: number): number | null;
  /** A whole number of 32 bits that is stored as a number, `NULL_INT32` for NULL, `NOT_PLAIN` for anything else. */
  plainInteger(place: number): number;
  /** The code of a text or of NULL, `NOT_PLAIN` for anything else. */
  plainCode(place: number, memo: TextMemo): number;
  /** `readFlag`. */
  flag(place: number): boolean;
  /** `readDate`: days since 1970-01-01, `MISSING_DAY` or `INVALID_DAY`. @param dates see `dateMemo` */
  day(place: number, dates: TextMemo): number;
  /** `isValidEmail`. */
  isEmail(place: number): boolean;
  /** `emailHash` of a valid email. */
  emailHash(place: number): number;
  /** Tells whether `readText` is null or nothing but white space. */
  isBlank(place: number): boolean;
  /** The code of `readText`. */
  code(place: number, memo: TextMemo): number;
  /**
   * Has plain rows be read many at a time, where the cursor can; after `knowForms`.
   *
   * @param fields all that is wanted of such rows besides their forms
   */
  batches?(fields: readonly BatchedField[]): RowBatches | null;
  /** Gives back what the rows hold open, when they are not gone through to the end. */
  close(): void;
}
