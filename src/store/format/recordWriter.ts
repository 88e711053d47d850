import { varintLength, writeInteger, writeVarint } from './varint.js';

const encoder = new TextEncoder();

/**
 * Encodes one row after the other as a SQLite record: what a table leaf holds behind the rowid, and an index leaf
 * holds whole.
 *
 * A record is a header and a body:
 *
 * | bytes                 | what                                                                               |
 * |-----------------------|------------------------------------------------------------------------------------|
 * | varint                | length of the header, this varint included                                         |
 * | one varint per column | serial type: 0 NULL; 1 to 6 an integer of 1, 2, 3, 4, 6, 8 bytes; 7 a float64;     |
 * |                       | 8 the integer 0; 9 the integer 1; 12 + 2n a blob of n bytes; 13 + 2n a text of n   |
 * | the rest              | the values in order, integers and floats big-endian, text as UTF-8                 |
 *
 * Call a `put` per column in the order of the table, then hand the record to a writer, which calls `writeTo` and
 * `clear`. A column that is the table's `INTEGER PRIMARY KEY` is put as NULL: its value is the rowid.
 */
export class RecordWriter {
  /** The most bytes a record may have. */
  readonly maximumByteLength: number;
  private readonly types: Uint8Array;
  private readonly body: Uint8Array;
  private readonly bodyView: DataView;
  private typesLength = 0;
  private bodyLength = 0;

  /** @param maximumByteLength the size from which a record would need an overflow page, less one */
  constructor(maximumByteLength: number) {
    this.maximumByteLength = maximumByteLength;
    this.types = new Uint8Array(maximumByteLength + 16);
    this.body = new Uint8Array(maximumByteLength + 16);
    this.bodyView = new DataView(this.body.buffer);
  }

  /** The bytes of the record as it stands. */
  get byteLength(): number {
    return this.headerLength() + this.bodyLength;
  }

  /** Puts NULL, or stands for the rowid in the column of an `INTEGER PRIMARY KEY`. */
  putNull(): void {
    this.reserve(0);
    this.types[this.typesLength++] = 0;
  }

  /**
   * Puts a whole number in the fewest bytes.
   *
   * @throws RangeError when it is not a safe integer
   */
  putInteger(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number from -(2^53-1) to 2^53-1`);
    this.reserve(8);
    if (value === 0 || value === 1) {
      this.types[this.typesLength++] = 8 + value;
    } else if (value >= -128 && value <= 127) {
      this.types[this.typesLength++] = 1;
      this.body[this.bodyLength++] = value;
    } else if (value >= -32768 && value <= 32767) {
      this.putBytesOfInteger(value, 2, 2);
    } else if (value >= -8388608 && value <= 8388607) {
      this.putBytesOfInteger(value, 3, 3);
    } else if (value >= -2147483648 && value <= 2147483647) {
      this.putBytesOfInteger(value, 4, 4);
    } else if (value >= -140737488355328 && value <= 140737488355327) {
      this.putBytesOfInteger(value, 6, 5);
    } else {
      this.putBytesOfInteger(value, 8, 6);
    }
  }

  /** Puts a float64; NaN, which SQLite has not, is put as NULL. */
  putReal(value: number): void {
    if (Number.isNaN(value)) {
      this.putNull();
      return;
    }
    this.reserve(8);
    this.types[this.typesLength++] = 7;
    this.bodyView.setFloat64(this.bodyLength, value);
    this.bodyLength += 8;
  }

  /**
   * Puts a text as UTF-8, or NULL for null.
   *
   * @throws RangeError when the record becomes too long
   */
  putText(value: string | null): void {
    if (value === null) {
      this.putNull();
      return;
    }
    const length = value.length;
    this.reserve(length);
    const { body, bodyLength: start } = this;
    for (let i = 0; i < length; i += 1) {
      const unit = value.charCodeAt(i);
      if (unit >= 128) {
        this.putEncoded(value);
        return;
      }
      body[start + i] = unit;
    }
    this.bodyLength = start + length;
    this.putType(13 + 2 * length);
  }

  /**
   * Puts a text that is UTF-8 already: the bytes from `start` to `end`.
   *
   * @throws RangeError when the record becomes too long
   */
  putUtf8(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.putBytes(bytes, start, end);
    this.putType(13 + 2 * (end - start));
  }

  /**
   * Puts a blob: the bytes from `start` to `end`.
   *
   * @throws RangeError when the record becomes too long
   */
  putBlob(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.putBytes(bytes, start, end);
    this.putType(12 + 2 * (end - start));
  }

  /** Writes the record and returns the offset after it; there must be `byteLength` bytes of room. */
  writeTo(target: Uint8Array, byteOffset: number): number {
    let position = writeVarint(target, byteOffset, this.headerLength());
    const { types, typesLength, body, bodyLength } = this;
    for (let i = 0; i < typesLength; i += 1) target[position + i] = types[i];
    position += typesLength;
    for (let i = 0; i < bodyLength; i += 1) target[position + i] = body[i];
    return position + bodyLength;
  }

  /** Forgets the columns, for the next record. */
  clear(): void {
    this.typesLength = 0;
    this.bodyLength = 0;
  }

  /** The header holds its own length: one byte of varint up to 127 bytes of header, then two. */
  private headerLength(): number {
    return this.typesLength < 127 ? this.typesLength + 1 : this.typesLength + varintLength(this.typesLength + 2);
  }

  private putType(type: number): void {
    this.typesLength = writeVarint(this.types, this.typesLength, type);
  }

  private putBytesOfInteger(value: number, byteCount: number, type: number): void {
    this.types[this.typesLength++] = type;
    writeInteger(this.body, this.bodyLength, value, byteCount);
    this.bodyLength += byteCount;
  }

  private putEncoded(value: string): void {
    const { read, written } = encoder.encodeInto(value, this.body.subarray(this.bodyLength));
    if (read < value.length) this.refuse();
    this.bodyLength += written;
    this.putType(13 + 2 * written);
  }

  private putBytes(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const { body, bodyLength } = this;
    for (let i = start; i < end; i += 1) body[bodyLength + i - start] = bytes[i];
    this.bodyLength = bodyLength + end - start;
  }

  /** Keeps every write inside the buffers; whether the whole record fits is asked when the row ends. */
  private reserve(byteCount: number): void {
    if (this.bodyLength + byteCount > this.body.length || this.typesLength + 9 > this.types.length) this.refuse();
  }

  private refuse(): never {
    throw new RangeError(`a record of more than ${this.maximumByteLength} bytes needs an overflow page`);
  }
}
