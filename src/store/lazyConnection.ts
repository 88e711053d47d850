import type { Connection, ImageConnection, PreparedStatement, SqlValue } from './driver.js';
import { openPageScan } from './pages/scanSchema.js';
import type { PageSource } from './pages/scanSource.js';
import { copySchema } from './schemaTwin.js';
import type { OpenImage } from './sqljs.js';

/**
 * A database whose tables are scanned from the pages of its file; SQLite reads the file only when it is asked for more than
 * the schema. So a run that finds nothing to write never holds the file in memory.
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
 * Opens a database whose pages are at hand, without reading all of it where that can be done.
 *
 * @param image gives the bytes of the same database; asked at most once, when SQLite has to read it
 * @throws SendplanError `not_a_database` or `database_error` when the file is damaged
 */
export function openLazily(pages: PageSource, image: () => Uint8Array, open: OpenImage): ImageConnection {
  const scan = openPageScan(pages);
  if (typeof scan === 'string') return open(image());
  const schema = open(null);
  if (copySchema(scan, schema)) return new LazyConnection(pages, schema, () => open(image()));
  schema.close();
  return open(image());
}
