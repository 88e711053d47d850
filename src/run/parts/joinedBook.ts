import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinBook } from './joinBook.js';

/**
 * Has the joined parts of a book read: a temporary file that is removed afterwards.
 *
 * @param read is given the path of a database file
 * @throws SendplanError as `joinBook` does
 */
export async function withJoinedBook<Result>(path: string, read: (path: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-book-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await read(await joinBook(path, { out: join(folder, 'book.sqlite3') }));
  } finally {
    remove();
    process.off('exit', remove);
  }
}
