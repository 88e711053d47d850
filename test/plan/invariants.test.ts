import { describe, expect, test } from 'vitest';
import { anniversary, dayFromCivil, monthsBetween, yearOf } from '../../src/calendar/day.js';
import { formatIsoDay } from '../../src/calendar/iso.js';
import { resolveConfig } from '../../src/rules/config.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { databaseImage, type Queried } from '../helpers/databases.js';
import { generatedImage } from '../helpers/generated.js';
import { checkInvariants, emailKey, OrganizationFacts, readPlanned } from '../helpers/invariants.js';
import { wholeNumber } from '../helpers/runs.js';

const TODAY = dayFromCivil(2025, 6, 13);
const CONFIG = resolveConfig(undefined);

/** `SENDPLAN_CONTACTS` in the environment makes the checks as large as that. */
const SIZE = wholeNumber('SENDPLAN_CONTACTS');
const TIMEOUT = 60_000 + (SIZE ?? 0);

/**
 * The emails that a contact of the seed workload gets or is told why not, in the words of the rules for this one day: it has
 * two dates, no history, and three campaigns that run or have run.
 */
function expectedEmails(facts: OrganizationFacts, contactId: number): string[] {
  const contact = facts.person(contactId);
  if (contact === undefined || contact.birthDay === null || contact.effectiveDay === null) {
    throw new Error(`contact ${contactId} of the seed workload lacks something`);
  }
  const next = (date: number) => {
    const thisYear = anniversary(date, 2025);
    return thisYear >= TODAY ? thisYear : anniversary(date, 2026);
  };
  const emails = [`birthday ${yearOf(next(contact.birthDay))}`, 'aep 2025', 'campaign 1', 'campaign 3'];
  const policy = next(contact.effectiveDay);
  if (monthsBetween(contact.effectiveDay, policy) > 11) emails.push(`effective_date ${yearOf(policy)}`);
  // Every fiftieth is enrolled with the birthday of 2025, of which the email is no use afterwards.
  if (contactId % 50 === 0 && anniversary(contact.birthDay, 2025) >= TODAY) emails.push('campaign 2');
  return emails;
}

/** The emails of a database by contact, but for those after windows, which follow from the others' rows. */
function emailsByContact(database: Queried): Map<number, string[]> {
  const emails = new Map<number, string[]>();
  for (const row of readPlanned(database)) {
    if (row.type === 'post_window') continue;
    const own = emails.get(row.contactId);
    if (own === undefined) emails.set(row.contactId, [emailKey(row)]);
    else own.push(emailKey(row));
  }
  return emails;
}

