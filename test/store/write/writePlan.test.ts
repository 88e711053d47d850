import { expect, test } from 'vitest';
import { PAGES_FROM, planWrite, type WriteSituation, type WriteWay } from '../../../src/store/write/writePlan.js';

const MUCH = PAGES_FROM.firstRows + 1;

/** A first run of a large book, of which each situation is a variation. */
const FIRST: WriteSituation = {
  coming: MUCH,
  going: 0,
  found: 0,
  flush: 'auto',
  target: 'copy',
  isByContact: false,
  unfit: null,
};
const LATER = { coming: 1_000, going: 1_001, found: 100_000 } as const;

const SITUATIONS: readonly [about: string, Partial<WriteSituation>, way: WriteWay, because: string][] = [
  ['a large first run into a copy', {}, 'pages', 'much changes'],
  ['a large first run in place', { target: 'in_place' }, 'staged', 'much changes'],
  ['a first run of a few rows', { coming: PAGES_FROM.firstRows }, 'sql', 'little changes'],
  ['a few rows, pages asked for', { coming: 1, flush: 'pages' }, 'pages', 'pages were asked for'],
  [
    'a few rows in place, pages asked for',
    { coming: 1, flush: 'pages', target: 'in_place' },
    'staged',
    'pages were asked for',
  ],
  ['a large first run, SQL asked for', { flush: 'sql' }, 'sql', 'SQL was asked for'],
  ['nothing but a configuration', { coming: 0 }, 'sql', 'no rows change'],
  ['nothing, pages asked for', { coming: 0, flush: 'pages' }, 'sql', 'no rows change'],
  ['a later day with much change', LATER, 'pages', 'much changes'],
  ['a later day with one row less', { ...LATER, going: 1_000 }, 'sql', 'little changes'],
  ['a small part of a large table', { ...LATER, found: 4_100_000 }, 'sql', 'little changes'],
  ['a later day in place', { ...LATER, target: 'in_place', isByContact: true }, 'contacts', 'it has rows already'],
  [
    'a few rows in place',
    { coming: 0, going: 1, found: 9, target: 'in_place', isByContact: true },
    'contacts',
    'little changes',
  ],
  ['rows that depend on other contacts', { ...LATER, target: 'in_place' }, 'sql', 'it has rows already'],
  ['rows that only come, in place', { found: 9, target: 'in_place', isByContact: true }, 'sql', 'it has rows already'],
  [
    'by SQL in place',
    { ...LATER, flush: 'sql', target: 'in_place', isByContact: true },
    'contacts',
    'SQL was asked for',
  ],
  ['a connection of no driver', { target: 'statements' }, 'sql', 'this driver works in the database itself'],
  [
    'a table that is not for pages',
    { unfit: 'it may have a CHECK constraint' },
    'sql',
    'it may have a CHECK constraint',
  ],
  ['and in place', { unfit: 'its ids go on', target: 'in_place' }, 'sql', 'its ids go on'],
];

test.each(SITUATIONS)('%s', (_about, variation, way, because) => {
  expect(planWrite({ ...FIRST, ...variation })).toEqual({ way, because, keepsLeaves: false });
});

test('the thresholds can be others', () => {
  const from = { rows: 0, part: 0, firstRows: 0, keptRows: 0, keptPart: 0.5 };
  expect(planWrite({ ...FIRST, coming: 1 }, from).way).toBe('pages');
  expect(planWrite({ ...FIRST, coming: 0, going: 1, found: 1_000 }, from).way).toBe('pages');
});

test('leaves stay where little of a large table changes by pages', () => {
  const found = PAGES_FROM.keptRows;
  const much = PAGES_FROM.keptPart * found;
  const keeps = (situation: Partial<WriteSituation>) =>
    planWrite({ ...FIRST, coming: 0, found, ...situation }).keepsLeaves;
  expect(keeps({ going: much })).toBe(true);
  expect(keeps({ going: much, coming: 1 })).toBe(false);
  expect(keeps({ going: much - 1, found: found - 1 })).toBe(false);
  expect(keeps({ going: 1 })).toBe(false);
  expect(keeps({ going: 1, flush: 'pages' })).toBe(true);
  expect(keeps({ going: much, target: 'in_place' })).toBe(false);
  expect(keeps({ going: much, flush: 'sql' })).toBe(false);
});
