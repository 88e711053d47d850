import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { joinBook, splitBook } from '../../../src/node.js';
import { openNative } from '../../../src/store/driver/native.js';
import { NativeConnection } from '../../../src/store/driver/nativeConnection.js';
import { allRowsOfFile } from '../../helpers/connections.js';
import { databaseImage } from '../../helpers/databases.js';

const HOT_JOURNAL = Buffer.from([0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0]);

let image: Uint8Array;
let folder = '';
let file = '';
let out = '';

beforeAll(async () => {
  const rows = Array.from({ length: 20 }, (_, i) => `(${i + 1}, 'person${i + 1}@example.com')`);
  image = await databaseImage(
    `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO contacts VALUES ${rows.join()}`,
  );
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-split-'));
  file = join(folder, 'a.sqlite3');
  out = join(folder, 'out');
  writeFileSync(file, image);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function book(name = 'book'): Promise<string> {
  const parts = join(folder, name);
  await splitBook(file, { parts: 4, out: parts });
  return parts;
}

const THIRD = 'part-0002.sqlite3';

describe('join', () => {
  test.each([
    ['-journal', HOT_JOURNAL],
    ['-wal', Buffer.alloc(64, 1)],
  ])(
    'refuses the name of a database that is gone and whose %s is not, also of one that comes meanwhile',
    async (end, bytes) => {
      const parts = await book();
      let isHalfDone = false;
      const onProgress = () => {
        isHalfDone = true;
        writeFileSync(`${out}${end}`, bytes);
      };
      await expect(joinBook(parts, { out, onProgress })).rejects.toMatchObject({ code: 'file_busy' });
      expect(isHalfDone).toBe(true);
      isHalfDone = false;
      await expect(joinBook(parts, { out, onProgress })).rejects.toMatchObject({ code: 'file_busy' });
      expect(isHalfDone).toBe(false);
      expect(readdirSync(folder).sort()).toEqual(['a.sqlite3', 'book', `out${end}`]);
      expect(readFileSync(`${out}${end}`).equals(bytes)).toBe(true);
    },
  );

  test('refuses a link to nowhere before it begins', async () => {
    symlinkSync('nowhere', out);
    const parts = await book();
    const onProgress = () => expect.unreachable();
    const refused = { code: 'file_unwritable', message: `${out} is there already; nothing was written.` };
    await expect(joinBook(parts, { out, onProgress })).rejects.toMatchObject(refused);
  });

  test('makes no part in the place of one that goes meanwhile', async () => {
    const parts = await book();
    const onProgress = () => rmSync(join(parts, THIRD), { force: true });
    const told = {
      code: 'file_not_found',
      message: expect.stringContaining(`${THIRD} cannot be opened: it does not exist.`),
    };
    await expect(joinBook(parts, { out, onProgress })).rejects.toMatchObject(told);
    expect(existsSync(join(parts, THIRD))).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(['a.sqlite3', 'book']);
  });

  test('reads the folder that it is told, whatever its name may mean elsewhere', async () => {
    await book('file:book');
    await book('a %41#?b');
    writeFileSync(file, await databaseImage("UPDATE contacts SET email = 'x'", image));
    await book();
    const before = process.cwd();
    process.chdir(folder);
    try {
      for (const [i, parts] of ['file:book', 'a %41#?b'].entries()) {
        const joined = await joinBook(parts, { out: `out${i}` });
        expect(await allRowsOfFile(joined, 'SELECT count(DISTINCT email) FROM contacts')).toEqual([[20]]);
      }
    } finally {
      process.chdir(before);
    }
  });

  test.each([
    ['DROP TABLE notes', `${THIRD} has no table "notes", which the first part has.`],
    ['ALTER TABLE notes ADD COLUMN b', `${THIRD} has other columns in "notes" than the first part.`],
  ])('names a part whose tables are others: %s', async (change, message) => {
    writeFileSync(file, await databaseImage('CREATE TABLE notes (a)', image));
    const parts = await book();
    const connection = await openNative(join(parts, THIRD));
    connection.execute(change);
    connection.commit();
    connection.close();
    await expect(joinBook(parts, { out })).rejects.toMatchObject({ code: 'bad_book', message });
  });

  test.each([
    ['a folder', (path: string) => mkdirSync(path), 'not_a_database', /part-0002\.sqlite3 is a folder/],
    [
      'a pipe',
      (path: string) => execFileSync('mkfifo', [path]),
      'not_a_database',
      /part-0002\.sqlite3 is no regular file/,
    ],
    ['an empty file', (path: string) => writeFileSync(path, ''), 'not_a_database', /part-0002\.sqlite3/],
    ['a text', (path: string) => writeFileSync(path, 'a text'.repeat(500)), 'not_a_database', /part-0002\.sqlite3/],
    [
      'a torn file',
      (path: string) => {
        const torn = readFileSync(file);
        torn.fill(0xff, 100, 120);
        writeFileSync(path, torn);
      },
      'database_error',
      /part-0002\.sqlite3 is damaged/,
    ],
  ])('names a part that is %s', async (_what, make, code, message) => {
    const parts = await book();
    rmSync(join(parts, THIRD));
    make(join(parts, THIRD));
    await expect(joinBook(parts, { out })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(readdirSync(folder).sort()).toEqual(['a.sqlite3', 'book']);
  });
});

test('join names a part that another program keeps to itself', async () => {
  const parts = await book();
  const holder = await NativeConnection.open(join(parts, THIRD), 0);
  holder.execute('BEGIN EXCLUSIVE');
  const told = { code: 'file_busy', message: expect.stringMatching(/part-0002\.sqlite3 is in use by another program/) };
  await expect(joinBook(parts, { out })).rejects.toMatchObject(told);
  holder.close();
});

describe('split', () => {
  test('makes no database in the place of one that goes meanwhile', async () => {
    const onProgress = () => {
      if (existsSync(file)) renameSync(file, join(folder, 'b.sqlite3'));
    };
    const told = {
      code: 'file_not_found',
      message: expect.stringMatching(/a\.sqlite3 cannot be opened: it does not exist/),
    };
    await expect(splitBook(file, { parts: 4, out, onProgress })).rejects.toMatchObject(told);
    expect(readdirSync(folder)).toEqual(['b.sqlite3']);
  });

  test('does not mix two databases of which one takes the place of the other', async () => {
    const onProgress = (done: number) => {
      if (done !== 2) return;
      writeFileSync(join(folder, 'b.sqlite3'), image);
      renameSync(join(folder, 'b.sqlite3'), file);
    };
    await expect(splitBook(file, { parts: 4, out, onProgress })).rejects.toMatchObject({ code: 'file_changed' });
    expect(readdirSync(folder)).toEqual(['a.sqlite3']);
  });

  test('says of a folder that is made meanwhile, a link to nowhere and a name that cannot be, what is the matter', async () => {
    const isThere = { code: 'file_unwritable', message: `${out} is there already; nothing was written.` };
    const onProgress = () => {
      mkdirSync(join(out, 'sub'), { recursive: true });
    };
    await expect(splitBook(file, { parts: 4, out, onProgress })).rejects.toMatchObject(isThere);
    expect(readdirSync(out)).toEqual(['sub']);
    rmSync(out, { recursive: true });
    symlinkSync('nowhere', out);
    await expect(splitBook(file, { parts: 4, out })).rejects.toMatchObject(isThere);
    const long = splitBook(file, { parts: 4, out: join(folder, 'x'.repeat(256)) });
    await expect(long).rejects.toMatchObject({
      code: 'file_unwritable',
      message: expect.stringMatching(/its name is too long/),
    });
    expect(readdirSync(folder).sort()).toEqual(['a.sqlite3', 'out']);
  });

  test('divides a database whose texts are UTF-16', async () => {
    const rows = "INSERT INTO contacts VALUES (1, 'é@example.com'), (2, 'b@example.com')";
    writeFileSync(
      file,
      await databaseImage(
        `PRAGMA encoding = 'UTF-16le'; CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT); ${rows}`,
      ),
    );
    await splitBook(file, { parts: 2, out });
    const joined = await joinBook(out, { out: join(folder, 'joined') });
    expect(await allRowsOfFile(joined, 'SELECT email FROM contacts ORDER BY id')).toEqual([
      ['é@example.com'],
      ['b@example.com'],
    ]);
  });
});
