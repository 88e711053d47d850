import { expect, test } from 'vitest';
import { shownValue } from '../../src/web/worker/shownValue.js';

test.each<readonly [Parameters<typeof shownValue>[0], string, string]>([
  [9007199254740993n, 'integer', '9007199254740993'],
  [2027n, 'integer', '2027'],
  [0.00012345, 'real', '0.00012345'],
  [3, 'real', '3.0'],
  [-0, 'real', '-0.0'],
  [1e300, 'real', '1e+300'],
  [Number.POSITIVE_INFINITY, 'real', 'Inf'],
  ['2,027', 'text', '2,027'],
  [null, 'null', 'NULL'],
  [Uint8Array.of(0, 255), 'blob', "x'00ff'"],
])('%s is shown as SQLite has it', (value, kind, text) => {
  expect(shownValue(value)).toEqual({ kind, text });
});

test('what is cut says how much there is', () => {
  expect(shownValue('x'.repeat(2001)).text).toMatch(/x… \(2001 letters\)$/);
  expect(shownValue(new Uint8Array(17)).text).toMatch(/…' \(17 bytes\)$/);
});
