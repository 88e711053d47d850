import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { balanceGroups } from '../../src/balance/balanceGroups.js';
import { groupedDays } from '../../src/balance/groupedDays.js';
import type { DaySeats, Excess, Groups } from '../../src/balance/groups.js';
import { literalCap, placedOneByOne } from '../helpers/literalCap.js';
import { runCount, runSeed, runTimeout } from '../helpers/runs.js';

const RUNS = runCount(2000);

/** A group as a record, for drawing. */
interface Drawn {
  readonly priority: number;
  readonly start: number;
  readonly last: number;
  readonly booked: number;
  readonly size: number;
}

function groupsOf(drawn: readonly Drawn[]): Groups {
  const column = (name: keyof Drawn) => Int32Array.from(drawn, (group) => group[name]);
  return {
    count: drawn.length,
    priority: column('priority'),
    start: column('start'),
    last: column('last'),
    booked: column('booked'),
    size: Uint32Array.from(drawn, ({ size }) => size),
  };
}

interface Instance {
  readonly drawn: readonly Drawn[];
  readonly days: DaySeats;
  readonly excess: Excess;
}

const DAYS = 14;

/** Some days with closed ones among them, and groups whose starts and last days are open. */
const instance: fc.Arbitrary<Instance> = fc
  .record({
    open: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: DAYS, maxLength: DAYS }),
    cap: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: DAYS, maxLength: DAYS }),
    overage: fc.integer({ min: 0, max: 3 }),
    history: fc.array(fc.constantFrom(0, 0, 0, 1, 3, 9), { minLength: DAYS, maxLength: DAYS }),
    raw: fc.array(
      fc.record({
        priority: fc.integer({ min: 1, max: 3 }),
        start: fc.nat(DAYS - 1),
        reach: fc.constantFrom(0, 1, 2, 3, 5, 8, 13),
        booked: fc.integer({ min: -6, max: DAYS - 1 }),
        size: fc.integer({ min: 1, max: 5 }),
      }),
      { maxLength: 14 },
    ),
    excess: fc.constantFrom<Excess>('send', 'skip'),
  })
  .map(({ open, cap, overage, history, raw, excess }) => {
    const isOpen = Uint8Array.from(open, (value) => (value > 0 ? 1 : 0));
    const lastOpen = (day: number, least: number) => {
      let at = Math.min(day, DAYS - 1);
      while (at > least && isOpen[at] === 0) at--;
      return at;
    };
    const openFrom = (day: number) => {
      const at = isOpen.indexOf(1, day);
      return at < 0 ? isOpen.indexOf(1) : at;
    };
    const drawn = raw
      .map(({ reach, booked, ...group }) => {
        const start = openFrom(group.start);
        return { ...group, start, last: lastOpen(start + reach, start), booked: Math.max(-1, booked) };
      })
      .filter(({ start }) => start >= 0);
    const days = {
      isOpen,
      history: Int32Array.from(history),
      seats: Int32Array.from(cap, (value, day) => (isOpen[day] === 1 ? Math.max(0, value - history[day]) : 0)),
      threshold: Int32Array.from(cap, (value, day) => (isOpen[day] === 1 ? value + overage : 0)),
    };
    return { drawn, days, excess };
  });

/** How many of each day's emails have no seat, on days over their threshold; and how many are skipped. */
function withoutSeat(rows: readonly { day: number; isSkipped: boolean }[], days: DaySeats): number {
  let count = 0;
  for (let day = 0; day < DAYS; day++) {
    const placed = rows.filter((row) => row.day === day && !row.isSkipped).length;
    if (placed + days.history[day] > days.threshold[day]) count += Math.max(0, placed - days.seats[day]);
  }
  return count + rows.filter(({ isSkipped }) => isSkipped).length;
}

/** The fewest emails that any distribution over the days from start to last day leaves without a seat. */
function fewestWithoutSeat(drawn: readonly Drawn[], seats: Int32Array): number {
  const left = seats.slice();
  let without = 0;
  const emails = drawn.flatMap((group) => Array.from({ length: group.size }, () => group));
  // From day to day the one that can wait least takes the next seat.
  for (let day = 0; day < DAYS; day++) {
    for (;;) {
      const ready = emails.filter(({ start, last }) => start <= day && last >= day).sort((a, b) => a.last - b.last);
      if (ready.length === 0 || left[day] === 0) break;
      emails.splice(emails.indexOf(ready[0]), 1);
      left[day]--;
    }
    without += emails.filter(({ last }) => last === day).length;
  }
  return without;
}

