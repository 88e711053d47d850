import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DaysToFill, type Placeable, type Placement, placeEmails, seatsOn } from '../../src/oracle/dailyCap.js';
import { type DayProblem, dayProblem, mostSeated } from '../helpers/dayProblems.js';

const RUNS = { numRuns: 3000 };

/** A day of seats without history, as many each day, from day 0 on. */
function plainDays(cap: number, threshold = cap): DaysToFill {
  return { today: 0, isOpen: () => true, capOn: () => cap, thresholdOn: () => threshold, historyOn: () => 0 };
}

let nextContact = 1;

function email(fields: Partial<Placeable>): Placeable {
  const plain = { startDay: 0, lastDay: 0, bookedDay: null, priority: 10, typeCode: 1, eventDay: 0 };
  return { ...plain, contactId: nextContact++, ...fields };
}

function countOn(placements: readonly Placement<Placeable>[], day: number): number {
  return placements.filter((one) => !one.isSkipped && one.day === day).length;
}

/** The emails beyond the seats of days that are over their threshold. */
function excessOf({ days }: DayProblem, placements: readonly Placement<Placeable>[]): number {
  let excess = 0;
  for (const day of new Set(placements.map((one) => one.day))) {
    const placed = countOn(placements, day);
    if (placed + days.historyOn(day) > days.thresholdOn(day)) excess += Math.max(0, placed - seatsOn(days, day));
  }
  return excess;
}

