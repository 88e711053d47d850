import { sharedBytes } from '../../../columns/sharedBytes.js';
import {
  bodyLength,
  compareBytes,
  decodeNumber,
  type EncodedValue,
  integerSerialType,
} from '../../format/encodedValue.js';
import { varintLength, writeInteger, writeVarint } from '../../format/varint.js';

/** The distinct values of all rows in one column may take this many bytes; a column with more is no one's dictionary. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The classes of values in the order in which indexes keep them. */
const CLASS = { null: 0, number: 1, text: 2, blob: 3 } as const;

function classOf(serialType: number): number {
  if (serialType === 0) return CLASS.null;
  if (serialType < 12) return CLASS.number;
  return (serialType & 1) === 1 ? CLASS.text : CLASS.blob;
}

function isInteger(serialType: number): boolean {
  return serialType >= 1 && serialType <= 9 && serialType !== 7;
}

function hashOf(serialType: number, source: Uint8Array, start: number, length: number): number {
  const end = start + length;
  let hash = serialType | 0;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word = source[i] | (source[i + 1] << 8) | (source[i + 2] << 16) | (source[i + 3] << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 16;
  }
  for (; i < end; i += 1) hash = Math.imul(hash, 0x01000193) ^ source[i];
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 12);
}

/** Sorts numbers of which most are in order already: as those of rows that are there, and behind them those of rows that come. */
function sortRuns(keys: Float64Array): void {
  let secondStart = 1;
  while (secondStart < keys.length && keys[secondStart - 1] <= keys[secondStart]) secondStart += 1;
  for (let i = secondStart + 1; i < keys.length; i += 1) {
    if (keys[i - 1] <= keys[i]) continue;
    keys.sort();
    return;
  }
  const first = keys.slice(0, secondStart);
  for (let i = 0, next = secondStart, at = 0; i < first.length; at += 1) {
    keys[at] = next < keys.length && keys[next] < first[i] ? keys[next++] : first[i++];
  }
}

/** The place of every value of a dictionary in the order of an index, by code. */
export interface Ranks {
  readonly ranks: Uint32Array;
  readonly rankCount: number;
}

/** The values of a dictionary as data that goes from thread to thread. */
export interface PlainDictionary {
  readonly count: number;
  readonly byteLength: number;
  readonly bytes: Uint8Array<ArrayBufferLike>;
  readonly starts: Uint32Array<ArrayBufferLike>;
  readonly typeLengths: Uint8Array<ArrayBufferLike>;
  readonly bodyLengths: Uint32Array<ArrayBufferLike>;
  readonly largestInteger: number;
  readonly isInOrder: boolean;
}

/** That a dictionary cannot hold a value; the message is the reason. */
export class UnfitKey extends Error {}

/**
 * The distinct values of a column that is indexed, by number, in the order in which they come.
 *
 * Values are told apart by their bytes in a record, so that the integer 5 and the float64 5.0 are two values, of one rank.
 * The bytes of value `i` are at `starts[i]` of `bytes`: its serial type as varint, `typeLengths[i]` bytes, and its body. They lie
 * in memory that all threads see.
 */
export class KeyDictionary {
  count = 0;
  bytes: Uint8Array<ArrayBufferLike> = new Uint8Array(sharedBytes(4096));
  starts: Uint32Array<ArrayBufferLike> = new Uint32Array(sharedBytes(64 * 4));
  typeLengths: Uint8Array<ArrayBufferLike> = new Uint8Array(sharedBytes(64));
  bodyLengths: Uint32Array<ArrayBufferLike> = new Uint32Array(sharedBytes(64 * 4));
  #used = 0;
  /** Codes + 1 by hash, in a table whose size is a power of 2; 0 is free. */
  #slots = new Int32Array(256);
  readonly #scratch = new Uint8Array(8);

