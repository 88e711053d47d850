import initSqlJs from 'sql.js';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/run/openDatabase.js';
import { dumpOf } from '../../helpers/flushCases.js';

const CONTACTS = 300;

/** A database of contacts, of whose columns some are odd, and campaign tables without indexes. */
async function imageOf(create: string, after = ''): Promise<Uint8Array> {
  const { Database } = await initSqlJs();
  const database = new Database();
  database.exec(create);
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${CONTACTS})
      INSERT INTO contacts (id, email, state, birth_date, effective_date) SELECT i * 3, 'c' || i || '@example.com',
        CASE i % 5 WHEN 0 THEN 'CA' WHEN 1 THEN 'TX' WHEN 2 THEN NULL ELSE 'MO' END,
        '19' || (50 + i % 40) || '-0' || (1 + i % 9) || '-1' || (i % 10),
        CASE WHEN i % 7 = 0 THEN '' ELSE '2020-0' || (1 + i % 6) || '-01' END FROM n`,
  );
  database.exec(
    `CREATE TABLE contact_campaigns (contact_id INTEGER, campaign_instance_id INTEGER, trigger_date TEXT, status TEXT);
     INSERT INTO contact_campaigns VALUES (3, 1, NULL, 'active'), (3, 1, NULL, NULL), (6, 40000000000, 'x', 'active')`,
  );
  database.exec(after);
  const image = database.export();
  database.close();
  return image;
}

const PLAIN = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, effective_date TEXT)`;

describe('the indexes that a run adds to tables it leaves alone, by pages', () => {
  it.each([
    ['plain columns', PLAIN, ''],
    ['pages of 512 bytes', `PRAGMA page_size = 512; VACUUM; ${PLAIN}`, ''],
    ['long values', PLAIN, "UPDATE contacts SET birth_date = printf('%.*c', id * 9, 'x') WHERE id % 2"],
    [
      'values of every type',
      PLAIN,
      "UPDATE contacts SET state = x'00ff' WHERE id < 99; UPDATE contacts SET state = 1.5 WHERE id < 9",
    ],
    ['no rows', PLAIN, 'DELETE FROM contacts WHERE id > 3'],
    [
      'another collation',
      PLAIN.replace('state TEXT', 'state TEXT COLLATE NOCASE'),
      "UPDATE contacts SET state = 'ca' WHERE id < 99",
    ],
    ['a REAL column', PLAIN.replace('state TEXT', 'state REAL'), 'UPDATE contacts SET state = id WHERE id < 99'],
    [
      'an INTEGER column',
      PLAIN.replace('state TEXT', 'state INTEGER'),
      'UPDATE contacts SET state = 9007199254740993 WHERE id = 3',
    ],
    ['a column that was added', PLAIN.replace(', effective_date TEXT', ''), ''],
    ['a generated column', `${PLAIN.slice(0, -1)}, loud AS (upper(state)))`, ''],
    [
      'a key that is the rowid',
      PLAIN.replace('id INTEGER PRIMARY KEY', 'id INTEGER').replace(
        'effective_date TEXT',
        'effective_date INTEGER PRIMARY KEY',
      ),
      '',
    ],
    ['ids below zero', PLAIN, 'UPDATE contacts SET id = id - 9007199254740993 WHERE id < 30'],
    ['an index of its own', PLAIN, "CREATE INDEX mine ON contacts (lower(email)) WHERE state = 'CA'"],
    ['the name of the stand-in', `CREATE TABLE sendplan_stand_in (y); ${PLAIN}`, ''],
    ['the old name of a column', PLAIN.replace('birth_date', 'birthday'), ''],
  ])('%s', async (name, create, after) => {
    let sql = create;
    if (name === 'a column that was added')
      sql += "; ALTER TABLE contacts ADD COLUMN effective_date TEXT DEFAULT 'later'";
    if (name === 'the old name of a column') sql += '; ALTER TABLE contacts ADD COLUMN birth_date TEXT';
    const rename = name === 'the old name of a column' ? 'ALTER TABLE contacts DROP COLUMN birth_date' : after;
    const isKey = name === 'a key that is the rowid';
    const image = await imageOf(isKey ? PLAIN : sql, isKey ? rebuiltWith(sql) : rename);
    const dumps: (readonly string[])[] = [];
    for (const flush of ['sql', 'pages'] as const) {
      const database = await openDatabase(image);
      const report = await database.run({ asOf: '2025-06-13', force: ['unreadable'], flush });
      expect(report.flush).toBe(flush);
      const { dump, checks } = await dumpOf(database.toImage());
      expect([flush, ...checks]).toEqual([flush, 'ok', 'ok']);
      expect(database.query("SELECT sql FROM sqlite_master WHERE name = 'sendplan_contacts_state_dates'")).toHaveLength(
        1,
      );
      expect(database.query("SELECT name FROM sqlite_master WHERE name = 'sendplan_stand_in_index'")).toEqual([]);
      const again = await database.run({ asOf: '2025-06-13', force: ['unreadable'] });
      expect(again.outcome).toBe('unchanged');
      database.close();
      dumps.push(
        dump.map((line) => line.replace(/[0-9]{14}-[0-9a-f]{8}/g, 'RUN').replaceAll(/20[0-9-]{8} [0-9:]{8}/g, 'NOW')),
      );
    }
    expect(dumps[1]).toEqual(dumps[0]);
  });

  it('are taken back with a dry run', async () => {
    const image = await imageOf(PLAIN);
    const database = await openDatabase(image);
    const report = await database.run({ asOf: '2025-06-13', force: ['unreadable'], flush: 'pages', dryRun: true });
    expect(report.outcome).not.toBe('unchanged');
    expect(database.query('SELECT name FROM sqlite_master ORDER BY name')).toEqual([
      ['contact_campaigns'],
      ['contacts'],
    ]);
    await database.run({ asOf: '2025-06-13', force: ['unreadable'], flush: 'pages' });
    expect((await dumpOf(database.toImage())).checks).toEqual(['ok', 'ok']);
    database.close();
  });
});

/** Puts the contacts into a table whose rowid is another column than the id. */
function rebuiltWith(create: string): string {
  return `ALTER TABLE contacts RENAME TO before; ${create};
    INSERT INTO contacts SELECT id, email, state, birth_date, id + 7 FROM before; DROP TABLE before`;
}
