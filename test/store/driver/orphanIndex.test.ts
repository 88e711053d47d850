import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runFile } from '../../../src/node.js';
import { testFolder } from '../../helpers/cli.js';
import { databaseImage } from '../../helpers/databases.js';

const inFolder = testFolder();

test.each(['sqljs', 'native'] as const)(
  'a schema with an index of no table, for which SQLite makes no statement and tells no error, ends in one: %s',
  async (driver) => {
    const path = inFolder(`${driver}.sqlite3`);
    const image = await databaseImage(`CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT);
      CREATE TABLE gone (a UNIQUE); PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'gone'`);
    writeFileSync(path, image);
    await expect(runFile(path, { asOf: '2025-06-13', driver })).rejects.toMatchObject({
      code: 'database_error',
      message: expect.stringMatching(/orphan index/),
    });
    expect(Buffer.compare(readFileSync(path), image)).toBe(0);
  },
);
