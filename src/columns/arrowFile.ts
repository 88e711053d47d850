import {
  AsyncByteQueue,
  type Data,
  type DataType,
  DateDay,
  Dictionary,
  Field,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  type Vector,
} from 'apache-arrow';
import { floatValidity, integerValidity, wordsVector } from './arrowTable.js';
import { NULL_INT32 } from './nulls.js';
import type { RowColumnType, RowTable, RowValues, ValueBatch } from './rowTable.js';
import { NULL_TEXT } from './texts.js';

/** Takes the bytes of a writer as they come, so that none wait for the end. */
class ByteSink extends AsyncByteQueue {
  #chunks: Uint8Array[] = [];

  override write(value: ArrayBufferView | ArrayBufferLike): void {
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    if (bytes.length > 0) this.#chunks.push(bytes);
  }

  /** The bytes since the last call, a copy. */
  taken(): Uint8Array {
    const bytes = new Uint8Array(this.#chunks.reduce((total, chunk) => total + chunk.length, 0));
    let end = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, end);
      end += chunk.length;
    }
    this.#chunks = [];
    return bytes;
  }
}

/** The words of a column, numbered in the order in which they come. */
interface Vocabulary {
  /** By the code of a text its place among the words. */
  readonly places: Map<number, number>;
  readonly words: string[];
}

/** The words of all columns of words: a file has its dictionaries before its rows. */
function vocabularies(table: RowTable): readonly (Vocabulary | null)[] {
  const found = table.columns.map(({ type }): Vocabulary | null =>
    type === 'word' ? { places: new Map(), words: [] } : null,
  );
  for (const { count, texts, values } of table.batches()) {
    found.forEach((vocabulary, column) => {
      if (vocabulary !== null) collectWords(vocabulary, values[column], count, texts);
    });
  }
  return found;
}

function collectWords({ places, words }: Vocabulary, codes: RowValues, count: number, texts: readonly string[]): void {
  let last = NULL_TEXT;
  for (let i = 0; i < count; i++) {
    const code = codes[i];
    if (code === last) continue;
    last = code;
    if (code !== NULL_TEXT && !places.has(code)) places.set(code, words.push(texts[code]) - 1);
  }
}

/** A column of a file: its Arrow type, and the dictionary of a column of words. */
interface FileColumn {
  readonly name: string;
  readonly kind: RowColumnType;
  readonly type: DataType;
  readonly vocabulary: Vocabulary | null;
  readonly dictionary: Vector | undefined;
}

/** @param id tells the dictionaries of a file apart; the same in every file of the same columns */
function fileColumn(
  { name, type }: RowTable['columns'][number],
  vocabulary: Vocabulary | null,
  id: number,
): FileColumn {
  const types = {
    integer: () => new Int32(),
    id: () => new Int64(),
    day: () => new DateDay(),
    word: () => new Dictionary(new Utf8(), new Int32(), id),
    text: () => new Utf8(),
  };
  const dictionary = vocabulary === null ? undefined : wordsVector(vocabulary.words);
  return { name, kind: type, type: types[type](), vocabulary, dictionary };
}

/** The texts of codes one behind the other, and where each begins. */
function utf8Of(
  codes: RowValues,
  count: number,
  texts: readonly string[],
): { readonly valueOffsets: Int32Array; readonly data: Uint8Array } {
  const encoder = new TextEncoder();
  const valueOffsets = new Int32Array(count + 1);
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const code = codes[i];
    const bytes = code === NULL_TEXT ? null : encoder.encode(texts[code]);
    if (bytes !== null) pieces.push(bytes);
    valueOffsets[i + 1] = valueOffsets[i] + (bytes?.length ?? 0);
  }
  const data = new Uint8Array(valueOffsets[count]);
  let end = 0;
  for (const piece of pieces) {
    data.set(piece, end);
    end += piece.length;
  }
  return { valueOffsets, data };
}

function columnData({ kind, type, vocabulary, dictionary }: FileColumn, all: RowValues, batch: ValueBatch): Data {
  const length = batch.count;
  const values = all.subarray(0, length);
  if (values instanceof Float64Array) {
    const data = BigInt64Array.from(values, (value) => (Number.isNaN(value) ? 0n : BigInt(value)));
    return makeData({ type: type as Int64, length, data, ...floatValidity(values) });
  }
  switch (kind) {
    case 'text':
      return makeData({
        type: type as Utf8,
        length,
        ...utf8Of(values, length, batch.texts),
        ...integerValidity(values, NULL_TEXT),
      });
    case 'word': {
      const data = Int32Array.from(values, (code) => vocabulary?.places.get(code) ?? 0);
      return makeData({ type: type as Dictionary, length, data, dictionary, ...integerValidity(values, NULL_TEXT) });
    }
    default:
      // Days lie in memory as integers do.
      return makeData({ type: type as Int32, length, data: values, ...integerValidity(values, NULL_INT32) });
  }
}

/**
 * Rows as an Arrow IPC file, a record batch for each of theirs: ids as Int64, days as Date32, words as dictionaries, texts as
 * Utf8; every column can be null. The rows are gone through twice, first for the words.
 */
export function* arrowFile(table: RowTable): Generator<Uint8Array> {
  const words = vocabularies(table);
  const columns = table.columns.map((column, i) => fileColumn(column, words[i], i));
  const fields = columns.map(({ name, type }) => new Field(name, type, true));
  const schema = new Schema(fields);
  const sink = new ByteSink();
  const writer = new RecordBatchFileWriter();
  writer.reset(sink, schema);
  for (const batch of table.batches()) {
    const children = columns.map((column, i) => columnData(column, batch.values[i], batch));
    const data = makeData({ type: new Struct(fields), length: batch.count, nullCount: 0, children });
    writer.write(new RecordBatch(schema, data));
    yield sink.taken();
  }
  writer.finish();
  yield sink.taken();
}
