import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImageConnection } from '../../../src/store/driver/connection.js';
import { applyMigration, planMigration } from '../../../src/store/schema/migration.js';
import { findColumn, findTable, quoteName, readSchema, requireContacts } from '../../../src/store/schema/readSchema.js';
import {
  type Checkpoint,
  hasSameIssues,
  replaceIssues,
  writeCheckpoint,
  writeConfigVersion,
} from '../../../src/store/write/bookkeeping.js';
import { allRows, closeOpened, errorOf, openImage } from '../../helpers/connections.js';

async function database(sql: string): Promise<ImageConnection> {
  const connection = await openImage();
  connection.execute(sql);
  return connection;
}

afterEach(closeOpened);

function migrate(connection: ImageConnection) {
  const migration = planMigration(connection, readSchema(connection));
  applyMigration(connection, migration);
  return migration;
}

const definitions = (connection: ImageConnection) =>
  allRows(connection, 'SELECT type, name, sql FROM sqlite_master ORDER BY name');

const CONTACTS = 'CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)';
const legacySql = readFileSync(new URL('../../fixtures/golden/legacy-database/input.sql', import.meta.url), 'utf8');

describe('contacts', () => {
  it('are found in any case, as a table or a view, without regard to other tables', async () => {
    const connection = await database(`CREATE TABLE "Con""tacts" (a); CREATE TABLE people (k INTEGER, mail TEXT);
      CREATE VIEW CONTACTS AS SELECT k AS ID, mail AS "EMail" FROM people; CREATE VIEW broken AS SELECT * FROM gone`);
    const table = requireContacts(readSchema(connection));
    expect(table).toMatchObject({ name: 'CONTACTS', kind: 'view' });
    expect(findColumn(table, 'email')?.name).toBe('EMail');
    expect(findColumn(table, 'state')).toBeNull();
  });

  it('that are missing are an error that names the tables there are', async () => {
    const none = errorOf(() => requireContacts({ tables: [], names: [] }));
    expect(none).toMatchObject({ code: 'missing_table', message: expect.stringContaining('no tables at all') });
    const connection = await database('CREATE TABLE leads (id); CREATE TABLE "od\nd" (id)');
    const error = errorOf(() => requireContacts(readSchema(connection)));
    expect(error.message).toBe('The database has no table "contacts"; its tables are leads, od\\nd.');
  });

  it('that lack columns are an error that names those there are', async () => {
    const connection = await database('CREATE TABLE contacts (id INTEGER, mail TEXT, "we""ird" TEXT)');
    const error = errorOf(() => requireContacts(readSchema(connection)));
    expect(error).toMatchObject({ code: 'missing_column', hint: expect.stringContaining('zip_code') });
    expect(error.message).toContain('no column "email"; its columns are id, mail, we\\"ird');
  });
});

describe('reading the schema', () => {
  it('tells generated columns, defaults, keys, WITHOUT ROWID and expressions in indexes', async () => {
    const connection = await database(`CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER NOT NULL DEFAULT 1,
      c AS (b + 1), d AS (b + 2) STORED, UNIQUE (b, a)) WITHOUT ROWID;
      CREATE UNIQUE INDEX e ON t (lower(a), b); CREATE INDEX f ON t (b) WHERE b > 1`);
    const table = findTable(readSchema(connection), 'T')!;
    expect(table.isWithoutRowid).toBe(true);
    expect(
      table.columns.map(({ name, isGenerated, hasDefault, isNotNull }) => [name, isGenerated, hasDefault, isNotNull]),
    ).toEqual([
      ['a', false, false, true],
      ['b', false, true, true],
      ['c', true, false, false],
      ['d', true, false, false],
    ]);
    const indexes = table.indexes.map(({ name, isUnique, isPartial, columns }) => [name, isUnique, isPartial, columns]);
    expect(indexes).toEqual(
      expect.arrayContaining([
        ['e', true, false, [null, 'b']],
        ['f', false, true, ['b']],
        [expect.stringContaining('autoindex'), true, false, ['b', 'a']],
      ]),
    );
  });

  it('quotes any name', async () => {
    for (const name of ['a"b', "a'b", 'a;--', 'a\nb', '', 'sélect', '[x]', '`', 'select']) {
      const connection = await database(`CREATE TABLE ${quoteName(name)} (${quoteName(name)} TEXT)`);
      expect(findTable(readSchema(connection), name)?.columns[0].name).toBe(name);
    }
  });
});

