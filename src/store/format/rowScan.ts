import { MONTH_STARTS } from '../../calendar/iso.js';
import { NULL_INT32 } from '../../columns/nulls.js';
import type { BatchedField, KnownForm } from '../../columns/rowBatches.js';
import { compileAtOnce } from '../../kernel/compileModule.js';
import { ROW_SCAN } from './scanBinary.js';
import type { TableReader } from './tableReader.js';

const WASM_PAGE_BYTES = 65536;
const ALIGNMENT = 8;
/** As assembly/scan/memory.ts has them. */
const SLOTS = { shapes: 8192, forms: 16384, texts: 16384 } as const;
/** Shapes, forms and texts: some thousands of each. */
const ROOM_BYTES = 4 * 1024 * 1024;
const MOST_WORDS = 512;
const BATCH_ROWS = 4096;
/** Readable bytes behind a page: values are read before it is known that they lie in it. */
const SLACK_BYTES = 64;
/** As assembly/scan/fields.ts has them. */
const KIND = { constant: 0, rowid: 1, integer: 2, small: 3, day: 4, code: 5 } as const;
/** Serial types of a record. */
const TYPE = { null: 0, int32: 4, int48: 5, zero: 8, one: 9, firstText: 13 } as const;
const LONGEST_TEXT_BYTES = 1 << 20;

/** The functions of the compiled scan; assembly/scan describes each. */
interface ScanFunctions {
  heapBase(): number;
  scanCells(cell: number, cellCount: number, pointers: number): number;
  learn(record: number, payloadLength: number, wordCount: number, number: number): number;
  teach(field: number, at: number, byteLength: number, code: number): void;
  keepTexts(textCount: number): void;
}

/** What stands in the place of a serial type where the value is not in the record: the rowid, a default, a column that is not there. */
export const NOT_STORED = { rowid: -1, default: -2, absent: -3 } as const;

/** What the record reader knows of the form of a row. */
export interface FormOfRecord {
  /** The serial types of the columns, one of `NOT_STORED` for a value that is not in the record. */
  readonly types: Int32Array;
  /** Where the values are, from the record's start. */
  readonly starts: Int32Array;
  /** The words that tell the form, see `RecordForms.wordsOf`. */
  readonly offsets: Int32Array;
  readonly masks: Int32Array;
}

let compiled: WebAssembly.Module | null | undefined;

/** The module, compiled once; null where the engine refuses to compile while a page waits. */
function scanModule(): WebAssembly.Module | null {
  if (compiled === undefined) compiled = compileAtOnce(ROW_SCAN);
  return compiled;
}

function isText(type: number): boolean {
  return type >= TYPE.firstText && (type & 1) === 1;
}

function isInteger(type: number, widest: number): boolean {
  return (type > TYPE.null && type <= widest) || type === TYPE.zero || type === TYPE.one;
}

/** Reads rows of a table many at a time, in WebAssembly with a memory of its own; assembly/scan draws what is in it. */
export class RowScan {
  /** The fields of the rows that were read last, a column each, and the number of each row's form. */
  readonly values: readonly (Float64Array | Int32Array)[];
  readonly number: Int32Array;
  private readonly functions: ScanFunctions;
  private readonly globals: Readonly<Record<string, WebAssembly.Global>>;
  private readonly bytes: Uint8Array;
  private readonly words: Uint32Array;
  private readonly staged: Int32Array;
  private readonly view: DataView;
  /** The texts that wait for their codes: row, field, address and bytes of each. */
  private readonly newTexts: Uint32Array;
  private readonly pageAt: number;
  /** The bytes of the leaf that lies in the memory, null for none, and where in them it begins. */
  private leafBytes: Uint8Array | null = null;
  private leafPage = -1;

