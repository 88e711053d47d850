import type { Connection } from '../driver/connection.js';
import type { PageSource } from '../format/pageSource.js';
import type { DatabaseSchema } from '../schema/readSchema.js';
import { rowsOfTable } from './organizationOfDatabase.js';
import { findOwnTable, type OpenRows } from './ownTable.js';

const TABLE = 'config_versions';
/** The columns that are read, and where a table has them that a run made. */
const PLACES = { config: 2, created_at: 3, id: 0 } as const;

/** Tells whether a text can be compared by its UTF-16 units as SQLite compares it by its bytes. */
function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

function latestOf(rows: Iterable<ArrayLike<unknown>>): string | null {
  let latest: { readonly config: unknown; readonly createdAt: string; readonly id: number } | null = null;
  for (const row of rows) {
    const [config, createdAt, id] = Array.from(row);
    if (typeof createdAt !== 'string' || !isAscii(createdAt) || typeof id !== 'number') return null;
    const isLater =
      latest === null || createdAt > latest.createdAt || (createdAt === latest.createdAt && id > latest.id);
    if (isLater) latest = { config, createdAt, id };
  }
  return typeof latest?.config === 'string' ? latest.config : null;
}

/**
 * The configuration that was added to `config_versions` last, as the JSON text it was kept as (Rules 11). Asks SQLite for nothing
 * that can be scanned. Null when there is none, and when which one it is is not plain to see.
 */
export function latestConfigText(connection: Connection, schema: DatabaseSchema): string | null {
  return latestOf(rowsOfTable(connection, schema, TABLE, Object.keys(PLACES)) ?? []);
}

/**
 * As `latestConfigText`, from the pages of a file alone, without SQLite.
 *
 * @returns null when SQLite has to be asked: the table is not as a run makes it, or pages cannot be scanned
 * @throws SendplanError `database_error` when the pages are damaged
 */
export function scanLatestConfig(pages: PageSource): { readonly text: string | null } | null {
  const table = findOwnTable(pages, TABLE);
  if (table === 'unplain') return null;
  return { text: table === 'none' ? null : latestOf(rowsOf(table)) };
}

function* rowsOf(open: OpenRows): Generator<unknown[]> {
  const row = open(Object.values(PLACES));
  while (row.next()) yield [row.value(0), row.value(1), row.value(2)];
}
