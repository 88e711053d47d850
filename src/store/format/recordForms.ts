import { UNKNOWN_FORM } from '../../columns/rowCursor.js';
import { bodyLength } from './encodedValue.js';

/** Past this many forms no more are kept: rows are of few forms, or of so many that keeping them would not pay. */
const MOST_FORMS = 1 << 16;

const WORD_BYTES = 4;
/** What a check of a word is made of. */
const CHECK_NUMBERS = 3;

/** How many forms are tried of those that followed the form before, before a form is looked up. */
const FOLLOWERS = 4;
const LONGEST_HEADER_BYTES = 127;

/** A span of a record's bytes, counted from the record's start. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** A header, and where in the records that have it the fixed bytes are. */
interface Shape {
  readonly hash: number;
  readonly types: Int32Array;
  /** Where the values are, counted from the record's start. */
  readonly starts: Int32Array;
  readonly headerBytes: Uint8Array;
  readonly payloadLength: number;
  /** The words that hold the fixed bytes: their offsets from the record's start, and masks of the bytes that count. */
  readonly offsets: Int32Array;
  readonly masks: Int32Array;
}

/**
 * The forms of a table's records, by their bytes: records are of one form when their headers are the same, and so are the
 * values of some columns that are called fixed. What was once read of a record holds for all of its form.
 *
 * Bytes are compared as words of 4, which may overlap. A form is looked for first where the form before was last followed by
 * it, because tables repeat their forms in the same order for every contact; then by a hash of the header and one of the
 * fixed bytes, in open-addressed tables that hold number + 1, 0 for a free slot.
 *
 * ```
 * record   | header length, serial types | id | email type | day | day | time status reason ... |
 * words    [....][....][....][...........]    [....][....][ ]            [....][....][....] ...
 * ```
 */
export class RecordForms {
  private view: DataView = new DataView(new ArrayBuffer(0));

  private readonly shapes: Shape[] = [];
  private shapeSlots = new Int32Array(256);

  private count = 0;
  private formSlots = new Int32Array(1024);
  private hashes = new Int32Array(512);
  private shapeOf = new Int32Array(512);
  private payloadLengths = new Float64Array(512);
  /** The forms that followed each form last, the latest first. */
  private followers = new Int32Array(512 * FOLLOWERS);
  /** The words of form i are in `checks[checkStarts[i] .. checkStarts[i + 1]]`, three numbers each: offset, mask and value. */
  private checkStarts = new Int32Array(513);
  private checks = new Int32Array(49152);
  private last = 0;

  /** @param fixedColumns the columns whose values are the same in all records of a form */
  constructor(private readonly fixedColumns: readonly number[]) {}

  /** The serial types of the columns in the records of a form, as `add` was given them. */
  typesOf(form: number): Int32Array {
    return this.shapes[this.shapeOf[form]].types;
  }

  /** Where in the records of a form the values are, counted from the record's start. */
  startsOf(form: number): Int32Array {
    return this.shapes[this.shapeOf[form]].starts;
  }

  /** The words whose values are the same in all records of a form: their offsets from the record's start, and masks of the bytes that count. */
  wordsOf(form: number): { readonly offsets: Int32Array; readonly masks: Int32Array } {
    return this.shapes[this.shapeOf[form]];
  }

  /** The form of a record that lies in `view` whole; `UNKNOWN_FORM` for one that `add` was not called for. */
  find(view: DataView, start: number, payloadLength: number): number {
    this.view = view;
    const { followers } = this;
    const firstGuess = this.last * FOLLOWERS;
    for (let i = firstGuess; i < firstGuess + FOLLOWERS; i++) {
      const guess = followers[i];
      if (guess < this.count && this.isOfForm(guess, start, payloadLength)) {
        this.last = guess;
        return guess;
      }
    }
    const shape = this.findShape(start, payloadLength);
    if (shape < 0) return UNKNOWN_FORM;
    const hash = this.hashFixed(this.shapes[shape], shape, start);
    const mask = this.formSlots.length - 1;
    for (let slot = hash & mask; this.formSlots[slot] !== 0; slot = (slot + 1) & mask) {
      const form = this.formSlots[slot] - 1;
      if (this.hashes[form] === hash && this.isOfForm(form, start, payloadLength)) return this.follow(form);
    }
    return UNKNOWN_FORM;
  }

