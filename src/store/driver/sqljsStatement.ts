import { SendplanError } from '../../errors.js';
import type { SqlValue } from '../format/sqlValue.js';
import type { PreparedStatement } from './connection.js';
import { constraintError } from './constraintError.js';
import type { SqliteMemory, SqliteModule } from './sqliteModule.js';

const OK = 0;
const IO_ERROR = 10;
const CORRUPT = 11;
const CONSTRAINT = 19;
const NOT_A_DATABASE = 26;
const ROW = 100;
const DONE = 101;

const INTEGER = 1;
const FLOAT = 2;
const TEXT = 3;
const BLOB = 4;

/** SQLite's constants for what becomes of bound bytes: they stay where they are, or it makes its own copy. */
const STATIC = 0;
const TRANSIENT = -1;

/** Texts up to this length are kept in SQLite's memory by a prepared statement, up to this many of them. */
const KEPT_TEXT_LENGTH = 64;
const KEPT_TEXT_COUNT = 20_000;

/** SQLite's error as one of the domain; its own message is the message of the cause. */
function sqliteError(code: number, message: string, sql: string): SendplanError {
  const cause = new Error(message);
  if (code === NOT_A_DATABASE) {
    return new SendplanError('not_a_database', 'The bytes are no SQLite database, or an encrypted one.', { cause });
  }
  const constraint = (code & 0xff) === CONSTRAINT ? constraintError(message, sql, cause) : null;
  if (constraint !== null) return constraint;
  const statement = sql.slice(0, 2000).trim().replace(/\s+/g, ' ');
  const shown = statement.length > 200 ? `${statement.slice(0, 199)}…` : statement;
  if (code === CORRUPT) {
    return new SendplanError('database_error', `The database is damaged: SQLite says "${message}" at: ${shown}`, {
      cause,
      hint: "sqlite3 FILE 'PRAGMA integrity_check;' tells what is damaged, sqlite3 FILE .recover saves what can be saved.",
    });
  }
  // There is no disk: when a rollback makes a file shorter, sql.js puts all of it into one buffer, which may not be had.
  const hint =
    code === IO_ERROR ? 'The file may be too long for SQLite in memory; --driver native works in place.' : undefined;
  return new SendplanError('database_error', `SQLite says "${message}" at: ${shown}`, {
    cause,
    hint,
  });
}

/** An open database of sql.js and the statements that are open on it. */
export class SqlJsSession {
  readonly open = new Set<number>();

  constructor(
    readonly module: SqliteModule,
    readonly memory: SqliteMemory,
    /** sql.js opens the database anew when it hands out its image, and then it has another handle. */
    private readonly opened: { readonly db: number },
    /** What kept sql.js from reading its file, null when nothing did. */
    private readonly readFailure: () => unknown,
  ) {}

  get database(): number {
    return this.opened.db;
  }

  /** The error to throw for a code of SQLite: what is behind it when it could not read its file. */
  fail(code: number, sql: string): unknown {
    const failure = this.readFailure();
    if (failure !== null) return failure;
    return sqliteError(code, this.module.UTF8ToString(this.module._sqlite3_errmsg(this.database)), sql);
  }

  bind(statement: number, parameter: number, value: SqlValue): number {
    const { module, memory } = this;
    if (typeof value === 'number') {
      // A whole number of more than 32 bits goes in as REAL, which columns of integer affinity store as an integer.
      return value === (value | 0)
        ? module._sqlite3_bind_int(statement, parameter, value)
        : module._sqlite3_bind_double(statement, parameter, value);
    }
    if (typeof value === 'string') {
      const byteCount = memory.writeScratchText(value);
      return module._sqlite3_bind_text(statement, parameter, memory.scratch(0), byteCount, TRANSIENT);
    }
    if (value === null) return module._sqlite3_bind_blob(statement, parameter, 0, 0, STATIC);
    if (!(value instanceof Uint8Array)) throw new TypeError(`parameter ${parameter} is a ${typeof value}`);
    const place = memory.scratch(Math.max(1, value.length));
    memory.bytes.set(value, place);
    return module._sqlite3_bind_blob(statement, parameter, place, value.length, TRANSIENT);
  }

  /** Prepares the statements of `sql` one after the other; `use` runs each before the next is prepared. */
  forEachStatement(sql: string, use: (statement: number) => void): void {
    const { module, memory } = this;
    const byteCount = memory.writeScratchText(sql);
    const text = memory.allocate(byteCount + 1);
    const out = memory.allocate(8);
    try {
      memory.bytes.copyWithin(text, memory.scratch(0), memory.scratch(0) + byteCount + 1);
      for (let start = text, tail = text; start < text + byteCount; start = tail) {
        const code = module._sqlite3_prepare_v2(this.database, start, -1, out, out + 4);
        if (code !== OK) throw this.fail(code, sql);
        tail = memory.readUint32(out + 4);
        // SQLite reads nothing behind a NUL, such as schemas of damaged files hold.
        if (tail <= start) throw this.fail(CORRUPT, sql);
        const statement = memory.readUint32(out);
        if (statement === 0) continue; // A comment or white space.
        this.open.add(statement);
        use(statement);
      }
    } finally {
      memory.free(text);
      memory.free(out);
    }
  }

