import {
  DateDay,
  Dictionary,
  Float64,
  Int32,
  makeBuilder,
  makeData,
  makeVector,
  Table,
  Uint8,
  Utf8,
  type Vector,
} from 'apache-arrow';
import { NULL_INT32 } from './nulls.js';
import { NULL_TEXT } from './texts.js';

type Values = Float64Array | Int32Array | Uint8Array;

/** A bitmap with a bit for every value that is not null, and how many are. */
export interface Validity {
  readonly nullBitmap: Uint8Array;
  readonly nullCount: number;
}

/** The nulls among integers: one loop a type of array, so that it stays fast whatever else the process does. */
export function integerValidity(values: Int32Array, nullValue: number): Validity {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === nullValue) nullCount++;
    else nullBitmap[i >> 3] |= 1 << (i & 7);
  }
  return { nullBitmap, nullCount };
}

/** The nulls among numbers, which are NaN. */
export function floatValidity(values: Float64Array): Validity {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) nullCount++;
    else nullBitmap[i >> 3] |= 1 << (i & 7);
  }
  return { nullBitmap, nullCount };
}

/**
 * An Arrow vector over a typed array, without a copy. Int32 values of `NULL_INT32` and Float64 values of NaN are null; bytes
 * never are.
 */
export function numberVector(values: Values): Vector {
  const length = values.length;
  if (values instanceof Uint8Array) return makeVector(makeData({ type: new Uint8(), length, data: values }));
  if (values instanceof Float64Array) {
    return makeVector(makeData({ type: new Float64(), length, data: values, ...floatValidity(values) }));
  }
  return makeVector(makeData({ type: new Int32(), length, data: values, ...integerValidity(values, NULL_INT32) }));
}

/** An Arrow vector of dates over days since 1970-01-01, without a copy; none is null. */
export function dayVector(days: Int32Array): Vector {
  return makeVector(makeData({ type: new DateDay(), length: days.length, data: days }));
}

/** An Arrow vector of texts, none of them null. */
export function wordsVector(words: Iterable<string>): Vector<Utf8> {
  // With null values a builder compiles a function from text, which a page's policy may forbid.
  const builder = makeBuilder({ type: new Utf8(), nullValues: [] });
  for (const word of words) builder.append(word);
  return builder.finish().toVector();
}

/** An Arrow vector of texts by code, without a copy of the codes; `NULL_TEXT` is null. */
export function textVector(codes: Int32Array, texts: readonly string[]): Vector {
  const dictionary = wordsVector(texts);
  const type = new Dictionary(new Utf8(), new Int32());
  const nulls = integerValidity(codes, NULL_TEXT);
  return makeVector(makeData({ type, length: codes.length, data: codes, dictionary, ...nulls }));
}

/** The values of a column of one chunk as they lie in memory: for a nullable column, `NULL_INT32` or -1 under the nulls. */
export function valuesOf<Wanted extends Values>(
  table: Table,
  name: string,
  type: new (length: number) => Wanted,
): Wanted {
  const column = table.getChild(name);
  const values: unknown = column?.data[0]?.values ?? new type(0);
  if (!(values instanceof type) || (column?.data.length ?? 0) > 1) {
    throw new TypeError(`column ${name}: expected one chunk of ${type.name}`);
  }
  return values.subarray(0, table.numRows) as Wanted;
}

/** Columns that another place has read, with their Arrow table, which is made when it is asked for. */
export function withTable<Columns extends object>(
  columns: Columns,
  make: () => Table,
): Columns & { readonly table: Table } {
  let table: Table | null = null;
  return {
    ...columns,
    get table() {
      table ??= make();
      return table;
    },
  };
}

/** A table of vectors of one length. */
export function tableOf(vectors: Record<string, Vector>): Table {
  return new Table(vectors);
}
