import fc from 'fast-check';
import { readToday } from '../../oracle/readOrganization.js';
import type { ContactRecord, SuppressionRecord } from '../../rules/records.js';
import type { DayConstraints } from './constraints.js';
import type { Neighbours } from './history.js';
import { neighboursOf } from './history.js';
import { fixed, likely, near, pick, type Text } from './values.js';
import { wellFormedSuppressions } from './wellFormed.js';

const scope = fc.oneof(
  { weight: 3, arbitrary: pick<Text[]>(null, '', '*', 'ALL', ' , ') },
  {
    weight: 5,
    arbitrary: pick<Text[]>(
      ...['birthday', ' Effective_Date ', 'aep', 'aep_2,', 'post_window', 'campaign', 'followup', 'News', 'rates'],
      ...['campaign_news_1', 'Followup_1_Cold', 'birthday,campaign', 'no_such_thing'],
    ),
  },
);

/** A row of `suppressions` for one of the first contacts, its dates still relative to today. */
export const suppressionSketch = fc.record({
  contactIndex: fc.nat(11),
  isFor: pick('id', 'id', 'text of id', 'padded id', 'email', 'both', 'nobody'),
  email: pick<Text[]>('a@example.com', ' C@EXAMPLE.COM', 'nobody@example.com', '', ' '),
  scope,
  reason: pick<Text[]>(null, 'unsubscribed', 'Spam  Complaint!', '', '??', '#1', 'x'.repeat(50), 404),
  starts_on: fc.oneof(likely(4, fixed(null, '')), likely(3, near(-9, 1)), likely(1, fixed('soon'))),
  ends_on: fc.oneof(likely(4, fixed(null, '')), likely(3, near(-1, 9)), likely(1, fixed('never'))),
});

/** A suppression before today and its contact are known. */
export type SuppressionSketch = typeof suppressionSketch extends fc.Arbitrary<infer T> ? T : never;

/** A sketch as a record of `suppressions`. */
export function suppressionRecord(sketch: SuppressionSketch, today: number, neighbours: Neighbours): SuppressionRecord {
  const { contactIndex, isFor, email, scope: elements, reason } = sketch;
  const id = neighbours.contactOf(contactIndex);
  const texts: Readonly<Record<string, Text>> = { 'text of id': String(id), 'padded id': ` ${id}\t` };
  return {
    contact_id: isFor === 'email' || isFor === 'nobody' ? null : (texts[isFor] ?? id),
    email: isFor === 'email' || isFor === 'both' ? email : null,
    scope: elements,
    reason,
    starts_on: sketch.starts_on(today),
    ends_on: sketch.ends_on(today),
  };
}

/**
 * Rows of `suppressions` for some contacts: by id or address, for everything or some emails, for ever or for days around today
 * (Rules 2).
 *
 * @param constraints.maxLength how many rows at most, 5 when left out
 * @throws SendplanError `bad_input` when `constraints.today` is no day
 * @example
 * import fc from 'fast-check';
 * import { suppressions } from 'sendplan/testing/arbitraries';
 * const contacts = [{ id: 1, email: 'ann@example.com' }];
 * const [rows] = fc.sample(suppressions({ today: '2025-06-13', contacts, maxLength: 2 }), { numRuns: 1, seed: 1 });
 * console.log(rows.length <= 2); // true
 */
export function suppressions(
  constraints: DayConstraints & { readonly contacts: readonly ContactRecord[]; readonly maxLength?: number },
): fc.Arbitrary<SuppressionRecord[]> {
  const today = readToday(constraints.today);
  const ids = constraints.contacts.map(({ id }) => ({
    id: typeof id === 'number' || typeof id === 'string' ? id : null,
  }));
  const neighbours = neighboursOf(ids, [], []);
  const sketches = fc.array(suppressionSketch, { maxLength: constraints.maxLength ?? 5, size: 'max' });
  return fc.noBias(sketches).map((list) => {
    const records = list.map((one) => suppressionRecord(one, today, neighbours));
    return constraints.wellFormed === true ? wellFormedSuppressions(records, constraints) : records;
  });
}
