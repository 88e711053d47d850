import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabaseFile } from '../../../src/store/file/openDatabaseFile.js';
import { processNamespace, processStart } from '../../../src/store/file/processes.js';
import { takePlace } from '../../../src/store/file/takePlace.js';
import { TemporaryFile } from '../../../src/store/file/temporaryFiles.js';
import { databaseImage } from '../../helpers/databases.js';

let folder = '';
let path = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-place-'));
  path = join(folder, 'book');
  writeFileSync(path, await databaseImage('CREATE TABLE contacts (id INTEGER PRIMARY KEY, email)'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The second name that a process gives a file which it is about to replace; this one is alive. */
function announce(chance: string): string {
  const { pid } = process;
  const name = join(folder, `.book.sendplan-${processNamespace()}.${pid}.${processStart(pid)}.open.${chance}.tmp.kept`);
  linkSync(path, name);
  return name;
}

/** Puts a new file into the place of the database, where nobody can take SQLite's lock. */
async function replace(): Promise<void> {
  const file = openDatabaseFile(path, 'replace');
  const coming = await TemporaryFile.create(path);
  writeFileSync(coming.path, 'new');
  try {
    await takePlace(coming, file, null);
  } finally {
    coming.discard();
    file.close();
  }
}

describe('of two who replace a file that cannot be locked', () => {
  test('the one whose name comes later stands back', async () => {
    const other = announce('0'.repeat(24));
    await expect(replace()).rejects.toMatchObject({ code: 'file_changed' });
    expect(readFileSync(path, 'latin1')).toMatch(/^SQLite format 3/);
    rmSync(other);
    await replace();
    expect(readFileSync(path, 'latin1')).toBe('new');
    expect(readdirSync(folder)).toEqual(['book']);
  });

  test('the other one waits until it is its turn', async () => {
    const other = announce('f'.repeat(24));
    const replaced = replace();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(readFileSync(path, 'latin1')).toMatch(/^SQLite format 3/);
    rmSync(other);
    await replaced;
    expect(readFileSync(path, 'latin1')).toBe('new');
  });

  test('and finds out that the first one has replaced it', async () => {
    const other = announce('f'.repeat(24));
    const replaced = replace();
    setTimeout(() => {
      rmSync(path);
      writeFileSync(path, 'of somebody else');
      rmSync(other);
    }, 30);
    await expect(replaced).rejects.toMatchObject({ code: 'file_changed' });
    expect(readFileSync(path, 'latin1')).toBe('of somebody else');
  });
});
