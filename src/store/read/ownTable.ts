import { openDatabaseReader } from '../format/databaseReader.js';
import type { PageSource } from '../format/pageSource.js';
import { RecordReader } from '../format/recordReader.js';
import { TableReader } from '../format/tableReader.js';
import { createTable } from '../schema/migration.js';
import { isSameName } from '../schema/readSchema.js';

/** Opens the rows of a table by the places of their columns, counted from 0. */
export type OpenRows = (columns: readonly number[]) => RecordReader;

/**
 * Finds one of the tables that runs keep, by the pages of a file alone.
 *
 * @returns `none` when there is none; `unplain` when only SQLite can tell: the table is not as a run makes it, or the pages cannot be
 *   scanned
 * @throws SendplanError `database_error` when the pages of the schema are damaged
 */
export function findOwnTable(pages: PageSource, name: string): OpenRows | 'none' | 'unplain' {
  const scan = openDatabaseReader(pages);
  if (typeof scan === 'string') return 'unplain';
  const entry = scan.entries.find((found) => isSameName(found.name, name));
  if (entry === undefined) return 'none';
  if (entry.type !== 'table' || entry.name !== name || entry.sql !== createTable(name).sql) return 'unplain';
  // The id, which is the rowid, is the first column of each of them.
  return (columns) =>
    new RecordReader(new TableReader(pages, scan.layout, name, entry.rootPage), {
      columns,
      rowidColumn: 0,
      defaultOf: () => null,
    });
}
