import { expect } from 'vitest';
import {
  type Candidate,
  compareSchedules,
  oracle,
  type PlannedRow,
  planWith,
  type ScheduledRow,
  sendplanMatchers,
} from '../../src/testing.js';
import '../../src/testing/vitest.js';

// Compiled by testing.test.ts and never run: what may be written with `sendplan/testing`, and what may not.

const input = { contacts: [{ id: 1, email: 'a@example.com' }] };
const options = { today: '2025-01-01' } as const;
const result = oracle(input, options);
export const candidate: Candidate | undefined = result.candidates[0];
export const planned: Promise<PlannedRow[]> = planWith('fast', input, options);

interface OwnRow {
  contact_id: number;
  email_type: string;
  scheduled_send_date: string;
  somethingElse: Date;
}
const own: OwnRow[] = [];
const rows: ScheduledRow[] = own;

export const missing: readonly PlannedRow[] = compareSchedules(own, result).contacts[0].missing;
export const missingOwn: readonly OwnRow[] = compareSchedules(rows, own).contacts[0].missing;

expect(own).toMatchSchedule(input, options);
expect(own).not.toMatchSchedule(input, { ...options, columns: ['status'], emailTypes: ['birthday'] });
export const later: Promise<void> = expect(own).toMatchSchedule(input, { ...options, engine: 'fast' });
expect.extend(sendplanMatchers);

// @ts-expect-error a run has a day
expect(own).toMatchSchedule(input, {});
// @ts-expect-error a column that no row has
compareSchedules(own, result, { columns: ['colour'] });
// @ts-expect-error a row without its contact
compareSchedules([{ email_type: 'birthday' }], result);
// @ts-expect-error no such engine
planWith('slow', input, options);
