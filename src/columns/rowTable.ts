/**
 * What a column of rows holds: a whole number of 32 bits, an id of up to 53 bits, a day, a text that comes again and again, or
 * any text.
 */
export type RowColumnType = 'integer' | 'id' | 'day' | 'word' | 'text';

/**
 * A column's values in a batch. Integers and days are `NULL_INT32` where there is none, ids NaN; of a word or text it is the
 * code, an index into the batch's texts, -1 where there is none.
 */
export type RowValues = Int32Array | Float64Array;

/** A column of rows of any kind: its name, what it holds and where a batch has it. */
export interface RowColumn<Batch> {
  readonly name: string;
  readonly type: RowColumnType;
  readonly take: (batch: Batch) => RowValues;
}

/** Rows in memory, as many as are dealt with at a time. */
export interface RowBatch {
  readonly count: number;
  readonly texts: readonly string[];
}

/** A batch with the values of every column, in their order; they are at least `count` long. */
export interface ValueBatch extends RowBatch {
  readonly values: readonly RowValues[];
}

/** Rows that can be gone through more than once, the same each time. */
export interface RowTable {
  readonly columns: readonly Pick<RowColumn<never>, 'name' | 'type'>[];
  /** The rows; a batch and its memory are good until the next one is taken. */
  batches(): Iterable<ValueBatch>;
}

/** Makes a table of the columns that batches are known to have. */
export function rowTable<Batch extends RowBatch>(
  columns: readonly RowColumn<Batch>[],
  batches: () => Iterable<Batch>,
): RowTable {
  return {
    columns,
    *batches() {
      for (const batch of batches()) {
        const { count, texts } = batch;
        yield { count, texts, values: columns.map((column) => column.take(batch)) };
      }
    },
  };
}
