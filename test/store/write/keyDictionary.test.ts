import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ENCODED_NULL, type EncodedValue, encodeInteger, encodeText } from '../../../src/store/format/encodedValue.js';
import { KeyDictionary } from '../../../src/store/write/byPages/keyDictionary.js';
import { runCount, runSeed } from '../../helpers/runs.js';

const options = { numRuns: runCount(500), seed: runSeed(43) };

/** A value of an index, as what it is told apart by. */
type Key = number | string | null;

const encoded = (key: Key): EncodedValue =>
  key === null ? ENCODED_NULL : typeof key === 'number' ? encodeInteger(key) : encodeText(key);

const numbers = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: -300, max: 70_000 }),
  fc.constantFrom(0, 1, 127, 128, 32_768, 2 ** 31, 2 ** 47, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const someKeys = fc.oneof(
  // As ids of contacts come: in their order, each a few times.
  fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 3 })), { maxLength: 60 }).map((steps) => {
    let id = 0;
    return steps.flatMap(([step, times]): Key[] => {
      id += step;
      return Array(times).fill(id);
    });
  }),
  fc.array(numbers as fc.Arbitrary<Key>, { maxLength: 60 }),
  fc.array(fc.oneof(numbers, fc.string({ maxLength: 12 }), fc.constant(null)) as fc.Arbitrary<Key>, { maxLength: 60 }),
);

/** The keys by their codes, as far as one and the same code stands for one and the same key. */
function keysByCode(keys: readonly Key[], codes: readonly number[]): Map<number, Key> {
  const byCode = new Map<number, Key>();
  keys.forEach((key, i) => {
    if (byCode.has(codes[i])) expect(byCode.get(codes[i])).toBe(key);
    byCode.set(codes[i], key);
  });
  return byCode;
}

/** Checks that a dictionary has each key once, and ranks them as an index does. */
function expectRanks(dictionary: KeyDictionary, byCode: ReadonlyMap<number, Key>): void {
  expect(dictionary.count).toBe(byCode.size);
  expect(new Set(byCode.values()).size).toBe(byCode.size);
  const { ranks, rankCount } = dictionary.ranks();
  const classOf = (key: Key) => (key === null ? 0 : typeof key === 'number' ? 1 : 2);
  const order = (a: Key, b: Key) =>
    classOf(a) - classOf(b) ||
    (typeof a === 'number' && typeof b === 'number' ? a - b : Buffer.compare(Buffer.from(`${a}`), Buffer.from(`${b}`)));
  const sorted = [...byCode].sort(([, a], [, b]) => order(a, b));
  expect(sorted.map(([code]) => ranks[code])).toEqual(sorted.map((_, rank) => rank));
  expect(rankCount).toBe(byCode.size);
}

test('a key has one code, however its values come', () => {
  fc.assert(
    fc.property(someKeys, fc.array(fc.boolean(), { minLength: 60, maxLength: 200 }), (keys, isNext) => {
      const dictionary = new KeyDictionary();
      const codes = keys.map((key, i) => {
        const { serialType, body } = encoded(key);
        const take = isNext[i % isNext.length] ? 'codeOfNext' : 'codeOf';
        return dictionary[take](serialType, body, 0);
      });
      expectRanks(dictionary, keysByCode(keys, codes));
    }),
    options,
  );
});

test('the keys of another dictionary have the codes of the same keys, or new ones', () => {
  fc.assert(
    fc.property(someKeys, someKeys, (mine, others) => {
      const dictionary = new KeyDictionary();
      const other = new KeyDictionary();
      const codeIn = (one: KeyDictionary) => (key: Key) =>
        one.codeOfNext(encoded(key).serialType, encoded(key).body, 0);
      const myCodes = mine.map(codeIn(dictionary));
      const otherCodes = others.map(codeIn(other));
      const translated = dictionary.codesOf(other);
      const all = [...myCodes, ...otherCodes.map((code) => translated[code])];
      const byCode = keysByCode([...mine, ...others], all);
      expectRanks(dictionary, byCode);
      // And afterwards each is still found.
      for (const [code, key] of byCode) expect(codeIn(dictionary)(key)).toBe(code);
    }),
    options,
  );
});