  /**
   * The code of a value; a new value gets the next one.
   *
   * @param source where its body lies, from `start` on
   * @throws UnfitKey when the values are too many, or it is a whole number beyond 2^53
   */
  codeOf(serialType: number, source: Uint8Array, start: number): number {
    if (this.#hashedCount < this.count) this.#hashRest();
    const length = bodyLength(serialType);
    const hash = hashOf(serialType, source, start, length);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      if (this.#isValue(entry - 1, serialType, source, start, length)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    const code = this.#add(serialType, source, start, length);
    this.#slots[slot] = code + 1;
    this.#keepHash(code, hash);
    this.#hashedCount = this.count;
    if (this.count * 2 >= this.#slots.length) this.#grow();
    return code;
  }

  /** The code of a whole number. @param value a safe integer */
  codeOfInteger(value: number): number {
    const serialType = integerSerialType(value);
    const length = bodyLength(serialType);
    if (length > 0) writeInteger(this.#scratch, 0, value, length);
    return this.#codeOfWhole(value, serialType, this.#scratch, 0);
  }

  /** `codeOf` for values of which many are whole numbers in their order, or that of the one before. */
  codeOfNext(serialType: number, source: Uint8Array, start: number): number {
    if (!isInteger(serialType)) return this.codeOf(serialType, source, start);
    const value = decodeNumber(serialType, source, start);
    if (value === this.#lastInteger && serialType === this.#lastType) return this.#lastCode;
    this.#lastCode = this.#codeOfWhole(value, serialType, source, start);
    this.#lastInteger = value;
    this.#lastType = serialType;
    return this.#lastCode;
  }

  /** The codes of all values of another dictionary, by its codes. @throws UnfitKey as `codeOf` does */
  codesOf(other: KeyDictionary): Uint32Array {
    const codes = new Uint32Array(other.count);
    const isMerge = this.#isInOrder && other.#isInOrder;
    const { count } = this;
    let next = 0;
    for (let code = 0; code < codes.length; code += 1) {
      const serialType = other.#serialType(code);
      const start = other.starts[code] + other.typeLengths[code];
      if (!isMerge || serialType === 0) {
        codes[code] = this.codeOf(serialType, other.bytes, start);
        continue;
      }
      // Both ascend: what is not among the values that come next is new.
      const value = other.#numberOf(code);
      while (next < count && (this.#serialType(next) === 0 || this.#numberOf(next) < value)) next += 1;
      const isKnown = next < count && this.#serialType(next) === serialType && this.#numberOf(next) === value;
      codes[code] = isKnown ? next : this.#add(serialType, other.bytes, start, other.bodyLengths[code], value);
    }
    return codes;
  }

  /** The code of a value. */
  codeOfValue({ serialType, body }: EncodedValue): number {
    return this.codeOf(serialType, body, 0);
  }

  /** A dictionary that another thread has filled, which fills it no more. */
  static of(plain: PlainDictionary): KeyDictionary {
    const dictionary = new KeyDictionary();
    dictionary.count = plain.count;
    dictionary.#used = plain.byteLength;
    dictionary.bytes = plain.bytes;
    dictionary.starts = plain.starts;
    dictionary.typeLengths = plain.typeLengths;
    dictionary.bodyLengths = plain.bodyLengths;
    dictionary.#largestInteger = plain.largestInteger;
    dictionary.#isInOrder = plain.isInOrder;
    return dictionary;
  }

  /** The dictionary for another thread, with its room to spare; for `of`. */
  plain(): PlainDictionary {
    const { count, byteLength, bytes, starts, typeLengths, bodyLengths } = this;
    const order = { largestInteger: this.#largestInteger, isInOrder: this.#isInOrder };
    return { count, byteLength, bytes, starts, typeLengths, bodyLengths, ...order };
  }

  /** How many of `bytes` are used. */
  get byteLength(): number {
    return this.#used;
  }

  /** The values so far as plain data: views, which later values leave as they are. */
  values(): Pick<KeyDictionary, 'count' | 'byteLength' | 'bytes' | 'starts' | 'typeLengths' | 'bodyLengths'> {
    const { count, byteLength } = this;
    return {
      count,
      byteLength,
      bytes: this.bytes.subarray(0, byteLength),
      starts: this.starts.subarray(0, count),
      typeLengths: this.typeLengths.subarray(0, count),
      bodyLengths: this.bodyLengths.subarray(0, count),
    };
  }

  /** The place of every value in the order of an index with the collation BINARY; equal values have the same one. */
  ranks(): Ranks {
    if (this.#ranks?.ranks.length !== this.count) this.#ranks = this.#makeRanks();
    return this.#ranks;
  }

  #makeRanks(): Ranks {
    const { count } = this;
    const ranks = new Uint32Array(sharedBytes(count * 4));
    const isAscending = this.#isInOrder || this.#isAscending();
    const order = isAscending ? null : this.#order();
    let rank = 0;
    for (let i = 0; i < count; i += 1) {
      const code = order === null ? i : order[i];
      if (i > 0 && (order === null || this.#compare(order[i - 1], code) !== 0)) rank += 1;
      ranks[code] = rank;
    }
    return { ranks, rankCount: count === 0 ? 0 : rank + 1 };
  }

  /** By code, as far as values are in the table. */
  #hashes = new Int32Array(64);
  /** The values whose hashes are in the table; those behind are put there when a value is next looked for. */
  #hashedCount = 0;
  #largestInteger = Number.NEGATIVE_INFINITY;
  /** The whole number that was last asked for, as it was stored. */
  #lastInteger = Number.NaN;
  #lastType = 0;
  #lastCode = 0;
  /** Whether all values are whole numbers and each is above those before it; the first may be NULL. */
  #isInOrder = true;
  #ranks: Ranks | null = null;

  #codeOfWhole(value: number, serialType: number, source: Uint8Array, start: number): number {
    // Contacts come by id: what is beyond all before is a value of its own, and need not be looked for.
    if (value <= this.#largestInteger) return this.codeOf(serialType, source, start);
    return this.#add(serialType, source, start, bodyLength(serialType), value);
  }

  #hashRest(): void {
    for (let code = this.#hashedCount; code < this.count; code += 1) {
      const start = this.starts[code] + this.typeLengths[code];
      this.#keepHash(code, hashOf(this.#serialType(code), this.bytes, start, this.bodyLengths[code]));
    }
    const isRoomy = this.count * 2 < this.#slots.length;
    if (isRoomy) this.#insert(this.#slots, this.#hashedCount);
    else this.#grow();
    this.#hashedCount = this.count;
  }

  #keepHash(code: number, hash: number): void {
    if (code >= this.#hashes.length) {
      const larger = new Int32Array(2 * this.count);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[code] = hash;
  }

  #serialType(code: number): number {
    const { bytes } = this;
    const start = this.starts[code];
    let serialType = bytes[start] & 127;
    for (let i = 1; i < this.typeLengths[code]; i += 1) serialType = serialType * 128 + (bytes[start + i] & 127);
    return serialType;
  }

  #isValue(code: number, serialType: number, source: Uint8Array, start: number, length: number): boolean {
    if (this.#serialType(code) !== serialType) return false;
    const { bytes } = this;
    const at = this.starts[code] + this.typeLengths[code];
    for (let i = 0; i < length; i += 1) if (bytes[at + i] !== source[start + i]) return false;
    return true;
  }

  /** @param integer the value when it is known and a safe integer */
  #add(serialType: number, source: Uint8Array, start: number, length: number, integer?: number): number {
    if (isInteger(serialType)) {
      const value = integer ?? decodeNumber(serialType, source, start);
      if (!Number.isSafeInteger(value)) throw new UnfitKey('an index holds a whole number beyond 2^53');
      if (value > this.#largestInteger) this.#largestInteger = value;
      else this.#isInOrder = false;
    } else if (serialType !== 0 || this.count > 0) {
      this.#isInOrder = false;
    }
    const typeLength = varintLength(serialType);
    const end = this.#used + typeLength + length;
    if (end > MOST_BYTES) throw new UnfitKey('an index holds too many different values');
    if (end > this.bytes.length) {
      const larger = new Uint8Array(sharedBytes(Math.max(end, this.bytes.length * 2)));
      larger.set(this.bytes.subarray(0, this.#used));
      this.bytes = larger;
    }
    const code = this.count++;
    if (code === this.starts.length) this.#growColumns();
    this.starts[code] = this.#used;
    this.typeLengths[code] = typeLength;
    this.bodyLengths[code] = length;
    const at = writeVarint(this.bytes, this.#used, serialType);
    for (let i = 0; i < length; i += 1) this.bytes[at + i] = source[start + i];
    this.#used = end;
    return code;
  }

  #growColumns(): void {
    const size = this.count * 2;
    const grown = <Values extends Uint8Array | Uint32Array>(
      create: new (bytes: ArrayBufferLike) => Values,
      values: Values,
    ): Values => {
      const larger = new create(sharedBytes(size * values.BYTES_PER_ELEMENT));
      larger.set(values);
      return larger;
    };
    this.starts = grown(Uint32Array, this.starts);
    this.typeLengths = grown(Uint8Array, this.typeLengths);
    this.bodyLengths = grown(Uint32Array, this.bodyLengths);
  }

  #grow(): void {
    let size = this.#slots.length;
    while (size <= this.count * 2) size *= 4;
    this.#slots = new Int32Array(Math.max(size, 256));
    this.#insert(this.#slots, 0);
  }

  /** Puts the values from a code on into a table. */
  #insert(slots: Int32Array, firstCode: number): void {
    const mask = slots.length - 1;
    for (let code = firstCode; code < this.count; code += 1) {
      let slot = this.#hashes[code] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
  }

  #isAscending(): boolean {
    for (let code = 1; code < this.count; code += 1) if (this.#compare(code - 1, code) >= 0) return false;
    return true;
  }

  /** The codes in the order of their values. */
  #order(): ArrayLike<number> {
    const { count } = this;
    // Whole numbers that leave room for a code below 2^53 are sorted as one float64 each, without calls.
    const codeRange = 2 ** Math.ceil(Math.log2(count + 1));
    const keys = new Float64Array(count);
    for (let code = 0; code < count; code += 1) {
      const type = this.#serialType(code);
      const value = isInteger(type) ? this.#numberOf(code) : Number.NaN;
      if (!(Math.abs(value) < 2 ** 52 / codeRange)) {
        return Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => this.#compare(a, b) || a - b);
      }
      keys[code] = value * codeRange + code;
    }
    sortRuns(keys);
    for (let i = 0; i < count; i += 1) keys[i] -= Math.floor(keys[i] / codeRange) * codeRange;
    return keys;
  }

  #numberOf(code: number): number {
    return decodeNumber(this.#serialType(code), this.bytes, this.starts[code] + this.typeLengths[code]);
  }

  #compare(a: number, b: number): number {
    const classA = classOf(this.#serialType(a));
    const classB = classOf(this.#serialType(b));
    if (classA !== classB) return classA - classB;
    if (classA === CLASS.null) return 0;
    if (classA === CLASS.number) return this.#numberOf(a) - this.#numberOf(b);
    const { bytes, starts, typeLengths, bodyLengths } = this;
    const startA = starts[a] + typeLengths[a];
    const startB = starts[b] + typeLengths[b];
    return compareBytes(bytes, startA, bodyLengths[a], bytes, startB, bodyLengths[b]);
  }
}
