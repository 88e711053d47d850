import Table from 'cli-table3';
import { grouped } from './prose.js';

/** A cell; numbers get their thousands set apart. */
export type Cell = string | number;

function cellText(cell: Cell): string {
  return typeof cell === 'number' ? grouped(cell) : cell;
}

/** A table without frame, for a terminal or a file; columns of numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
  };
  const grid = new Table({
    chars: {
      ...line,
      'bottom-right': '',
      left: '  ',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    head: [...head],
    colAligns: head.map((_, i) => (rows.some((row) => typeof row[i] === 'number') ? 'right' : 'left')),
  });
  for (const row of rows) grid.push(row.map(cellText));
  return grid.toString().replace(/ +$/gm, '');
}
