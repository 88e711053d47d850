import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { MAIN, sendplan, testFolder, UNFORESEEN } from '../helpers/cli.js';
import { startProgram } from '../helpers/program.js';

/** Somebody who has no rights where others have not given them: the system's administrator always has. */
const NOBODY = process.getuid?.() === 0 ? 65534 : undefined;
const canRun = spawnSync(process.execPath, [MAIN, '--version'], { uid: NOBODY, gid: NOBODY }).status === 0;

const HOT_JOURNAL = Buffer.from([0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0]);

const place = testFolder();
const base = place('base.db');
const path = place('work', 'a.db');

beforeAll(async () => {
  chmodSync(place(), 0o755);
  await sendplan('generate', base, '--contacts', '50', '--as-of', '2025-06-13');
  await sendplan('split', base, '--parts', '2', '--out', place('base-book'));
});

const { TMPDIR } = process.env;
afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});

function renew(): void {
  rmSync(place('work'), { recursive: true, force: true });
  mkdirSync(place('work'));
  chmodSync(place('work'), 0o777);
  copyFileSync(base, path);
  chmodSync(path, 0o666);
}

/** A file or folder that only its owner, who is somebody else, may use. */
function forbid(...names: string[]): string {
  const file = place('work', ...names);
  if (NOBODY === undefined) chmodSync(file, 0);
  else chmodSync(file, 0o700);
  return file;
}

function forbidden(name: string, content: string | Uint8Array): string {
  writeFileSync(place('work', name), content);
  return forbid(name);
}

function copyBook(): string {
  mkdirSync(place('work', 'book'));
  for (const name of readdirSync(place('base-book')))
    copyFileSync(place('base-book', name), place('work', 'book', name));
  return place('work', 'book');
}

const AS_OF = ['--as-of', '2025-06-14'];

/** What may not be used, by which words, and what is said of it. */
const CASES: Readonly<Record<string, { readonly words: () => string[]; readonly told: RegExp }>> = {
  'a database': {
    words: () => ['run', forbid('a.db'), ...AS_OF],
    told: /^error: The database .*a\.db cannot be read: permission is denied\.\n {2}Allow reading it/,
  },
  'a database that may be read': {
    words() {
      chmodSync(path, 0o444);
      return ['run', path, ...AS_OF];
    },
    told: /^error: .*a\.db is read-only \(mode 0444\)\.\n {2}Allow writing to it \(chmod u\+w\), or/,
  },
  'the folder of a database': {
    words() {
      mkdirSync(place('work', 'sub'));
      copyFileSync(base, place('work', 'sub', 'a.db'));
      return ['run', `${forbid('sub')}/a.db`, ...AS_OF];
    },
    told: /^error: The database .*sub\/a\.db cannot be opened: permission is denied\./,
  },
  'the folder that SQLite has its journal in': {
    words() {
      mkdirSync(place('work', 'sub'));
      copyFileSync(base, place('work', 'sub', 'a.db'));
      chmodSync(place('work', 'sub', 'a.db'), 0o666);
      chmodSync(place('work', 'sub'), 0o555);
      return ['run', place('work', 'sub', 'a.db'), ...AS_OF, '--driver', 'native'];
    },
    told: /^error: .*sub\/a\.db or its folder is read-only: .*\n {2}SQLite writes a journal beside the database/,
  },
  'the folder of a result': {
    words() {
      mkdirSync(place('work', 'sub'));
      return ['run', path, ...AS_OF, '--out', `${forbid('sub')}/b.db`];
    },
    told: /^error: .*sub\/b\.db cannot be written: permission is denied\./,
  },
  'a rollback journal': {
    words() {
      forbidden('a.db-journal', HOT_JOURNAL);
      return ['run', path, ...AS_OF];
    },
    told: /^error: .*a\.db has a rollback journal with content beside it, .*a\.db-journal: a transaction is under way/,
  },
  'a configuration': {
    words: () => ['run', path, ...AS_OF, '--config', forbidden('c.yaml', 'profile: small')],
    told: /^error: The configuration .*c\.yaml cannot be read: permission is denied\./,
  },
  'a file of metrics': {
    words: () => ['run', path, ...AS_OF, '--metrics', forbidden('m.prom', '# HELP x')],
    told: /^error: .*m\.prom cannot be written: permission is denied\.\n {2}Name a file of metrics/,
  },
  'the manifest of a book': {
    words() {
      const book = copyBook();
      forbid('book', 'book.json');
      return ['run', book, ...AS_OF];
    },
    told: /^error: .*book\.json cannot be read: permission is denied\.\n {2}Allow reading it/,
  },
  'a folder that is not there, for a joined book': {
    words: () => ['join', place('base-book'), '--out', place('work', 'missing', 'b.db')],
    told: /^error: .*missing\/b\.db cannot be written: the folder .*missing does not exist\.\n {2}Make the folder/,
  },
  'the folder of temporary files': {
    words() {
      process.env.TMPDIR = place('work', 'missing');
      return ['explain', place('base-book'), '--contact', '5'];
    },
    told: /^error: A book in parts is joined to be read, and .*missing cannot be written: it does not exist\.\n {2}Allow/,
  },
  'the folder of a book, to list': {
    words() {
      const book = copyBook();
      chmodSync(book, 0o311);
      return ['run', book, ...AS_OF];
    },
    told: /^error: What is in .*book cannot be told: permission is denied\.\n {2}Allow reading the folder/,
  },
  'the folder of a book, to enter': {
    words() {
      const book = copyBook();
      chmodSync(book, 0o444);
      return ['explain', book, '--contact', '5'];
    },
    told: /^error: .*book\.json cannot be read: permission is denied\.\n {2}Allow reading it/,
  },
  'a part, to join': {
    words() {
      const book = copyBook();
      forbid('book', 'part-0001.sqlite3');
      return ['join', book, '--out', place('work', 'joined.db')];
    },
    told: /^error: The database .*part-0001\.sqlite3 cannot be read: permission is denied\./,
  },
  'the folder of parts': {
    words() {
      mkdirSync(place('work', 'sub'));
      chmodSync(place('work', 'sub'), 0o444);
      return ['split', path, '--parts', '2', '--out', place('work', 'sub', 'book')];
    },
    told: /^error: .*sub\/book cannot be written: permission is denied\.\n {2}Allow writing to its folder/,
  },
  'the folder of parts, to write in': {
    words() {
      mkdirSync(place('work', 'sub'));
      chmodSync(place('work', 'sub'), 0o555);
      return ['split', path, '--parts', '2', '--out', place('work', 'sub', 'book')];
    },
    told: /^error: .*sub\/book cannot be written: permission is denied\.\n {2}Allow writing to its folder/,
  },
  'the folder of a book, to write in': {
    words() {
      const book = copyBook();
      chmodSync(book, 0o555);
      return ['run', book, ...AS_OF];
    },
    told: /^error: .*\.book-run cannot be written: permission is denied\./,
  },
};