describe('what must always hold (Rules 12.1 to 12.5)', () => {
  test(
    'holds for the seed workload, whose emails are all there',
    async () => {
      const contacts = SIZE ?? 20_000;
      const database = await openDatabase(await generatedImage('seed', contacts, '2025-06-13'));
      try {
        const report = await database.run({ asOf: TODAY });
        const checked = checkInvariants(database, CONFIG, TODAY);
        expect(checked.violations).toEqual([]);
        expect(checked.rows).toBe(report.rows.total);
        expect(checked.preScheduled).toBe(report.rows.pre_scheduled);
        expect(checked.preScheduled).toBeGreaterThan(contacts);
        expect(checked.overloadedDays).toBeLessThanOrEqual(report.overloaded_days.count);

        const facts = new OrganizationFacts(database, CONFIG, TODAY);
        const emails = emailsByContact(database);
        expect(emails.size).toBe(contacts);
        const wrong = [...emails].filter(([id, own]) => own.sort().join() !== expectedEmails(facts, id).sort().join());
        expect(wrong.slice(0, 5)).toEqual([]);
        const expired = [...emails.keys()].filter((id) => id % 50 === 0 && !emails.get(id)?.includes('campaign 2'));
        expect(report.issues).toEqual({ expired: expired.length });
      } finally {
        database.close();
      }
    },
    TIMEOUT,
  );

  test.each([
    ['2025-06-13', 1],
    ['2025-12-31', 2],
    ['2024-02-29', 3],
  ])(
    'holds for a realistic book as of %s',
    async (asOf, seed) => {
      const database = await openDatabase(await generatedImage('realistic', SIZE ?? 5000, asOf, seed));
      try {
        const report = await database.run({ asOf });
        const today = dayFromCivil(...(asOf.split('-').map(Number) as [number, number, number]));
        const checked = checkInvariants(database, CONFIG, today);
        expect(checked.violations).toEqual([]);
        expect(checked.rows).toBe(report.rows.total);
        expect(report.issues.refused_by_index ?? 0).toBe(0);
        const types = report.rows.by_type.map((type) => type.email_type.replace(/_\d.*/, ''));
        expect(types).toEqual(expect.arrayContaining(['birthday', 'effective_date', 'aep', 'post_window', 'followup']));
      } finally {
        database.close();
      }
    },
    TIMEOUT,
  );

  test.each([
    ['send', 0.05],
    ['skip', 0.03],
  ] as const)(
    'holds with a calendar, a limit, a ramp and suppressions, night after night (excess: %s)',
    async (excess, share) => {
      const config = resolveConfig({
        calendar: { weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'], us_federal_holidays: true, closed: ['06-20'] },
        organization: { suppress_after_bounces: 1 },
        load_balancing: {
          daily_send_percentage_cap: share,
          daily_send_limit: 120,
          ramp: { start: '2025-06-16', first: 5, growth: 0.2 },
          excess,
        },
      });
      const suppressions = `CREATE TABLE IF NOT EXISTS suppressions (contact_id, email, scope, reason, starts_on, ends_on);
        INSERT INTO suppressions (contact_id, email, scope, reason, starts_on, ends_on) SELECT id, NULL, NULL, 'asked', NULL, NULL FROM contacts WHERE id % 50 = 1;
        INSERT INTO suppressions (contact_id, email, scope, reason, starts_on, ends_on) SELECT NULL, upper(email), 'birthday, campaign', NULL, NULL, '2025-06-16' FROM contacts WHERE id % 50 = 2;`;
      const generated = await generatedImage('realistic', 2500, '2025-06-13');
      const database = await openDatabase(await databaseImage(suppressions, generated));
      try {
        for (let today = TODAY; today < TODAY + 6; today++) {
          const report = await database.run({ asOf: today, config });
          const checked = checkInvariants(database, config, today);
          expect(checked.violations).toEqual([]);
          expect(checked.rows).toBe(report.rows.total);
          const again = await database.run({ asOf: today, config });
          expect(again.changes).toMatchObject({ added: 0, changed: 0, removed: 0 });
          database.query(
            `UPDATE email_schedules SET status = CASE WHEN id % 9 = 0 THEN 'Bounced' ELSE ' Sent' END
              WHERE status = 'pre-scheduled' AND scheduled_send_date = '${formatIsoDay(today)}' AND id % 7 > 0`,
          );
        }
      } finally {
        database.close();
      }
    },
    TIMEOUT,
  );

  test('is found not to hold by the checks where it does not', async () => {
    const database = await openDatabase(await generatedImage('realistic', 300, '2025-06-13'));
    await database.run({ asOf: TODAY });
    const image = database.toImage();
    database.close();
    const broken = async (sql: string, config = CONFIG) => {
      const withoutKey = 'DROP INDEX IF EXISTS sendplan_schedules_contact_type_day;';
      const changed = await openDatabase(await databaseImage(withoutKey + sql, image));
      const { violations } = checkInvariants(changed, config, TODAY);
      changed.close();
      return [...new Set(violations.map((violation) => violation.slice(0, 4)))].sort();
    };
    const all = `UPDATE email_schedules SET`;
    expect(
      await broken(`${all} status = 'pre-scheduled', skip_reason = NULL WHERE skip_reason LIKE 'exclusion:%'`),
    ).toContain('12.1');
    expect(await broken(`${all} scheduled_send_date = '2025-06-12' WHERE status = 'pre-scheduled'`)).toContain('12.2');
    expect(await broken(`${all} scheduled_send_date = '2027-01-01' WHERE status = 'pre-scheduled'`)).toContain('12.2');
    expect(
      await broken(`${all} status = 'pre-scheduled', skip_reason = NULL WHERE skip_reason = 'frequency_limit'`),
    ).toContain('12.3');
    expect(await broken(`${all} scheduled_send_date = '2025-06-20' WHERE status = 'pre-scheduled'`)).toContain('12.4');
    expect(
      await broken(`INSERT INTO email_schedules (contact_id, email_type, scheduled_send_date, status, event_year, event_month, event_day)
      SELECT contact_id, email_type, '2025-06-13', status, event_year, event_month, event_day FROM email_schedules WHERE status = 'skipped'`),
    ).toContain('12.5');
    const suppressions =
      'CREATE TABLE IF NOT EXISTS suppressions (contact_id, email, scope, reason, starts_on, ends_on);';
    const everybody = 'INSERT INTO suppressions (contact_id) SELECT id FROM contacts';
    expect(await broken(`${suppressions} ${everybody}`)).toContain('12.5');
    expect(await broken('', resolveConfig({ calendar: { weekdays: ['mon'] } }))).toContain('12.4');
  });
});
