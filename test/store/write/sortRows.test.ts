import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyColumn } from '../../../src/store/write/byPages/keyColumn.js';
import {
  type NumberedRows,
  type RowList,
  rowCountOf,
  rowsBetween,
  rowsById,
} from '../../../src/store/write/byPages/rowList.js';
import { sortColumns } from '../../../src/store/write/byPages/sortColumns.js';
import { sortRows } from '../../../src/store/write/byPages/sortRows.js';
import { sortUnique } from '../../../src/store/write/byPages/uniqueRows.js';
import { runCount, runSeed } from '../../helpers/runs.js';

const RUNS = runCount(300);

/** Rows of two columns: groups of rows in their order or in any, in each of them some values. */
const table = fc
  .record({
    sizes: fc.array(
      fc.oneof({ weight: 8, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.constantFrom(127, 128, 129, 300) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    ),
    isGrouped: fc.boolean(),
    isUnique: fc.boolean(),
    isRefused: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map(({ sizes, isGrouped, isUnique, isRefused, seed }) => {
    const groups = sizes.flatMap((size, group) => Array.from({ length: size }, () => group));
    const mixed = (value: number) => Math.imul(value + seed, 0x9e3779b1) >>> 16;
    if (!isGrouped) groups.sort((a, b) => mixed(a) - mixed(b));
    const values = groups.map((_, row) => (isUnique ? mixed(row) * 4096 + row : mixed(row) % 7));
    const refused = isRefused ? Uint8Array.from(groups, (_, row) => (mixed(row) % 5 === 0 ? 1 : 0)) : null;
    return { groups, values, refused };
  });

function columnOf(values: readonly number[]): KeyColumn {
  const column = new KeyColumn(values.length);
  column.append(Uint32Array.from(values, (value) => column.dictionary.codeOfInteger(value)));
  return column;
}

const listed = (rows: RowList) => [...rowsBetween(rows, 0, rowCountOf(rows))];

test('rows are in the order of their columns, and whether some agree in all of them is known', () => {
  fc.assert(
    fc.property(table, ({ groups, values, refused }) => {
      const numbered: NumberedRows = {
        ...{ stayingIds: new Float64Array(0), newCount: groups.length, newIds: null, firstId: 1 },
        replacing: new Uint32Array(0),
      };
      const columns = sortColumns([columnOf(groups), columnOf(values)], [0, 1]);
      const kept = groups.map((_, row) => row).filter((row) => refused?.[row] !== 1);
      const wanted = kept.toSorted((a, b) => groups[a] - groups[b] || values[a] - values[b] || a - b);
      const { rows, mayAgree } = sortRows(rowsById(numbered, refused), columns);
      expect(listed(rows)).toEqual(wanted);
      const key = (row: number) => `${groups[row]} ${values[row]}`;
      const someAgree = new Set(kept.map(key)).size < kept.length;
      if (someAgree) expect(mayAgree).toBe(true);
      const unique = sortUnique(numbered, refused, columns);
      expect(unique === null ? null : listed(unique)).toEqual(someAgree ? null : wanted);
      // Any part of a list is that part.
      const start = Math.floor(kept.length / 3);
      expect([...rowsBetween(rows, start, kept.length)]).toEqual(wanted.slice(start));
    }),
    { numRuns: RUNS, seed: runSeed(41) },
  );
});
