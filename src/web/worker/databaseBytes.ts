import { SendplanError } from '../../errors.js';
import { HEADER_BYTES, HEADER_WRITE_VERSION, isWalHeader, requireHeader } from '../../store/file/fileHeader.js';

/** The largest database that is read into memory: sql.js copies what it opens, and engines end buffers at about 2 GiB. */
export const MOST_DATABASE_BYTES = 2_000_000_000;

/**
 * Reads a database after a look at its first bytes, so that what is no database, or too large, is never read. The header of one in
 * WAL mode is set to say that it is not: what is given to a page is the file alone, whose log is empty once it was closed cleanly.
 *
 * @param name how messages name the file
 * @throws SendplanError `not_a_database`, `file_too_large`, `file_not_found` when the file is gone or may not be read
 */
export async function readDatabase(database: Blob, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    requireHeader(name, new Uint8Array(await database.slice(0, HEADER_BYTES).arrayBuffer()), database.size);
    if (database.size > MOST_DATABASE_BYTES) throw tooLarge(name, database.size);
    const bytes = new Uint8Array(await database.arrayBuffer());
    if (isWalHeader(bytes)) bytes.fill(1, HEADER_WRITE_VERSION, HEADER_WRITE_VERSION + 2);
    return bytes;
  } catch (error) {
    if (error instanceof SendplanError) throw error;
    if (error instanceof RangeError) throw tooLarge(name, database.size, error);
    throw new SendplanError('file_not_found', `${name} cannot be read: the browser says ${String(error)}.`, {
      hint: 'Choose the file again; it was moved, changed or locked since.',
      cause: error,
    });
  }
}

function tooLarge(name: string, bytes: number, cause?: unknown): SendplanError {
  const size = `${(bytes / 1e9).toFixed(1)} GB`;
  return new SendplanError('file_too_large', `${name} has ${size}, more than a page can hold in memory.`, {
    hint: 'Plan it on the command line, which works in place: npx sendplan run FILE --driver native',
    cause,
  });
}
