import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SendplanError } from '../../../src/errors.js';
import { untilTakenBack } from '../../../src/run/untilTakenBack.js';
import { loadSqlJs, openSqlJs } from '../../../src/store/driver/sqljs.js';
import { type OpenedFile, openDatabaseFile, whileUnchanged } from '../../../src/store/file/openDatabaseFile.js';
import { replaceDatabaseFile } from '../../../src/store/file/replaceDatabaseFile.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';

const root = mkdtempSync(join(tmpdir(), 'sendplan-file-'));
let folder = root;
let path = '';
let image = new Uint8Array();
let count = 0;

async function makeImage(sql: string): Promise<Uint8Array<ArrayBuffer>> {
  const connection = await openSqlJs(null);
  connection.execute(sql);
  const made = connection.toImage();
  connection.close();
  return new Uint8Array(made);
}

beforeEach(async () => {
  folder = join(root, String(count++));
  mkdirSync(folder);
  path = join(folder, "it's a.db");
  image = await makeImage('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
  writeFileSync(path, image);
});

afterAll(() => rmSync(root, { recursive: true }));

const opened: OpenedFile[] = [];

afterEach(() => {
  for (const file of opened.splice(0)) file.close();
});

/** A file as it was found, and its bytes as they were read. */
function find(file: string, purpose: 'read' | 'replace' = 'replace'): OpenedFile & { readonly bytes: Uint8Array } {
  const found = openDatabaseFile(file, purpose);
  opened.push(found);
  return { ...found, bytes: Uint8Array.from(found.pages.read(0, found.stamp.sizeBytes)) };
}

function refusal(file = path): SendplanError {
  try {
    find(file);
  } catch (error) {
    return error as SendplanError;
  }
  throw new Error('it was read');
}

describe('reading', () => {
  it('gives the pages of the real file and what tells it from others', () => {
    const link = join(folder, 'link.db');
    symlinkSync(path, link);
    chmodSync(path, 0o640);
    const file = find(link);
    expect(Buffer.compare(file.bytes, image)).toBe(0);
    expect(file).toMatchObject({ path, isWal: false, mode: 0o640 });
    expect(file.stamp.sizeBytes).toBe(image.length);
  });

  it.each([
    ['text', Buffer.from('id,email\n1,a@example.com\n'), /text, beginning with "id,email\\n1/],
    ['gzip', gzipSync('hello'), /gzip/],
    ['zeros', Buffer.alloc(5000), /zero bytes/],
    ['noise', Buffer.from([0x9c, 0, 1, 2, 3, 4, 5, 6, 7, 8]), /9c 00 01 02 03 04 05 06/],
    ['nothing', Buffer.alloc(0), /is empty: 0 bytes/],
    ['the beginning of a database', Buffer.from('SQLite format 3\0\x10\0'), /cut short/],
  ])('refuses %s', (_name, bytes, message) => {
    writeFileSync(path, bytes);
    const error = refusal();
    expect(error).toMatchObject({ name: 'SendplanError', code: 'not_a_database' });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.hint).not.toBeNull();
  });

  it('refuses a database that is cut short, telling both sizes', () => {
    truncateSync(path, 5000);
    const error = refusal();
    expect(error).toMatchObject({ code: 'not_a_database' });
    expect(error.message).toContain(`2 pages of 4096 bytes, 8192 in all, and the file has 5000 bytes`);
  });

  it('refuses what is no file', () => {
    expect(refusal(join(folder, 'none.db'))).toMatchObject({ code: 'file_not_found' });
    expect(refusal(join(path, 'inside'))).toMatchObject({ code: 'file_not_found' });
    expect(refusal(folder).message).toContain('is a folder');
    expect(refusal('/dev/null').message).toContain('no regular file');
    const link = join(folder, 'loop');
    symlinkSync(link, link);
    expect(refusal(link)).toMatchObject({ code: 'file_not_found' });
  });

  it('refuses a database with changes in its log, with the way out', () => {
    writeFileSync(`${path}-wal`, Buffer.alloc(32 + 24 + 4096, 1));
    const error = refusal();
    expect(error).toMatchObject({ code: 'file_busy' });
    expect(error.message).toContain(`${path}-wal`);
    expect(error.hint).toContain(`sqlite3 '${folder}/it'\\''s a.db' 'SELECT count(*) FROM sqlite_master;'`);
    expect(error.hint).not.toMatch(/checkpoint|rm |delete/i);
    writeFileSync(`${path}-wal`, Buffer.alloc(32, 1));
    expect(find(path).stamp.sizeBytes).toBe(image.length);
  });

  it('says of an error what SQLite takes back later, where the journal for it is left', () => {
    const error = new SendplanError('file_unwritable', 'The disk is full.', { hint: 'Make room.' });
    for (const done of [null, Buffer.alloc(512), Buffer.alloc(0)]) {
      if (done !== null) writeFileSync(`${path}-journal`, done);
      expect(untilTakenBack(error, path)).toBe(error);
    }
    writeFileSync(`${path}-journal`, Buffer.from([0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0]));
    expect(untilTakenBack(error, path)).toMatchObject({
      code: 'file_unwritable',
      hint: expect.stringMatching(/^Make room\. That is not done yet: leave .*-journal where it is/),
    });
    rmSync(`${path}-journal`);
  });

  it('refuses a database with the journal of a transaction, and takes one whose journal is done', () => {
    writeFileSync(`${path}-journal`, Buffer.from([0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0]));
    expect(refusal()).toMatchObject({ code: 'file_busy', hint: expect.stringContaining('sqlite_master') });
    writeFileSync(`${path}-journal`, Buffer.alloc(512));
    expect(find(path).stamp.sizeBytes).toBe(image.length);
    writeFileSync(`${path}-journal`, '');
    expect(find(path).stamp.sizeBytes).toBe(image.length);
  });

  it('opens a database in WAL mode without changes in its log', async () => {
    const bytes = readFileSync(path);
    bytes[18] = 2;
    bytes[19] = 2;
    writeFileSync(path, bytes);
    const file = find(path);
    expect(file.isWal).toBe(true);
    const connection = (await loadSqlJs())(file.pages);
    expect([...connection.query('SELECT a FROM t')]).toEqual([[1]]);
    connection.execute('INSERT INTO t VALUES (2)');
    await replaceDatabaseFile(file, connection.toPages());
    connection.close();
    expect([...readFileSync(path).subarray(18, 20)]).toEqual([2, 2]);
  });
});

describe('replacing', () => {
  const names = () => readdirSync(folder).sort();

  it('puts the new bytes in place, with the old permissions, and leaves nothing else', async () => {
    chmodSync(path, 0o604);
    const next = await makeImage('CREATE TABLE u (b)');
    await expect(replaceDatabaseFile(find(path), new ImageSource(next))).resolves.toEqual({
      path,
      sizeBytes: next.length,
      warnings: [],
    });
    expect(Buffer.compare(readFileSync(path), next)).toBe(0);
    expect(statSync(path).mode & 0o7777).toBe(0o604);
    expect(names()).toEqual(["it's a.db"]);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('keeps a symbolic link and writes what it points to', async () => {
    const link = join(folder, 'link.db');
    symlinkSync(path, link);
    const next = await makeImage('CREATE TABLE u (b)');
    await replaceDatabaseFile(find(link), new ImageSource(next));
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(Buffer.compare(readFileSync(path), next)).toBe(0);
  });

  it('writes to another path, new or not, and leaves the database as it was', async () => {
    const outPath = join(folder, 'out.db');
    const file = find(path);
    for (const [overwrite, sql] of [
      [false, 'CREATE TABLE u (b)'],
      [true, 'CREATE TABLE v (c)'],
    ] as const) {
      const next = await makeImage(sql);
      await replaceDatabaseFile(file, new ImageSource(next), { outPath, overwrite });
      expect(Buffer.compare(readFileSync(outPath), next)).toBe(0);
    }
    expect(Buffer.compare(readFileSync(path), image)).toBe(0);
    expect(names()).toEqual(["it's a.db", 'out.db']);
  });

  it('takes an output that is the input for in place', async () => {
    const link = join(folder, 'link.db');
    symlinkSync(path, link);
    const file = find(path);
    const next = await makeImage('CREATE TABLE u (b)');
    await expect(replaceDatabaseFile(file, new ImageSource(next), { outPath: link })).resolves.toMatchObject({ path });
    await expect(replaceDatabaseFile(file, new ImageSource(next), { outPath: path })).rejects.toMatchObject({
      code: 'file_changed',
    });
  });

  it('takes pieces from a function, in any order', async () => {
    const next = await makeImage('CREATE TABLE u (b); CREATE TABLE v (c)');
    await replaceDatabaseFile(find(path), async (writer) => {
      writer.write(next.subarray(4096), 4096);
      await writer.checkpoint();
      writer.write(next.subarray(0, 4096), 0);
    });
    expect(Buffer.compare(readFileSync(path), next)).toBe(0);
  });

  it.each(['size', 'time', 'counter', 'another file', 'wal', 'journal', 'gone'])(
    'refuses when the database changed meanwhile: %s',
    async (change) => {
      const file = find(path);
      const { atime, mtime } = statSync(path);
      if (change === 'size') writeFileSync(path, Buffer.concat([image, Buffer.alloc(4096)]));
      if (change === 'time') utimesSync(path, atime, new Date(mtime.getTime() + 5));
      if (change === 'counter') {
        const bytes = readFileSync(path);
        bytes[27]++;
        writeFileSync(path, bytes);
      }
      if (change === 'counter') utimesSync(path, atime, mtime);
      if (change === 'wal') writeFileSync(`${path}-wal`, Buffer.alloc(5000, 1));
      if (change === 'journal') writeFileSync(`${path}-journal`, Buffer.alloc(5000, 1));
      if (change === 'gone' || change === 'another file') rmSync(path);
      if (change === 'another file') writeFileSync(path, image);
      const before = existsSync(path) ? readFileSync(path) : null;
      const code = change === 'wal' || change === 'journal' ? 'file_busy' : 'file_changed';
      await expect(replaceDatabaseFile(file, new ImageSource(new Uint8Array(100)))).rejects.toMatchObject({ code });
      expect(existsSync(path) ? readFileSync(path) : null).toEqual(before);
      expect(names().filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('refuses when the database changes while the new one is written', async () => {
    const file = find(path);
    const written = replaceDatabaseFile(file, (writer) => {
      writer.write(image, 0);
      writeFileSync(path, Buffer.concat([image, Buffer.alloc(4096)]));
    });
    await expect(written).rejects.toMatchObject({ code: 'file_changed' });
    expect(statSync(path).size).toBe(image.length + 4096);
    expect(names()).toEqual(["it's a.db"]);
  });

  it('refuses an output with the log of another database beside it', async () => {
    const outPath = join(folder, 'out.db');
    writeFileSync(`${outPath}-wal`, Buffer.alloc(5000, 1));
    const written = replaceDatabaseFile(find(path), new ImageSource(image), { outPath });
    await expect(written).rejects.toMatchObject({ code: 'file_busy' });
    expect(existsSync(outPath)).toBe(false);
  });

  it.each([
    ['a folder that is not there', () => join(folder, 'none', 'out.db'), /does not exist/],
    ['a folder that nobody can write to', () => '/proc/out.db', /cannot be written/],
    ['a folder', () => folder, /is a folder/],
    ['a device', () => '/dev/null', /no regular file/],
    ['a place below a file', () => join(path, 'out.db'), /no folder/],
  ])('refuses an output in %s', async (_name, outPath, message) => {
    const written = replaceDatabaseFile(find(path), new ImageSource(image), { outPath: outPath() });
    await expect(written).rejects.toMatchObject({ code: 'file_unwritable', message: expect.stringMatching(message) });
    expect(Buffer.compare(readFileSync(path), image)).toBe(0);
  });

  it('removes what it has written when the source fails or the caller gives up', async () => {
    const file = find(path);
    const failing = replaceDatabaseFile(file, (writer) => {
      writer.write(image, 0);
      throw new RangeError('broken source');
    });
    await expect(failing).rejects.toThrow(new RangeError('broken source'));
    const control = new AbortController();
    const given = replaceDatabaseFile(
      file,
      (writer) => {
        writer.write(image, 0);
        control.abort();
        return writer.checkpoint();
      },
      { signal: control.signal },
    );
    await expect(given).rejects.toMatchObject({ code: 'interrupted' });
    expect(names()).toEqual(["it's a.db"]);
    expect(Buffer.compare(readFileSync(path), image)).toBe(0);
  });
});

describe('a process that is killed while it writes', () => {
  const worker = join(import.meta.dirname, '../../helpers', 'writeSlowly.mjs');

  /** Starts a process that writes half of a new file and then waits; resolves when it has. */
  async function half(): Promise<ReturnType<typeof spawn>> {
    const child = spawn(process.execPath, [worker, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => {
      child.stdout?.once('data', resolve);
      child.once('exit', () => reject(new Error('the writer ended early')));
    });
    return child;
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('by %s leaves the database as it was and nothing else', async (signal) => {
    const child = await half();
    expect(readdirSync(folder).filter((name) => name.startsWith(".it's a.db.sendplan-"))).toHaveLength(1);
    const ended = new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
    child.kill(signal);
    expect(await ended).toBe(signal);
    expect(readdirSync(folder)).toEqual(["it's a.db"]);
    expect(Buffer.compare(readFileSync(path), image)).toBe(0);
  });

  it('by SIGKILL leaves the database as it was, and the next write cleans up', async () => {
    const child = await half();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(Buffer.compare(readFileSync(path), image)).toBe(0);
    expect(readdirSync(folder)).toHaveLength(2);
    await replaceDatabaseFile(find(path), new ImageSource(image));
    expect(readdirSync(folder)).toEqual(["it's a.db"]);
  });
});

describe('a file that another program is writing to', () => {
  it('is not called damaged or cut short while a journal lies beside it', () => {
    writeFileSync(path, image.subarray(0, 4096));
    writeFileSync(`${path}-journal`, Uint8Array.of(0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7));
    expect(() => openDatabaseFile(path)).toThrow(expect.objectContaining({ code: 'file_busy' }));
  });

  it('has changed, where what was read of it looks damaged', async () => {
    const changing = {
      requireSame: () => {
        throw new SendplanError('file_changed', 'changed');
      },
    };
    const failing = async () => {
      throw new SendplanError('database_error', 'damaged');
    };
    await expect(whileUnchanged(changing, failing)).rejects.toMatchObject({ code: 'file_changed' });
    await expect(whileUnchanged({ requireSame: () => {} }, failing)).rejects.toMatchObject({ code: 'database_error' });
  });
});
