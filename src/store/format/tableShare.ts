import type { TableBranches } from './tableLeaves.js';

/** A table with fewer branches is read by one thread. */
const LEAST_BRANCHES = 16;
const MOST_BRANCHES = 0xffff;
const NEXT_BITS = 16;
const NEXT_MASK = 0xffff;

/**
 * A table whose rows two threads read, each below branches of its own: one takes them from the left, one by one, and the other, once it
 * has the time, half of what is left on the right. Plain data, in memory that both see.
 */
export interface TableShare extends TableBranches {
  /** One element: the branch that is taken next, and 16 bits to the left the one behind the last that is to be taken from the left. */
  readonly cursor: Int32Array;
}

/** Some branches, one after the other. */
export interface TakenBranches {
  /** How many of all branches they are expected to be, up to 1. */
  readonly part: number;
  /** The next of them, 0 behind the last. */
  next(): number;
}

/** Shares a table; null for one that is too small, or too large, or where no memory is seen by several threads. */
export function shareTable(branches: TableBranches | null): TableShare | null {
  if (branches === null || typeof SharedArrayBuffer === 'undefined') return null;
  const { length } = branches.pages;
  if (length < LEAST_BRANCHES || length > MOST_BRANCHES) return null;
  const cursor = new Int32Array(new SharedArrayBuffer(4));
  cursor[0] = length << NEXT_BITS;
  return { ...branches, cursor };
}

/** Takes branches from the left as long as there are any. */
export function takeFromLeft({ pages, cursor }: TableShare): TakenBranches {
  return {
    part: 1,
    next() {
      for (;;) {
        const found = Atomics.load(cursor, 0);
        const next = found & NEXT_MASK;
        if (next >= found >>> NEXT_BITS) return 0;
        if (Atomics.compareExchange(cursor, 0, found, found + 1) === found) return pages[next];
      }
    },
  };
}

/** Takes half of the branches that nobody has taken, those on the right; null where too few are left. */
export function takeRightHalf({ pages, cursor }: TableShare): TakenBranches | null {
  for (;;) {
    const found = Atomics.load(cursor, 0);
    const next = found & NEXT_MASK;
    const end = found >>> NEXT_BITS;
    const start = next + Math.ceil((end - next) / 2);
    if (end - start < 2) return null;
    if (Atomics.compareExchange(cursor, 0, found, (start << NEXT_BITS) | next) !== found) continue;
    let at = start;
    return { part: (end - start) / pages.length, next: () => (at < end ? pages[at++] : 0) };
  }
}
