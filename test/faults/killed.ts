import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Draw } from '../helpers/scanDatabases.js';
import type { BookContent, BookOptions, Books } from './books.js';
import { contentOf, FIRST_DAY, isSameContent, strayFiles } from './books.js';
import type { FaultCase } from './campaign.js';
import { faultsOfRun } from './sendplanProgram.js';
import { ask, damageOf } from './sqlite3.js';

/** The days of later runs: after one night few rows change, after five weeks many. */
const LATER_DAYS = ['2025-06-14', '2025-07-20'] as const;

/** A run that is going to be disturbed. */
export interface DisturbedRun {
  readonly driver: 'sqljs' | 'native';
  readonly book: BookOptions;
  readonly day: string;
  /** What the command is told besides the database. */
  readonly words: readonly string[];
  /** Whether it may write in several transactions, each of whole contacts. */
  readonly isDivided: boolean;
  /** For labels. */
  readonly name: string;
}

/** A run of either driver, a first or a later one, in rollback or WAL mode. */
export function drawRun(draw: Draw, contacts: number): DisturbedRun {
  const driver = draw.of(['sqljs', 'native'] as const);
  const isWal = draw.once(2);
  const isFirst = draw.once(2);
  const shape = draw.of(['seed', 'realistic'] as const);
  const flush = draw.of(['auto', 'auto', 'sql', 'pages']);
  const isDivided = driver === 'native' && !isFirst && draw.once(2);
  const day = isFirst ? FIRST_DAY : draw.of(LATER_DAYS);
  const words = ['--as-of', day, '--driver', driver, '--flush', flush];
  if (isDivided) words.push('--batch-size', String(50 + draw.below(300)));
  return {
    driver,
    book: { contacts, shape, isWal, days: isFirst ? [] : [FIRST_DAY] },
    day,
    words,
    isDivided,
    name: `${driver} ${isFirst ? 'first' : day === LATER_DAYS[0] ? 'night' : 'later'} ${shape} ${isWal ? 'wal' : 'rollback'}`,
  };
}

/** What the run leaves when nothing disturbs it. */
export function undisturbed(books: Books, { book, day }: DisturbedRun): Promise<BookContent> {
  return books.content({ ...book, days: [...book.days, day] });
}

function byContact(schedules: readonly string[]): Map<string, string> {
  const rows = new Map<string, string>();
  for (const row of schedules) {
    const contact = row.slice(0, row.indexOf(' '));
    rows.set(contact, `${rows.get(contact) ?? ''}${row}\n`);
  }
  return rows;
}

/** Whether every contact has the rows of before or of after. */
function isMixedByContact(found: BookContent, before: BookContent, after: BookContent): boolean {
  if (found.others !== before.others) return false;
  const [now, old, wanted] = [found, before, after].map(({ schedules }) => byContact(schedules));
  const contacts = new Set([...now.keys(), ...old.keys(), ...wanted.keys()]);
  return [...contacts].every((id) => now.get(id) === old.get(id) || now.get(id) === wanted.get(id));
}

/** A copy of a book with the files beside it, which SQLite may play back without touching the original. */
export function copyWithSidecars(path: string, folder: string): string {
  const copy = join(folder, basename(path));
  mkdirSync(folder, { recursive: true });
  for (const end of ['', '-journal', '-wal', '-shm']) {
    if (existsSync(`${path}${end}`)) copyFileSync(`${path}${end}`, `${copy}${end}`);
  }
  return copy;
}

/**
 * What is wrong with a book whose run was killed: it has to be sound and hold the rows of before or after, and the next run,
 * for which SQLite may have to play something back first, has to end where an undisturbed one does, with nothing beside the file.
 */
export async function faultsAfterKill(
  { books, program, draw }: FaultCase,
  path: string,
  run: DisturbedRun,
): Promise<{ readonly state: string; readonly faults: string[] }> {
  const [before, after] = [await books.content(run.book), await undisturbed(books, run)];
  const looked = copyWithSidecars(path, join(dirname(path), 'looked-at'));
  const faults = damageOf(looked);
  if (faults.length > 0) return { state: 'damaged', faults };
  const found = contentOf(looked);
  const state = isSameContent(found, before) ? 'before' : isSameContent(found, after) ? 'after' : 'between';
  if (state === 'between' && !(run.isDivided && isMixedByContact(found, before, after))) {
    faults.push('the rows are neither those of before nor those of after');
  }
  const driver = draw.of(['sqljs', 'native']);
  const again = ['run', path, '--as-of', run.day, '--driver', driver];
  let next = await program.run(...again);
  if (next.code === 1 && /-journal|-wal|-shm/.test(next.stderr)) {
    // The way out that is told: SQLite itself sees to what lies beside the file.
    ask(path, 'SELECT count(*) FROM sqlite_master');
    next = await program.run(...again);
  }
  faults.push(...faultsOfRun(`the next run (${driver})`, next));
  if (next.code !== 0) faults.push(`the next run (${driver}) exited ${next.code}: ${next.stderr.slice(0, 500)}`);
  // What a divided run wrote before it was killed is what the next one keeps days of.
  else if (state !== 'between' && !isSameContent(contentOf(path), after)) {
    faults.push(`the next run (${driver}) ends otherwise than an undisturbed one, after ${state}`);
  }
  return { state, faults: [...faults, ...damageOf(path), ...strayFiles(path)] };
}
