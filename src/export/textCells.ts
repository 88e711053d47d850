import { formatIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { RowColumnType, RowTable, RowValues, ValueBatch } from '../columns/rowTable.js';
import { NULL_TEXT } from '../columns/texts.js';

/** How a format in text writes a value of each kind. */
export interface CellTexts {
  readonly missing: string;
  readonly day: (iso: string) => string;
  readonly text: (text: string) => string;
}

/** Gives the text of a column's value at a place of a batch. */
type Cell = (values: RowValues, place: number, texts: readonly string[]) => string;

/** A function that remembers what it answered; for arguments that come again and again. */
function remembered(answer: (argument: number) => string): (argument: number) => string {
  const known = new Map<number, string>();
  return (argument) => {
    let text = known.get(argument);
    if (text === undefined) {
      text = answer(argument);
      known.set(argument, text);
    }
    return text;
  };
}

function cellOf(type: RowColumnType, { missing, day, text }: CellTexts): Cell {
  switch (type) {
    case 'integer':
      return (values, place) => (values[place] === NULL_INT32 ? missing : String(values[place]));
    case 'id':
      return (values, place) => (Number.isNaN(values[place]) ? missing : String(values[place]));
    case 'day': {
      const dayText = remembered((value) => (value === NULL_INT32 ? missing : day(formatIsoDay(value))));
      return (values, place) => dayText(values[place]);
    }
    case 'word': {
      const words: string[] = [];
      return (values, place, texts) => {
        const code = values[place];
        if (code === NULL_TEXT) return missing;
        words[code] ??= text(texts[code]);
        return words[code];
      };
    }
    case 'text':
      return (values, place, texts) => (values[place] === NULL_TEXT ? missing : text(texts[values[place]]));
  }
}

/** The rows of a table as lists of texts, a batch at a time; a list is used again for the next row. */
export function* textRows(
  table: RowTable,
  texts: CellTexts,
): Generator<{ readonly count: number; readonly row: (place: number) => readonly string[] }> {
  const cells = table.columns.map(({ type }) => cellOf(type, texts));
  const row = cells.map(() => '');
  const fill = (batch: ValueBatch, place: number) => {
    for (let i = 0; i < cells.length; i++) row[i] = cells[i](batch.values[i], place, batch.texts);
    return row;
  };
  for (const batch of table.batches()) yield { count: batch.count, row: (place) => fill(batch, place) };
}
