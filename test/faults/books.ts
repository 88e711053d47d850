import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Program } from './sendplanProgram.js';
import { ask, othersOf, schedulesOf } from './sqlite3.js';

/** The day a book was planned, before which its history lies. */
export const FIRST_DAY = '2025-06-13';

/** What a book is like. */
export interface BookOptions {
  readonly contacts: number;
  /** Only a `realistic` one has emails before it is first planned. */
  readonly shape: 'seed' | 'realistic';
  readonly isWal: boolean;
  /** The days it was planned on, one after the other. */
  readonly days: readonly string[];
}

/** What is in a book, as far as runs may change it, and all else. */
export interface BookContent {
  readonly schedules: readonly string[];
  readonly others: string;
}

/** What a book holds. */
export function contentOf(path: string): BookContent {
  return { schedules: schedulesOf(path), others: othersOf(path) };
}

/** Tells whether two books hold the same. */
export function isSameContent(a: BookContent, b: BookContent): boolean {
  return (
    a.others === b.others && a.schedules.length === b.schedules.length && a.schedules.join() === b.schedules.join()
  );
}

/** Generated books, each made once: what an undisturbed run leaves is a book as well. */
export class Books {
  readonly #contents = new Map<string, BookContent>();
  readonly #paths = new Map<string, Promise<string>>();

  constructor(
    private readonly folder: string,
    private readonly program: Program,
  ) {}

  /** The path of a book, to be read or copied. */
  make(options: BookOptions): Promise<string> {
    const { contacts, shape, isWal, days } = options;
    const name = `${shape}-${contacts}-${days.join('-')}${isWal ? '-wal' : ''}.sqlite3`;
    const made = this.#paths.get(name) ?? this.#make(join(this.folder, name), options);
    this.#paths.set(name, made);
    return made;
  }

  async #make(path: string, options: BookOptions): Promise<string> {
    const { contacts, shape, isWal, days } = options;
    mkdirSync(this.folder, { recursive: true });
    if (isWal) {
      copyFileSync(await this.make({ ...options, isWal: false }), path);
      ask(path, 'PRAGMA journal_mode = WAL');
    } else if (days.length > 0) {
      copyFileSync(await this.make({ ...options, days: days.slice(0, -1) }), path);
      await this.#done('run', path, '--as-of', days[days.length - 1]);
    } else {
      await this.#done('generate', path, '--contacts', String(contacts), '--shape', shape, '--as-of', FIRST_DAY);
    }
    return path;
  }

  /** A copy of a book. */
  async copy(options: BookOptions, path: string): Promise<void> {
    copyFileSync(await this.make(options), path);
  }

  /** What a book holds. */
  async content(options: BookOptions): Promise<BookContent> {
    const path = await this.make({ ...options, isWal: false });
    let content = this.#contents.get(path);
    if (content === undefined) {
      content = contentOf(path);
      this.#contents.set(path, content);
    }
    return content;
  }

  async #done(...words: string[]): Promise<void> {
    const { code, stderr } = await this.program.run(...words);
    if (code !== 0) throw new Error(`sendplan ${words.join(' ')} exited ${code}: ${stderr}`);
  }
}

/** The files beside a book that are not its own, a sentence each. */
export function strayFiles(path: string): string[] {
  const name = basename(path);
  return readdirSync(dirname(path))
    .filter((found) => found !== name && found.includes(name))
    .map((found) => `${found} is left`);
}
