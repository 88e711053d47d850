import { assert, property } from 'fast-check';
import { oracle } from 'sendplan/testing';
import { organization } from 'sendplan/testing/arbitraries';
import { expect, test } from 'vitest';
import 'sendplan/testing/vitest';

const options = { today: '2025-06-13' };
const input = { contacts: [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }] };

test('the matcher takes the rows of the reference model, and none less', () => {
  const { rows } = oracle(input, options);
  expect(rows).toMatchSchedule(input, options);
  expect(rows.slice(1)).not.toMatchSchedule(input, options);
});

test('random organizations can be planned', () => {
  assert(
    property(organization(), ({ records, today, config }) => {
      oracle(records, { today, config });
    }),
    { numRuns: 20 },
  );
});