  private constructor(
    instance: WebAssembly.Instance,
    memory: WebAssembly.Memory,
    private readonly table: TableReader,
    private readonly fields: readonly BatchedField[],
    private readonly columns: readonly number[],
  ) {
    this.functions = instance.exports as unknown as ScanFunctions;
    this.globals = instance.exports as unknown as Record<string, WebAssembly.Global>;
    let end = this.functions.heapBase();
    const reserve = (byteLength: number) => {
      const at = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      end = at + byteLength;
      return at;
    };
    this.pageAt = reserve(WASM_PAGE_BYTES + SLACK_BYTES);
    const wordsAt = reserve(MOST_WORDS * 8);
    const stagedAt = reserve(fields.length * 12);
    // A leaf is done with before the next one comes, and its rows are of one batch.
    const newTextsAt = reserve(fields.length * BATCH_ROWS * 16);
    const outputsAt = reserve((fields.length + 1) * 4);
    const monthsAt = reserve(MONTH_STARTS.length * 4);
    const slots = {
      shapes: reserve(SLOTS.shapes * 4),
      forms: reserve(SLOTS.forms * 4),
      texts: reserve(SLOTS.texts * 4),
    };
    const outputs = fields.map(({ kind }) => reserve(BATCH_ROWS * (kind === 'id' ? 8 : 4)));
    outputs.push(reserve(BATCH_ROWS * 4));
    const roomAt = reserve(ROOM_BYTES);
    memory.grow(Math.ceil((end - memory.buffer.byteLength) / WASM_PAGE_BYTES));
    const { buffer } = memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer, wordsAt, MOST_WORDS * 2);
    this.staged = new Int32Array(buffer, stagedAt, fields.length * 3);
    this.view = new DataView(buffer);
    this.newTexts = new Uint32Array(buffer, newTextsAt, fields.length * BATCH_ROWS * 4);
    new Uint32Array(buffer, outputsAt, outputs.length).set(outputs);
    new Int32Array(buffer, monthsAt, MONTH_STARTS.length).set(MONTH_STARTS);
    this.values = fields.map(({ kind }, i) =>
      kind === 'id' ? new Float64Array(buffer, outputs[i], BATCH_ROWS) : new Int32Array(buffer, outputs[i], BATCH_ROWS),
    );
    this.number = new Int32Array(buffer, outputs[fields.length], BATCH_ROWS);
    const numbers = {
      page: this.pageAt,
      stagedWords: wordsAt,
      stagedFields: stagedAt,
      newTexts: newTextsAt,
      outputs: outputsAt,
      monthStarts: monthsAt,
      shapeSlots: slots.shapes,
      formSlots: slots.forms,
      textSlots: slots.texts,
      fieldCount: fields.length,
      room: roomAt,
      roomEnd: roomAt + ROOM_BYTES,
      mostLocal: table.mostLocalBytes,
      rowRoom: BATCH_ROWS,
    };
    for (const [name, value] of Object.entries(numbers)) this.globals[name].value = value;
  }

  /** Makes a scan of a table; null where the engine cannot. @param columns the columns of the fields, as `FormOfRecord` counts them */
  static open(table: TableReader, fields: readonly BatchedField[], columns: readonly number[]): RowScan | null {
    const module = scanModule();
    if (module === null) return null;
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
    const instance = new WebAssembly.Instance(module, { env: { memory, abort: () => {} } });
    return new RowScan(instance, memory, table, fields, columns);
  }

  /** Reads the rows that come next, up to the first that is not plain or of no form that was learned; returns how many. */
  read(): number {
    const { table, globals, functions } = this;
    const { rowCount, lastRowid, newTextCount } = globals;
    rowCount.value = 0;
    lastRowid.value = table.rowid;
    while (rowCount.value < BATCH_ROWS && table.openCells()) {
      this.takeLeaf();
      const cell = functions.scanCells(table.cell, table.cellCount, table.pointers - table.pageStart);
      if (newTextCount.value > 0) this.putTexts(newTextCount.value);
      table.passCells(cell, lastRowid.value);
      if (cell < table.cellCount) break;
    }
    return rowCount.value;
  }

  /** Puts the codes of texts that were not taught into the columns, and teaches them. */
  private putTexts(textCount: number): void {
    const { newTexts, view } = this;
    for (let i = 0; i < 4 * textCount; i += 4) {
      const [row, field, at, byteLength] = [newTexts[i], newTexts[i + 1], newTexts[i + 2], newTexts[i + 3]];
      const code = this.fields[field].memo.codeOfBytes(view, at, at + byteLength);
      this.values[field][row] = code;
      this.functions.teach(field, at, byteLength, code);
    }
    this.functions.keepTexts(0);
  }

  /** Has the open leaf in the memory. */
  private takeLeaf(): void {
    const { table } = this;
    if (this.leafPage === table.pageNumber && this.leafBytes === table.bytes) return;
    const { bytes, pageStart, pageEnd, pageNumber } = table;
    this.bytes.set(bytes.subarray(pageStart, pageEnd), this.pageAt);
    this.globals.usableEnd.value = pageEnd - pageStart;
    this.leafBytes = bytes;
    this.leafPage = pageNumber;
  }

  /** Where the cursor's row is in the memory; null when it is not all in its leaf. */
  private recordAt(): number | null {
    const { table } = this;
    if (table.localEnd - table.start !== table.payloadLength || table.bytes !== this.leafBytes) return null;
    return this.pageAt + table.start - table.pageStart;
  }

  /** Learns the form of the table reader's row, as the record reader knows it. */
  learn({ types, starts, offsets, masks }: FormOfRecord, { number, isWanted }: KnownForm): void {
    const record = this.recordAt();
    if (record === null || offsets.length > MOST_WORDS) return;
    for (let i = 0; i < this.fields.length; i++) {
      const column = this.columns[i];
      if (!this.stage(i, isWanted[i], types[column], starts[column])) return;
    }
    for (let i = 0; i < offsets.length; i++) {
      this.words[2 * i] = offsets[i];
      this.words[2 * i + 1] = masks[i];
    }
    this.functions.learn(record, this.table.payloadLength, offsets.length, number);
  }

  /** Stages how a field of the form is read; false when it cannot be. */
  private stage(i: number, isWanted: boolean, type: number, start: number): boolean {
    const { kind } = this.fields[i];
    const put = (code: number, number: number) => {
      this.staged[3 * i] = code;
      this.staged[3 * i + 1] = start;
      this.staged[3 * i + 2] = number;
      return true;
    };
    if (!isWanted) return kind !== 'id' && put(KIND.constant, 0);
    if (kind === 'id') {
      if (type === NOT_STORED.rowid) return put(KIND.rowid, 0);
      return isInteger(type, TYPE.int48) && put(KIND.integer, type);
    }
    if (type === TYPE.null || type === NOT_STORED.absent) {
      return put(KIND.constant, kind === 'code' ? this.fields[i].memo.codeOf(null) : NULL_INT32);
    }
    if (kind === 'integer') return isInteger(type, TYPE.int32) && put(KIND.small, type);
    const byteLength = (type - TYPE.firstText) >> 1;
    if (!isText(type) || byteLength > LONGEST_TEXT_BYTES) return false;
    return put(kind === 'day' ? KIND.day : KIND.code, byteLength);
  }
}
