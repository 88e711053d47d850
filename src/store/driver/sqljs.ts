import initSqlJs from 'sql.js';
import { SendplanError } from '../../errors.js';
import { ChangedPages } from '../format/changedPages.js';
import { readUint32, writeUint32 } from '../format/pageFormat.js';
import { ImageSource, type PageSource } from '../format/pageSource.js';
import type { SqlValue } from '../format/sqlValue.js';
import type { ImageConnection, PreparedStatement } from './connection.js';
import { SqliteMemory, type SqliteModule } from './sqliteModule.js';
import { SqlJsFile } from './sqljsFile.js';
import { SqlJsSession, SqlJsStatement } from './sqljsStatement.js';

/** Where sql.js finds its WebAssembly; both may be left out in Node. The first connection of a process decides. */
export interface SqlJsOptions {
  /** The address of SQLite's WebAssembly, which the package exports as `sendplan/sql-wasm.wasm`. */
  readonly locateFile?: (fileName: string) => string;
  /** The bytes of that file. */
  readonly wasmBinary?: ArrayBuffer;
}

const HEADER_WRITE_VERSION = 18;
const HEADER_READ_VERSION = 19;
const HEADER_CHANGE_COUNTER = 24;
const HEADER_SCHEMA_COOKIE = 40;
const HEADER_VALID_FOR = 92;
const HEADER_BYTES = 100;
/** An image is put together in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;

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
  readonly #file: SqlJsFile | null;
  /** The pages that the database was opened from, as long as they are what it holds. */
  #pages: PageSource | null;
  #isOpen = true;

  /** @param file what stands in for the pages in sql.js; null for a new database, as the pages are */
  constructor(opened: OpenDatabase, module: SqliteModule, pages: PageSource | null, file: SqlJsFile | null) {
    this.#opened = opened;
    this.#file = file;
    this.#session = new SqlJsSession(module, new SqliteMemory(module), opened, () => file?.failure ?? null);
    this.#changeCounter =
      pages !== null && pages.byteLength >= HEADER_BYTES
        ? readUint32(pages.read(0, HEADER_BYTES), HEADER_CHANGE_COUNTER)
        : 0;
    this.#pages = pages;
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
    return this.#pages;
  }

  toImage(): Uint8Array {
    const pages = this.#changedPages();
    if (pages === null) return this.#export();
    const image = allocate(pages.byteLength);
    for (let start = 0; start < image.length; start += PIECE_BYTES) {
      image.set(pages.read(start, Math.min(PIECE_BYTES, image.length - start)), start);
    }
    this.#countChange(image);
    return image;
  }

  toPages(): PageSource {
    return this.#changedPages() ?? new ImageSource(this.#export());
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const statement of [...this.#session.open]) this.#session.finalize(statement);
    this.#session.memory.close();
    this.#opened.close();
  }

  /** The database as the pages it was opened from with what SQLite has written; null when SQLite has it elsewhere. */
  #changedPages(): PageSource | null {
    const file = this.#file;
    const readBefore = file?.readCount;
    let pageCount = 0;
    let pageBytes = 0;
    for (const [count] of this.query('PRAGMA page_count')) pageCount = Number(count);
    // At the beginning of a transaction SQLite looks into its file; in the middle of one not all changes are there.
    const isFileRead = file?.readCount !== readBefore;
    for (const [bytes] of this.query('PRAGMA page_size')) pageBytes = Number(bytes);
    this.#use();
    return file === null || !isFileRead ? null : file.pages.snapshot(pageCount * pageBytes);
  }

  /** The database as SQLite copies it. */
  #export(): Uint8Array {
    let schemaCookie = 0;
    for (const [cookie] of this.query('PRAGMA schema_version')) schemaCookie = Number(cookie);
    let image: Uint8Array;
    try {
      image = this.#opened.export();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new SendplanError('database_error', `SQLite cannot hand out the database: ${message}`, { cause: error });
    }
    this.#use();
    // sql.js counts from 1 in its copy.
    if (image.length >= HEADER_BYTES) writeUint32(image, HEADER_SCHEMA_COOKIE, schemaCookie);
    this.#countChange(image);
    return image;
  }

  /** A file's change counter must go on from where it was, for whoever has cached it. */
  #countChange(image: Uint8Array): void {
    if (image.length < HEADER_BYTES) return;
    const changeCounter = (this.#changeCounter + 1) >>> 0;
    writeUint32(image, HEADER_CHANGE_COUNTER, changeCounter);
    writeUint32(image, HEADER_VALID_FOR, changeCounter);
  }

  /** Lets go of the pages when a statement may make the database another one. */
  #noteChange(sql: string): void {
    if (this.#pages !== null && !READS_ONLY.test(sql)) this.#pages = null;
  }

  /** @throws whatever kept SQLite from reading the database */
  #use(): SqlJsSession {
    if (!this.#isOpen) throw new TypeError('the connection is closed');
    const failure = this.#file?.failure ?? null;
    if (failure !== null) throw failure;
    return this.#session;
  }
}

