import type { Database } from 'sql.js';
import { expect, test } from 'vitest';
import { dayFromCivil } from '../../src/calendar/day.js';
import { formatIsoDay } from '../../src/calendar/iso.js';
import { loadOrganization } from '../../src/columns/organization.js';
import { plannedRows } from '../../src/plan/plannedRows.js';
import { resolveConfig } from '../../src/rules/config.js';
import type { PlannedRow } from '../../src/rules/records.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { Sender } from '../../src/simulate/sender.js';
import { Simulator } from '../../src/simulate/simulator.js';
import { openSqlJs } from '../../src/store/driver/sqljs.js';
import { organizationOfDatabase } from '../../src/store/read/organizationOfDatabase.js';
import { readSchema } from '../../src/store/schema/readSchema.js';
import { databaseImage, inOrder, plannedRowsOf } from '../helpers/databases.js';
import { generatedImage } from '../helpers/generated.js';

const FIRST_DAY = dayFromCivil(2025, 8, 20);
const DAYS = 130;

/** Campaigns that start and stop within the days, for everybody, for some and by trigger date. */
const CAMPAIGNS = `
  INSERT INTO campaign_types (name, respect_exclusion_windows, enable_followups, days_before_event, target_all_contacts,
    priority, active, spread_evenly, skip_failed_underwriting) VALUES
    ('rate_increase', 1, 1, 14, 0, 12, 1, 0, 0), ('notice', 1, 0, 0, 1, 25, 1, 0, 1), ('wave', 1, 1, 0, 1, 45, 1, 1, 0);
  INSERT INTO campaign_instances (id, campaign_type, instance_name, email_template, active_start_date, active_end_date,
    spread_start_date, spread_end_date, target_states) VALUES
    (11, 'rate_increase', 'rates', 'rates', '2025-01-01', '2025-12-31', NULL, NULL, NULL),
    (13, 'notice', 'autumn', 'notice', '2025-09-10', '2025-10-20', NULL, NULL, 'CA,TX,FL,NY'),
    (14, 'wave', 'autumn', 'wave', '2025-08-30', '2025-11-30', '2025-09-01', '2025-10-31', NULL);
  INSERT INTO contact_campaigns (contact_id, campaign_instance_id, trigger_date, status)
    SELECT id, 11, date('2025-08-10', (id * 7 % 150) || ' days'), 'active' FROM contacts WHERE id % 3 = 0;`;

/** A follow-up's metadata names a row by its id, and its campaign comes from that row; a simulation keeps neither. */
function comparable(row: PlannedRow): PlannedRow {
  return row.email_type.startsWith('followup_') ? { ...row, metadata: null, campaign_instance_id: null } : row;
}

function codeOfType(emailType: string): number {
  const campaign = /^campaign_.*_(\d+)$/.exec(emailType);
  if (campaign !== null) return 100 + Number(campaign[1]);
  if (emailType.startsWith('followup_')) return 5;
  return { birthday: 1, effective_date: 2, aep: 3, post_window: 4 }[emailType] ?? Number.NaN;
}

/** Turns what is due in the database into history, as the simulation's sender decides. */
function sendDue(database: Database, today: number, sender: Sender): number {
  const date = formatIsoDay(today);
  const due = `SELECT id, contact_id, email_type FROM email_schedules WHERE status = 'pre-scheduled' AND scheduled_send_date = '${date}'`;
  const rows = database.exec(due)[0]?.values ?? [];
  for (const [id, contactId, type] of rows) {
    const fate = sender.fateOf(Number(contactId), codeOfType(String(type)), today);
    database.run('UPDATE email_schedules SET status = ?, actual_send_datetime = ? WHERE id = ?', [
      fate,
      fate === 'failed' ? null : `${date} 08:31:00`,
      id,
    ]);
  }
  return rows.length;
}

test.each([
  ['the defaults', {}],
  ['a tiny cap', { load_balancing: { daily_send_percentage_cap: 0.04, ed_daily_soft_limit: 1 } }],
])(
  'every day holds the rows that a run leaves in a database, with %s',
  async (_, input) => {
    const config = resolveConfig(input);
    const sender = new Sender({ skipWeekends: true, outageRate: 0.05, bounceRate: 0.1, failureRate: 0.1, seed: 3 });
    let image = await databaseImage(CAMPAIGNS, await generatedImage('realistic', 80, '2025-08-20', 4));
    const connection = await openSqlJs(image);
    const source = organizationOfDatabase(connection, readSchema(connection));
    const lastDay = FIRST_DAY + DAYS - 1;
    const organization = loadOrganization(source, config, FIRST_DAY, () => {}, lastDay);
    connection.close();
    const simulator = await Simulator.create(organization, config, sender, FIRST_DAY, lastDay);
    let sent = 0;
    for (let today = FIRST_DAY; today <= lastDay; today++) {
      const moves = await simulator.planDay();
      const { slots, run } = simulator.plan;
      // Follow-ups name rows of the simulation's own slots.
      const schedules = { ...organization.schedules, priority: slots.views.rowPriority };
      const own = { ...organization, schedules };
      const plan = {
        organization: own,
        run,
        kernel: slots.kernel,
        views: slots.views,
        count: slots.size,
        history: new Int32Array(0),
        starting: new Uint32Array(0),
      };
      const database = await openDatabase(image);
      await database.run({ asOf: today, config: input });
      const rows = inOrder(plannedRowsOf(database)).map(comparable);
      expect(inOrder(plannedRows(plan)).map(comparable), formatIsoDay(today)).toEqual(rows);
      image = database.toImage();
      database.close();
      await simulator.sendDay(moves);
      if (sender.holdOn(today) !== null) continue;
      image = await databaseImage((tables) => {
        sent += sendDue(tables, today, sender);
      }, image);
    }
    expect(sent).toBeGreaterThan(150);
  },
  120_000,
);
