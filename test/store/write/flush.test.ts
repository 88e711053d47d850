import { afterEach, describe, expect, it } from 'vitest';
import { formatIsoDay } from '../../../src/calendar/iso.js';
import { NULL_INT32 } from '../../../src/columns/nulls.js';
import type { ScheduleRows } from '../../../src/columns/scheduleRows.js';
import type { ImageConnection } from '../../../src/store/driver/connection.js';
import { applyMigration, planMigration } from '../../../src/store/schema/migration.js';
import { readSchema } from '../../../src/store/schema/readSchema.js';
import { type FlushOptions, flushSchedules } from '../../../src/store/write/bySql/flushSchedules.js';
import { allRows, closeOpened, openImage } from '../../helpers/connections.js';

async function database(sql = ''): Promise<ImageConnection> {
  const connection = await openImage();
  connection.execute(`CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT); ${sql}`);
  applyMigration(connection, planMigration(connection, readSchema(connection)));
  return connection;
}

afterEach(closeOpened);

interface Row {
  readonly id?: number;
  readonly createdAt?: string;
  readonly contactId: number;
  readonly type?: string;
  readonly day?: number;
  readonly plannedDay?: number;
  readonly status?: string;
  readonly skipReason?: string | null;
  readonly instanceId?: number | null;
  readonly template?: string | null;
  readonly eventYear?: number | null;
  readonly metadata?: string | null;
}

function columns(rows: readonly Row[]): ScheduleRows {
  const texts: string[] = [];
  const code = (text: string | null | undefined) => {
    if (text === null || text === undefined) return -1;
    if (!texts.includes(text)) texts.push(text);
    return texts.indexOf(text);
  };
  const codes = (read: (row: Row) => string | null | undefined) => Int32Array.from(rows, (row) => code(read(row)));
  const whole = (read: (row: Row) => number | null | undefined) =>
    Int32Array.from(rows, (row) => read(row) ?? NULL_INT32);
  return {
    count: rows.length,
    texts,
    id: Float64Array.from(rows, ({ id }) => id ?? Number.NaN),
    createdAt: codes(({ createdAt }) => createdAt),
    contactId: Float64Array.from(rows, ({ contactId }) => contactId),
    emailType: codes(({ type }) => type ?? 'birthday'),
    plannedDay: whole(({ plannedDay, day }) => plannedDay ?? day ?? 20252),
    sendDay: whole(({ day }) => day ?? 20252),
    sendTime: codes(() => '08:30:00'),
    status: codes(({ status }) => status ?? 'pre-scheduled'),
    skipReason: codes(({ skipReason }) => skipReason),
    priority: whole(() => 10),
    instanceId: Float64Array.from(rows, ({ instanceId }) => instanceId ?? Number.NaN),
    emailTemplate: codes(({ template }) => template),
    smsTemplate: codes(() => null),
    eventYear: whole(({ eventYear }) => eventYear),
    eventMonth: whole(({ eventYear }) => (eventYear === null || eventYear === undefined ? null : 7)),
    eventDay: whole(() => null),
    metadata: codes(({ metadata }) => metadata),
  };
}

function flush(
  connection: ImageConnection,
  rows: readonly Row[],
  deletedIds: readonly number[] = [],
  options: Partial<FlushOptions> = {},
) {
  const refused: number[] = [];
  const result = flushSchedules(
    connection,
    { deletedIds: Float64Array.from(deletedIds), rowCount: rows.length, batches: [columns(rows)] },
    { runId: 'run-1', nowText: '2025-06-13 12:00:00', onRefused: (place) => refused.push(place), ...options },
  );
  return { ...result, refused };
}