  prepareOne(sql: string): number {
    let prepared = 0;
    this.forEachStatement(sql, (statement) => {
      if (prepared !== 0) {
        this.finalize(statement);
        this.finalize(prepared);
        throw new TypeError(`more than one statement: ${sql.slice(0, 200)}`);
      }
      prepared = statement;
    });
    if (prepared === 0) throw new TypeError('the text holds no SQL statement');
    return prepared;
  }

  /** Steps through the rows of one statement; the array that is yielded is reused. */
  *rows(sql: string, values: readonly SqlValue[]): Generator<SqlValue[], void, undefined> {
    const { module, memory } = this;
    const statement = this.prepareOne(sql);
    try {
      for (let i = 0; i < values.length; i++) {
        const code = this.bind(statement, i + 1, values[i]);
        if (code !== OK) throw this.fail(code, sql);
      }
      const columnCount = module._sqlite3_column_count(statement);
      const row = new Array<SqlValue>(columnCount).fill(null);
      for (;;) {
        const code = module._sqlite3_step(statement);
        if (code === DONE) return;
        if (code !== ROW) throw this.fail(code, sql);
        for (let i = 0; i < columnCount; i++) {
          const type = module._sqlite3_column_type(statement, i);
          if (type === TEXT) {
            const pointer = module._sqlite3_column_text(statement, i);
            row[i] = memory.readText(pointer, module._sqlite3_column_bytes(statement, i));
          } else if (type === INTEGER || type === FLOAT) {
            row[i] = module._sqlite3_column_double(statement, i);
          } else if (type === BLOB) {
            const pointer = module._sqlite3_column_blob(statement, i);
            row[i] = memory.readBlob(pointer, module._sqlite3_column_bytes(statement, i));
          } else {
            row[i] = null;
          }
        }
        yield row;
        if (!this.open.has(statement)) throw new TypeError('the connection was closed while its rows were read');
      }
    } finally {
      this.finalize(statement);
    }
  }

  finalize(statement: number): void {
    if (this.open.delete(statement)) this.module._sqlite3_finalize(statement);
  }

  runToEnd(statement: number, sql: string): void {
    let code = this.module._sqlite3_step(statement);
    while (code === ROW) code = this.module._sqlite3_step(statement);
    if (code !== DONE) throw this.fail(code, sql);
  }
}

/** Keeps short texts in SQLite's memory, and knows what every parameter is bound to, so that binding it again is free. */
export class SqlJsStatement implements PreparedStatement {
  readonly #session: SqlJsSession;
  readonly #sql: string;
  readonly #bound: SqlValue[] = [];
  readonly #kept = new Map<string, { readonly pointer: number; readonly byteCount: number }>();
  readonly #statement: number;

  constructor(session: SqlJsSession, sql: string) {
    this.#session = session;
    this.#sql = sql;
    this.#statement = session.prepareOne(sql);
  }

  run(values: ArrayLike<SqlValue>): void {
    const session = this.#session;
    const statement = this.#statement;
    const bound = this.#bound;
    if (!session.open.has(statement)) throw new TypeError('the statement is closed');
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      // Bytes may have changed inside an array that is the same.
      if (value === bound[i] && (typeof value !== 'object' || value === null)) continue;
      const code =
        typeof value === 'string' && value.length <= KEPT_TEXT_LENGTH
          ? this.#bindKept(i + 1, value)
          : session.bind(statement, i + 1, value);
      if (code !== OK) {
        bound.length = i;
        throw session.fail(code, this.#sql);
      }
      bound[i] = value;
    }
    try {
      session.runToEnd(statement, this.#sql);
    } finally {
      session.module._sqlite3_reset(statement);
    }
  }

  #bindKept(parameter: number, text: string): number {
    const { module, memory } = this.#session;
    let kept = this.#kept.get(text);
    if (kept === undefined) {
      if (this.#kept.size === KEPT_TEXT_COUNT) return this.#session.bind(this.#statement, parameter, text);
      const byteCount = memory.writeScratchText(text);
      kept = { pointer: memory.allocate(byteCount), byteCount };
      memory.bytes.copyWithin(kept.pointer, memory.scratch(0), memory.scratch(0) + byteCount);
      this.#kept.set(text, kept);
    }
    return module._sqlite3_bind_text(this.#statement, parameter, kept.pointer, kept.byteCount, STATIC);
  }

  close(): void {
    const { memory } = this.#session;
    this.#session.finalize(this.#statement);
    for (const { pointer } of this.#kept.values()) memory.free(pointer);
    this.#kept.clear();
  }
}
