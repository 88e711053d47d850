import { resolve, sep } from 'node:path';
import { SendplanError } from '../../errors.js';
import type { PageSource } from '../format/pageSource.js';
import type { SqlValue } from '../format/sqlValue.js';
import type { Connection, PreparedStatement } from './connection.js';
import { nativeError } from './nativeError.js';

/** The parts of libsql that are used. */
interface NativeStatement {
  raw(isRaw: boolean): NativeStatement;
  columns(): readonly { readonly name: string }[];
  iterate(values: readonly unknown[]): Iterable<unknown[]>;
  get(values: readonly unknown[]): unknown;
  run(values: readonly unknown[]): { readonly changes: number };
}

interface NativeDatabase {
  readonly inTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): NativeStatement;
  close(): void;
}

type NativeConstructor = new (path: string, options: { readonly timeout: number }) => NativeDatabase;

const NO_BLOB = new Uint8Array(0);

/**
 * A SELECT whose texts come as bytes, with a number in front that tells which columns hold a BLOB, a bit each.
 *
 * libsql ends the process at text that is no UTF-8 and cuts text at NUL; as bytes both come whole.
 */
function bytewise(sql: string, columnCount: number): string {
  const columns = Array.from({ length: columnCount }, (_, i) => `c${i}`);
  const mask = columns.map((column, i) => `((typeof(${column}) = 'blob') << ${i})`).join(' | ');
  const values = columns.map((column) => `iif(typeof(${column}) = 'text', CAST(${column} AS BLOB), ${column})`);
  return `WITH q(${columns.join(', ')}) AS (${sql}) SELECT ${mask}, ${values.join(', ')} FROM q`;
}

function toValue(value: unknown, isBlob: boolean, decoder: TextDecoder): SqlValue {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return null;
  if (!(value instanceof Uint8Array)) return String(value);
  if (isBlob) return value.length === 0 ? NO_BLOB : value;
  return decoder.decode(value);
}

/**
 * Ends a statement whose rows were not all read: it would keep its lock on the file until it is collected, whatever becomes of
 * transaction and connection. Of what libsql offers only `get` resets a statement.
 */
function endStatement(statement: NativeStatement, rows: Iterator<unknown[]>, values: readonly SqlValue[]): void {
  try {
    if (!rows.next().done) statement.get(values.map(toParameter));
  } catch {
    // A statement that fails has ended.
  }
}

/** Decoders of the encodings that a database's texts can have; U+FEFF in front is a character like any other. */
const DECODERS: Readonly<Record<string, TextDecoder>> = {
  'UTF-8': new TextDecoder('utf-8', { ignoreBOM: true }),
  'UTF-16le': new TextDecoder('utf-16le', { ignoreBOM: true }),
  'UTF-16be': new TextDecoder('utf-16be', { ignoreBOM: true }),
};

