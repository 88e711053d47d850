import { readFileSync } from 'node:fs';
import { formatIsoDay, parseIsoDay } from '../../src/calendar/iso.js';
import { loadOrganization, type Organization } from '../../src/columns/organization.js';
import type { OrganizationSource, RowSource } from '../../src/columns/source.js';
import { generateDatabase } from '../../src/node.js';
import { type Config, resolveConfig } from '../../src/rules/config.js';
import { openSqlJs } from '../../src/store/driver/sqljs.js';
import { organizationOfDatabase } from '../../src/store/read/organizationOfDatabase.js';
import { readSchema } from '../../src/store/schema/readSchema.js';
import type { WorkFolder } from '../tools/workFolder.js';

/** The run's day of all benches. */
export const TODAY = parseIsoDay('2025-06-13') ?? 0;

/** An organization loaded into columns, and the configuration it is planned by. */
export interface Loaded {
  readonly organization: Organization;
  readonly config: Config;
}

/** The organizations that the micro benches plan. */
export interface BenchOrganizations {
  /** The seed workload, campaigns and all. */
  readonly seed: Loaded;
  /** Its contacts alone, and the three anniversary kinds alone: no post-window emails, no limits. */
  readonly anniversaries: Loaded;
  /** Its contacts alone by the default configuration. */
  readonly contactsOnly: Loaded;
  /** Its contacts with five schedule rows each: three sent last year, two planned before. */
  readonly withRows: Loaded;
  readonly close: () => void;
}

/** The rows of a table made on the fly. */
function madeRows(columns: readonly string[], make: () => Iterable<readonly (string | number | null)[]>): RowSource {
  return {
    columns: new Set(columns),
    *rows(names) {
      const places = names.map((name) => columns.indexOf(name));
      for (const row of make()) yield places.map((place) => row[place]);
    },
  };
}

/** Five schedule rows per contact: what a year of daily runs leaves behind. */
function fiveRows(contacts: number): RowSource {
  const columns = [
    'id',
    'contact_id',
    'email_type',
    'planned_send_date',
    'scheduled_send_date',
    'status',
    'event_year',
  ];
  return madeRows(columns, function* () {
    let id = 0;
    for (let contact = 1; contact <= contacts; contact++) {
      const past = formatIsoDay(TODAY - 300 + (contact % 180));
      const ahead = formatIsoDay(TODAY + 3 + (contact % 180));
      yield [++id, contact, 'birthday', past, past, 'sent', 2024];
      yield [++id, contact, 'effective_date', past, past, 'delivered', 2024];
      yield [++id, contact, 'aep', past, past, 'sent', 2024];
      yield [++id, contact, 'birthday', ahead, ahead, 'pre-scheduled', 2025];
      yield [++id, contact, 'aep', ahead, ahead, 'skipped', 2025];
    }
  });
}

/** Generates the seed workload and loads the organizations of the micro benches. */
export async function loadOrganizations(folder: WorkFolder, contacts: number): Promise<BenchOrganizations> {
  const path = folder.file('micro.sqlite3');
  await generateDatabase({ path, contacts, seed: 1, shape: 'seed', asOfDay: TODAY });
  const connection = await openSqlJs(readFileSync(path));
  const whole = organizationOfDatabase(connection, readSchema(connection));
  const bare: OrganizationSource = {
    contacts: whole.contacts,
    campaign_types: null,
    campaign_instances: null,
    contact_campaigns: null,
    email_schedules: null,
    tracking_clicks: null,
    contact_events: null,
    suppressions: null,
  };
  const standard = resolveConfig(undefined);
  const reduced = resolveConfig({
    organization: { enable_post_window_emails: false },
    frequency: { max_emails_per_period: 0 },
  });
  const load = (source: OrganizationSource, config: Config): Loaded => ({
    organization: loadOrganization(source, config, TODAY),
    config,
  });
  return {
    seed: load(whole, standard),
    anniversaries: load(bare, reduced),
    contactsOnly: load(bare, standard),
    withRows: load({ ...bare, email_schedules: fiveRows(contacts) }, standard),
    close: () => connection.close(),
  };
}
