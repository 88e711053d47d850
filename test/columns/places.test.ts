import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AscendingPlaces } from '../../src/columns/ascendingPlaces.js';
import { NearNumbers } from '../../src/columns/nearNumbers.js';
import { runCount, runSeed } from '../helpers/runs.js';

const RUNS = runCount(300);

test('of ascending places the last up to another is found, in whatever order they are asked for', () => {
  const property = fc.property(
    fc.uniqueArray(fc.nat(3000), { maxLength: 700 }),
    fc.array(fc.nat(3100), { maxLength: 100 }),
    (places, asked) => {
      const ascending = places.toSorted((a, b) => a - b);
      const found = new AscendingPlaces();
      for (const place of ascending) found.push(place);
      for (const place of asked) {
        expect(found.lastUpTo(place)).toBe(ascending.findLastIndex((one) => one <= place));
        expect(found.indexOf(place)).toBe(ascending.indexOf(place));
      }
    },
  );
  fc.assert(property, { numRuns: RUNS, seed: runSeed(50) });
});

test('numbers near a base and far from it come out as they were put in', () => {
  const base = 16_000;
  const number = fc.oneof(
    fc.integer({ min: base, max: base + 70_000 }),
    fc.constantFrom(base - 1, base + 0xfffe, base + 0xffff, -2147483648, 2147483647, 0),
  );
  const batches = fc.array(fc.array(number, { maxLength: 600 }), { maxLength: 5 });
  const property = fc.property(batches, fc.array(fc.nat(), { maxLength: 50 }), (added, draws) => {
    const numbers = new NearNumbers(0, base);
    for (const batch of added) numbers.append(Int32Array.from(batch), batch.length);
    const all = added.flat();
    expect(numbers.length).toBe(all.length);
    const places = Uint32Array.from(all.length === 0 ? [] : [...all.keys(), ...draws.map((draw) => draw % all.length)]);
    const into = new Int32Array(places.length);
    numbers.fill(places, into);
    expect([...into]).toEqual(Array.from(places, (place) => all[place]));
  });
  fc.assert(property, { numRuns: RUNS, seed: runSeed(51) });
});