const indexNames = (connection: ImageConnection) =>
  allRows(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name");

describe('flushing', () => {
  it('writes every column, NULL and text of any kind', async () => {
    const connection = await database();
    const metadata = `{"a":"quote ' \\" \n \0 Zoë ${'x'.repeat(100)}"}`;
    const rows: Row[] = [
      {
        contactId: 7,
        type: "camp'aign\0_1",
        day: 20259,
        plannedDay: -1,
        skipReason: 'why',
        instanceId: 3,
        template: '',
        eventYear: 2025,
        metadata,
      },
      {
        contactId: 9007199254740991,
        status: 'skipped',
        id: 40,
        createdAt: '2020-01-01 00:00:00',
        instanceId: 5_000_000_000,
      },
    ];
    expect(flush(connection, rows)).toMatchObject({ deleted: 0, inserted: 2, refused: [] });
    expect(allRows(connection, 'SELECT * FROM email_schedules ORDER BY id')).toEqual([
      [
        ...[1, 7, "camp'aign\0_1", '1969-12-31', '2025-06-20', '08:30:00', 'pre-scheduled', 'why', 10, 3, '', null],
        ...['run-1', 2025, 7, null, metadata, '2025-06-13 12:00:00', '2025-06-13 12:00:00', null],
      ],
      [
        ...[
          40,
          9007199254740991,
          'birthday',
          '2025-06-13',
          '2025-06-13',
          '08:30:00',
          'skipped',
          null,
          10,
          5_000_000_000,
        ],
        ...[null, null, 'run-1', null, null, null, null, '2020-01-01 00:00:00', '2025-06-13 12:00:00', null],
      ],
    ]);
    expect(allRows(connection, 'SELECT DISTINCT typeof(contact_id), typeof(id) FROM email_schedules')).toEqual([
      ['integer', 'integer'],
    ]);
  });

  it('shows large ids as whole numbers in a column of another affinity', async () => {
    const connection = await database(
      'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id TEXT, campaign_instance_id)',
    );
    flush(connection, [{ contactId: 5_000_000_000, instanceId: 6_000_000_000 }]);
    expect(allRows(connection, 'SELECT contact_id, typeof(campaign_instance_id) FROM email_schedules')).toEqual([
      ['5000000000', 'integer'],
    ]);
  });

  it.each([1, 7, 200, 1000])('writes the same rows whatever the batch: %i a statement', async (batchRows) => {
    const connection = await database();
    const rows = Array.from({ length: 5003 }, (_, i) => ({
      ...{ contactId: Math.floor(i / 5) + 1, type: `type_${i % 5}`, day: 20252 + ((i * 7919) % 300) },
      ...{ status: i % 3 ? 'pre-scheduled' : 'skipped', skipReason: i % 3 ? null : 'frequency_limit' },
    }));
    const before = indexNames(connection);
    const progress: number[] = [];
    expect(flush(connection, rows, [], { batchRows, onProgress: (done) => progress.push(done) }).inserted).toBe(5003);
    const found = allRows(
      connection,
      'SELECT id, contact_id, email_type, scheduled_send_date, status, skip_reason FROM email_schedules ORDER BY id',
    );
    expect(found).toEqual(
      rows.map((row, i) => [i + 1, row.contactId, row.type, formatIsoDay(row.day), row.status, row.skipReason]),
    );
    expect(progress.at(-1)).toBe(5003);
    expect(indexNames(connection)).toEqual(before);
    expect(allRows(connection, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('gives new rows ids by contact, whatever the order they come in', async () => {
    const connection = await database();
    flush(
      connection,
      [5, 1, 3, 1].map((contactId, i) => ({ contactId, type: `t${i}` })),
    );
    expect(allRows(connection, 'SELECT id, contact_id, email_type FROM email_schedules ORDER BY id')).toEqual([
      [1, 1, 't1'],
      [2, 1, 't3'],
      [3, 3, 't2'],
      [4, 5, 't0'],
    ]);
  });

  it('gives no id twice, not even one that AUTOINCREMENT has given and taken back', async () => {
    const connection = await database(`CREATE TABLE email_schedules (id INTEGER PRIMARY KEY AUTOINCREMENT, contact_id);
      INSERT INTO email_schedules VALUES (3, 1), (90, 1); DELETE FROM email_schedules WHERE id = 90`);
    flush(connection, [{ contactId: 2 }], [3]);
    expect(allRows(connection, 'SELECT id FROM email_schedules')).toEqual([[91]]);
    expect(allRows(connection, 'SELECT seq FROM sqlite_sequence')).toEqual([[91]]);
  });

  it('says so when there are no ids left', async () => {
    const connection = await database(
      'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY); INSERT INTO email_schedules VALUES (9007199254740991)',
    );
    expect(() => flush(connection, [{ contactId: 2 }])).toThrow(
      expect.objectContaining({ code: 'unsupported_schema' }),
    );
  });

  it('refuses a batch size out of range', async () => {
    const connection = await database();
    expect(() => flush(connection, [], [], { batchRows: 0 })).toThrow(RangeError);
    expect(() => flush(connection, [], [], { batchRows: 1001 })).toThrow(RangeError);
  });
});

describe('deleting', () => {
  const many = Array.from({ length: 6000 }, (_, i) => ({ contactId: i + 1 }));

  it.each([
    ['some', (id: number) => id % 7 === 0],
    ['runs and single ones', (id: number) => id % 100 < 40 || id % 100 === 77],
    ['nearly all', (id: number) => id !== 3000],
    ['all', () => true],
    ['none', () => false],
  ])('takes %s of the rows, and no others', async (_name, isDeleted) => {
    const connection = await database();
    flush(connection, many);
    const before = indexNames(connection);
    const ids = many.map((_, i) => i + 1);
    // Any order will do.
    const deletedIds = ids.filter(isDeleted).reverse();
    expect(flush(connection, [], deletedIds).deleted).toBe(deletedIds.length);
    const kept = allRows(connection, 'SELECT id FROM email_schedules ORDER BY id').map(([id]) => id);
    expect(kept).toEqual(ids.filter((id) => !isDeleted(id)));
    expect(indexNames(connection)).toEqual(before);
    expect(allRows(connection, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('puts changed rows in the place of the old ones, under their ids', async () => {
    const connection = await database();
    flush(connection, many);
    const changed = many.map(({ contactId }) => ({
      id: contactId,
      contactId,
      day: 20300,
      createdAt: '2024-01-01 00:00:00',
    }));
    const result = flush(
      connection,
      changed,
      changed.map(({ id }) => id),
    );
    expect(result).toMatchObject({ deleted: 6000, inserted: 6000, refused: [] });
    expect(
      allRows(
        connection,
        'SELECT count(*), sum(id = contact_id), min(scheduled_send_date), min(created_at) FROM email_schedules',
      ),
    ).toEqual([[6000, 6000, formatIsoDay(20300), '2024-01-01 00:00:00']]);
    expect(result.statements.length).toBeGreaterThan(3);
    for (const { count, milliseconds } of result.statements) expect(count > 0 && milliseconds >= 0).toBe(true);
  });
});

describe('rows that a unique index refuses', () => {
  it.each([1, 3, 200])('are told exactly, in batches of %i', async (batchRows) => {
    const connection = await database();
    const day = formatIsoDay(20252);
    connection.execute(`INSERT INTO email_schedules (contact_id, email_type, scheduled_send_date, status) VALUES
      (2, 'birthday', '${day}', 'failed'), (5, 'birthday', '${day}', 'sent'), (6, 'BIRTHDAY', '${day}', 'sent')`);
    const rows = [1, 2, 3, 4, 5, 6, 7].map((contactId) => ({ contactId }));
    expect(flush(connection, rows, [], { batchRows })).toMatchObject({ inserted: 5, refused: [1, 4] });
    expect(allRows(connection, "SELECT contact_id FROM email_schedules WHERE status = 'pre-scheduled'")).toEqual([
      [1],
      [3],
      [4],
      [6],
      [7],
    ]);
  });

  it('are told for indexes that are not ours: by other columns, of part of the rows, by an expression', async () => {
    const connection =
      await database(`CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id, email_type, event_year, status);
      CREATE UNIQUE INDEX one_per_event ON email_schedules (contact_id, email_type, event_year);
      CREATE UNIQUE INDEX one_failed ON email_schedules (contact_id) WHERE status <> 'skipped' AND contact_id > 100;
      CREATE UNIQUE INDEX any_case ON email_schedules (lower(email_type)) WHERE contact_id = 50;
      INSERT INTO email_schedules VALUES (1, 1, 'birthday', 2025, 'failed'), (2, 101, 'x', 1, 'sent'), (3, 50, 'AEP', 1, 'sent'),
        (4, 2, 'birthday', NULL, 'failed')`);
    const rows: Row[] = [
      { contactId: 1, eventYear: 2025 },
      { contactId: 1, eventYear: 2026, day: 20300 },
      { contactId: 2, eventYear: null, day: 20400 },
      { contactId: 50, type: 'aep' },
      { contactId: 101, status: 'skipped' },
      { contactId: 101, type: 'aep' },
    ];
    expect(flush(connection, rows)).toMatchObject({ inserted: 3, refused: [0, 3, 5] });
  });

  it('never push out the row that holds the place, whatever the table says about conflicts', async () => {
    const connection =
      await database(`CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id UNIQUE ON CONFLICT REPLACE,
      email_type NOT NULL ON CONFLICT IGNORE); INSERT INTO email_schedules VALUES (1, 1, 'sent long ago')`);
    expect(flush(connection, [{ contactId: 1 }, { contactId: 2 }])).toMatchObject({ inserted: 1, refused: [0] });
    expect(allRows(connection, 'SELECT id, contact_id, email_type FROM email_schedules ORDER BY id')).toEqual([
      [1, 1, 'sent long ago'],
      [3, 2, 'birthday'],
    ]);
  });
});

describe('anything else that keeps a row out', () => {
  it.each([
    [
      'a CHECK',
      'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id CHECK (contact_id < 300))',
      'CHECK constraint failed',
    ],
    [
      'NOT NULL',
      'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, skip_reason NOT NULL)',
      'NOT NULL constraint failed',
    ],
    [
      'a type',
      'CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, email_type INTEGER) STRICT',
      'cannot store TEXT value',
    ],
  ])('is an error: %s', async (_name, sql, message) => {
    const connection = await database(sql);
    const rows = Array.from({ length: 400 }, (_, i) => ({ contactId: i + 1 }));
    connection.execute('BEGIN');
    expect(() => flush(connection, rows)).toThrow(message);
    connection.execute('ROLLBACK');
    expect(allRows(connection, 'SELECT count(*) FROM email_schedules')).toEqual([[0]]);
  });

  it.each(['RAISE(IGNORE)', "RAISE(ABORT, 'not you')"])('is an error: a trigger with %s', async (action) => {
    const connection = await database();
    connection.execute(
      `CREATE TRIGGER t BEFORE INSERT ON email_schedules WHEN NEW.contact_id = 3 BEGIN SELECT ${action}; END`,
    );
    const rows = [1, 2, 3, 4].map((contactId) => ({ contactId }));
    for (const batchRows of [1, 2, 4]) {
      connection.execute('BEGIN');
      expect(() => flush(connection, rows, [], { batchRows })).toThrow(/trigger|not you/);
      connection.execute('ROLLBACK');
    }
  });

  it('is an error: an id that is taken', async () => {
    const connection = await database();
    flush(connection, [{ contactId: 1 }]);
    expect(() => flush(connection, [{ contactId: 2, id: 1 }])).toThrow('UNIQUE constraint failed: email_schedules.id');
  });

  it('leaves everything to the rollback of the caller, large changes included', async () => {
    const connection = await database();
    const rows = Array.from({ length: 5000 }, (_, i) => ({ contactId: i + 1 }));
    flush(connection, rows);
    const before = allRows(connection, 'SELECT * FROM email_schedules');
    const indexes = indexNames(connection);
    connection.execute('BEGIN');
    const fail = () => {
      throw new Error('given up');
    };
    const ids = rows.map((_, i) => i + 1);
    expect(() =>
      flush(
        connection,
        rows.map((row) => ({ ...row, day: 20300 })),
        ids,
        { onProgress: fail },
      ),
    ).toThrow('given up');
    connection.execute('ROLLBACK');
    expect(allRows(connection, 'SELECT * FROM email_schedules')).toEqual(before);
    expect(indexNames(connection)).toEqual(indexes);
    expect(allRows(connection, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });
});
