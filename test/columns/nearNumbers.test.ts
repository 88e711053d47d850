import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NearNumbers } from '../../src/columns/nearNumbers.js';

const BASE = 16_000;

/** Numbers of which most, some or none are near the base. */
const numbers = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 5000 }), fc.nat())
  .map(([farShare, count, seed]) =>
    Int32Array.from({ length: count }, (_, i) => {
      const draw = Math.imul(i + seed, 0x9e3779b1) >>> 0;
      return draw % 100 < farShare ? -1 - (draw % 1_000_000) : BASE + (draw % 65_000);
    }),
  );

function all(near: NearNumbers): number[] {
  const into = new Int32Array(near.length);
  near.fill(
    Uint32Array.from(into, (_, i) => i),
    into,
  );
  return [...into];
}

test('numbers are what they were, however many are far from the base, and however they were added', () => {
  let far = 0;
  const property = fc.property(numbers, numbers, numbers, (first, second, third) => {
    const near = new NearNumbers(0, BASE);
    near.append(first, first.length);
    for (const more of [second, third]) {
      const other = new NearNumbers(more.length, BASE);
      other.append(more, more.length);
      const plain = structuredClone(other.plain());
      far += plain.farPlaces.length;
      if (more === second) near.appendPlain(plain);
      else near.appendMeaning(plain, (number) => number + 70_000);
    }
    const wanted = [...first, ...second, ...third.map((number) => number + 70_000)];
    expect(all(near)).toEqual(wanted);
  });
  fc.assert(property, { numRuns: 100, seed: 7 });
  expect(far).toBeGreaterThan(100_000);
});
