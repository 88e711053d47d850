import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeLeftovers } from '../../store/file/temporaryFiles.js';
import { TemporaryFolder } from '../../store/file/temporaryFolder.js';
import { writingError } from '../../store/format/fileErrors.js';
import { joinBook } from './joinBook.js';

/** Makes a folder that is nobody else's to look into: a whole book of people will be in it. */
function makeFolder(beside: string): TemporaryFolder {
  try {
    return TemporaryFolder.create(beside, 0o700);
  } catch (error) {
    const subject = `A book in parts is joined to be read, and ${tmpdir()} cannot be written`;
    throw writingError(error, subject, 'Allow writing there, make room, or name another folder (TMPDIR).');
  }
}

/**
 * Has the joined parts of a book read: a temporary file that is removed afterwards, also when a signal ends the process.
 *
 * @param read is given the path of a database file
 * @throws SendplanError as `joinBook` does, `file_unwritable` when the system's folder of temporary files cannot be written
 */
export async function withJoinedBook<Result>(path: string, read: (path: string) => Promise<Result>): Promise<Result> {
  const beside = join(tmpdir(), 'sendplan-book');
  await removeLeftovers(beside);
  const folder = makeFolder(beside);
  try {
    return await read(await joinBook(path, { out: join(folder.path, 'book.sqlite3') }));
  } finally {
    folder.discard();
  }
}
