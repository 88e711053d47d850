import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Books, FIRST_DAY } from './books.js';
import { ask } from './sqlite3.js';

const PAGE_SIZES = [512, 1024, 4096] as const;

/** Tables of others, with rows that fill several pages, long rows, and what is kept without rowids. */
const FOREIGN = `
  CREATE TABLE foreign_notes (id INTEGER PRIMARY KEY, note TEXT, about BLOB);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
    INSERT INTO foreign_notes SELECT i, printf('note %d ', i) || hex(zeroblob(i % 7 * 40)), zeroblob(i % 11 * 150) FROM n;
  CREATE INDEX foreign_notes_note ON foreign_notes (note);
  CREATE TABLE foreign_tags (tag TEXT, number INTEGER, PRIMARY KEY (tag, number)) WITHOUT ROWID;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
    INSERT INTO foreign_tags SELECT printf('tag %d', i * 7 % 90), i FROM n;
  CREATE TABLE foreign_gone AS SELECT * FROM foreign_notes;
  DROP TABLE foreign_gone;`;

/** Small sound databases to be damaged: all page sizes, fresh and planned ones, with and without auto_vacuum, in WAL mode too. */
export async function mutationBases(books: Books, contacts: number, folder: string): Promise<readonly Uint8Array[]> {
  mkdirSync(folder, { recursive: true });
  const bases: Uint8Array[] = [];
  for (const [i, pageSize] of [...PAGE_SIZES, ...PAGE_SIZES, ...PAGE_SIZES].entries()) {
    const path = join(folder, `base-${i}`);
    const shape = i % 4 === 3 ? 'seed' : 'realistic';
    const days = i % 3 === i % 2 ? [] : [FIRST_DAY];
    copyFileSync(await books.make({ contacts, shape, isWal: false, days }), path);
    const autoVacuum = i >= 6 ? 1 : 0;
    ask(path, `PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = ${autoVacuum}; VACUUM; ${FOREIGN}`);
    if (i === 4 || i === 8) ask(path, 'PRAGMA journal_mode = WAL');
    bases.push(new Uint8Array(readFileSync(path)));
  }
  return bases;
}

/** What `sqlite3` reads of the tables of others in a copy of a file; null when it cannot read them, whatever the reason. */
export function foreignDump(path: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-dump-'));
  const copy = join(folder, 'copy');
  copyFileSync(path, copy);
  const { status, stdout } = spawnSync('sqlite3', [copy, ".dump 'foreign_notes'", ".dump 'foreign_tags'"], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  rmSync(folder, { recursive: true });
  return status !== 0 || /ERROR|ROLLBACK; --/.test(stdout) || !stdout.includes('CREATE TABLE foreign_notes')
    ? null
    : stdout;
}
