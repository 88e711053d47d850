import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EarlyCopy, EarlyCopyOptions } from '../../../src/store/file/earlyCopy.js';
import type { OpenedFile } from '../../../src/store/file/openDatabaseFile.js';
import type { FileWriter } from '../../../src/store/file/replaceDatabaseFile.js';
import { testFolder } from '../../helpers/cli.js';
import { databaseImage } from '../../helpers/databases.js';

// Threads need JavaScript files: these are of the program as it was built.
const BUILT = new URL('../../../dist/src/store/file/', import.meta.url);
const { EarlyCopy: Copy } = await import(new URL('earlyCopy.js', BUILT).href);
const { openDatabaseFile } = await import(new URL('openDatabaseFile.js', BUILT).href);
const { replaceDatabaseFile } = await import(new URL('replaceDatabaseFile.js', BUILT).href);

const pathOf = testFolder();
const path = pathOf('book');
const MEBIBYTE = 1024 * 1024;

beforeEach(async () => {
  writeFileSync(
    path,
    await databaseImage(
      'CREATE TABLE contacts (id INTEGER PRIMARY KEY, email); INSERT INTO contacts VALUES (1, zeroblob(3000000))',
    ),
  );
});

function start(file: OpenedFile, options: Partial<EarlyCopyOptions> = {}): EarlyCopy {
  const copy = new Copy(file, { threads: 2, fromBytes: 0, locks: null, ...options });
  copy.start();
  return copy;
}

async function opened(work: (file: OpenedFile) => Promise<void>): Promise<void> {
  const file = openDatabaseFile(path, 'replace');
  try {
    await work(file);
  } finally {
    file.close();
  }
  expect(readdirSync(pathOf()).filter((name) => name !== 'book')).toEqual([]);
}

describe('a file that is copied while something else is done', () => {
  it('is whole when it is taken', () =>
    opened(async (file) => {
      const copy = start(file);
      const temporary = await copy.take();
      expect(readFileSync(temporary?.path ?? '').equals(readFileSync(path))).toBe(true);
      expect(file.bytesRead()).toBeGreaterThanOrEqual(file.stamp.sizeBytes);
      await copy.discard();
      expect(readdirSync(pathOf())).toHaveLength(2);
      temporary?.discard();
    }));

  it('is gone when it is given up, in the middle too', () =>
    opened(async (file) => {
      truncateSync(path, 2000 * MEBIBYTE);
      const long = openDatabaseFile(path, 'read');
      const copy = start(long);
      expect(readdirSync(pathOf())).toHaveLength(2);
      await copy.discard();
      long.close();
      expect(await start(file).discard()).toBeUndefined();
    }));

  it('is none where it became shorter, or cannot be read', () =>
    opened(async (file) => {
      truncateSync(path, 100_000);
      expect(await start(file).take()).toBeNull();
      expect(await start({ ...file, descriptor: 2 ** 30 } as OpenedFile).take()).toBeNull();
    }));

  it.each([
    ['one thread', { threads: 1 }],
    ['a small file', { fromBytes: 100 * MEBIBYTE }],
  ])('is none for %s', (_what, options) =>
    opened(async (file) => {
      expect(await start(file, options).take()).toBeNull();
    }),
  );

  it('becomes the new file, of which only what is other is written', async () => {
    const before = readFileSync(path);
    const file = openDatabaseFile(path, 'replace');
    const copy = start(file);
    await replaceDatabaseFile(
      file,
      (writer: FileWriter) => {
        expect(writer.original).toBe(file.pages);
        writer.write(Uint8Array.of(1, 2, 3), 5000);
        writer.cut(2_000_000);
        writer.cut(3_000_000);
      },
      { copy },
    );
    await copy.discard();
    file.close();
    const expected = before.subarray(0, 2_000_000);
    expected.set([1, 2, 3], 5000);
    expect(readFileSync(path).equals(expected)).toBe(true);
    expect(readdirSync(pathOf())).toEqual(['book']);
  });

  it('is written from its first byte where the copy failed', async () => {
    const file = openDatabaseFile(path, 'replace');
    const copy = start({ ...file, descriptor: 2 ** 30 } as OpenedFile);
    await replaceDatabaseFile(
      file,
      (writer: FileWriter) => {
        expect(writer.original).toBeUndefined();
        writer.write(new TextEncoder().encode('whole'), 0);
      },
      { copy },
    );
    file.close();
    expect(readFileSync(path, 'latin1')).toBe('whole');
  });
});
