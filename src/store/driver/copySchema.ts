import { SendplanError } from '../../errors.js';
import type { DatabaseReader, SchemaEntry } from '../format/databaseReader.js';
import type { Connection } from './connection.js';

/** The kinds of what a schema holds, in an order in which each can be made. */
const KINDS = ['table', 'index', 'view', 'trigger'];

/** Statements that make what SQLite keeps for itself, by the beginnings of its names. */
const OWN_TABLES: readonly (readonly [beginning: string, sql: string | null])[] = [
  // Comes with the first table that has AUTOINCREMENT.
  ['sqlite_sequence', null],
  ['sqlite_stat', 'ANALYZE'],
];

function statementsOf(entries: readonly SchemaEntry[]): string[] {
  const statements = new Set<string>();
  for (const kind of KINDS) {
    for (const { type, name, sql } of entries) {
      if (type !== kind || sql === null) continue;
      const own = OWN_TABLES.find(([beginning]) => name.startsWith(beginning));
      if (own === undefined) statements.add(sql);
    }
  }
  for (const [beginning, sql] of OWN_TABLES) {
    if (sql !== null && entries.some(({ name }) => name.startsWith(beginning))) statements.add(sql);
  }
  return [...statements];
}

function isSameSchema(connection: Connection, entries: readonly SchemaEntry[]): boolean {
  const found: string[] = [];
  for (const row of connection.query('SELECT type, name, tbl_name, sql FROM sqlite_master')) {
    found.push(JSON.stringify(row));
  }
  const wanted = entries.map(({ type, name, tableName, sql }) => JSON.stringify([type, name, tableName, sql]));
  return JSON.stringify(found.sort()) === JSON.stringify(wanted.sort());
}

/**
 * Gives an empty database the schema of a scanned file, without its rows, so that SQLite can be asked about the schema
 * although the file is not opened. False when it does not come out just the same.
 *
 * @param empty a new and empty database
 */
export function copySchema(scan: DatabaseReader, empty: Connection): boolean {
  try {
    for (const statement of statementsOf(scan.entries)) empty.execute(statement);
    return isSameSchema(empty, scan.entries);
  } catch (error) {
    // Such as a virtual table of a module that is not here.
    if (error instanceof SendplanError) return false;
    throw error;
  }
}
