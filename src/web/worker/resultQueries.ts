import initSqlJs, { type Database } from 'sql.js';
import { SendplanError } from '../../errors.js';
import type { QueryResult, ShownValue, TableDescription } from '../protocol/protocol.js';
import { readDatabase } from './databaseBytes.js';
import { shownValue } from './shownValue.js';
import { sqlJsFile } from './sqlJsFile.js';

const MOST_ROWS = 1000;

/** What sql.js can do besides what its types say: integers as they are, whatever their size. */
interface ExactStatement {
  get(values: null, options: { readonly useBigInt: true }): (bigint | number | string | Uint8Array | null)[];
}

function asDatabaseError(error: unknown): SendplanError {
  const message = error instanceof Error ? error.message : String(error);
  return new SendplanError('database_error', `SQLite says: ${message}.`, { cause: error });
}

/** A result that is open for questions, not for changes. */
export class ResultQueries {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** @throws SendplanError when the result cannot be opened */
  static async open(file: Blob): Promise<ResultQueries> {
    const sqlJs = await initSqlJs(sqlJsFile());
    const database = new sqlJs.Database(await readDatabase(file, 'The result'));
    database.exec('PRAGMA query_only = ON');
    return new ResultQueries(database);
  }

  /** The tables and views with their columns. */
  tables(): TableDescription[] {
    const sql = `SELECT m.name, c.name FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c
      WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.cid`;
    const columns = new Map<string, string[]>();
    for (const [table, column] of this.#database.exec(sql)[0]?.values ?? []) {
      columns.set(String(table), [...(columns.get(String(table)) ?? []), String(column)]);
    }
    return Array.from(columns, ([name, names]) => ({ name, columns: names }));
  }

  /**
   * Runs the statements of a text and gives the first rows of the last of them that has any.
   *
   * @throws SendplanError `database_error` with what SQLite says
   */
  query(sql: string): QueryResult {
    const startMs = performance.now();
    let columns: string[] = [];
    let rows: ShownValue[][] = [];
    let isCut = false;
    try {
      for (const statement of this.#database.iterateStatements(sql)) {
        const names = statement.getColumnNames();
        if (names.length > 0) [columns, rows, isCut] = [names, [], false];
        while (statement.step()) {
          isCut = rows.length === MOST_ROWS;
          if (isCut) break;
          rows.push((statement as unknown as ExactStatement).get(null, { useBigInt: true }).map(shownValue));
        }
      }
    } catch (error) {
      throw asDatabaseError(error);
    }
    return { columns, rows, isCut, seconds: (performance.now() - startMs) / 1000 };
  }
}
