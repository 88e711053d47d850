import type { Database } from 'sql.js';
import { describe, expect, test } from 'vitest';
import { dayFromCivil } from '../../src/calendar/day.js';
import { formatIsoDay, parseIsoDay } from '../../src/calendar/iso.js';
import { type ConfigInput, resolveConfig } from '../../src/rules/config.js';
import { isFollowupType } from '../../src/rules/emailTypes.js';
import { mix } from '../../src/rules/mix.js';
import { type OpenDatabase, openDatabase } from '../../src/run/openDatabase.js';
import { databaseImage } from '../helpers/databases.js';
import { generatedImage } from '../helpers/generated.js';
import { type CheckedRow, checkInvariants, emailKey, OrganizationFacts, readPlanned } from '../helpers/invariants.js';

const FIRST_DAY = dayFromCivil(2025, 1, 1);
const LAST_DAY = dayFromCivil(2025, 12, 31);

/** Campaigns of every kind beside those of the generator, all over the year; the caller knows their kinds by id. */
const MORE_CAMPAIGNS = `
  INSERT INTO campaign_types (name, respect_exclusion_windows, enable_followups, days_before_event, target_all_contacts,
    priority, active, spread_evenly, skip_failed_underwriting) VALUES
    ('rate_increase', 1, 1, 14, 0, 12, 1, 0, 0), ('welcome', 0, 1, -3, 0, 8, 1, 0, 0),
    ('notice', 1, 0, 0, 1, 25, 1, 0, 1), ('wave', 1, 1, 0, 1, 45, 1, 1, 0), ('promo', 0, 0, 0, 0, 35, 1, 0, 0);
  INSERT INTO campaign_instances (id, campaign_type, instance_name, email_template, active_start_date, active_end_date,
    spread_start_date, spread_end_date, target_states) VALUES
    (11, 'rate_increase', 'rates', 'rates', '2025-01-01', '2025-12-31', NULL, NULL, NULL),
    (12, 'welcome', 'welcome', 'welcome', '2025-02-01', NULL, NULL, NULL, NULL),
    (13, 'notice', 'spring', 'notice', '2025-03-10', '2025-04-20', NULL, NULL, 'CA,TX,FL,NY'),
    (14, 'wave', 'autumn', 'wave', '2025-08-20', '2025-11-30', '2025-09-01', '2025-10-31', NULL),
    (15, 'promo', 'promo', 'promo', '2025-05-01', '2025-05-31', NULL, NULL, NULL);
  INSERT INTO contact_campaigns (contact_id, campaign_instance_id, trigger_date, status)
    SELECT id, 11, date('2025-01-10', (id * 7 % 350) || ' days'), 'active' FROM contacts WHERE id % 3 = 0;
  INSERT INTO contact_campaigns (contact_id, campaign_instance_id, trigger_date, status)
    SELECT id, 12, date('2025-01-10', (id * 11 % 350) || ' days'), 'pending' FROM contacts WHERE id % 4 = 1;
  INSERT INTO contact_campaigns (contact_id, campaign_instance_id, trigger_date, status)
    SELECT id, 15, NULL, 'pending' FROM contacts WHERE id % 2 = 1;`;

interface Simulation {
  readonly contacts: number;
  readonly config: ConfigInput;
  readonly seed: number;
}

/** What happened over a simulated year. */
interface Year {
  readonly sent: number;
  readonly failed: number;
  readonly outages: number;
  /** Emails that were due, were not sent, and had days left; of them those that stood in the plan of the next day to be sent. */
  readonly owed: number;
  readonly plannedAgain: number;
  readonly sentTypes: ReadonlySet<string>;
  readonly followupsThatEnded: number;
}

/** The seeded percent, from 0 to 99, that decides what becomes of an email. */
function luck(id: number, day: number, seed: number): number {
  return mix(id, day, seed) % 100;
}

/** What a sender makes of an email that is due. */
function fateOf(
  row: CheckedRow,
  day: number,
  seed: number,
): 'sent' | 'delivered' | 'failed' | 'bounced' | 'deferred' | 'missed' {
  const percent = luck(row.contactId * 8191 + row.id, day, seed);
  if (percent < 50) return 'sent';
  if (percent < 80) return 'delivered';
  if (percent < 90) return 'failed';
  if (percent < 93) return 'bounced';
  return percent < 97 ? 'deferred' : 'missed';
}

