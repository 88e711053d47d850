import fc from 'fast-check';
import { readToday } from '../../oracle/readOrganization.js';
import type { ContactRecord } from '../../rules/records.js';
import type { DayConstraints } from './constraints.js';
import { brokenDate, fixed, flagValue, likely, pick, type Text, yearsBefore } from './values.js';
import { wellFormedContacts } from './wellFormed.js';

const birthDate = fc.oneof(
  likely(12, yearsBefore(fc.integer({ min: 18, max: 80 }))),
  likely(2, yearsBefore(pick(0, 1, 2))),
  likely(2, fixed('1960-02-29', '2000-02-29', '1960-02-29T10:00:00', '1959-12-31', '1960-01-01 00:00')),
  likely(1, brokenDate),
  likely(2, fixed(null, '')),
);

const effectiveDate = fc.oneof(
  likely(8, yearsBefore(fc.integer({ min: 1, max: 12 }))),
  likely(4, yearsBefore(pick(1, 0, 2, -1))),
  likely(1, fixed('2016-02-29', '2020-02-29', '2200-01-01', '2030-05-05')),
  likely(1, brokenDate),
  likely(3, fixed(null, '')),
);

const contactId = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 15 }) },
  { weight: 3, arbitrary: fc.integer({ min: 16, max: 5000 }) },
  { weight: 2, arbitrary: pick(4294967296, 4294967303, 2147483648, 9007199254740991, 9007199254740990) },
);

const oddId = pick<(number | string | null)[]>('7', 0, -3, null, 'x', 1.5);

/** A row of `contacts`, its dates still relative to today. */
export const contactSketch = fc.record({
  id: fc.oneof({ weight: 30, arbitrary: contactId }, { weight: 1, arbitrary: oddId }),
  email: fc.oneof(
    { weight: 15, arbitrary: pick<Text[]>('a@example.com', ' b@example.com ', 'C@Example.com', 'c@example.com') },
    {
      weight: 1,
      arbitrary: pick<Text[]>(
        null,
        '',
        ' ',
        'a@b@c',
        '@c',
        'a@',
        'a b@c.d',
        'abc',
        5,
        'a@b',
        'a@b..c',
        'a,b@c.d',
        'a@b\u200b.c',
      ),
    },
  ),
  state: fc.oneof(
    { weight: 6, arbitrary: pick<Text[]>('CA', 'KY', 'MO', 'NV', 'MD', 'VA', 'ID', 'OR', 'OK', ' ca ') },
    { weight: 3, arbitrary: pick<Text[]>('TX', 'tx', 'FL', 'PR') },
    { weight: 1, arbitrary: pick<Text[]>('NY', 'CT') },
    { weight: 2, arbitrary: pick<Text[]>('ZZ', null, '', 'California', 'us-ky', 'New York', 'Texas.', ' ', 7) },
  ),
  zip_code: pick<Text[]>(
    null,
    '',
    '94105',
    '94105-1234',
    ' 501 ',
    2138,
    '63101.0',
    '75201',
    'abc',
    '941051',
    '00000',
    null,
  ),
  birth_date: birthDate,
  effective_date: effectiveDate,
  carrier: pick<Text[]>('Humana', ' humana', 'AETNA', 'Cigna', null, ''),
  failed_underwriting: flagValue,
  phone_number: pick<Text[]>('+1 555 0101', null, '', '  '),
});

/** A contact before today is known. */
export type ContactSketch = typeof contactSketch extends fc.Arbitrary<infer T> ? T : never;

/** Which of the two names of a column a record uses: the newer, the older, or both (Rules 2). */
export type NameColumns = 'new' | 'old' | 'both';

/** The first of the sketches that have one id. */
export function distinct(sketches: readonly ContactSketch[]): ContactSketch[] {
  return sketches.filter((one, i) => sketches.findIndex((other) => other.id === one.id) === i);
}

/** A sketch as a record of `contacts`. */
export function contactRecord(sketch: ContactSketch, today: number, nameColumns: NameColumns): ContactRecord {
  const { birth_date, carrier, ...rest } = sketch;
  const birth = birth_date(today);
  const record = { ...rest, effective_date: sketch.effective_date(today) };
  if (nameColumns === 'old') return { ...record, birthday: birth, current_carrier: carrier };
  if (nameColumns === 'new') return { ...record, birth_date: birth, carrier };
  return { ...record, birth_date: birth, birthday: '1970-06-15', carrier, current_carrier: 'Humana' };
}

/**
 * Contacts of distinct ids, many of them with a window or an event around today (Rules 2, 4).
 *
 * They shrink to fewer contacts and to plainer values.
 *
 * @param constraints.maxLength how many contacts at most, 12 when left out
 * @throws SendplanError `bad_input` when `constraints.today` is no day
 * @example
 * import fc from 'fast-check';
 * import { contacts } from 'sendplan/testing/arbitraries';
 * const [few] = fc.sample(contacts({ today: '2025-06-13', maxLength: 3 }), { numRuns: 1, seed: 1 });
 * console.log(few.length <= 3); // true
 */
export function contacts(constraints: DayConstraints & { readonly maxLength?: number }): fc.Arbitrary<ContactRecord[]> {
  const today = readToday(constraints.today);
  const sketches = fc.array(contactSketch, { maxLength: constraints.maxLength ?? 12, size: 'max' });
  return fc.noBias(sketches).map((list) => {
    const records = distinct(list).map((one) => contactRecord(one, today, 'new'));
    return constraints.wellFormed === true ? wellFormedContacts(records, today) : records;
  });
}
