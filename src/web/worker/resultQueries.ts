import initSqlJs, { type Database, type Statement } from 'sql.js';
import { SendplanError } from '../../errors.js';
import { csvField } from '../../export/csv.js';
import { SqlJsFile } from '../../store/driver/sqljsFile.js';
import { HEADER_WRITE_VERSION } from '../../store/file/fileHeader.js';
import { ChangedPages } from '../../store/format/changedPages.js';
import type { QueryRequest, QueryResult, ShownValue, TableDescription } from '../protocol/protocol.js';
import { BlobSource } from './blobSource.js';
import { fileText, shownValue } from './shownValue.js';
import { sqlJsFile } from './sqlJsFile.js';

const MOST_ROWS = 1000;
/** How many rows become a piece of a file at a time. */
const PIECE_ROWS = 10_000;

/**
 * The versions of SQLite's format that a file says it takes to write and to read it: who does not know the first, which nobody
 * does, may only read.
 */
const READ_ONLY_VERSIONS = Uint8Array.of(255, 1);

/** A question of one statement that gives rows, and so can be asked again with its rows in another order. */
const ONE_QUESTION = /^\s*(?:SELECT|WITH|VALUES)\b[^;]*;?\s*$/i;

type SqlCell = bigint | number | string | Uint8Array | null;

/** What sql.js can do besides what its types say: integers as they are, whatever their size. */
interface ExactStatement {
  get(values: null, options: { readonly useBigInt: true }): SqlCell[];
}

function asDatabaseError(error: unknown): SendplanError {
  const message = error instanceof Error ? error.message : String(error);
  return new SendplanError('database_error', `SQLite says: ${message}.`, { cause: error });
}

/** The question with its rows in another order. */
function orderedText({ sql, order }: QueryRequest): string {
  if (order === null) return sql;
  const question = sql.replace(/;\s*$/, '');
  // The line end closes a comment that may stand last.
  return `SELECT * FROM (${question}\n) ORDER BY ${order.column + 1} ${order.direction === 'down' ? 'DESC' : 'ASC'}`;
}

/**
 * A result that is open for questions, not for changes: SQLite is told by the file itself that it may only read it. Of the file
 * those pages are read that a question needs.
 */
export class ResultQueries {
  readonly #database: Database;
  readonly #file: SqlJsFile;

  private constructor(database: Database, file: SqlJsFile) {
    this.#database = database;
    this.#file = file;
  }

  /** @throws SendplanError when the result cannot be opened */
  static async open(file: Blob): Promise<ResultQueries> {
    const sqlJs = await initSqlJs(sqlJsFile());
    const pages = new ChangedPages(new BlobSource(file));
    pages.write(READ_ONLY_VERSIONS, HEADER_WRITE_VERSION);
    const standIn = new SqlJsFile(pages);
    const database = new sqlJs.Database(standIn as unknown as Uint8Array);
    // What is sorted goes to JavaScript's memory, so that it does not fill SQLite's own.
    database.exec('PRAGMA temp_store = FILE; PRAGMA cache_size = -32768');
    return new ResultQueries(database, standIn);
  }

  /** The tables and views with their columns. */
  tables(): TableDescription[] {
    const sql = `SELECT m.name, m.type, c.name, c.type, c.pk FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c
      WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.cid`;
    const tables = new Map<string, TableDescription>();
    for (const [table, kind, name, type, keyPlace] of this.#database.exec(sql)[0]?.values ?? []) {
      const before = tables.get(String(table))?.columns ?? [];
      const column = { name: String(name), type: String(type), isKey: keyPlace !== 0 };
      tables.set(String(table), {
        name: String(table),
        kind: kind === 'view' ? 'view' : 'table',
        columns: [...before, column],
      });
    }
    return [...tables.values()];
  }

  /**
   * Runs the statements of a text and gives the first rows of the last of them that has any.
   *
   * @throws SendplanError `database_error` with what SQLite says
   */
  query(request: QueryRequest): QueryResult {
    const startMs = performance.now();
    let columns: readonly string[] = [];
    let rows: ShownValue[][] = [];
    let isCut = false;
    for (const { names, cells } of this.#answers(orderedText(request))) {
      if (names.length > 0) [columns, rows, isCut] = [names, [], false];
      for (const row of cells) {
        isCut = rows.length === MOST_ROWS;
        if (isCut) break;
        rows.push(row.map(shownValue));
      }
    }
    const isOrderable = ONE_QUESTION.test(request.sql);
    return { columns, rows, isCut, isOrderable, seconds: (performance.now() - startMs) / 1000 };
  }

  /**
   * All rows of the last statement that has any as CSV, values as SQLite has them: NULL is an empty field, a blob its digits.
   *
   * @param onRows is told how many rows there are so far
   * @throws SendplanError `database_error` with what SQLite says
   */
  rowsAsCsv(request: QueryRequest, onRows: (rowCount: number) => void): Blob {
    let pieces: string[] = [];
    for (const { names, cells } of this.#answers(orderedText(request))) {
      let lines = names.length > 0 ? `${names.map(csvField).join(',')}\r\n` : '';
      if (names.length > 0) pieces = [];
      let rowCount = 0;
      for (const row of cells) {
        lines += `${row.map((value) => (typeof value === 'string' ? csvField(value) : fileText(value))).join(',')}\r\n`;
        rowCount += 1;
        if (rowCount % PIECE_ROWS !== 0) continue;
        pieces.push(lines);
        lines = '';
        onRows(rowCount);
      }
      pieces.push(lines);
    }
    return new Blob(pieces, { type: 'text/csv' });
  }

  /** The statements of a text, one after the other, each with its rows, which are to be taken before the next. */
  *#answers(sql: string): Generator<{ readonly names: readonly string[]; readonly cells: Iterable<SqlCell[]> }> {
    const asked = this.#reported(this.#database.iterateStatements(sql));
    for (const statement of asked) {
      const cells = this.#reported(rowsOf(statement));
      yield { names: statement.getColumnNames(), cells };
      // What gives no rows is done all the same.
      cells.next();
    }
  }

  /** The same, with errors that say what went wrong: the file that cannot be read, or else what SQLite says. */
  *#reported<Item>(items: Iterable<Item>): Generator<Item> {
    try {
      yield* items;
      if (this.#file.failure !== null) throw this.#file.failure;
    } catch (error) {
      throw this.#file.failure === null ? asDatabaseError(error) : asFileError(this.#file.failure);
    }
  }
}

function* rowsOf(statement: Statement): Generator<SqlCell[]> {
  const exact = statement as unknown as ExactStatement;
  while (statement.step()) yield exact.get(null, { useBigInt: true });
}

function asFileError(cause: unknown): SendplanError {
  return new SendplanError('file_not_found', `The file cannot be read any more: the browser says ${String(cause)}.`, {
    hint: 'Choose the file again and plan; it was moved or changed since.',
    cause,
  });
}