describe('migration', () => {
  it('creates what a run writes in a database of contacts alone, and then finds nothing to do', async () => {
    const connection = await database(CONTACTS);
    const before = definitions(connection);
    const migration = planMigration(connection, readSchema(connection));
    expect(definitions(connection)).toEqual(before);
    expect(migration.steps.map(({ creates, table, name }) => `${creates} ${table} ${name}`)).toEqual([
      'table email_schedules email_schedules',
      'table scheduler_checkpoints scheduler_checkpoints',
      'table scheduler_contact_issues scheduler_contact_issues',
      'table config_versions config_versions',
      'table scheduler_last_run scheduler_last_run',
      'index email_schedules sendplan_schedules_contact_type_day',
      'index email_schedules sendplan_schedules_status_day',
      'index email_schedules sendplan_schedules_run',
    ]);
    expect(migration.warnings).toEqual([]);
    const schema = applyMigration(connection, migration);
    expect(findTable(schema, 'email_schedules')?.columns.map(({ name }) => name)).toEqual([
      ...[
        'id',
        'contact_id',
        'email_type',
        'planned_send_date',
        'scheduled_send_date',
        'scheduled_send_time',
        'status',
      ],
      ...['skip_reason', 'priority', 'campaign_instance_id', 'email_template', 'sms_template', 'scheduler_run_id'],
      ...['event_year', 'event_month', 'event_day', 'metadata', 'created_at', 'updated_at', 'actual_send_datetime'],
    ]);
    expect(planMigration(connection, readSchema(connection))).toEqual({ steps: [], warnings: [] });
  });

  it('adds to the old database what it lacks, and alters nothing that is there', async () => {
    const connection = await database(legacySql);
    const before = definitions(connection);
    const rows = allRows(
      connection,
      'SELECT id, contact_id, email_type, status, event_year, batch_id FROM email_schedules',
    );
    const { steps } = migrate(connection);
    const added = steps.filter(({ creates }) => creates === 'column').map(({ name }) => name);
    expect(added).toEqual([
      ...['planned_send_date', 'scheduled_send_time', 'skip_reason', 'priority', 'campaign_instance_id'],
      ...['email_template', 'sms_template', 'scheduler_run_id', 'metadata', 'updated_at', 'actual_send_datetime'],
    ]);
    const after = new Map(definitions(connection).map(([, name, sql]) => [name, sql]));
    for (const [, name, sql] of before) {
      if (name !== 'email_schedules') expect(after.get(name)).toBe(sql);
    }
    expect(after.get('sendplan_contacts_state_dates')).toContain('("state", "birthday", "effective_date")');
    expect(after.get('sendplan_campaign_instances_active')).toContain('("active_start_date", "active_end_date")');
    expect(after.get('sendplan_contact_campaigns_contact')).toContain(
      '("contact_id", "campaign_instance_id", "status")',
    );
    expect(
      allRows(connection, 'SELECT id, contact_id, email_type, status, event_year, batch_id FROM email_schedules'),
    ).toEqual(rows);
    expect(allRows(connection, 'PRAGMA integrity_check')).toEqual([['ok']]);
    expect(planMigration(connection, readSchema(connection)).steps).toEqual([]);
  });

  it('takes an index by the same columns for its own, whatever it is called', async () => {
    const connection = await database(`${CONTACTS};
      CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id, email_type, scheduled_send_date, status,
        UNIQUE (Contact_ID, email_type, scheduled_send_date));
      CREATE INDEX by_status ON email_schedules (status, scheduled_send_date);
      CREATE INDEX by_run_partly ON email_schedules (contact_id) WHERE status = 'sent'`);
    const made = planMigration(connection, readSchema(connection)).steps.filter(({ creates }) => creates === 'index');
    expect(made.map(({ name }) => name)).toEqual(['sendplan_schedules_run']);
  });

  it('makes a plain index and a warning where rows collide, once', async () => {
    const connection = await database(`${CONTACTS};
      CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id, email_type, scheduled_send_date, status);
      INSERT INTO email_schedules (contact_id, email_type, scheduled_send_date) VALUES (1, 'aep', '2025-09-15'),
        (1, 'aep', '2025-09-15'), (2, 'aep', NULL), (2, 'aep', NULL)`);
    const { steps, warnings } = migrate(connection);
    const index = steps.find(({ name }) => name.includes('contact_type_day'));
    expect(index?.sql).toMatch(/^CREATE INDEX sendplan_schedules_contact_type_day_plain /);
    expect(warnings).toEqual([expect.stringContaining('contact_id, email_type, scheduled_send_date')]);
    const again = planMigration(connection, readSchema(connection));
    expect(again.steps).toEqual([]);
    expect(again.warnings).toHaveLength(1);
    connection.execute('DELETE FROM email_schedules WHERE id = 1');
    expect(planMigration(connection, readSchema(connection)).steps.map(({ sql }) => sql)).toEqual([
      expect.stringMatching(/^CREATE UNIQUE INDEX sendplan_schedules_contact_type_day ON/),
    ]);
  });

  it('does not make rows with NULL collide, and avoids names that are taken', async () => {
    const connection = await database(`${CONTACTS};
      CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id, email_type, scheduled_send_date, status);
      CREATE TABLE Sendplan_Schedules_Run (a);
      INSERT INTO email_schedules (contact_id, email_type) VALUES (1, 'aep'), (1, 'aep')`);
    const { steps, warnings } = migrate(connection);
    expect(warnings).toEqual([]);
    expect(steps.map(({ name }) => name)).toContain('sendplan_schedules_run_2');
  });

  it('leaves views alone', async () => {
    const connection = await database(`CREATE TABLE people (id INTEGER PRIMARY KEY, email, state, birth_date);
      CREATE VIEW contacts AS SELECT * FROM people; CREATE VIEW contact_campaigns AS
      SELECT 1 AS contact_id, 2 AS campaign_instance_id, 'active' AS status`);
    expect(migrate(connection).steps.some(({ table }) => table.startsWith('contact'))).toBe(false);
  });

  it.each([
    ['a view', 'CREATE VIEW email_schedules AS SELECT 1 AS id', /is a view/],
    ['an id of another type', 'CREATE TABLE email_schedules (id TEXT PRIMARY KEY)', /the column "id" as TEXT/],
    ['an id of type INT', 'CREATE TABLE email_schedules (id INT PRIMARY KEY)', /the column "id" as INT;/],
    ['a descending id', 'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY DESC)', /the column "id" as INTEGER/],
    ['no id', 'CREATE TABLE email_schedules (contact_id INTEGER)', /has no column "id"/],
    ['no key', 'CREATE TABLE email_schedules (id INTEGER)', /the column "id" as INTEGER/],
    ['two keys', 'CREATE TABLE email_schedules (id INTEGER, k, PRIMARY KEY (id, k))', /the column "id" as INTEGER/],
    ['no rowid', 'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY) WITHOUT ROWID', /WITHOUT ROWID/],
    [
      'a column to fill',
      'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, "ten""ant" TEXT NOT NULL)',
      /"ten""ant", NOT NULL/,
    ],
    [
      'a column that computes',
      'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, d, priority AS (d))',
      /computes its column "priority"/,
    ],
    [
      'a view of checkpoints',
      'CREATE VIEW scheduler_checkpoints AS SELECT 1 AS id',
      /"scheduler_checkpoints" is a view/,
    ],
  ])('refuses email_schedules with %s', async (_name, sql, message) => {
    const connection = await database(`${CONTACTS}; ${sql}`);
    const error = errorOf(() => planMigration(connection, readSchema(connection)));
    expect(error).toMatchObject({ code: 'unsupported_schema', message: expect.stringMatching(message) });
    expect(error.hint).not.toBeNull();
  });
});

