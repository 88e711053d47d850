import type { RowTable } from '../columns/rowTable.js';
import { textRows } from './textCells.js';

/** Rows as one JSON array of objects, an object a line, in UTF-8. */
export function* jsonText(table: RowTable): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const names = table.columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const members = names.slice();
  let separator = '[\n';
  for (const { count, row } of textRows(table, { missing: 'null', day: JSON.stringify, text: JSON.stringify })) {
    let lines = '';
    for (let place = 0; place < count; place++) {
      const values = row(place);
      for (let i = 0; i < names.length; i++) members[i] = names[i] + values[i];
      lines += `${separator}{${members.join(',')}}`;
      separator = ',\n';
    }
    yield encoder.encode(lines);
  }
  yield encoder.encode(separator === '[\n' ? '[]\n' : '\n]\n');
}
