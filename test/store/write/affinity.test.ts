import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runFile, verifyFile } from '../../../src/node.js';
import { databaseImage } from '../../helpers/databases.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-affinity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AS_OF = '2025-06-13';

const CONTACTS = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, phone_number TEXT);
INSERT INTO contacts VALUES (1, 'a@example.org', 'TX', '1960-07-20', '1'), (2, 'b@example.org', 'CA', '1961-05-01', NULL);
CREATE TABLE campaign_types (name TEXT, target_all_contacts INTEGER, active INTEGER, priority INTEGER);
INSERT INTO campaign_types VALUES ('news', 1, 1, 30);
CREATE TABLE campaign_instances (id INTEGER PRIMARY KEY, campaign_type TEXT, email_template TEXT, sms_template TEXT);
INSERT INTO campaign_instances VALUES (1, 'news', '007', '12.50');`;

const NUMBERS = ['priority', 'campaign_instance_id', 'event_year', 'event_month', 'event_day'];
const TEXTS = [
  'email_type',
  'status',
  'skip_reason',
  'email_template',
  'sms_template',
  'scheduled_send_time',
  'metadata',
];
const DAYS = ['planned_send_date', 'scheduled_send_date'];

const table = (number: string, text: string) => {
  const columns = [
    ...NUMBERS.map((name) => `${name} ${number}`),
    ...[...TEXTS, ...DAYS].map((name) => `${name} ${text}`),
  ];
  return `CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER, ${columns.join(', ')});`;
};

describe.each([
  ['VARCHAR(10)', 'TEXT'],
  ['TEXT', 'TEXT'],
  ['REAL', 'TEXT'],
  ['NUMERIC', 'NUMERIC'],
  ['INTEGER', 'INTEGER'],
  ['', ''],
  ['BLOB', 'BLOB'],
])('columns that are declared %j and %j', (number, text) => {
  test.each(['sqljs', 'native'] as const)(
    'keep their rows when nothing changes, with the driver %s',
    async (driver) => {
      const path = join(folder, `${driver}.sqlite3`);
      writeFileSync(path, await databaseImage(`${CONTACTS}\n${table(number, text)}`));
      const first = await runFile(path, { asOf: AS_OF, driver });
      expect(first.changes.added).toBeGreaterThan(5);
      const second = await runFile(path, { asOf: AS_OF, driver, full: true });
      expect(second.changes).toMatchObject({ kept: first.changes.added, added: 0, changed: 0, removed: 0 });
      const audit = await verifyFile(path, { asOf: AS_OF });
      expect(audit.report.kinds).toEqual([]);
    },
  );
});