/** One day of a sender: what is due gets its status, readers click and answer, yesterday's deferred emails go out. */
function sendDue(database: Database, due: readonly CheckedRow[], day: number, seed: number): void {
  const date = formatIsoDay(day);
  const isLate = `status = 'deferred' AND scheduled_send_date < '${date}'`;
  database.run(
    `UPDATE email_schedules SET status = 'sent', actual_send_datetime = scheduled_send_date || ' 23:59:00' WHERE ${isLate}`,
  );
  for (const row of due) {
    const fate = fateOf(row, day, seed);
    const actual = fate === 'sent' || fate === 'delivered' ? `${date} 08:31:00` : null;
    database.run('UPDATE email_schedules SET status = ?, actual_send_datetime = ? WHERE id = ?', [
      fate,
      actual,
      row.id,
    ]);
    if (actual === null) continue;
    const reaction = luck(row.id, day, seed + 1);
    if (reaction < 20) {
      database.run('INSERT INTO tracking_clicks (contact_id, email_schedule_id, clicked_at) VALUES (?, ?, ?)', [
        row.contactId,
        row.id,
        actual,
      ]);
    }
    if (reaction < 10) {
      const metadata = `{"has_medical_conditions": ${reaction < 5}}`;
      database.run(
        `INSERT INTO contact_events (contact_id, event_type, metadata, created_at) VALUES (?, 'eligibility_answered', ?, ?)`,
        [row.contactId, metadata, actual],
      );
    }
  }
}

/** The sent day of every row of history, by id, and of each contact the latest email that a follow-up may follow. */
function readSent(database: OpenDatabase) {
  const sql = `SELECT id, contact_id, coalesce(substr(actual_send_datetime, 1, 10), scheduled_send_date), lower(email_type), status
    FROM email_schedules WHERE status IN ('sent', 'delivered') ORDER BY 3, 1`;
  const dayOf = new Map<number, number>();
  const latest = new Map<number, number>();
  for (const [id, contactId, date, type] of database.query(sql)) {
    dayOf.set(Number(id), parseIsoDay(String(date)) ?? Number.NaN);
    if (
      !isFollowupType(String(type)) &&
      !/^campaign_(mega_|birthday_mega_|compliance|notice|promo)/.test(String(type))
    ) {
      latest.set(Number(contactId), Number(id));
    }
  }
  return { dayOf, latest };
}

function initialOf(row: CheckedRow): number {
  return Number(JSON.parse(row.metadata ?? '{}').initial_schedule_id);
}

/** The emails that a contact has had, or given up on, by the name that tells them apart. */
function givenEmails(database: OpenDatabase): Set<string> {
  const sql = `SELECT contact_id, lower(email_type), campaign_instance_id, event_year FROM email_schedules
    WHERE status NOT IN ('pre-scheduled', 'skipped', 'failed', 'missed') AND email_type NOT LIKE 'followup%'`;
  return new Set(
    database.query(sql).map(([contactId, type, instanceId, year]) => {
      const event = year === null ? null : { year: Number(year), month: 1, day: 1 };
      return `${contactId} ${emailKey({ type: String(type), instanceId: instanceId === null ? null : Number(instanceId), event })}`;
    }),
  );
}

