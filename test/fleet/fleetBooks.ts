import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SqlValue } from 'sql.js';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { generateDatabase } from '../../src/generate/generateDatabase.js';
import { splitBook } from '../../src/run/parts/splitBook.js';
import { runFile } from '../../src/run/runFile.js';
import { hasSqlite3, integrityOf, PLANNED_COLUMNS, selectFrom } from '../helpers/databases.js';

/** The day that the books are planned for. */
export const DAY = '2025-06-13';

/** The book that is in parts, by the name of the file that it was made of. */
const IN_PARTS = 'book-00.sqlite3';

const ROWS = `SELECT ${PLANNED_COLUMNS.join(', ')} FROM email_schedules WHERE status IN ('pre-scheduled', 'skipped')`;
const ORDER = `ORDER BY ${PLANNED_COLUMNS.join(', ')}`;

/** The files of a folder and of those in it, as paths from it. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

function databasesIn(folder: string): string[] {
  return filesIn(folder).filter((name) => name.endsWith('.sqlite3'));
}

/** Makes books: files of some sizes, and the first of them in parts. */
export async function makeBooks(folder: string, contactCounts: readonly number[]): Promise<void> {
  for (const [i, contacts] of contactCounts.entries()) {
    const path = join(folder, `book-${String(i).padStart(2, '0')}.sqlite3`);
    await generateDatabase({ path, contacts, seed: i + 1, shape: 'realistic', asOfDay: parseIsoDay(DAY) ?? 0 });
  }
  await splitBook(join(folder, IN_PARTS), { parts: 2, out: join(folder, 'in-parts') });
}

/** What one book holds when it was planned by itself, by the name of its file. */
export type SingleRuns = ReadonlyMap<string, SqlValue[][]>;

/** The planned rows of a database, in one order. */
export function plannedRows(path: string): Promise<SqlValue[][]> {
  return selectFrom(readFileSync(path), `${ROWS} ${ORDER}`);
}

/** Plans copies of the files, each by a run of its own. */
export async function runSingly(folder: string, copies: string): Promise<SingleRuns> {
  cpSync(folder, copies, { recursive: true });
  const rows = new Map<string, SqlValue[][]>();
  for (const name of readdirSync(copies).filter((file) => file.endsWith('.sqlite3'))) {
    await runFile(join(copies, name), { asOf: DAY });
    rows.set(name, await plannedRows(join(copies, name)));
  }
  return rows;
}

/** How often each database was planned for a day, as its completed runs tell. */
export async function completedRuns(folder: string, day = DAY): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of databasesIn(folder)) {
    const sql = `SELECT count(*) FROM scheduler_checkpoints WHERE status = 'completed' AND as_of = '${day}'`;
    const image = readFileSync(join(folder, name));
    const [[isThere]] = await selectFrom(
      image,
      "SELECT count(*) FROM sqlite_schema WHERE name = 'scheduler_checkpoints'",
    );
    counts[name] = isThere === 1 ? Number((await selectFrom(image, sql))[0][0]) : 0;
  }
  return counts;
}

/** Every database of a folder planned once. */
export function onceEach(folder: string): Record<string, number> {
  return Object.fromEntries(databasesIn(folder).map((name) => [name, 1]));
}

/** The rows of all books of a folder, those of the parts as one book. */
export async function rowsOfBooks(folder: string): Promise<SingleRuns> {
  const rows = new Map<string, SqlValue[][]>();
  for (const name of databasesIn(folder).filter((file) => !file.includes('/'))) {
    rows.set(name, await plannedRows(join(folder, name)));
  }
  return rows;
}

/** The rows of the book in parts, as the file that it was made of holds them. */
export async function rowsOfParts(folder: string): Promise<SqlValue[][]> {
  const parts = databasesIn(folder).filter((name) => name.startsWith('in-parts/'));
  const rows = await Promise.all(parts.map((name) => plannedRows(join(folder, name))));
  // Parts follow each other by ids, the first column.
  return rows.flat();
}

/** The databases of a folder that SQLite does not call sound. */
export function unsound(folder: string): string[] {
  if (!hasSqlite3) return [];
  return databasesIn(folder).filter((name) => integrityOf(join(folder, name)) !== 'ok');
}

/** The name of the file that the book in parts was made of. */
export const PARTS_OF = IN_PARTS;