describe('bookkeeping', () => {
  const issue = (contactId: number | null, detail: string | null) =>
    ({ contact_id: contactId, kind: 'invalid_email', detail }) as const;

  it('writes issues only when they are others, whatever is in them', async () => {
    const connection = await database(CONTACTS);
    expect(hasSameIssues(connection, [])).toBe(true);
    expect(hasSameIssues(connection, [issue(1, 'x')])).toBe(false);
    migrate(connection);
    const issues = [
      issue(1, 'it\'s "a"\n\0b'),
      issue(null, null),
      issue(1, 'x'),
      issue(1, 'x'),
      issue(2, '😀'.repeat(60)),
    ];
    expect(replaceIssues(connection, issues, 'run 1', '2025-06-13 08:00:00')).toEqual({
      isWritten: true,
      warnings: [],
    });
    expect(replaceIssues(connection, [...issues].reverse(), 'run 2', '2025-06-14 08:00:00').isWritten).toBe(false);
    const stored = allRows(
      connection,
      'SELECT contact_id, detail, scheduler_run_id FROM scheduler_contact_issues ORDER BY id',
    );
    expect(stored).toEqual(issues.map(({ contact_id, detail }) => [contact_id, detail, 'run 1']));
    expect(replaceIssues(connection, issues.slice(1), 'run 3', '2025-06-15 08:00:00').isWritten).toBe(true);
    expect(allRows(connection, 'SELECT DISTINCT scheduler_run_id, count(*) FROM scheduler_contact_issues')).toEqual([
      ['run 3', 4],
    ]);
  });

  it('keeps a configuration when it is another one than the last', async () => {
    const connection = await database(CONTACTS);
    migrate(connection);
    const write = (json: string, day: number) =>
      writeConfigVersion(connection, json, 'hash', `2025-06-${day} 08:00:00`).isWritten;
    expect([write('{}', 10), write('{}', 11), write('{"a":1}', 12), write('{}', 13), write('{}', 13)]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('warns, and goes on in the same transaction, when the database does not take a record', async () => {
    const connection = await database(`${CONTACTS};
      CREATE TABLE scheduler_checkpoints (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL);
      CREATE TABLE scheduler_contact_issues (contact_id INTEGER UNIQUE, kind TEXT);
      INSERT INTO scheduler_contact_issues VALUES (9, 'old')`);
    migrate(connection);
    connection.execute('BEGIN; INSERT INTO contacts VALUES (5, NULL)');
    const checkpoint: Checkpoint = {
      runId: 'r',
      startedText: 's',
      contactsChecksum: null,
      schedulesBeforeChecksum: null,
      schedulesAfterChecksum: null,
      contactsProcessed: 1,
      emailsScheduled: 2,
      emailsSkipped: 3,
      status: 'completed',
      errorCode: null,
      errorMessage: null,
      completedText: null,
      asOfText: '2025-06-13',
      configHash: null,
      rows: null,
    };
    expect(writeCheckpoint(connection, checkpoint).warnings).toEqual([
      '"scheduler_checkpoints" was not written: NOT NULL constraint failed: scheduler_checkpoints.tenant.',
    ]);
    expect(replaceIssues(connection, [issue(1, 'a'), issue(1, 'b')], 'r', 's')).toMatchObject({ isWritten: false });
    connection.execute('COMMIT');
    expect(allRows(connection, 'SELECT id FROM contacts')).toEqual([[5]]);
    expect(allRows(connection, 'SELECT contact_id, kind FROM scheduler_contact_issues')).toEqual([[9, 'old']]);
  });
});