/** Runs every day of a year and sends what is due, and asserts Rules 12.7 and 12.1 to 12.5 on each. */
async function simulate({ contacts, config, seed }: Simulation): Promise<Year> {
  const resolved = resolveConfig(config);
  let image = await databaseImage(MORE_CAMPAIGNS, await generatedImage('realistic', contacts, '2025-01-01', seed));
  let owed: { readonly row: CheckedRow; readonly deadline: number }[] = [];
  const start = await openDatabase(image);
  const given = givenEmails(start);
  start.close();
  const followed = new Set<number>();
  const year = { sent: 0, failed: 0, outages: 0, owed: 0, plannedAgain: 0, followupsThatEnded: 0 };
  const sentTypes = new Set<string>();

  for (let today = FIRST_DAY; today <= LAST_DAY; today++) {
    const database = await openDatabase(image);
    const report = await database.run({ asOf: today, config });
    expect(report.issues.refused_by_index ?? 0, formatIsoDay(today)).toBe(0);
    expect(checkInvariants(database, resolved, today).violations, formatIsoDay(today)).toEqual([]);
    const facts = new OrganizationFacts(database, resolved, today);
    const { dayOf, latest } = readSent(database);
    const rows = readPlanned(database);

    // Every email that was due and not sent is planned again while its deadline allows.
    const nameOf = (row: CheckedRow) =>
      isFollowupType(row.type) ? `${row.contactId} followup ${initialOf(row)}` : `${row.contactId} ${emailKey(row)}`;
    const planned = new Map(rows.map((row) => [nameOf(row), row]));
    for (const { row, deadline } of owed) {
      if (today > deadline) continue;
      const again = planned.get(nameOf(row));
      if (again === undefined && isFollowupType(row.type) && latest.get(row.contactId) !== initialOf(row)) {
        year.followupsThatEnded++;
        continue;
      }
      expect(again, `${formatIsoDay(today)}: ${JSON.stringify(row)} is not planned again`).toBeDefined();
      year.owed++;
      if (again?.status === 'pre-scheduled') year.plannedAgain++;
      // It may not go out when a window has opened or the contact has had enough; nothing else keeps it.
      else expect(again?.reason).toMatch(/^(exclusion:|frequency_limit$|conflict:)/);
      if (again?.reason?.startsWith('exclusion:')) expect(facts.isExcluded(row, again.sendDay)).toBe(true);
    }

    const due = rows.filter((row) => row.status === 'pre-scheduled' && row.sendDay === today);
    const hasOutage = luck(7, today, seed) < 12;
    for (const row of due) {
      const fate = hasOutage ? null : fateOf(row, today, seed);
      if (fate === null || fate === 'failed' || fate === 'missed') continue;
      // Nobody gets the same email twice.
      const name = nameOf(row);
      if (isFollowupType(row.type)) {
        expect(followed.has(initialOf(row)), `two follow-ups of ${name}`).toBe(false);
        followed.add(initialOf(row));
      } else {
        expect(given.has(name), `${formatIsoDay(today)}: ${name} twice`).toBe(false);
        given.add(name);
      }
      sentTypes.add(row.type.replace(/_\d.*/, ''));
      year.sent++;
    }
    const isOwed = (row: CheckedRow) => hasOutage || ['failed', 'missed'].includes(fateOf(row, today, seed));
    owed = due.filter(isOwed).map((row) => ({ row, deadline: facts.deadlineOf(row, (id) => dayOf.get(id) ?? null) }));
    year.failed += owed.length;
    if (hasOutage) year.outages++;
    image = database.toImage();
    database.close();
    if (!hasOutage) image = await databaseImage((tables) => sendDue(tables, due, today, seed), image);
  }
  return { ...year, sentTypes };
}

describe('running every day of a year and sending what is due (Rules 12.7)', () => {
  test.each([
    ['with the defaults', { contacts: 150, seed: 1, config: {} }],
    [
      'with a tiny cap, two aep dates and no frequency limit',
      {
        contacts: 70,
        seed: 2,
        config: {
          load_balancing: { daily_send_percentage_cap: 0.01 },
          aep: [
            { month: 9, day: 15 },
            { month: 10, day: 20 },
          ],
          frequency: { max_emails_per_period: 0 },
        },
      },
    ],
  ] as [string, Simulation][])(
    '%s gives nobody an email twice and forgets none',
    async (_, simulation) => {
      const year = await simulate(simulation);
      expect(year.outages).toBeGreaterThan(20);
      expect(year.sent).toBeGreaterThan(simulation.contacts * 3);
      expect(year.failed).toBeGreaterThan(simulation.contacts / 2);
      expect(year.plannedAgain).toBeGreaterThan(year.owed * 0.8);
      const kinds = [
        'birthday',
        'effective_date',
        'aep',
        'post_window',
        'followup',
        'campaign_wave',
        'campaign_welcome',
      ];
      expect([...year.sentTypes]).toEqual(expect.arrayContaining(kinds));
    },
    120_000,
  );
});
