import type { TextMemo } from './textMemo.js';

/** A field of rows that come many at a time. */
export interface BatchedField {
  readonly place: number;
  /**
   * How it is read: `id` as a number of 64 bits, `integer` as one of 32 bits with `NULL_INT32` for NULL, `day` as `RowCursor.day` reads
   * it, `code` as `RowCursor.code` does.
   */
  readonly kind: 'id' | 'integer' | 'day' | 'code';
  /** What gives texts their codes in a field of the kind `code`: it is asked row by row, and of a row in the order of the fields. */
  readonly memo: TextMemo;
}

/** A form of rows as those who read them know it. */
export interface KnownForm {
  /** What rows of the form are told by in `RowBatches.number`, from 0 on. */
  readonly number: number;
  /** Of each field whether it is wanted; others are 0. */
  readonly isWanted: readonly boolean[];
}

/**
 * Rows that a cursor reads many at a time: plain ones of forms that were learned, up to the first that is not. That one is the cursor's
 * next; what was learned of it lets others like it be read so.
 */
export interface RowBatches {
  /** Reads the rows that come next and returns how many: 0 when the next is the cursor's, or there is none. */
  read(): number;
  /** The fields of the rows that were read, a column each, good until the next `read`. */
  readonly columns: readonly (Float64Array | Int32Array)[];
  /** The number of each row's form. */
  readonly number: Int32Array;
  /** Learns the form of the cursor's row, whose number the cursor has remembered; nothing when rows of it cannot be read so. */
  learn(form: KnownForm): void;
}