/** Bytes for a whole database; engines end buffers at 4 GiB or somewhat above. @throws SendplanError `file_too_large` */
function allocate(byteLength: number): Uint8Array {
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    const size = `${(byteLength / 1e9).toFixed(1)} GB`;
    throw new SendplanError('file_too_large', `The database has ${size}, more than fits into one buffer of memory.`, {
      hint: 'Plan it as a file: runFile(), or npx sendplan run FILE',
      cause,
    });
  }
}

/** Opens databases of pages, or a new one of none; see `openSqlJs`. */
export type OpenPages = (pages: PageSource | null) => ImageConnection;

/** The part of Node's `process` that is used where there is one. */
interface RejectionEvents {
  once(event: 'unhandledRejection', listener: (reason: unknown) => void): void;
}

/**
 * Keeps what sql.js throws besides rejecting its promise, when it gets no memory, from ending the process: nobody can catch that.
 */
function swallowAbort(): void {
  const { process } = globalThis as { readonly process?: Partial<RejectionEvents> };
  process?.once?.('unhandledRejection', (reason) => {
    if (!(reason instanceof WebAssembly.RuntimeError)) throw reason;
  });
}

/** Loads sql.js, so that databases can be opened without waiting. @throws SendplanError `memory_limit` when it gets no memory */
export async function loadSqlJs(options: SqlJsOptions = {}): Promise<OpenPages> {
  const settings = { ...options, useOldExtensionFunctions: false, onAbort: swallowAbort, printErr: () => {} };
  let sqlJs: initSqlJs.SqlJsStatic;
  try {
    sqlJs = await initSqlJs(settings as initSqlJs.SqlJsConfig);
  } catch (cause) {
    if (!/out of memory|allocate/i.test(String(cause))) throw cause;
    throw new SendplanError('memory_limit', 'The system gave no more memory to SQLite.', {
      hint: 'Allow the process more (ulimit -v, the limit of its container).',
      cause,
    });
  }
  return (pages) => openPages(sqlJs, pages);
}

/** What stands in for a database in sql.js; its header does not tell of WAL mode. @throws SendplanError `file_busy` */
function fileOf(pages: PageSource): SqlJsFile {
  const changed = new ChangedPages(pages);
  if (pages.byteLength < HEADER_BYTES) return new SqlJsFile(changed);
  const header = pages.read(0, HEADER_BYTES);
  if (header[HEADER_WRITE_VERSION] !== 2 && header[HEADER_READ_VERSION] !== 2) return new SqlJsFile(changed);
  if (!pages.hasEmptyLog) {
    throw new SendplanError('file_busy', 'The image is of a database in WAL mode, whose log is not a part of it.', {
      hint: "Leave WAL mode first: sqlite3 FILE 'PRAGMA journal_mode = DELETE;'",
    });
  }
  changed.write(Uint8Array.of(1, 1), HEADER_WRITE_VERSION);
  return new SqlJsFile(changed);
}

function openPages(sqlJs: initSqlJs.SqlJsStatic, pages: PageSource | null): ImageConnection {
  const isEmpty = pages === null || pages.byteLength === 0;
  const file = isEmpty ? null : fileOf(pages);
  const module = sqlJs as unknown as SqliteModule;
  const opened = new sqlJs.Database(file as unknown as Uint8Array | null) as unknown as OpenDatabase;
  if (typeof opened.db !== 'number' || typeof module._sqlite3_prepare_v2 !== 'function') {
    throw new SendplanError('database_error', 'This sql.js is not the one sendplan works with: version 1.16.0.');
  }
  const connection = new SqlJsConnection(opened, module, pages, file);
  try {
    for (const pragma of PRAGMAS) connection.execute(pragma);
    if (file === null || file.length <= MEMORY_JOURNAL_BYTES) connection.execute('PRAGMA journal_mode = MEMORY');
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
 * @param image the bytes of a SQLite file, null for a new and empty database; they are read as long as the connection, or pages
 *   that it handed out, are in use, so leave them as they are
 * @throws SendplanError `not_a_database` when the bytes are none, `database_error` when they are damaged, `file_busy` when
 *   they are a part of a database in WAL mode
 */
export async function openSqlJs(image: Uint8Array | null, options: SqlJsOptions = {}): Promise<ImageConnection> {
  return (await loadSqlJs(options))(image === null ? null : new ImageSource(image));
}
