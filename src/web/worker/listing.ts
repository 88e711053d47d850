import { csvField } from '../../export/csv.js';
import { stateCode, UNKNOWN_STATE } from '../../rules/states.js';
import { UNKNOWN_STATE_NAME } from '../protocol/protocol.js';

// What lists of emails have in common, whether they are planned or were lived through.

/** Is told how many rows there are so far, and of how many; what it throws gives the writing up. */
export type Breathe = (done: number, total: number) => Promise<void>;

/** How many rows of a file are made between two breaths. */
const BATCH_ROWS = 4096;

/** Says of the code of a state whether it is the state that is meant; null takes all. */
export function isOfState(name: string | null): (code: number) => boolean {
  if (name === null) return () => true;
  const meant = name === UNKNOWN_STATE_NAME ? UNKNOWN_STATE : stateCode(name);
  return (code) => code === meant;
}

function lineOf(values: readonly (string | number | null)[]): string {
  const fields = values.map((value) => (typeof value === 'string' ? csvField(value) : String(value ?? '')));
  return `${fields.join(',')}\r\n`;
}

/** Items as CSV, a row each. @param rowsOf makes the rows of some of them */
export async function csvInBatches<Item>(
  columns: readonly string[],
  items: readonly Item[],
  rowsOf: (batch: readonly Item[]) => readonly (readonly (string | number | null)[])[],
  breathe: Breathe,
): Promise<Blob> {
  const pieces = [`${columns.join(',')}\r\n`];
  for (let start = 0; start < items.length; start += BATCH_ROWS) {
    const rows = rowsOf(items.slice(start, start + BATCH_ROWS));
    pieces.push(rows.map(lineOf).join(''));
    await breathe(start + rows.length, items.length);
  }
  return new Blob(pieces, { type: 'text/csv' });
}
