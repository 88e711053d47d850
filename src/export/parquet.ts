import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { NULL_INT32 } from '../columns/nulls.js';
import type { RowColumnType, RowTable, RowValues, ValueBatch } from '../columns/rowTable.js';
import { NULL_TEXT } from '../columns/texts.js';

const ELEMENTS: Readonly<Record<RowColumnType, Omit<SchemaElement, 'name'>>> = {
  integer: { type: 'INT32', repetition_type: 'OPTIONAL' },
  id: { type: 'INT64', repetition_type: 'OPTIONAL' },
  day: { type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
  word: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
};

function valuesOf(type: RowColumnType, values: RowValues, { count, texts }: ValueBatch) {
  const place = (_: unknown, i: number) => values[i];
  const all = Array.from({ length: count }, place);
  switch (type) {
    case 'id':
      return all.map((value) => (Number.isNaN(value) ? null : BigInt(value)));
    case 'integer':
    case 'day':
      return all.map((value) => (value === NULL_INT32 ? null : value));
    default:
      return all.map((code) => (code === NULL_TEXT ? null : texts[code]));
  }
}

/** Rows as a Parquet file, a row group for each batch of theirs: days as DATE, ids as INT64, texts as strings, Snappy. */
export function* parquetFile(table: RowTable): Generator<Uint8Array> {
  const elements = table.columns.map(({ name, type }): SchemaElement => ({ name, ...ELEMENTS[type] }));
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [{ name: 'root', num_children: elements.length }, ...elements],
    createdBy: 'sendplan',
  });
  const taken = () => {
    const bytes = writer.getBytes().slice();
    // Places in the file are counted by `offset`, which goes on.
    writer.index = 0;
    return bytes;
  };
  for (const batch of table.batches()) {
    const columnData = table.columns.map(({ name, type }, i) => ({
      name,
      data: valuesOf(type, batch.values[i], batch),
    }));
    parquet.write({ columnData, rowGroupSize: batch.count });
    yield taken();
  }
  parquet.finish();
  yield taken();
}
