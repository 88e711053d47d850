import fc from 'fast-check';
import type { DaysToFill, Placeable } from '../../src/oracle/dailyCap.js';

// Problems for the daily cap alone: emails with their spans, days with their seats; and the most emails that any
// distribution has seats for, by a method of its own.

/** Emails to place, and the days to place them on. */
export interface DayProblem {
  readonly emails: readonly Placeable[];
  readonly days: DaysToFill;
}

const LENGTH = 14;

const day = fc.record({
  isOpen: fc.constantFrom(true, true, true, true, false),
  cap: fc.nat(4),
  overage: fc.constantFrom(0, 0, 1, 2),
  history: fc.constantFrom(0, 0, 0, 1, 2, 5),
});

const email = fc.record({
  start: fc.nat(LENGTH - 1),
  length: fc.oneof(fc.nat(3), fc.nat(LENGTH)),
  booked: fc.option(fc.nat(LENGTH + 2), { freq: 1 }),
  priority: fc.nat(2),
  contactId: fc.integer({ min: 1, max: 30 }),
  typeCode: fc.integer({ min: 1, max: 3 }),
  event: fc.nat(2),
});

const TODAY = 100;

/** Random days, some closed, some without seats, some full of history; and emails that fit them. */
export const dayProblem: fc.Arbitrary<DayProblem> = fc
  .noBias(
    fc.record({
      list: fc.array(day, { minLength: LENGTH, maxLength: LENGTH }),
      emails: fc.array(email, { maxLength: 30, size: 'max' }),
    }),
  )
  .map(({ list, emails }) => problemOf(list, emails));

type DaySketch = typeof day extends fc.Arbitrary<infer T> ? T : never;
type EmailSketch = typeof email extends fc.Arbitrary<infer T> ? T : never;

function problemOf(list: readonly DaySketch[], sketches: readonly EmailSketch[]): DayProblem {
  const of = (number: number): DaySketch => list[number - TODAY] ?? { isOpen: true, cap: 2, overage: 1, history: 0 };
  const openAtOrAfter = (number: number) => {
    let open = number;
    while (!of(open).isOpen) open++;
    return open;
  };
  const lastOpenUpTo = (number: number, start: number) => {
    let open = number;
    while (open > start && !of(open).isOpen) open--;
    return open;
  };
  const emails = sketches.map((sketch) => {
    const startDay = openAtOrAfter(TODAY + sketch.start);
    return {
      startDay,
      lastDay: lastOpenUpTo(startDay + sketch.length, startDay),
      bookedDay: sketch.booked === null ? null : TODAY + sketch.booked,
      priority: sketch.priority,
      contactId: sketch.contactId,
      typeCode: sketch.typeCode,
      eventDay: sketch.event,
    };
  });
  return {
    emails,
    days: {
      today: TODAY,
      isOpen: (number) => of(number).isOpen,
      capOn: (number) => (of(number).isOpen ? of(number).cap : 0),
      thresholdOn: (number) => (of(number).isOpen ? of(number).cap + of(number).overage : 0),
      historyOn: (number) => of(number).history,
    },
  };
}

/**
 * The most emails that can have a seat, each on one of the days from its start to its last.
 *
 * Seat by seat in the order of days, each goes to whoever is there and must go first, which is optimal for spans of days.
 */
export function mostSeated(
  emails: readonly Pick<Placeable, 'startDay' | 'lastDay'>[],
  seatsOn: (day: number) => number,
): number {
  const left = [...emails].sort((a, b) => a.lastDay - b.lastDay);
  const end = Math.max(0, ...emails.map((one) => one.lastDay));
  let seated = 0;
  for (let number = Math.min(...emails.map((one) => one.startDay)); number <= end; number++) {
    for (let seat = 0; seat < seatsOn(number); seat++) {
      const next = left.findIndex((one) => one.startDay <= number && number <= one.lastDay);
      if (next < 0) break;
      left.splice(next, 1);
      seated++;
    }
  }
  return seated;
}
