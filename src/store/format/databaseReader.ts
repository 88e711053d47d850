import { type PageLayout, readPageLayout } from './pageLayout.js';
import type { PageSource } from './pageSource.js';
import { RecordReader } from './recordReader.js';
import { TableReader } from './tableReader.js';

/** A row of `sqlite_schema`: a table, index, view or trigger. */
export interface SchemaEntry {
  readonly type: string;
  readonly name: string;
  /** The table it belongs to, itself for a table. */
  readonly tableName: string;
  /** 0 for what has no pages. */
  readonly rootPage: number;
  /** The statement that makes it; null for the indexes that SQLite makes by itself. */
  readonly sql: string | null;
}

/** A database file whose pages can be scanned. */
export interface DatabaseReader {
  readonly source: PageSource;
  readonly layout: PageLayout;
  /** In the order in which they are stored. */
  readonly entries: readonly SchemaEntry[];
}

/** The columns of `sqlite_schema`, whose root is page 1: type, name, tbl_name, rootpage, sql. */
const SCHEMA_COLUMNS = [0, 1, 2, 3, 4];

/**
 * Reads what is in a database file, or gives the reason why its pages cannot be scanned; see `readPageLayout`.
 *
 * @throws SendplanError `database_error` when the pages of the schema are damaged
 */
export function openDatabaseReader(source: PageSource): DatabaseReader | string {
  const layout = readPageLayout(source);
  if (typeof layout === 'string') return layout;
  const rows = new RecordReader(new TableReader(source, layout, 'sqlite_schema', 1), {
    columns: SCHEMA_COLUMNS,
    rowidColumn: -1,
    defaultOf: () => null,
  });
  const entries: SchemaEntry[] = [];
  while (rows.next()) {
    entries.push({
      type: rows.text(0) ?? '',
      name: rows.text(1) ?? '',
      tableName: rows.text(2) ?? '',
      rootPage: rows.integer(3) ?? 0,
      sql: rows.text(4),
    });
  }
  return { source, layout, entries };
}
