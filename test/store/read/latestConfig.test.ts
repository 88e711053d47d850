import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runFile } from '../../../src/node.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';
import { latestConfigText, scanLatestConfig } from '../../../src/store/read/latestConfig.js';
import { readLatestConfig } from '../../../src/store/read/readLatestConfig.js';
import { createTable } from '../../../src/store/schema/migration.js';
import { readSchema } from '../../../src/store/schema/readSchema.js';
import { domainError } from '../../helpers/changedFile.js';
import { testFolder } from '../../helpers/cli.js';
import { databaseImage } from '../../helpers/databases.js';

const pathOf = testFolder();
const CONTACTS =
  "CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO contacts VALUES (1, 'a@example.com')";
const OWN = createTable('config_versions').sql;
const insert = (config: string, day: string, id = 'NULL') =>
  `INSERT INTO config_versions (id, config, created_at) VALUES (${id}, '${config}', '2025-06-${day} 00:00:00')`;
const many = Array.from({ length: 300 }, (_, i) => insert(`{"send_time":"${'x'.repeat(i * 20)}"}`, `${10 + (i % 18)}`));

/** Databases, what the latest configuration of each begins with, and whether its pages tell without SQLite. */
test.each<[string, readonly string[], RegExp | null, boolean]>([
  ['none', [], null, true],
  ['an empty table', [OWN], null, true],
  ['one', [OWN, insert('{"a":1}', '13')], /^\{"a":1\}$/, true],
  ['the later one', [OWN, insert('{"a":1}', '14'), insert('{"a":2}', '13')], /^\{"a":1\}$/, true],
  [
    'of one moment that of the larger id',
    [OWN, insert('{"a":1}', '13', '7'), insert('{"a":2}', '13', '5')],
    /^\{"a":1\}$/,
    true,
  ],
  ['many, some of several pages', [OWN, ...many], /^\{"send_time":"x+"\}$/, true],
  [
    'a time that is no text',
    [OWN, "INSERT INTO config_versions (config, created_at) VALUES ('{}', X'00')"],
    null,
    true,
  ],
  [
    'a table in other letters',
    [OWN.replace('config_versions', 'Config_Versions'), insert('{"a":1}', '13')],
    /^\{"a":1\}$/,
    false,
  ],
  [
    'a column more',
    [OWN, 'ALTER TABLE config_versions ADD COLUMN note TEXT', insert('{"a":1}', '13')],
    /^\{"a":1\}$/,
    false,
  ],
  [
    'other columns',
    ['CREATE TABLE config_versions (config TEXT, id INTEGER PRIMARY KEY, created_at TEXT)', insert('{"a":1}', '13')],
    /^\{"a":1\}$/,
    false,
  ],
  [
    'a view',
    ["CREATE VIEW config_versions AS SELECT 1 AS id, '{\"a\":1}' AS config, '2025-06-13' AS created_at"],
    /^\{"a":1\}$/,
    false,
  ],
])('%s', async (name, statements, latest, isPlain) => {
  const image = await databaseImage([CONTACTS, ...statements].join('; '));
  const connection = await openSqlJs(image);
  const bySql = latestConfigText(connection, readSchema(connection));
  connection.close();
  if (latest === null) expect(bySql).toBeNull();
  else expect(bySql).toMatch(latest);
  const scanned = scanLatestConfig(new ImageSource(image));
  expect(scanned).toEqual(isPlain ? { text: bySql } : null);
  const path = pathOf(`${name}.sqlite3`);
  writeFileSync(path, image);
  for (const driver of ['sqljs', 'native'] as const) expect(await readLatestConfig(path, driver)).toBe(bySql);
});

test('of a run is the one it was made by', async () => {
  const path = pathOf('run.sqlite3');
  writeFileSync(path, await databaseImage(CONTACTS));
  await runFile(path, { asOf: '2025-06-13', config: { send_time: '09:15:00' } });
  await runFile(path, { asOf: '2025-06-14', config: { send_time: '10:45:00' } });
  expect(JSON.parse((await readLatestConfig(path, 'sqljs')) ?? '')).toMatchObject({ send_time: '10:45:00' });
});

test('of what is no database is told of', async () => {
  expect(await domainError(readLatestConfig(pathOf('nowhere'), 'sqljs'))).toMatchObject({ code: 'file_not_found' });
  const path = pathOf('text');
  writeFileSync(path, 'no database');
  expect(await domainError(readLatestConfig(path, 'sqljs'))).toMatchObject({ code: 'not_a_database' });
});
