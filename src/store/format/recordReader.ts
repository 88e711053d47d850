import { NO_ISO_DAY, parseIsoDayBytes } from '../../calendar/iso.js';
import { NULL_INT32 } from '../../columns/nulls.js';
import type { BatchedField, RowBatches } from '../../columns/rowBatches.js';
import {
  FIELD_KIND,
  INVALID_DAY,
  MISSING_DAY,
  NOT_PLAIN,
  type RowCursor,
  UNKNOWN_FORM,
} from '../../columns/rowCursor.js';
import type { TextMemo } from '../../columns/textMemo.js';
import { emailHash, emailHashBytes, isBlankBytes, isValidEmailBytes, readFlagBytes } from '../../rules/fieldBytes.js';
import { type FieldValue, isValidEmail, readFlag, readInteger, readText } from '../../rules/fields.js';
import { decodeUtf8 } from '../../rules/utf8.js';
import { bodyLength } from './encodedValue.js';
import { RecordForms } from './recordForms.js';
import { NOT_STORED, RowScan } from './rowScan.js';
import type { SqlValue } from './sqlValue.js';
import type { TableReader } from './tableReader.js';

const TWO_TO_32 = 4294967296;

/** Serial types of a record; even ones from 12 on are blobs, odd ones texts. */
const TYPE = { null: 0, int64: 6, float64: 7, zero: 8, one: 9, blob: 12 } as const;

const { rowid: ROWID, default: DEFAULT, absent: ABSENT } = NOT_STORED;

/** The bytes of a value by serial type, for those that take one byte. */
const VALUE_BYTES = Uint8Array.from({ length: 128 }, (_, type) => bodyLength(type));

/** How the records of a table are to be read. */
export interface RecordShape {
  /** The columns of the fields that are wanted, counted from 0 in the table's order. */
  readonly columns: readonly number[];
  /** The column that is the rowid, -1 for none. */
  readonly rowidColumn: number;
  /**
   * The value of a column in a row that was stored before the column was added.
   *
   * @param rowid such a row
   */
  defaultOf(column: number, rowid: number): SqlValue;
}

/**
 * Reads fields from the records of a table, in place; RecordWriter draws what a record looks like.
 *
 * Only as many columns are looked at as are wanted, and overflow pages only where what is wanted lies there.
 */
export class RecordReader implements RowCursor {
  private readonly columnOf: Int32Array;
  private readonly columnCount: number;
  private readonly rowidColumn: number;
  /** The serial type of every column up to the last that is wanted, and where in the scan's bytes its value is. */
  private types: Int32Array;
  private starts: Int32Array;
  /** What the starts are counted from. */
  private base = 0;
  /** The two arrays of a row whose header is read; rows of a known form share theirs. */
  private readonly ownTypes: Int32Array;
  private readonly ownStarts: Int32Array;
  private forms: RecordForms | null = null;
  private wasLookedUp = false;
  form = UNKNOWN_FORM;
  private readonly defaults = new Map<number, SqlValue>();
  private bytes: Uint8Array = new Uint8Array(0);
  /** The same bytes. */
  private view: DataView = new DataView(new ArrayBuffer(0));
  /** What `readVarint` read. */
  private varint = 0;

  constructor(
    private readonly scan: TableReader,
    private readonly shape: RecordShape,
  ) {
    this.columnCount = Math.max(-1, ...shape.columns) + 1;
    // The place behind the last is that of a column that the table has not.
    this.columnOf = Int32Array.from([...shape.columns, this.columnCount]);
    this.ownTypes = new Int32Array(this.columnCount + 1).fill(ABSENT);
    this.ownStarts = new Int32Array(this.columnCount + 1);
    this.types = this.ownTypes;
    this.starts = this.ownStarts;
    this.rowidColumn = shape.rowidColumn < this.columnCount ? shape.rowidColumn : -1;
  }

  get expectedRows(): number {
    return this.scan.leaves.expectedRows();
  }

  next(): boolean {
    const { scan, forms } = this;
    if (!scan.next()) return false;
    if (forms !== null && this.isInKnownForm(forms)) return true;
    if (!this.readHeader()) {
      scan.loadOverflow();
      this.readHeader();
    }
    return true;
  }

  knowForms(places: readonly number[]): void {
    this.forms = new RecordForms(
      places.map((place) => this.columnOf[place]).filter((column) => column < this.columnCount),
    );
  }

  rememberForm(): number {
    const { scan, forms } = this;
    if (forms === null || !this.wasLookedUp) return UNKNOWN_FORM;
    this.form = forms.add(scan.start, scan.payloadLength, this.types, this.starts);
    return this.form;
  }

  batches(fields: readonly BatchedField[]): RowBatches | null {
    const columns = fields.map(({ place }) => this.columnOf[place]);
    const scan = RowScan.open(this.scan, fields, columns);
    if (scan === null) return null;
    return {
      read: () => scan.read(),
      columns: scan.values,
      number: scan.number,
      learn: (known) => {
        const { forms, form } = this;
        if (forms === null || form === UNKNOWN_FORM) return;
        scan.learn({ types: forms.typesOf(form), starts: forms.startsOf(form), ...forms.wordsOf(form) }, known);
      },
    };
  }