describe('the daily cap (Rules 9)', () => {
  it.each(['send', 'skip'] as const)('gives every email one open day of its span (excess: %s)', (excess) => {
    fc.assert(
      fc.property(dayProblem, ({ emails, days }) => {
        const { placements } = placeEmails(emails, days, excess);
        expect(new Set(placements.map((one) => one.email))).toEqual(new Set(emails));
        expect(placements).toHaveLength(emails.length);
        for (const { email: one, day, isSkipped } of placements) {
          expect(days.isOpen(day) && day >= one.startDay && day <= one.lastDay).toBe(true);
          if (isSkipped) expect([excess, day]).toEqual(['skip', one.lastDay]);
        }
      }),
      RUNS,
    );
  });

  it('is over the seats only as far as no distribution has seats (Rules 12.4)', () => {
    fc.assert(
      fc.property(dayProblem, (problem) => {
        const { placements } = placeEmails(problem.emails, problem.days, 'send');
        const unseated = problem.emails.length - mostSeated(problem.emails, (day) => seatsOn(problem.days, day));
        expect(excessOf(problem, placements)).toBeLessThanOrEqual(unseated);
      }),
      RUNS,
    );
  });

  it('skips no more than no distribution has seats for, and is over no threshold then', () => {
    fc.assert(
      fc.property(dayProblem, ({ emails, days }) => {
        const { placements, overloadedDays } = placeEmails(emails, days, 'skip');
        const unseated = emails.length - mostSeated(emails, (day) => seatsOn(days, day));
        expect(placements.filter((one) => one.isSkipped).length).toBeLessThanOrEqual(unseated);
        for (const { day } of overloadedDays) expect(countOn(placements, day)).toBe(0);
      }),
      RUNS,
    );
  });

  it.each(['send', 'skip'] as const)(
    'places everybody the same when all were promised their days (excess: %s)',
    (excess) => {
      fc.assert(
        fc.property(dayProblem, ({ emails, days }) => {
          const first = placeEmails(emails, days, excess).placements;
          const again = first.map(({ email: one, day, isSkipped }) => ({
            ...one,
            bookedDay: isSkipped ? null : day,
            is: one,
          }));
          const second = placeEmails(again, days, excess).placements;
          const dayOf = new Map(second.map((one) => [one.email.is, `${one.day} ${one.isSkipped}`]));
          for (const one of first) expect(dayOf.get(one.email)).toBe(`${one.day} ${one.isSkipped}`);
        }),
        RUNS,
      );
    },
  );

  it('asks nothing of the order in which emails come, but where they are equal in everything', () => {
    const key = (one: Placeable) => JSON.stringify(one);
    fc.assert(
      fc.property(dayProblem, ({ emails, days }) => {
        const outcome = (list: readonly Placeable[]) =>
          placeEmails(list, days, 'send')
            .placements.map((one) => `${key(one.email)} ${one.day}`)
            .sort();
        expect(outcome([...emails].reverse())).toEqual(outcome(emails));
      }),
      RUNS,
    );
  });

  it('lists the days that end over their thresholds', () => {
    fc.assert(
      fc.property(dayProblem, ({ emails, days }) => {
        const { placements, overloadedDays } = placeEmails(emails, days, 'send');
        for (const { day, load } of overloadedDays) {
          expect(load).toBe(countOn(placements, day) + days.historyOn(day));
          expect(load).toBeGreaterThan(days.thresholdOn(day));
        }
        for (const { day } of placements) {
          const isOver = countOn(placements, day) + days.historyOn(day) > days.thresholdOn(day);
          expect(overloadedDays.some((one) => one.day === day)).toBe(isOver);
        }
      }),
      RUNS,
    );
  });

  it('leaves a day that is within its threshold alone', () => {
    const emails = [1, 2, 3].map(() => email({ lastDay: 5 }));
    expect(countOn(placeEmails(emails, plainDays(2, 3), 'send').placements, 0)).toBe(3);
    expect(countOn(placeEmails(emails, plainDays(2, 2), 'send').placements, 0)).toBe(2);
  });

  it('spreads what has no seat over the days up to where it arises', () => {
    // 13 emails with the last day 3 and 2 seats a day: 5 too many, over four days two more on each of the first.
    const emails = Array.from({ length: 13 }, () => email({ lastDay: 3 }));
    const { placements } = placeEmails(emails, plainDays(2), 'send');
    expect([0, 1, 2, 3].map((day) => countOn(placements, day))).toEqual([4, 3, 3, 3]);
  });

  it('keeps room for emails that must go, before more important ones', () => {
    const important = [email({ priority: 1, lastDay: 9 }), email({ priority: 1, lastDay: 9 })];
    const urgent = email({ priority: 99, lastDay: 0 });
    const { placements } = placeEmails([...important, urgent], plainDays(2), 'send');
    expect(placements.filter((one) => one.day === 0).map((one) => one.email)).toEqual([important[0], urgent]);
  });

  it('lets later emails hold their seats, so that what waits goes before them', () => {
    // Both seats of day 1 are held by emails that have no other day: one of the waiting goes over today's seat.
    const waiting = [email({ lastDay: 1 }), email({ lastDay: 1 })];
    const later = [email({ startDay: 1, lastDay: 1 })];
    const { placements, overloadedDays } = placeEmails([...waiting, ...later], plainDays(1), 'send');
    expect([countOn(placements, 0), countOn(placements, 1)]).toEqual([2, 1]);
    expect(overloadedDays).toEqual([{ day: 0, load: 2 }]);
  });

  it('keeps promises of one priority, and fills a day up to its threshold for them', () => {
    const promised = [1, 2, 3].map(() => email({ lastDay: 9, bookedDay: 0 }));
    const first = email({ lastDay: 9, contactId: 0 });
    const { placements } = placeEmails([first, ...promised], plainDays(2, 3), 'send');
    expect(placements.find((one) => one.email === first)?.day).toBe(1);
    expect(countOn(placements, 0)).toBe(3);
    // Those promised later days come after those that were promised none.
    const later = [email({ lastDay: 9, bookedDay: 1 }), email({ lastDay: 9, bookedDay: 2 })];
    const none = email({ lastDay: 9, bookedDay: null });
    const order = placeEmails([...later, none], plainDays(1), 'send').placements.map((one) => one.email);
    expect(order).toEqual([none, later[0], later[1]]);
  });
});