/** A whole number as SQLite's own: libsql binds every other number as REAL, which columns without a type would keep. */
function toParameter(value: SqlValue): unknown {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

let libsql: Promise<NativeConstructor> | null = null;

/** libsql's constructor. @throws SendplanError `driver_missing` when it is not installed */
function loadLibsql(): Promise<NativeConstructor> {
  libsql ??= importLibsql();
  return libsql;
}

async function importLibsql(): Promise<NativeConstructor> {
  try {
    const loaded: { readonly default: unknown } = await import('libsql');
    return loaded.default as NativeConstructor;
  } catch (cause) {
    throw new SendplanError('driver_missing', 'The driver native needs the package libsql, which is not installed.', {
      hint: 'Install it (npm install libsql@0.5.29), or use the driver sqljs.',
      cause,
    });
  }
}

/**
 * A file as SQLite is told of it where nothing may be made by the way. Every character that is not plain is encoded: rules for URLs
 * leave some out at the end, and then it is another file.
 *
 * @param mode what may be done: `rwc` makes the file where there is none
 */
export function fileUri(path: string, mode: 'rw' | 'rwc'): string {
  const parts = resolve(path).split(sep).map(encodeURIComponent);
  return `file://${sep === '/' ? '' : '/'}${parts.join('/')}?mode=${mode}`;
}

/** A database file that libsql has open. */
export class NativeConnection implements Connection {
  readonly #path: string;
  readonly #database: NativeDatabase;
  /** Of the database's texts; null until one is read. */
  #decoder: TextDecoder | null = null;
  #changes = 0;
  #isOpen = true;
  #pages: PageSource | null = null;
  #onClosed: () => void = () => {};

  private constructor(path: string, database: NativeDatabase) {
    this.#path = path;
    this.#database = database;
  }

  /**
   * Opens a file that is there.
   *
   * @param busyTimeoutMs how long SQLite itself waits for a lock
   * @param mode `rwc` makes the file where there is none
   * @throws SendplanError `driver_missing` without libsql, `file_unwritable` when the file cannot be opened
   */
  static async open(path: string, busyTimeoutMs: number, mode: 'rw' | 'rwc' = 'rw'): Promise<NativeConnection> {
    const Database = await loadLibsql();
    try {
      return new NativeConnection(path, new Database(fileUri(path, mode), { timeout: busyTimeoutMs / 1000 }));
    } catch (error) {
      throw nativeError(error, { path, sql: 'open' });
    }
  }

  /** Tells whether libsql is installed. */
  static async isInstalled(): Promise<boolean> {
    try {
      await loadLibsql();
      return true;
    } catch (error) {
      if (error instanceof SendplanError && error.code === 'driver_missing') return false;
      throw error;
    }
  }

  /** Sets what `pages` gives until the database is changed through this connection, and what is done after `close`. */
  attend(pages: PageSource | null, onClosed: () => void): void {
    this.#pages = pages;
    this.#onClosed = onClosed;
  }

  execute(sql: string): void {
    this.#pages = null;
    this.#try(sql, () => this.#database.exec(sql));
  }

  *query(sql: string, values: readonly SqlValue[] = []): Generator<SqlValue[]> {
    const isPragma = /^\s*PRAGMA/i.test(sql);
    const decoder = this.#textDecoder();
    const prepared = this.#try(sql, () => {
      const plain = this.#database.prepare(sql).raw(true);
      return isPragma ? plain : this.#database.prepare(bytewise(sql, plain.columns().length)).raw(true);
    });
    const rows = this.#try(sql, () => prepared.iterate(values.map(toParameter))[Symbol.iterator]());
    const row: SqlValue[] = [];
    let isGoingOn = true;
    try {
      for (;;) {
        const next = this.#try(sql, () => rows.next());
        if (next.done) break;
        const found: unknown[] = next.value;
        if (isPragma) {
          yield found.map((value) => toValue(value, true, decoder));
          continue;
        }
        const blobs = Number(found[0]);
        for (let i = 1; i < found.length; i++) row[i - 1] = toValue(found[i], (blobs / 2 ** (i - 1)) % 2 >= 1, decoder);
        yield row;
      }
      isGoingOn = false;
    } finally {
      if (isGoingOn) endStatement(prepared, rows, values);
    }
  }

  prepare(sql: string): PreparedStatement {
    this.#pages = null;
    const statement = this.#try(sql, () => this.#database.prepare(sql));
    return {
      run: (values) => {
        this.#changes = this.#try(sql, () => statement.run(Array.from(values, toParameter))).changes;
      },
      close: () => {},
    };
  }

  changes(): number {
    return this.#changes;
  }

  pages(): PageSource | null {
    return this.#pages;
  }

  /** Takes back what was not committed, and gives every lock up. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#pages = null;
    try {
      // libsql closes no connection before its statements are collected: until then its transaction would stay open.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
    } finally {
      this.#database.close();
      this.#onClosed();
    }
  }

  #textDecoder(): TextDecoder {
    if (this.#decoder === null) {
      const [[encoding]] = this.#try('PRAGMA encoding', () => [
        ...this.#database.prepare('PRAGMA encoding').raw(true).iterate([]),
      ]);
      this.#decoder = DECODERS[String(encoding)];
    }
    return this.#decoder;
  }

  #try<Result>(sql: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw nativeError(error, { path: this.#path, sql });
    }
  }
}
