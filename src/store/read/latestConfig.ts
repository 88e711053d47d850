import type { Connection } from '../driver/connection.js';
import type { DatabaseSchema } from '../schema/readSchema.js';
import { rowsOfTable } from './organizationOfDatabase.js';

/** Tells whether a text can be compared by its UTF-16 units as SQLite compares it by its bytes. */
function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/**
 * The configuration that was added to `config_versions` last, as the JSON text it was kept as (Rules 11). Asks SQLite for nothing
 * that can be scanned. Null when there is none, and when which one it is is not plain to see.
 */
export function latestConfigText(connection: Connection, schema: DatabaseSchema): string | null {
  let latest: { readonly config: unknown; readonly createdAt: string; readonly id: number } | null = null;
  for (const row of rowsOfTable(connection, schema, 'config_versions', ['config', 'created_at', 'id']) ?? []) {
    const [config, createdAt, id] = Array.from(row);
    if (typeof createdAt !== 'string' || !isAscii(createdAt) || typeof id !== 'number') return null;
    const isLater =
      latest === null || createdAt > latest.createdAt || (createdAt === latest.createdAt && id > latest.id);
    if (isLater) latest = { config, createdAt, id };
  }
  return typeof latest?.config === 'string' ? latest.config : null;
}