describe('the daily cap on groups', () => {
  const check = (property: (one: Instance) => void, seed: number) =>
    fc.assert(fc.property(instance, property), { numRuns: RUNS, seed: runSeed(seed) });

  test(
    'is what the rules say, candidate by candidate',
    () => {
      check(({ drawn, days, excess }) => {
        const groups = groupsOf(drawn);
        const expected = literalCap(groups, days, excess);
        // Alike groups are one: within them candidates go in their order, which sorting by day keeps.
        const placed = placedOneByOne(groups, balanceGroups(groups, days, excess));
        expect(placed).toEqual(expected.map(({ day, isSkipped }) => ({ day, isSkipped })));
      }, 31);
    },
    runTimeout(RUNS),
  );

  test(
    'leaves no more emails without a seat than has to be',
    () => {
      check(({ drawn, days, excess }) => {
        const groups = groupsOf(drawn);
        const rows = placedOneByOne(groups, balanceGroups(groups, days, excess));
        for (const [i, { day }] of rows.entries()) {
          const group = drawn.flatMap((one) => Array.from({ length: one.size }, () => one))[i];
          expect(day).toBeGreaterThanOrEqual(group.start);
          expect(day).toBeLessThanOrEqual(group.last);
          expect(days.isOpen[day]).toBe(1);
        }
        expect(withoutSeat(rows, days)).toBeLessThanOrEqual(fewestWithoutSeat(drawn, days.seats));
      }, 32);
    },
    runTimeout(RUNS),
  );

  test(
    'gives the same from whichever ranges of contacts the groups come',
    () => {
      check(({ drawn, days, excess }) => {
        const whole = placedOneByOne(groupsOf(drawn), balanceGroups(groupsOf(drawn), days, excess));
        const halves = drawn.flatMap((group) => [
          { ...group, size: Math.ceil(group.size / 2) },
          { ...group, size: Math.floor(group.size / 2) },
        ]);
        const split = placedOneByOne(groupsOf(halves), balanceGroups(groupsOf(halves), days, excess));
        expect(split).toEqual(whole);
      }, 33);
    },
    runTimeout(RUNS),
  );

  test(
    'promises what it gave: with its days booked, everybody keeps them',
    () => {
      check(({ drawn, days, excess }) => {
        const first = placedOneByOne(groupsOf(drawn), balanceGroups(groupsOf(drawn), days, excess));
        const each = drawn.flatMap((group) => Array.from({ length: group.size }, () => ({ ...group, size: 1 })));
        const booked = each.map((group, i) => ({ ...group, booked: first[i].isSkipped ? -1 : first[i].day }));
        const again = placedOneByOne(groupsOf(booked), balanceGroups(groupsOf(booked), days, excess));
        expect(again).toEqual(first);
      }, 34);
    },
    runTimeout(RUNS),
  );

  test(
    'needs only the days that are marked: on all others everybody goes on the day of his start',
    () => {
      let unmarked = 0;
      check(({ drawn, days, excess }) => {
        const starting = new Uint32Array(DAYS);
        for (const { start, size } of drawn) starting[start] += size;
        const isGrouped = groupedDays(starting, days) ?? new Uint8Array(DAYS);
        const isMarked = ({ start }: Drawn) => isGrouped[start] === 1;
        const marked = groupsOf(drawn.filter(isMarked));
        const placed = placedOneByOne(marked, balanceGroups(marked, days, excess));
        const whole = placedOneByOne(groupsOf(drawn), balanceGroups(groupsOf(drawn), days, excess));
        const groups = drawn.flatMap((group) => Array.from({ length: group.size }, () => group));
        expect(whole.filter((_, i) => isMarked(groups[i]))).toEqual(placed);
        for (const [i, group] of groups.entries()) {
          if (isMarked(group)) continue;
          unmarked++;
          expect(whole[i]).toEqual({ day: group.start, isSkipped: false });
        }
      }, 35);
      expect(unmarked).toBeGreaterThan(RUNS);
    },
    runTimeout(RUNS),
  );
});
