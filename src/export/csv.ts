import { stringify } from 'csv-stringify/browser/esm/sync';
import type { RowTable } from '../columns/rowTable.js';
import { textRows } from './textCells.js';

const LINE_END = '\r\n';

/**
 * A text as a field: quoted where it has to be, and always when it is empty, which tells it from NULL. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export function csvField(text: string): string {
  return stringify([[text]], { eof: false, escape_formulas: true, quoted_empty: true, record_delimiter: 'windows' });
}

/**
 * Rows as CSV after RFC 4180, in UTF-8: a line of names, lines that end in CR LF, quotes where they are needed. NULL is an empty
 * field, an empty text is `""`. Texts, but no numbers or dates, that begin with `=`, `+`, `-`, `@`, a tab or a carriage return
 * get an apostrophe in front, so that spreadsheets show them and do not carry them out.
 */
export function* csvText(table: RowTable): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(table.columns.map(({ name }) => csvField(name)).join(',') + LINE_END);
  for (const { count, row } of textRows(table, { missing: '', day: (iso) => iso, text: csvField })) {
    let lines = '';
    for (let place = 0; place < count; place++) lines += row(place).join(',') + LINE_END;
    yield encoder.encode(lines);
  }
}
