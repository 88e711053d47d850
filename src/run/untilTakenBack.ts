import { SendplanError } from '../errors.js';
import { hasHotJournal } from '../store/file/sidecars.js';

/**
 * An error of a run in place as it came, or with what is still to be done: SQLite may lack the means to take back at once what was begun,
 * as a full disk can lack the room for that, too.
 *
 * @param path of the database, which is closed
 */
export function untilTakenBack(error: unknown, path: string): unknown {
  if (!(error instanceof SendplanError) || !hasHotJournal(path)) return error;
  const hint = `${error.hint ?? ''} That is not done yet: leave ${path}-journal where it is, and SQLite takes back what was begun when it opens the file next.`;
  return new SendplanError(error.code, error.message, { hint: hint.trim(), cause: error.cause });
}
