import type { Codes } from './keyColumn.js';
import { rowCountOf } from './rowList.js';
import type { SortColumn } from './sortColumns.js';

/** Ranks of several columns are put into one number while there are no more of them than this. */
const MOST_BUCKETS = 65_536;
/** How many rows' ranks are worked out at once. */
export const BLOCK_ROWS = 4096;

/** Whether values came in their order, so that codes are ranks. */
function isIdentity(ranks: Uint32Array): boolean {
  for (let code = 0; code < ranks.length; code++) if (ranks[code] !== code) return false;
  return true;
}

/** What rows are sorted by at a time: a column, or two that follow one another, whose ranks then make one number. */
export class SortStep {
  readonly rankCount: number;
  readonly #first: SortColumn;
  readonly #second: SortColumn | null;
  readonly #isIdentity: boolean;
  readonly #block = new Uint32Array(BLOCK_ROWS);

  constructor(first: SortColumn, second: SortColumn | null = null) {
    this.#first = first;
    this.#second = second;
    this.#isIdentity = second === null && isIdentity(first.ranks);
    this.rankCount = first.rankCount * (second?.rankCount ?? 1);
  }

  /** The step that sorts by another column first, null where that would be too many ranks. */
  behind(column: SortColumn): SortStep | null {
    if (this.#second !== null || column.rankCount * this.rankCount > MOST_BUCKETS) return null;
    return new SortStep(column, this.#first);
  }

  /** The ranks of all rows of the table, by number. */
  get all(): Codes {
    const { codes } = this.#first;
    if (this.#isIdentity) return codes;
    const ofRow = this.rankCount <= 65_536 ? new Uint16Array(codes.length) : new Uint32Array(codes.length);
    for (let start = 0; start < codes.length; start += BLOCK_ROWS) {
      ofRow.set(this.block(codes.length, start), start);
    }
    return ofRow;
  }

  /** The ranks of the rows in a list from a place on, `BLOCK_ROWS` of them or fewer at its end; good until the next call. */
  block(rows: Uint32Array | number, start: number): Codes {
    const end = Math.min(start + BLOCK_ROWS, rowCountOf(rows));
    const { codes, ranks } = this.#first;
    if (typeof rows === 'number') {
      const part = codes.subarray(start, end);
      if (this.#isIdentity) return part;
      const block = this.#block.subarray(0, part.length);
      if (this.#second === null) for (let i = 0; i < part.length; i++) block[i] = ranks[part[i]];
      else {
        const { ranks: nextRanks, rankCount } = this.#second;
        const next = this.#second.codes.subarray(start, end);
        for (let i = 0; i < part.length; i++) block[i] = ranks[part[i]] * rankCount + nextRanks[next[i]];
      }
      return block;
    }
    const part = rows.subarray(start, end);
    const block = this.#block.subarray(0, part.length);
    if (this.#isIdentity) for (let i = 0; i < part.length; i++) block[i] = codes[part[i]];
    else if (this.#second === null) for (let i = 0; i < part.length; i++) block[i] = ranks[codes[part[i]]];
    else {
      const { codes: nextCodes, ranks: nextRanks, rankCount } = this.#second;
      for (let i = 0; i < part.length; i++) {
        block[i] = ranks[codes[part[i]]] * rankCount + nextRanks[nextCodes[part[i]]];
      }
    }
    return block;
  }
}

/** What to sort by, one after the other, the least important first. */
export function sortSteps(columns: readonly SortColumn[]): SortStep[] {
  const steps: SortStep[] = [];
  for (const column of columns.toReversed()) {
    if (column.rankCount < 2) continue;
    const joined = steps.at(-1)?.behind(column) ?? null;
    if (joined === null) steps.push(new SortStep(column));
    else steps[steps.length - 1] = joined;
  }
  return steps;
}