  /** Takes a row's types and places from its form; false when no row of this form was remembered. */
  private isInKnownForm(forms: RecordForms): boolean {
    const { bytes, start, localEnd, payloadLength } = this.scan;
    // A row that goes on on other pages is not looked up.
    this.wasLookedUp = localEnd - start === payloadLength;
    this.lookAt(bytes);
    this.form = this.wasLookedUp ? forms.find(this.view, start, payloadLength) : UNKNOWN_FORM;
    if (this.form === UNKNOWN_FORM) {
      this.types = this.ownTypes;
      this.starts = this.ownStarts;
      this.base = 0;
      return false;
    }
    this.types = forms.typesOf(this.form);
    this.starts = forms.startsOf(this.form);
    this.base = start;
    return true;
  }

  /** Reads the record's header; false when it tells of wanted values on overflow pages that are not loaded. */
  private readHeader(): boolean {
    const { scan, types, starts, columnCount } = this;
    const { bytes, start, localEnd } = scan;
    this.lookAt(bytes);
    const payloadEnd = start + scan.payloadLength;
    const isWhole = localEnd === payloadEnd;
    if (start === payloadEnd) throw scan.damage('a row is empty');
    let at = start;
    let headerEnd = bytes[at++];
    if (headerEnd > 127) {
      at = this.readVarint(at - 1);
      headerEnd = this.varint;
    }
    headerEnd += start;
    if (headerEnd > localEnd || at > localEnd) {
      if (isWhole) throw scan.damage("a row's header reaches beyond it");
      return false;
    }
    if (headerEnd < at) throw scan.damage("a row's header has no room for its own length");
    let value = headerEnd;
    let column = 0;
    for (; column < columnCount && at < headerEnd; column++) {
      const type = bytes[at++];
      starts[column] = value;
      if (type < 128) {
        types[column] = type;
        value += VALUE_BYTES[type];
      } else {
        at = this.readVarint(at - 1);
        if (!(this.varint >= 0 && this.varint <= 0x7fffffff)) throw scan.damage('a value has no size');
        types[column] = this.varint;
        // A small type may be written in more bytes than it needs.
        value += bodyLength(this.varint);
      }
    }
    if (at > headerEnd) throw scan.damage("a row's header ends within a column");
    if (value > payloadEnd || (at === headerEnd && value !== payloadEnd)) {
      throw scan.damage('the values of a row do not add up to its length');
    }
    // For columns that were added after the row was stored.
    for (; column < columnCount; column++) types[column] = DEFAULT;
    if (this.rowidColumn >= 0) types[this.rowidColumn] = ROWID;
    return value <= localEnd;
  }

