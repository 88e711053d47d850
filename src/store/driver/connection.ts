import type { PageSource } from '../format/pageSource.js';
import type { SqlValue } from '../format/sqlValue.js';

/** A prepared statement that is run many times. */
export interface PreparedStatement {
  /**
   * Binds the values, runs the statement to its end and resets it.
   *
   * @param values one per parameter, in order
   */
  run(values: ArrayLike<SqlValue>): void;
  close(): void;
}

/** An open SQLite database, whatever library stands behind it. Errors of SQLite are `SendplanError` `database_error`. */
export interface Connection {
  /** Runs one or more statements without parameters and drops any rows. */
  execute(sql: string): void;
  /**
   * Steps through the rows of one statement. The array that is yielded is reused for the next row.
   *
   * @param values the parameters, in order
   */
  query(sql: string, values?: readonly SqlValue[]): Iterable<SqlValue[]>;
  /** Prepares a statement without result rows for many runs. */
  prepare(sql: string): PreparedStatement;
  /** The rows that the last INSERT, UPDATE or DELETE changed. */
  changes(): number;
  /**
   * The file behind the connection, with everything that the connection would read, to be scanned without SQLite before the
   * connection is next changed; null, or left out, when that cannot be had.
   */
  pages?(): PageSource | null;
  /** A database with the same schema and no rows, where asking it about the schema is less work than asking this one. */
  schemaOnly?(): Connection | null;
  close(): void;
}

/** A connection whose database lives in memory and is handed back as a file image. */
export interface ImageConnection extends Connection {
  /** The database as the bytes of a SQLite file; the caller owns them. */
  toImage(): Uint8Array;
  /**
   * The database as the pages of a SQLite file, as it is: later changes are not in them, and they outlive the connection. What it
   * was opened from has to stay as long as they are used.
   */
  toPages(): PageSource;
}
