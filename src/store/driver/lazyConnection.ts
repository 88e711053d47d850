import { openDatabaseReader } from '../format/databaseReader.js';
import type { PageSource } from '../format/pageSource.js';
import type { SqlValue } from '../format/sqlValue.js';
import type { Connection, ImageConnection, PreparedStatement } from './connection.js';
import { copySchema } from './copySchema.js';
import type { OpenPages } from './sqljs.js';

/**
 * A database whose tables are scanned from the pages of its file; SQLite opens the file only when it is asked for more than
 * the schema.
 */
export class LazyConnection implements ImageConnection {
  readonly #pages: PageSource;
  readonly #schema: Connection;
  readonly #open: () => ImageConnection;
  #opened: ImageConnection | null = null;
  #isOpen = true;

  /** @param schema a database of the same schema, which becomes this connection's own */
  constructor(pages: PageSource, schema: Connection, open: () => ImageConnection) {
    this.#pages = pages;
    this.#schema = schema;
    this.#open = open;
  }

  execute(sql: string): void {
    this.#use().execute(sql);
  }

  query(sql: string, values?: readonly SqlValue[]): Iterable<SqlValue[]> {
    return this.#use().query(sql, values);
  }

  prepare(sql: string): PreparedStatement {
    return this.#use().prepare(sql);
  }

  changes(): number {
    return this.#use().changes();
  }

  pages(): PageSource | null {
    return this.#opened === null ? this.#pages : (this.#opened.pages?.() ?? null);
  }

  schemaOnly(): Connection | null {
    return this.#opened === null ? this.#schema : null;
  }

  toImage(): Uint8Array {
    return this.#use().toImage();
  }

  toPages(): PageSource {
    return this.#use().toPages();
  }

  close(): void {
    this.#isOpen = false;
    this.#schema.close();
    this.#opened?.close();
  }

  #use(): ImageConnection {
    if (!this.#isOpen) throw new TypeError('the connection is closed');
    this.#opened ??= this.#open();
    return this.#opened;
  }
}

/**
 * Opens a database whose pages are at hand; SQLite is asked when it is needed.
 *
 * @throws SendplanError `not_a_database` or `database_error` when the file is damaged
 */
export function openLazily(pages: PageSource, open: OpenPages): ImageConnection {
  const scan = openDatabaseReader(pages);
  if (typeof scan === 'string') return open(pages);
  const schema = open(null);
  if (copySchema(scan, schema)) return new LazyConnection(pages, schema, () => open(pages));
  schema.close();
  return open(pages);
}