  /**
   * Adds the form of the record that `find` was last called for, and did not find, and returns it: forms count from 0.
   * `UNKNOWN_FORM` when it is not to be kept.
   *
   * @param types the serial types of the columns up to the last that is wanted; below 0 for what is not in the record
   * @param starts where in the bytes the values are
   */
  add(start: number, payloadLength: number, types: Int32Array, starts: Int32Array): number {
    if (this.count === MOST_FORMS || !this.hasPlainHeader(start, payloadLength)) return UNKNOWN_FORM;
    let shape = this.findShape(start, payloadLength);
    if (shape < 0) shape = this.addShape(start, payloadLength, types, starts);
    const found = this.shapes[shape];
    const form = this.count++;
    this.reserve(found);
    this.shapeOf[form] = shape;
    this.payloadLengths[form] = payloadLength;
    this.hashes[form] = this.hashFixed(found, shape, start);
    let check = this.checkStarts[form];
    for (let i = 0; i < found.offsets.length; i++, check += CHECK_NUMBERS) {
      this.checks[check] = found.offsets[i];
      this.checks[check + 1] = found.masks[i];
      this.checks[check + 2] = this.view.getInt32(start + found.offsets[i], true) & found.masks[i];
    }
    this.checkStarts[form + 1] = check;
    this.insert(form);
    return this.follow(form);
  }

  private isOfForm(form: number, start: number, payloadLength: number): boolean {
    if (this.payloadLengths[form] !== payloadLength) return false;
    const { view, checks } = this;
    const end = this.checkStarts[form + 1];
    for (let i = this.checkStarts[form]; i < end; i += CHECK_NUMBERS) {
      if ((view.getInt32(start + checks[i], true) & checks[i + 1]) !== checks[i + 2]) return false;
    }
    return true;
  }

  private follow(form: number): number {
    const { followers } = this;
    const first = this.last * FOLLOWERS;
    followers.copyWithin(first + 1, first, first + FOLLOWERS - 1);
    followers[first] = form;
    this.last = form;
    return form;
  }

  /** Whether a header is as long as its first byte says, of at least one word, and within the record. */
  private hasPlainHeader(start: number, payloadLength: number): boolean {
    const length = this.view.getUint8(start);
    return length >= WORD_BYTES && length <= LONGEST_HEADER_BYTES && length <= payloadLength;
  }

