import fc from 'fast-check';
import { anniversary, yearOf } from '../../calendar/day.js';
import { formatIsoDay } from '../../calendar/iso.js';

// Everything is generated relative to today and to its neighbours (the third contact, two days ago) and made into
// records at the end, so that what is left after shrinking still fits together.

/** A value that depends on today. */
export type Dated<T> = (today: number) => T;
/** A field of a record. */
export type Text = string | number | null;

/** Picks one of the values, the repeated ones more often; the first is where shrinking ends. */
export const pick = fc.constantFrom;

/** One choice of `fc.oneof`. */
export const likely = (weight: number, arbitrary: fc.Arbitrary<Dated<Text>>) => ({ weight, arbitrary });

/** One of the values, whatever today is. */
export const fixed = (...values: Text[]) =>
  pick(...values).map(
    (value): Dated<Text> =>
      () =>
        value,
  );

const offset = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 8 }) },
  { weight: 3, arbitrary: fc.integer({ min: -75, max: 100 }) },
  // Anchors of windows that closed just now.
  { weight: 3, arbitrary: pick(-71, -68, -66, -64, -63, -61, -60, -41, -39, -38, -37, -34, -33, -32, -31) },
  { weight: 2, arbitrary: pick(-183, -182, -36, -35, -30, -29, 0, 1, 14, 29, 30, 31, 60, 61, 90, 91, 182, 183) },
  { weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }) },
);

/** Makes of an ISO date what people write: as it is, with white space around it, or in another order (Rules 2, date). */
const style = pick<((iso: string) => string)[]>(
  ...Array.from({ length: 12 }, () => (iso: string) => iso),
  (iso) => ` ${iso}\u00a0`,
  (iso) => inOrder(iso, [1, 2, 0], '/'),
  (iso) => inOrder(iso, [2, 1, 0], '.'),
);

function inOrder(iso: string, order: readonly number[], separator: string): string {
  const parts = iso.split('-').map((part, i) => (i === 0 ? part : String(Number(part))));
  return order.map((i) => parts[i]).join(separator);
}

/** A day not before `min` and not after `max` days from today, with something after it. */
export const near = (min: number, max: number, suffix = '') =>
  fc.tuple(fc.integer({ min, max }), style).map(
    ([days, write]): Dated<Text> =>
      (today) =>
        write(formatIsoDay(today + days)) + suffix,
  );

/** A day around today, often one that is an edge of some rule. */
export const someDay = fc.tuple(offset, style).map(
  ([days, write]): Dated<Text> =>
    (today) =>
      write(formatIsoDay(today + days)),
);

/** A day some years before a day around today: the date of a birth or a policy. */
export const yearsBefore = (years: fc.Arbitrary<number>) =>
  fc.tuple(offset, years, style).map(
    ([days, back, write]): Dated<Text> =>
      (today) => {
        const day = today + days;
        return write(formatIsoDay(anniversary(day, yearOf(day) - back)));
      },
  );

/** What is no date (Rules 2). */
export const brokenDate = fixed('1961-02-29', 'soon', '13/13/1960', '1960-7-15', '1960-07-15x', 19600715, '1899-12-31');

/** A flag, often off (Rules 2, flags). */
export const flagValue = pick<(number | string | null)[]>(0, 0, 1, null, 'yes', 'no', 'T', '1', '0', ' On', 2);
/** A flag, seldom off. */
export const mostlyOn = pick<(number | string | null)[]>(1, 1, 1, 'true ', 'Y', 1, 1, 1, 0, null);