test.runIf(canRun).each(Object.keys(CASES))('what may not be used is named, and why: %s', async (name) => {
  renew();
  const before = readFileSync(path);
  const { words, told } = CASES[name];
  const { code, stderr } = await startProgram(process.execPath, [MAIN, ...words()], NOBODY).outcome;
  expect(stderr).toMatch(told);
  expect(stderr).not.toMatch(UNFORESEEN);
  expect([1, 2]).toContain(code);
  if (NOBODY !== undefined) expect(readFileSync(path).equals(before)).toBe(true);
});

test.runIf(canRun)('what others left in the folder of a run is told of, and the book is planned', async () => {
  renew();
  const book = copyBook();
  mkdirSync(place('work', 'book', '.book-run', 'others'), { recursive: true });
  writeFileSync(place('work', 'book', '.book-run', 'others', 'x'), '');
  for (const name of ['', '.book-run', ...readdirSync(book)]) chmodSync(place('work', 'book', name), 0o777);
  chmodSync(place('work', 'book', '.book-run', 'others'), 0o555);
  const words = [MAIN, 'run', book, ...AS_OF];
  const { code, stderr } = await startProgram(process.execPath, words, NOBODY).outcome;
  expect(stderr).toMatch(/^Warning: .*\.book-run, .* could not be removed: permission is denied\./m);
  expect(stderr).not.toMatch(UNFORESEEN);
  expect(code).toBe(0);
});

test.runIf(canRun)('a folder of books that may not be used is named, and why', async () => {
  renew();
  mkdirSync(place('work', 'books'));
  const script = `
    const { findBooks } = await import(process.argv[1]);
    const found = await findBooks([process.argv[2]], { asOf: '2025-06-14' }).catch(({ code, message }) => ({ code, message }));
    console.log(JSON.stringify(found));
  `;
  const module = new URL('../../dist/src/fleet/findBooks.js', import.meta.url).href;
  const words = ['--input-type=module', '-e', script, module, forbid('books')];
  const { stdout } = await startProgram(process.execPath, words, NOBODY).outcome;
  const message = expect.stringMatching(/^.*books cannot be looked into: permission is denied\.$/);
  expect(JSON.parse(stdout)).toEqual({ code: 'file_not_found', message });
});
