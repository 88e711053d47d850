import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatIsoDay } from '../calendar/iso.js';
import { SendplanError, type SendplanErrorCode } from '../errors.js';
import { resolveConfig } from '../rules/config.js';
import { isFolder } from '../run/parts/isFolder.js';
import { MANIFEST, readBook } from '../run/parts/manifest.js';
import { resolveToday } from '../run/today.js';
import { isKeptName } from '../store/file/keptFiles.js';
import { fileError, isOfFileSystem } from '../store/format/fileErrors.js';
import { MAGIC } from '../store/format/pageLayout.js';
import type { BookJob } from './bookJob.js';
import { type BookState, readBookState } from './bookState.js';

/** A book that was found, and what it tells of itself. */
export interface FoundBook extends BookJob {
  /** Null where it could not be looked into. */
  readonly state: BookState['state'] | null;
  readonly configHash: string | null;
  readonly contacts: number | null;
  /** Why it could not be looked into; its job will tell the same, unless it has been mended by then. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** What was found below roots. */
export interface FoundBooks {
  /** When the first of them was looked into, in milliseconds since 1970. */
  readonly foundAtMs: number;
  /** The largest first. */
  readonly books: readonly FoundBook[];
  /** What is no book, and might be taken for one. */
  readonly skipped: readonly { readonly path: string; readonly code: string; readonly reason: string }[];
}

/** How books are looked for. */
export interface FindOptions {
  /** The day, `YYYY-MM-DD`; left out, today in the time zone of each book's configuration. */
  readonly asOf?: string;
  /** How books are asked, and what the estimate of their memory is for: how they will be planned. `native` when left out. */
  readonly driver?: 'sqljs' | 'native';
}

/** The errors of a database that is no book, rather than one that is in a bad way. */
const NO_BOOK: readonly SendplanErrorCode[] = ['missing_table', 'missing_column', 'not_a_database'];

function startsAsDatabase(path: string): boolean {
  const start = Buffer.alloc(MAGIC.length);
  const descriptor = openSync(path, 'r');
  try {
    return readSync(descriptor, start, 0, start.length, 0) === start.length && start.toString('latin1') === MAGIC;
  } finally {
    closeSync(descriptor);
  }
}

function bytesOf(path: string): number {
  const files = isFolder(path) ? readBook(path).parts.map((part) => part.path) : [path];
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Looks for books, each once, whatever names lead to it. */
class BookSearch {
  readonly books: FoundBook[] = [];
  readonly skipped: { path: string; code: string; reason: string }[] = [];
  readonly #seen = new Set<string>();
  readonly #options: FindOptions;

  constructor(options: FindOptions) {
    this.#options = options;
  }

  /** A root is named by somebody: what it cannot be is an error. */
  async lookAtRoot(root: string): Promise<void> {
    try {
      const path = realpathSync(root);
      if (!isFolder(path) && (!statSync(path).isFile() || !startsAsDatabase(path))) {
        throw new SendplanError('not_a_database', `${root} is neither a SQLite database nor a folder.`, {
          hint: 'Give databases, folders of parts, or folders to look for them in.',
        });
      }
      await this.#look(path);
    } catch (error) {
      if (!isOfFileSystem(error)) throw error;
      throw fileError('file_not_found', `${root} cannot be looked into`, error, 'Give files, or folders with books.');
    }
  }

  /** @param path a real path */
  async #look(path: string): Promise<void> {
    if (this.#seen.has(path)) return;
    this.#seen.add(path);
    if (isFolder(path)) {
      if (existsSync(join(path, MANIFEST))) return this.#addBook(path);
      for (const name of readdirSync(path).sort()) {
        if (name.startsWith('.') || isKeptName(name)) continue;
        await this.#lookWithin(join(path, name));
      }
    } else if (statSync(path).isFile() && startsAsDatabase(path)) await this.#addBook(path);
  }

  async #lookWithin(path: string): Promise<void> {
    try {
      await this.#look(realpathSync(path));
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message: string };
      if (!(error instanceof SendplanError) && typeof code !== 'string') throw error;
      this.skipped.push({ path, code: String(code), reason: message });
    }
  }

  async #addBook(path: string): Promise<void> {
    const { asOf, driver = 'native' } = this.#options;
    try {
      const { state, day, configHash, contacts, peakBytes } = await readBookState(path, driver, asOf);
      this.books.push({ path, day, bytes: bytesOf(path), peakBytes, state, configHash, contacts, problem: null });
    } catch (error) {
      // Without the driver no book could be looked into.
      if (!(error instanceof SendplanError) || error.code === 'driver_missing') throw error;
      const { code, message } = error;
      if (NO_BOOK.includes(code)) {
        this.skipped.push({ path, code, reason: message });
        return;
      }
      // Whoever plans it tells what is wrong; it must not be missing without a word.
      const day = asOf ?? formatIsoDay(resolveToday(undefined, resolveConfig({}), 'asOf'));
      const bytes = code === 'bad_book' ? 0 : bytesOf(path);
      const problem = { code, message };
      this.books.push({ path, day, bytes, peakBytes: null, state: null, configHash: null, contacts: null, problem });
    }
  }
}

/**
 * Looks for books: SQLite files with a table `contacts`, and folders of parts. Names that begin with a dot and files that runs keep
 * are passed over, and so are files that are no SQLite databases.
 *
 * @param roots files and folders; folders are searched to their depths
 * @throws SendplanError `file_not_found` or `not_a_database` for a root that cannot be
 * @example
 * import { findBooks } from 'sendplan/fleet';
 * const { books } = await findBooks(['.'], { asOf: '2025-06-14' });
 * console.log(books.length); // 2
 */
export async function findBooks(roots: readonly string[], options: FindOptions): Promise<FoundBooks> {
  const foundAtMs = Date.now();
  const search = new BookSearch(options);
  for (const root of roots) await search.lookAtRoot(root);
  const books = search.books.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
  return { foundAtMs, books, skipped: search.skipped };
}
