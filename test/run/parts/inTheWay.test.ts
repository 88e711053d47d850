import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseIsoDay } from '../../../src/calendar/iso.js';
import { joinBook, runParts, splitBook } from '../../../src/node.js';
import { resolveConfig } from '../../../src/rules/config.js';
import { endRun, findJournal, keepJournal, openRun, stampOf } from '../../../src/run/parts/journal.js';
import { makeRound, nextRounds } from '../../../src/run/parts/partRounds.js';
import { settingsText } from '../../../src/store/write/lastRun.js';
import { type Outcome, start } from '../../helpers/cli.js';
import { databaseImage } from '../../helpers/databases.js';

const TODAY = '2025-06-13';
const OPTIONS = { asOf: TODAY, config: {}, driver: 'sqljs' } as const;
const SETTINGS = settingsText(resolveConfig({}), parseIsoDay(TODAY) ?? 0, 'range');

let image: Uint8Array;
let folder = '';
let book = '';

beforeAll(async () => {
  const rows = Array.from({ length: 20 }, (_, i) => `(${i + 1}, 'person${i + 1}@example.com', '1950-07-01')`);
  image = await databaseImage(
    `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, birth_date TEXT); INSERT INTO contacts VALUES ${rows.join()}`,
  );
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-way-'));
  book = join(folder, 'book');
  writeFileSync(join(folder, 'a.sqlite3'), image);
  await splitBook(join(folder, 'a.sqlite3'), { parts: 2, out: book });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command, which is ended when it waits. */
async function endsOf(...words: string[]): Promise<Outcome> {
  const { child, outcome } = start(...words);
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  return outcome.finally(() => clearTimeout(timer));
}

function pipe(...names: string[]): void {
  execFileSync('mkfifo', [join(book, ...names)]);
}

describe('in the place of book.json', () => {
  const manifest = () => join(book, 'book.json');
  beforeEach(() => unlinkSync(manifest()));

  test.each([
    ['a link in a circle', () => symlinkSync('book.json', manifest()), 'its symbolic links go in a circle'],
    ['a folder', () => mkdirSync(manifest()), 'it is a folder'],
  ])('%s is named', async (_what, make, reason) => {
    make();
    const told = { code: 'bad_book', message: `${manifest()} cannot be read: ${reason}.` };
    await expect(joinBook(book, { out: join(folder, 'out') })).rejects.toMatchObject(told);
  });

  test('a pipe is named, and not waited for', async () => {
    pipe('book.json');
    const { code, stderr } = await endsOf('run', book, '--as-of', TODAY);
    expect(stderr).toContain('book.json cannot be read: it is no regular file.');
    expect(code).toBe(2);
  });
});

test('what is no folder is no book, in true words', async () => {
  const file = join(folder, 'a.sqlite3');
  const message = `${file}/book.json cannot be read: a part of the path is no folder.`;
  await expect(joinBook(file, { out: join(folder, 'out') })).rejects.toMatchObject({ code: 'bad_book', message });
});

test('a part that is a link in a circle is not said to be missing', async () => {
  const part = join(book, 'part-0001.sqlite3');
  unlinkSync(part);
  symlinkSync('part-0001.sqlite3', part);
  const message = `${part} cannot be opened: its symbolic links go in a circle.`;
  await expect(runParts(book, OPTIONS)).rejects.toMatchObject({ code: 'bad_book', message });
});

test('a log of a part that cannot be looked at is part of its stamp', () => {
  const part = { path: join(book, 'part-0001.sqlite3') };
  const before = stampOf(part);
  symlinkSync('part-0001.sqlite3-wal', `${part.path}-wal`);
  expect(stampOf(part)).toBe(`${before} ELOOP`);
});

describe('a journal', () => {
  const journal = () => join(book, '.book-run', 'journal.json');
  const noCounts = { contactRows: 1, history: [], smoothed: [] };

  test.each([
    ['without parts', { all: noCounts }],
    ['without counts', { parts: [] }],
    ['with other counts', { all: noCounts, parts: [] }],
    ['of other parts', { all: { contactRows: 1 }, parts: [{ file: 'part-0000.sqlite3' }] }],
  ])('%s is none', async (_what, rest) => {
    openRun(book);
    writeFileSync(journal(), JSON.stringify({ id: 'x', settings: SETTINGS, ...rest }));
    expect(findJournal(book, SETTINGS)).toBeNull();
    expect((await runParts(book, OPTIONS)).outcome).toBe('changed');
    expect(readdirSync(book)).toEqual(['book.json', 'part-0000.sqlite3', 'part-0001.sqlite3']);
  });

  test('that was kept is found as it was', async () => {
    const counts = { contactRows: 2, history: Int32Array.of(1, 2), smoothed: Int32Array.of(3) };
    const placements = {
      first: Uint32Array.of(0),
      day: new Int32Array(),
      size: new Uint32Array(),
      isSkipped: Uint8Array.of(1),
    };
    const parts = [{ file: 'part-0000.sqlite3', counts, digest: 'd', placements, stamp: 's' }];
    const kept = { id: 'x', settings: SETTINGS, all: counts, parts };
    openRun(book);
    await keepJournal(book, kept);
    expect(findJournal(book, SETTINGS)).toEqual(kept);
  });

  test('that is a pipe is none, and not waited for', async () => {
    openRun(book);
    pipe('.book-run', 'journal.json');
    const { code, stderr } = await endsOf('run', book, '--as-of', TODAY);
    expect(stderr).toMatch(/journal\.json is no regular file, which cannot be replaced/);
    expect(code).toBe(1);
  });

  test('of a round that does not have its shape is made again', async () => {
    const rounds = await nextRounds(book, OPTIONS);
    if (!('rounds' in rounds)) throw new Error('the book is at its end');
    for (const round of rounds.rounds) await makeRound(book, round, OPTIONS);
    const [name] = readdirSync(join(book, '.book-run')).filter((one) => one.includes('.count.'));
    const path = join(book, '.book-run', name);
    const { counted: _counted, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify(rest));
    expect(await nextRounds(book, OPTIONS)).toEqual({ rounds: [{ round: 'count', file: name.slice(0, 17) }] });
  });
});

describe('in the place of the folder of a run', () => {
  test.each([
    ['a file', (path: string) => writeFileSync(path, '')],
    ['a link to nowhere', (path: string) => symlinkSync('nowhere', path)],
  ])('%s is named', async (_what, make) => {
    const path = join(book, '.book-run');
    make(path);
    const message = `${path} is there, and is no folder that a run could leave things in.`;
    await expect(runParts(book, OPTIONS)).rejects.toMatchObject({ code: 'file_unwritable', message });
  });

  test('one that is there is used', async () => {
    openRun(book);
    openRun(book);
    expect(endRun(book)).toEqual([]);
  });
});
