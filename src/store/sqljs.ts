import initSqlJs from 'sql.js';
import { SendplanError } from '../errors.js';
import type { ImageConnection, PreparedStatement, SqlValue } from './driver.js';
import { ImageSource, type PageSource } from './pages/scanSource.js';
import { SqliteMemory, type SqliteModule } from './sqliteModule.js';
import { SqlJsSession, SqlJsStatement } from './sqljsStatement.js';

/** Where sql.js finds its WebAssembly; both may be left out in Node. The first connection of a process decides. */
export interface SqlJsOptions {
  /** The address of a file of sql.js, `sql-wasm.wasm` in Node and `sql-wasm-browser.wasm` in browsers. */
  readonly locateFile?: (fileName: string) => string;
  /** The bytes of that file. */
  readonly wasmBinary?: ArrayBuffer;
}

const HEADER_WRITE_VERSION = 18;
const HEADER_READ_VERSION = 19;
const HEADER_CHANGE_COUNTER = 24;
const HEADER_SCHEMA_COOKIE = 40;
const HEADER_VALID_FOR = 92;

/**
 * Settings of the connection; none of them stays in the file. What would go to a disk goes to JavaScript's memory.
 * Sorting spills there, so that it does not fill the 2 GiB that sql.js can address.
 */
const PRAGMAS = [
  'PRAGMA synchronous = OFF',
  'PRAGMA temp_store = FILE',
  'PRAGMA cache_size = -32768',
  'PRAGMA foreign_keys = OFF',
];

/**
 * A rollback journal holds at most what the image held. In SQLite's own memory it costs next to nothing; an image larger
 * than this might not fit there a second time, and journals in a file of JavaScript's memory.
 */
const MEMORY_JOURNAL_BYTES = 768 * 1024 * 1024;

/** What begins like this leaves every table as it is, and so does what a run does between reading and writing. */
const READS_ONLY = /^\s*(?:SELECT|PRAGMA)\b[^;]*;?\s*$/i;

interface OpenDatabase {
  readonly db: number;
  export(): Uint8Array;
  close(): void;
}

class SqlJsConnection implements ImageConnection {
  readonly #opened: OpenDatabase;
  readonly #session: SqlJsSession;
  readonly #changeCounter: number;
  /** The bytes that the database was made of, as long as they are what it holds. */
  #image: Uint8Array | null;
  #isOpen = true;

  constructor(opened: OpenDatabase, module: SqliteModule, image: Uint8Array | null) {
    this.#opened = opened;
    this.#session = new SqlJsSession(module, new SqliteMemory(module), opened);
    this.#changeCounter =
      image !== null && image.length >= 100
        ? new DataView(image.buffer, image.byteOffset, 100).getUint32(HEADER_CHANGE_COUNTER)
        : 0;
    this.#image = image;
  }

  execute(sql: string): void {
    const session = this.#use();
    this.#noteChange(sql);
    session.forEachStatement(sql, (statement) => {
      try {
        session.runToEnd(statement, sql);
      } finally {
        session.finalize(statement);
      }
    });
  }

  query(sql: string, values: readonly SqlValue[] = []): Iterable<SqlValue[]> {
    const session = this.#use();
    this.#noteChange(sql);
    return session.rows(sql, values);
  }

  prepare(sql: string): PreparedStatement {
    this.#noteChange(sql);
    return new SqlJsStatement(this.#use(), sql);
  }

  changes(): number {
    const session = this.#use();
    return session.module._sqlite3_changes(session.database);
  }

  pages(): PageSource | null {
    this.#use();
    return this.#image === null ? null : new ImageSource(this.#image);
  }

  toImage(): Uint8Array {
    this.#use();
    let schemaCookie = 0;
    for (const [cookie] of this.query('PRAGMA schema_version')) schemaCookie = Number(cookie);
    let image: Uint8Array;
    try {
      image = this.#opened.export();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new SendplanError('database_error', `SQLite cannot hand out the database: ${message}`, { cause: error });
    }
    if (image.length < 100) return image;
    // sql.js counts from 1 in its copy. A file's change counter must go on from where it was, for whoever has cached it.
    const header = new DataView(image.buffer, image.byteOffset, 100);
    const changeCounter = (this.#changeCounter + 1) >>> 0;
    header.setUint32(HEADER_CHANGE_COUNTER, changeCounter);
    header.setUint32(HEADER_VALID_FOR, changeCounter);
    header.setUint32(HEADER_SCHEMA_COOKIE, schemaCookie);
    return image;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const statement of [...this.#session.open]) this.#session.finalize(statement);
    this.#session.memory.close();
    this.#opened.close();
  }

  /** Lets go of the image when a statement may make the database another one. */
  #noteChange(sql: string): void {
    if (this.#image !== null && !READS_ONLY.test(sql)) this.#image = null;
  }

  #use(): SqlJsSession {
    if (!this.#isOpen) throw new TypeError('the connection is closed');
    return this.#session;
  }
}

/** Opens databases of images; see `openSqlJs`. */
export type OpenImage = (image: Uint8Array | null) => ImageConnection;

/** Loads sql.js, so that databases can be opened without waiting. */
export async function loadSqlJs(options: SqlJsOptions = {}): Promise<OpenImage> {
  const sqlJs = await initSqlJs({ ...options, useOldExtensionFunctions: false } as initSqlJs.SqlJsConfig);
  return (image) => openImage(sqlJs, image);
}

function openImage(sqlJs: initSqlJs.SqlJsStatic, image: Uint8Array | null): ImageConnection {
  if (image !== null && (image[HEADER_WRITE_VERSION] === 2 || image[HEADER_READ_VERSION] === 2)) {
    throw new SendplanError('file_busy', 'The image is of a database in WAL mode, whose log is not a part of it.', {
      hint: "Leave WAL mode first: sqlite3 FILE 'PRAGMA journal_mode = DELETE;'",
    });
  }
  const module = sqlJs as unknown as SqliteModule;
  // sql.js takes its copy by `slice`, which in a Buffer of Node is no copy: SQLite would write into the caller's bytes.
  const bytes = image === null ? null : new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
  const opened = new sqlJs.Database(bytes) as unknown as OpenDatabase;
  if (typeof opened.db !== 'number' || typeof module._sqlite3_prepare_v2 !== 'function') {
    throw new SendplanError('database_error', 'This sql.js is not the one sendplan works with: version 1.16.0.');
  }
  const connection = new SqlJsConnection(opened, module, image);
  try {
    for (const pragma of PRAGMAS) connection.execute(pragma);
    if (image === null || image.length <= MEMORY_JOURNAL_BYTES) connection.execute('PRAGMA journal_mode = MEMORY');
    // SQLite looks at the file when it first needs it; this makes it look now.
    connection.execute('SELECT count(*) FROM sqlite_master');
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

/**
 * Opens a database in memory with sql.js.
 *
 * Nothing is written to where the image came from. An image whose header tells of a write-ahead log (bytes 18 and 19
 * are 2) is refused: it may lack what is in the log. Whoever knows that the log is empty sets both to 1 first.
 *
 * @param image the bytes of a SQLite file, null for a new and empty database; they are copied, and looked at again by `pages`
 *   as long as the connection has not changed anything, so leave them as they are
 * @throws SendplanError `not_a_database` when the bytes are none, `database_error` when they are damaged, `file_busy` when
 *   they are a part of a database in WAL mode
 */
export async function openSqlJs(image: Uint8Array | null, options: SqlJsOptions = {}): Promise<ImageConnection> {
  return (await loadSqlJs(options))(image);
}
