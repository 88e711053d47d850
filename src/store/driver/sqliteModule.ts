import { SendplanError } from '../../errors.js';
import { decodeUtf8 } from '../../rules/utf8.js';

/** The functions of SQLite's C interface that sql.js exports, beside its documented classes. Pointers are numbers. */
export interface SqliteModule {
  UTF8ToString(pointer: number, maximumBytes?: number, ignoreNul?: boolean): string;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _sqlite3_prepare_v2(database: number, sql: number, sqlBytes: number, statementOut: number, tailOut: number): number;
  _sqlite3_step(statement: number): number;
  _sqlite3_reset(statement: number): number;
  _sqlite3_finalize(statement: number): number;
  _sqlite3_column_count(statement: number): number;
  _sqlite3_column_type(statement: number, column: number): number;
  _sqlite3_column_double(statement: number, column: number): number;
  _sqlite3_column_text(statement: number, column: number): number;
  _sqlite3_column_blob(statement: number, column: number): number;
  _sqlite3_column_bytes(statement: number, column: number): number;
  _sqlite3_bind_int(statement: number, parameter: number, value: number): number;
  _sqlite3_bind_double(statement: number, parameter: number, value: number): number;
  _sqlite3_bind_text(statement: number, parameter: number, text: number, bytes: number, destructor: number): number;
  _sqlite3_bind_blob(statement: number, parameter: number, blob: number, bytes: number, destructor: number): number;
  _sqlite3_clear_bindings(statement: number): number;
  _sqlite3_changes(database: number): number;
  _sqlite3_errmsg(database: number): number;
}

const encoder = new TextEncoder();

/**
 * The buffer behind sql.js's memory.
 *
 * sql.js 1.16 exports neither its memory nor a view of it, and hands the same module to everybody in the process, so
 * that nobody but the first caller could catch the memory while it is made. What it does do is give a view of its
 * memory to the platform's text decoder; a decoder that stands in for it during one synchronous call sees that view.
 */
function findBuffer(module: SqliteModule, pointer: number): ArrayBuffer {
  const prototype = TextDecoder.prototype;
  const original = prototype.decode;
  let buffer: ArrayBufferLike | null = null;
  prototype.decode = (input) => {
    if (ArrayBuffer.isView(input)) buffer = input.buffer;
    return '';
  };
  try {
    module.UTF8ToString(pointer, 1, true);
  } finally {
    prototype.decode = original;
  }
  if (buffer === null) {
    throw new SendplanError('database_error', 'The memory of sql.js was not found: this needs sql.js 1.16.0.');
  }
  return buffer;
}

/** sql.js's memory, read and written directly; its views are made again whenever the memory has grown. */
export class SqliteMemory {
  readonly #module: SqliteModule;
  #bytes: Uint8Array<ArrayBuffer>;
  #scratch: number;
  #scratchBytes = 4096;

  /** @throws SendplanError `database_error` when the memory cannot be found */
  constructor(module: SqliteModule) {
    this.#module = module;
    this.#scratch = module._malloc(this.#scratchBytes);
    this.#bytes = new Uint8Array(findBuffer(module, this.#scratch));
  }

  /** All of the memory, to be used before the next call into SQLite and not kept. */
  get bytes(): Uint8Array<ArrayBuffer> {
    // A buffer that was left behind by a growing memory has no length.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(findBuffer(this.#module, this.#scratch));
    return this.#bytes;
  }

  /** A little-endian 32-bit pointer or number at `pointer`. */
  readUint32(pointer: number): number {
    const bytes = this.bytes;
    return (bytes[pointer] | (bytes[pointer + 1] << 8) | (bytes[pointer + 2] << 16) | (bytes[pointer + 3] << 24)) >>> 0;
  }

  /** Text of `byteCount` bytes of UTF-8, NUL characters included; broken UTF-8 reads as U+FFFD. */
  readText(pointer: number, byteCount: number): string {
    return decodeUtf8(this.bytes, pointer, pointer + byteCount);
  }

  /** A copy of `byteCount` bytes; the caller owns it. */
  readBlob(pointer: number, byteCount: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(pointer, pointer + byteCount);
  }

  /** The place of at least `byteCount` bytes that the next `scratch` call overwrites. */
  scratch(byteCount: number): number {
    if (byteCount > this.#scratchBytes) {
      this.#module._free(this.#scratch);
      this.#scratchBytes = byteCount;
      this.#scratch = this.allocate(byteCount);
    }
    return this.#scratch;
  }

  /**
   * Memory of its own; `free` gives it back.
   *
   * @throws SendplanError `database_error` when sql.js has no more memory
   */
  allocate(byteCount: number): number {
    const pointer = this.#module._malloc(Math.max(1, byteCount));
    if (pointer === 0) {
      throw new SendplanError('database_error', `sql.js has no memory left for ${byteCount} more bytes.`, {
        hint: 'Its memory ends at 2 GiB; split the database.',
      });
    }
    return pointer;
  }

  free(pointer: number): void {
    this.#module._free(pointer);
  }

  /** Writes `text` as UTF-8 to the scratch place, a NUL after it, and returns the number of bytes without that NUL. */
  writeScratchText(text: string): number {
    const pointer = this.scratch(text.length * 3 + 1);
    const bytes = this.bytes;
    if (text.length < 24) {
      let i = 0;
      for (; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        bytes[pointer + i] = code;
      }
      if (i === text.length) {
        bytes[pointer + i] = 0;
        return i;
      }
    }
    const { written } = encoder.encodeInto(text, bytes.subarray(pointer, pointer + text.length * 3));
    bytes[pointer + written] = 0;
    return written;
  }

  /** Gives the scratch place back; the memory is not to be used afterwards. */
  close(): void {
    this.#module._free(this.#scratch);
    this.#scratch = 0;
  }
}
