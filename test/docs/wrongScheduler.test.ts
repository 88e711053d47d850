import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContactRecord, formatIsoDay } from '../../src/index.js';
import { type OrganizationCase, organization } from '../../src/testing/arbitraries.js';
import type { ScheduledRow } from '../../src/testing.js';
import '../../src/testing/vitest.js';

// The example of docs/testing.md: a scheduler of birthday emails as another team may have written it, and how the
// oracle finds what is wrong with it.

interface Bugs {
  /** The days in front of a window that the scheduler keeps free; the rules say 60. */
  readonly bufferDays: number;
  /** The birthday of somebody born on 29 February, in a year that has none; the rules say 28 February. */
  readonly leapDay: '28 February' | '1 March';
}

const NO_BUGS: Bugs = { bufferDays: 60, leapDay: '28 February' };

const DAY = 86_400_000;

const WINDOWS: Readonly<Record<string, readonly [before: number, after: number]>> = {
  ...{ CA: [30, 60], ID: [0, 63], KY: [0, 60], MD: [0, 30], NV: [0, 60], OK: [0, 60], OR: [0, 31], VA: [0, 30] },
  MO: [30, 33],
};

function anniversary(date: Date, year: number, leapDay: Bugs['leapDay']): Date {
  const day = new Date(Date.UTC(year, date.getUTCMonth(), date.getUTCDate()));
  // JavaScript's own answer to 29 February 2025 is 1 March.
  const isRolled = day.getUTCMonth() !== date.getUTCMonth();
  return isRolled && leapDay === '28 February' ? new Date(day.getTime() - DAY) : day;
}

function isForbidden(contact: ContactRecord, day: number, { bufferDays, leapDay }: Bugs): boolean {
  const state = String(contact.state);
  if (['CT', 'MA', 'NY', 'WA'].includes(state)) return true;
  const date = state === 'MO' ? contact.effective_date : contact.birth_date;
  if (WINDOWS[state] === undefined || date === null) return false;
  const [before, after] = WINDOWS[state];
  const anchor = new Date(String(date));
  // In Nevada the window starts with the month of the birthday.
  if (state === 'NV') anchor.setUTCDate(1);
  const year = new Date(day).getUTCFullYear();
  return [year - 1, year, year + 1].some((windowYear) => {
    const middle = anniversary(anchor, windowYear, leapDay).getTime();
    const first = middle - (before + bufferDays) * DAY;
    return middle >= anchor.getTime() && first <= day && day <= middle + after * DAY;
  });
}

/** One birthday email per contact, 14 days before the birthday or, when that has passed, today. */
function scheduleBirthdays(contacts: readonly ContactRecord[], today: number, bugs: Bugs): ScheduledRow[] {
  return contacts.flatMap((contact) => {
    if (contact.birth_date === null) return [];
    const birth = new Date(String(contact.birth_date));
    const now = today * DAY;
    const year = new Date(now).getUTCFullYear();
    const birthdays = [year, year + 1].map((one) => anniversary(birth, one, bugs.leapDay).getTime());
    const birthday = birthdays.find((one) => one >= now)!;
    const sendDay = Math.max(birthday - 14 * DAY, now);
    return {
      contact_id: contact.id,
      email_type: 'birthday',
      scheduled_send_date: formatIsoDay(sendDay / DAY),
      status: isForbidden(contact, sendDay, bugs) ? 'skipped' : 'pre-scheduled',
    };
  });
}

// What the scheduler does not know is turned off, or is not looked at.
const config = {
  frequency: { max_emails_per_period: 0 },
  load_balancing: { daily_send_percentage_cap: 1, catch_up_spread_days: 1 },
};
const columns = ['contact_id', 'email_type', 'scheduled_send_date', 'status'] as const;
const cases = organization({ config, campaigns: false, history: false, suppressions: false, wellFormed: true });

function isRight(bugs: Bugs): fc.IProperty<[OrganizationCase]> {
  return fc.property(cases, ({ records, today }) => {
    const rows = scheduleBirthdays(records.contacts, today, bugs);
    expect(rows).toMatchSchedule(records, { today, config, columns, emailTypes: ['birthday'] });
  });
}

function smallestFailure(bugs: Bugs): { contacts: readonly ContactRecord[]; text: string } {
  const details = fc.check(isRight(bugs), { seed: 2025, numRuns: 500 });
  const text = details.errorInstance instanceof Error ? details.errorInstance.message : 'nothing found';
  return { contacts: details.counterexample?.[0].records.contacts ?? [], text };
}

// The page shows the failures as they are.
const documentation = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8');

describe('a scheduler that plans birthday emails', () => {
  it('agrees with the oracle when nothing is wrong with it', () => {
    fc.assert(isRight(NO_BUGS), { seed: 2025, numRuns: 500 });
  });

  it('is found out, with one contact, when it forgets the 60 days in front of a window', () => {
    const { contacts, text } = smallestFailure({ ...NO_BUGS, bufferDays: 0 });
    expect(contacts).toHaveLength(1);
    expect(text).toContain('lies in the buffer of the window');
    expect(documentation).toContain(text);
  });

  it('is found out, with one contact, when it leaves 29 February to JavaScript', () => {
    const { contacts, text } = smallestFailure({ ...NO_BUGS, leapDay: '1 March' });
    expect(contacts).toHaveLength(1);
    expect(contacts[0].birth_date).toMatch(/-02-29$/);
    expect(documentation).toContain(text);
  });
});
