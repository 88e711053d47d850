import fc from 'fast-check';
import { expect, it } from 'vitest';
import { grouped } from '../../src/report/text/prose.js';

it('sets thousands apart as English does', () => {
  const numbers = fc.oneof(
    fc.integer(),
    fc.integer({ min: -2_000_000, max: 2_000_000 }).map((n) => n / 8),
  );
  fc.assert(
    fc.property(numbers, (n) => {
      expect(grouped(n)).toBe(n.toLocaleString('en-US'));
    }),
  );
});
