import { emailHash } from '../rules/fieldBytes.js';
import { type FieldValue, isValidEmail, readFlag, readInteger, readText } from '../rules/fields.js';
import { NULL_INT32 } from './nulls.js';
import { FIELD_KIND, INVALID_DAY, MISSING_DAY, NOT_PLAIN, type RowCursor, UNKNOWN_FORM } from './rowCursor.js';
import type { TextMemo } from './textMemo.js';

const NO_ROW: ArrayLike<FieldValue> = [];

/** Goes through rows that are arrays of values. */
export class ValueCursor implements RowCursor {
  readonly expectedRows = 0;
  readonly form = UNKNOWN_FORM;
  readonly #rows: Iterator<ArrayLike<FieldValue>>;
  #row = NO_ROW;

  constructor(rows: Iterable<ArrayLike<FieldValue>>) {
    this.#rows = rows[Symbol.iterator]();
  }

  /** Values do not tell how they are stored. */
  knowForms(): void {}

  rememberForm(): number {
    return UNKNOWN_FORM;
  }

  next(): boolean {
    const next = this.#rows.next();
    this.#row = next.done === true ? NO_ROW : next.value;
    return next.done !== true;
  }

  value(place: number): FieldValue {
    return this.#row[place];
  }

  kind(place: number): number {
    const value = this.#row[place];
    if (value === null || value === undefined) return FIELD_KIND.null;
    if (typeof value === 'number') return FIELD_KIND.number;
    return typeof value === 'string' ? FIELD_KIND.text : FIELD_KIND.other;
  }

  text(place: number): string | null {
    return readText(this.#row[place]);
  }

  textLength(place: number): number {
    const value = this.#row[place];
    return typeof value === 'string' ? value.length : 0;
  }

  integer(place: number): number | null {
    return readInteger(this.#row[place]);
  }

  plainInteger(place: number): number {
    const value = this.#row[place];
    if (value === null || value === undefined) return NULL_INT32;
    return typeof value === 'number' && value === (value | 0) && value > NOT_PLAIN ? value | 0 : NOT_PLAIN;
  }

  plainCode(place: number, memo: TextMemo): number {
    const value = this.#row[place];
    if (value === null || value === undefined) return memo.codeOf(null);
    return typeof value === 'string' ? memo.codeOf(value) : NOT_PLAIN;
  }

  flag(place: number): boolean {
    return readFlag(this.#row[place]);
  }

  day(place: number, dates: TextMemo): number {
    const value = this.#row[place];
    if (value === null || value === undefined) return MISSING_DAY;
    return typeof value === 'string' ? dates.codeOf(value) : INVALID_DAY;
  }

  isEmail(place: number): boolean {
    return isValidEmail(this.#row[place]);
  }

  emailHash(place: number): number {
    return emailHash(readText(this.#row[place]) ?? '');
  }

  isBlank(place: number): boolean {
    const text = readText(this.#row[place]);
    return text === null || text.trim() === '';
  }

  code(place: number, memo: TextMemo): number {
    return memo.codeOf(readText(this.#row[place]));
  }

  close(): void {
    this.#rows.return?.();
  }
}
