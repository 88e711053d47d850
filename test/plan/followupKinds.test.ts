import { expect, test } from 'vitest';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { loadOrganization } from '../../src/columns/organization.js';
import { openDatabase } from '../../src/index.js';
import { planOrganization } from '../../src/plan/planOrganization.js';
import { RowKinds } from '../../src/plan/rowKinds.js';
import { resolveConfig } from '../../src/rules/config.js';
import { openSqlJs } from '../../src/store/driver/sqljs.js';
import { organizationOfDatabase } from '../../src/store/read/organizationOfDatabase.js';
import { readSchema } from '../../src/store/schema/readSchema.js';
import { databaseImage, PLANNED_COLUMNS, selectFrom } from '../helpers/databases.js';

const AS_OF = '2025-06-13';
const TODAY = parseIsoDay(AS_OF) ?? 0;

/** A book of contacts who were all written to yesterday, with the priority and the id that an expression of the contact's id gives. */
function book(contacts: number, priority: string, id = 'i'): Promise<Uint8Array> {
  return databaseImage(`CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT);
    CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER, email_type TEXT, scheduled_send_date TEXT, status TEXT,
      priority INTEGER, event_year INTEGER, actual_send_datetime TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${contacts})
    INSERT INTO contacts SELECT i, 'a' || i || '@example.com', 'TX', '1950-01-01' FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${contacts})
    INSERT INTO email_schedules SELECT ${id}, i, 'birthday', '2025-06-12', 'sent', ${priority}, 2025, '2025-06-12 09:00:00' FROM n`);
}

/** The kinds of all follow-ups that are planned. */
async function kindsOf(image: Uint8Array): Promise<Int32Array> {
  const database = await openSqlJs(image);
  const config = resolveConfig({});
  const loaded = loadOrganization(organizationOfDatabase(database, readSchema(database)), config, TODAY);
  database.close();
  const plan = await planOrganization(loaded, config, TODAY);
  const { candidateType } = plan.views;
  const { firstFollowup, firstCampaign } = loaded.planned;
  const candidates = Uint32Array.from({ length: plan.count }, (_, i) => i).filter(
    (i) => candidateType[i] >= firstFollowup && candidateType[i] < firstCampaign,
  );
  const days = () => new Int32Array(candidates.length);
  const numbers = () => new Float64Array(candidates.length);
  const kind = days();
  new RowKinds(plan).fill(candidates, {
    ...{ count: candidates.length, kind, plannedDay: days(), sendDay: days(), eventDate: days() },
    ...{ id: numbers(), contactId: numbers(), initialId: numbers() },
  });
  return kind;
}

test('follow-ups are of a kind when only the id of their initial email differs, as long as it has as many digits', async () => {
  expect(new Set(await kindsOf(await book(2000, '10')))).toEqual(new Set([0, 1, 2, 3]));
  expect(new Set(await kindsOf(await book(50, '10', '-i')))).toEqual(new Set([-1]));
});

test('where data tell too many kinds apart the others are like no other row, and no kind is one of two', async () => {
  const kinds = await kindsOf(await book(3000, 'i'));
  expect(kinds.length).toBe(3000);
  const known = kinds.filter((kind) => kind >= 0);
  expect(new Set(known).size).toBe(known.length);
  expect(known.length).toBe(1024);
});

test.each([
  ['one priority', '10', 'i'],
  ['a priority each', 'i', 'i * 9007199254'],
])('follow-ups of %s are written by pages as by SQL, and found again', async (_, priority, id) => {
  const image = await book(3000, priority, id);
  const rows: unknown[] = [];
  for (const flush of ['pages', 'sql'] as const) {
    const database = await openDatabase(image);
    expect((await database.run({ asOf: AS_OF, flush })).flush).toBe(flush);
    expect((await database.run({ asOf: AS_OF, flush })).outcome).toBe('unchanged');
    rows.push(
      await selectFrom(
        database.toImage(),
        `SELECT id, ${PLANNED_COLUMNS.join(', ')}, metadata FROM email_schedules ORDER BY id`,
      ),
    );
    database.close();
  }
  expect(rows[0]).toEqual(rows[1]);
  const isFollowup = (row: unknown) => JSON.stringify(row).includes('initial_schedule_id');
  expect((rows[0] as unknown[]).filter(isFollowup)).toHaveLength(3000);
});
