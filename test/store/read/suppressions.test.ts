import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runFile } from '../../../src/node.js';
import { oracle } from '../../../src/oracle/oracle.js';
import type { SuppressionRecord } from '../../../src/rules/records.js';
import { databaseImage, selectFrom } from '../../helpers/databases.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-suppressions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AS_OF = '2025-06-13';

const CONTACTS = [
  { id: 1, email: 'Ann@Example.com', state: 'TX', birth_date: '1960-07-20' },
  { id: 2, email: ' bob@example.com ', state: 'TX', birth_date: '1961-08-20' },
  { id: 3, email: 'carl@example.com', state: 'TX', birth_date: '1962-09-20' },
  { id: 4, email: 'ann@example.com', state: 'TX', birth_date: '1963-10-20' },
];

const CONTACT_SQL = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, unsubscribed INTEGER);
INSERT INTO contacts VALUES ${CONTACTS.map(({ id, email, state, birth_date }) => `(${id}, '${email}', '${state}', '${birth_date}', ${id % 2})`).join(', ')};`;

/** The reasons of all rows that a run skips, by contact and type. */
async function skippedIn(sql: string, driver: 'sqljs' | 'native'): Promise<unknown[][]> {
  const path = join(folder, `${driver}.sqlite3`);
  writeFileSync(path, await databaseImage(`${CONTACT_SQL}\n${sql}`));
  await runFile(path, { asOf: AS_OF, driver });
  const { readFileSync } = await import('node:fs');
  return selectFrom(
    readFileSync(path),
    'SELECT contact_id, email_type, skip_reason FROM email_schedules WHERE skip_reason IS NOT NULL ORDER BY 1, 2',
  );
}

function expectedOf(suppressions: readonly SuppressionRecord[]): unknown[][] {
  const { rows } = oracle({ contacts: CONTACTS, suppressions }, { today: AS_OF });
  return rows.filter((row) => row.skip_reason !== null).map((row) => [row.contact_id, row.email_type, row.skip_reason]);
}

const ROWS = [
  { contact_id: ' 3 ', email: null, scope: 'AEP', reason: 'Complaint!' },
  { contact_id: null, email: 'ANN@example.COM ', scope: 'birthday , news', reason: null },
  { contact_id: 1, email: null, scope: ' * ', reason: 'Asked by phone' },
  { contact_id: null, email: '\tbob@example.com', scope: null, reason: 'moved' },
];

const values = (order: readonly number[]) =>
  order
    .map((i) => ROWS[i])
    .map(({ contact_id, email, scope, reason }) =>
      [contact_id, email, scope, reason]
        .map((value) => (value === null ? 'NULL' : typeof value === 'number' ? value : `'${value}'`))
        .join(', '),
    );

const COLUMNS = 'contact_id, email, scope, reason';

describe.each(['sqljs', 'native'] as const)('suppressions of a database, with the driver %s', (driver) => {
  test('are read from a table, of which the smallest rowid counts first', async () => {
    const inserts = values([0, 1, 2, 3]).map(
      (row, i) => `INSERT INTO suppressions (rowid, ${COLUMNS}) VALUES (${i + 5}, ${row});`,
    );
    // The rows come in another order than that of their rowids, and an index in yet another one.
    const sql = `CREATE TABLE suppressions (reason TEXT, scope TEXT, email TEXT, contact_id);
      CREATE INDEX by_reason ON suppressions (reason, contact_id, email, scope); ${inserts.reverse().join(' ')}`;
    expect(await skippedIn(sql, driver)).toEqual(expectedOf(ROWS));
  });

  test('are read from a table without rowids in the order in which it gives its rows', async () => {
    const rows = values([1, 0, 3, 2]).map((row, i) => `('${'dcba'[i]}', ${row})`);
    const sql = `CREATE TABLE suppressions (id TEXT PRIMARY KEY, ${COLUMNS}) WITHOUT ROWID;
      INSERT INTO suppressions VALUES ${rows.join(', ')};`;
    expect(await skippedIn(sql, driver)).toEqual(expectedOf([2, 3, 0, 1].map((i) => ROWS[i])));
  });

  test('are read from a view over the contacts', async () => {
    const sql = 'CREATE VIEW suppressions AS SELECT id AS contact_id FROM contacts WHERE unsubscribed = 1;';
    expect(await skippedIn(sql, driver)).toEqual(expectedOf([{ contact_id: 1 }, { contact_id: 3 }]));
  });

  test('without contact_id and email are an error that names what there is', async () => {
    const run = skippedIn('CREATE TABLE suppressions (id, address);', driver);
    await expect(run).rejects.toMatchObject({ code: 'missing_column', message: expect.stringContaining('"address"') });
  });
});