  private hashHeader(start: number): number {
    const { view } = this;
    const length = view.getUint8(start);
    let hash = 0;
    for (let i = 0; i < length; i += WORD_BYTES) {
      hash = Math.imul(hash ^ view.getInt32(start + Math.min(i, length - WORD_BYTES), true), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private hashFixed({ offsets, masks }: Shape, shape: number, start: number): number {
    const { view } = this;
    let hash = shape;
    for (let i = 0; i < offsets.length; i++) {
      hash = Math.imul(hash ^ (view.getInt32(start + offsets[i], true) & masks[i]), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  /** The number of the shape of a record, -1 when no record had it. */
  private findShape(start: number, payloadLength: number): number {
    if (!this.hasPlainHeader(start, payloadLength)) return -1;
    const mask = this.shapeSlots.length - 1;
    let slot = this.hashHeader(start) & mask;
    for (; this.shapeSlots[slot] !== 0; slot = (slot + 1) & mask) {
      const number = this.shapeSlots[slot] - 1;
      const shape = this.shapes[number];
      if (shape.payloadLength === payloadLength && this.hasHeader(shape, start)) return number;
    }
    return -1;
  }

  private hasHeader({ headerBytes }: Shape, start: number): boolean {
    for (let i = 0; i < headerBytes.length; i++) if (this.view.getUint8(start + i) !== headerBytes[i]) return false;
    return true;
  }

  private addShape(start: number, payloadLength: number, types: Int32Array, starts: Int32Array): number {
    const { view } = this;
    const headerBytes = new Uint8Array(view.buffer, view.byteOffset + start, view.getUint8(start)).slice();
    const ownStarts = starts.map((at) => at - start);
    const spans = [{ start: 0, end: headerBytes.length }, ...valueSpans(this.fixedColumns, types, ownStarts)];
    const hash = this.hashHeader(start);
    const shape = { hash, types: types.slice(), starts: ownStarts, headerBytes, payloadLength, ...wordsOf(spans) };
    const number = this.shapes.push(shape) - 1;
    if (this.shapes.length * 2 > this.shapeSlots.length) {
      this.shapeSlots = new Int32Array(this.shapeSlots.length * 2);
      for (let i = 0; i < number; i++) putSlot(this.shapeSlots, this.shapes[i].hash, i);
    }
    putSlot(this.shapeSlots, hash, number);
    return number;
  }

  private insert(form: number): void {
    if (this.count * 2 > this.formSlots.length) {
      this.formSlots = new Int32Array(this.formSlots.length * 2);
      for (let i = 0; i < form; i++) putSlot(this.formSlots, this.hashes[i], i);
    }
    putSlot(this.formSlots, this.hashes[form], form);
  }

  /** Makes room for the form that comes. */
  private reserve({ offsets }: Shape): void {
    if (this.count > this.hashes.length) {
      const length = this.hashes.length * 2;
      this.hashes = grown(this.hashes, length);
      this.shapeOf = grown(this.shapeOf, length);
      this.followers = grown(this.followers, length * FOLLOWERS);
      this.checkStarts = grown(this.checkStarts, length + 1);
      const payloadLengths = new Float64Array(length);
      payloadLengths.set(this.payloadLengths);
      this.payloadLengths = payloadLengths;
    }
    const end = this.checkStarts[this.count - 1] + offsets.length * CHECK_NUMBERS;
    if (end > this.checks.length) this.checks = grown(this.checks, Math.max(end, this.checks.length * 2));
  }
}

/** Puts a number into an open-addressed table that has a free slot. */
function putSlot(slots: Int32Array, hash: number, number: number): void {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = number + 1;
}

/** Where the values of columns are, those that take bytes, joined where they touch. */
function valueSpans(columns: readonly number[], types: Int32Array, starts: Int32Array): Span[] {
  const spans: { start: number; end: number }[] = [];
  for (const column of columns.toSorted((a, b) => a - b)) {
    if (column >= types.length || types[column] < 0) continue;
    const start = starts[column];
    const end = start + bodyLength(types[column]);
    const last = spans.at(-1);
    if (last?.end === start) last.end = end;
    else if (start < end) spans.push({ start, end });
  }
  return spans;
}

/**
 * The words that hold the bytes of spans. The last word of a span reaches back over what is there already, or over what is
 * in front of the span and masked out; none reaches beyond the span.
 *
 * @param spans ascending; the first is at least one word long
 */
function wordsOf(spans: readonly Span[]): Pick<Shape, 'offsets' | 'masks'> {
  const offsets: number[] = [];
  const masks: number[] = [];
  for (const { start, end } of spans) {
    for (let at = start; at < end; at += WORD_BYTES) {
      offsets.push(Math.min(at, end - WORD_BYTES));
      // Little-endian: the bytes in front of the span are the low ones.
      masks.push(end - start < WORD_BYTES ? -1 << (8 * (WORD_BYTES - (end - start))) : -1);
    }
  }
  return { offsets: Int32Array.from(offsets), masks: Int32Array.from(masks) };
}

function grown(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