  private lookAt(bytes: Uint8Array): void {
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private readVarint(byteOffset: number): number {
    const { bytes } = this;
    let value = 0;
    let at = byteOffset;
    for (let i = 0; i < 9; i++) {
      const byte = bytes[at++];
      // Nothing of more than 2^53 is a length of anything; that such a number comes rounded does not matter.
      value = i === 8 ? value * 256 + byte : value * 128 + (byte & 127);
      if (i < 8 && byte < 128) break;
    }
    this.varint = value;
    return at;
  }

  /** The value of a column that the record does not have. */
  private missing(column: number): SqlValue {
    let value = this.defaults.get(column);
    if (value === undefined) {
      value = this.shape.defaultOf(column, this.scan.rowid);
      this.defaults.set(column, value);
    }
    return value;
  }

  /** The number of a field whose serial type is one of a number or the rowid. */
  private number(column: number, type: number): number {
    const { bytes } = this;
    const at = this.starts[column] + this.base;
    switch (type) {
      case ROWID:
        return this.scan.rowid;
      case TYPE.zero:
        return 0;
      case TYPE.one:
        return 1;
      case 1:
        return (bytes[at] << 24) >> 24;
      case 2:
        return ((bytes[at] << 24) | (bytes[at + 1] << 16)) >> 16;
      case 3:
        return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8)) >> 8;
      case 4:
        return readInt32(bytes, at);
      case 5:
        return (((bytes[at] << 24) | (bytes[at + 1] << 16)) >> 16) * TWO_TO_32 + (readInt32(bytes, at + 2) >>> 0);
      case TYPE.int64:
        return readInt32(bytes, at) * TWO_TO_32 + (readInt32(bytes, at + 4) >>> 0);
      default:
        return this.view.getFloat64(at);
    }
  }

  value(place: number): FieldValue {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (type === ABSENT) return undefined;
    if (type === DEFAULT) return this.missing(column);
    if (type >= TYPE.blob) {
      const start = this.starts[column] + this.base;
      const end = start + ((type - 12) >> 1);
      return (type & 1) === 1 ? decodeUtf8(this.bytes, start, end) : this.bytes.slice(start, end);
    }
    if (isNull(type)) return null;
    const number = this.number(column, type);
    // SQLite has no NaN.
    return Number.isNaN(number) ? null : number;
  }

  kind(place: number): number {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (type >= TYPE.blob) return (type & 1) === 1 ? FIELD_KIND.text : FIELD_KIND.other;
    if (type === DEFAULT) return kindOf(this.missing(column));
    if (isNull(type)) return FIELD_KIND.null;
    return type === TYPE.float64 && Number.isNaN(this.number(column, type)) ? FIELD_KIND.null : FIELD_KIND.number;
  }

  text(place: number): string | null {
    return readText(this.value(place));
  }

  textLength(place: number): number {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (isText(type)) return (type - 13) >> 1;
    const value = type === DEFAULT ? this.missing(column) : null;
    return typeof value === 'string' ? value.length : 0;
  }

  integer(place: number): number | null {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (type >= TYPE.blob || type === DEFAULT) return readInteger(this.value(place));
    if (isNull(type)) return null;
    const number = this.number(column, type);
    // Adding zero makes -0 a plain 0.
    return Number.isSafeInteger(number) ? number + 0 : null;
  }

  plainInteger(place: number): number {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (type === TYPE.null) return NULL_INT32;
    if (type >= TYPE.blob) return NOT_PLAIN;
    const value = type < 0 ? this.value(place) : isNull(type) ? null : this.number(column, type);
    if (value === null || value === undefined || Number.isNaN(value)) return NULL_INT32;
    return typeof value === 'number' && value === (value | 0) && value > NOT_PLAIN ? value | 0 : NOT_PLAIN;
  }

  plainCode(place: number, memo: TextMemo): number {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (isText(type)) {
      const start = this.starts[column] + this.base;
      return memo.codeOfBytes(this.view, start, start + ((type - 13) >> 1));
    }
    if (type === TYPE.null) return memo.codeOf(null);
    const value = this.value(place);
    if (value === null || value === undefined) return memo.codeOf(null);
    return typeof value === 'string' ? memo.codeOf(value) : NOT_PLAIN;
  }

  flag(place: number): boolean {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (isText(type)) {
      const start = this.starts[column] + this.base;
      return readFlagBytes(this.bytes, start, start + ((type - 13) >> 1));
    }
    return readFlag(this.value(place));
  }

  day(place: number, dates: TextMemo): number {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (isText(type)) {
      const start = this.starts[column] + this.base;
      const end = start + ((type - 13) >> 1);
      const day = parseIsoDayBytes(this.view, start, end);
      return day === NO_ISO_DAY ? dates.codeOfBytes(this.view, start, end) : day;
    }
    if (type === TYPE.null) return MISSING_DAY;
    const value = this.value(place);
    if (value === null || value === undefined) return MISSING_DAY;
    return typeof value === 'string' ? dates.codeOf(value) : INVALID_DAY;
  }

  isEmail(place: number): boolean {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (isText(type)) {
      const start = this.starts[column] + this.base;
      return isValidEmailBytes(this.bytes, start, start + ((type - 13) >> 1));
    }
    return isValidEmail(this.value(place));
  }

  emailHash(place: number): number {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (isText(type)) {
      const start = this.starts[column] + this.base;
      return emailHashBytes(this.bytes, start, start + ((type - 13) >> 1));
    }
    return emailHash(this.text(place) ?? '');
  }

  isBlank(place: number): boolean {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (isText(type)) {
      const start = this.starts[column] + this.base;
      return isBlankBytes(this.bytes, start, start + ((type - 13) >> 1));
    }
    const text = this.text(place);
    return text === null || text.trim() === '';
  }

  code(place: number, memo: TextMemo): number {
    const column = this.columnOf[place];
    const type = this.types[column];
    if (isText(type)) {
      const start = this.starts[column] + this.base;
      return memo.codeOfBytes(this.view, start, start + ((type - 13) >> 1));
    }
    return memo.codeOf(type === TYPE.null ? null : this.text(place));
  }

  /** Where in the file a value begins; null when it does not lie in the file in one piece or is not in the record. */
  byteOffset(place: number): number | null {
    const column = this.columnOf[place];
    return this.types[column] < 0 ? null : this.scan.fileOffsetOf(this.starts[column] + this.base);
  }

  /** Nothing is held open. */
  close(): void {}
}

function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

function isText(type: number): boolean {
  return type > TYPE.blob && (type & 1) === 1;
}

/** Tells whether a field is NULL: serial types 10 and 11 are reserved, and SQLite reads them as NULL. */
function isNull(type: number): boolean {
  return type === TYPE.null || type === 10 || type === 11 || type === ABSENT;
}

function kindOf(value: SqlValue): number {
  if (value === null) return FIELD_KIND.null;
  if (typeof value === 'number') return FIELD_KIND.number;
  return typeof value === 'string' ? FIELD_KIND.text : FIELD_KIND.other;
}
