import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writingError } from '../../store/format/fileErrors.js';
import { joinBook } from './joinBook.js';

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'sendplan-book-'));
  } catch (error) {
    const subject = `A book in parts is joined to be read, and ${tmpdir()} cannot be written`;
    throw writingError(error, subject, 'Allow writing there, make room, or name another folder (TMPDIR).');
  }
}

/**
 * Has the joined parts of a book read: a temporary file that is removed afterwards.
 *
 * @param read is given the path of a database file
 * @throws SendplanError as `joinBook` does, `file_unwritable` when the system's folder of temporary files cannot be written
 */
export async function withJoinedBook<Result>(path: string, read: (path: string) => Promise<Result>): Promise<Result> {
  const folder = makeFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await read(await joinBook(path, { out: join(folder, 'book.sqlite3') }));
  } finally {
    remove();
    process.off('exit', remove);
  }
}
