import { undoInPlace } from './undoInPlace.js';
import { undoReplacing } from './undoReplacing.js';
import type { UndoFileOptions, UndoReport } from './undoReport.js';

/**
 * Takes back the last run of a database that was made with `keep`; doing it again goes further back.
 *
 * With the driver `sqljs` the file that the run replaced takes its old place, byte for byte; with `native` the rows that it changed
 * become what they were, in one transaction. All or nothing, and other programs are kept to as by a run.
 *
 * @throws SendplanError `nothing_to_undo` when nothing is kept; `held_back` when others have changed the database since, telling what
 *   and how much; `file_busy`, `file_changed` or `file_unwritable` as runs do
 * @example
 * import { undoFile } from 'sendplan/node';
 * const report = await undoFile('book.sqlite3');
 * console.log(report.undone.as_of, report.left); // 2025-06-13 0
 */
export async function undoFile(path: string, options: UndoFileOptions = {}): Promise<UndoReport> {
  return (options.driver === 'native' ? undoInPlace : undoReplacing)(path, options);
}
