import { sharedBytes } from '../../../columns/sharedBytes.js';
import { KeyDictionary, type PlainDictionary } from './keyDictionary.js';

/** The codes of rows, in as many bytes each as the largest one needs. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** Room for the codes of so many values. */
function codesFor(valueCount: number, length: number): Codes {
  if (valueCount <= 256) return new Uint8Array(sharedBytes(length));
  if (valueCount <= 65_536) return new Uint16Array(sharedBytes(2 * length));
  return new Uint32Array(sharedBytes(4 * length));
}

/** A column as data that goes from thread to thread. */
export interface PlainKeyColumn {
  readonly dictionary: PlainDictionary;
  readonly codes: Codes;
  readonly count: number;
}

/** The largest code that there is room for. */
function largestIn({ BYTES_PER_ELEMENT }: Codes): number {
  return 2 ** (8 * BYTES_PER_ELEMENT) - 1;
}

/** The codes of one column for all rows, in memory that all threads see. */
export class KeyColumn {
  readonly dictionary: KeyDictionary;
  count = 0;
  codes: Codes;
  /** The largest code that there is room for. */
  #mostCode = 255;

  /** @param capacity how many rows are expected */
  constructor(capacity: number, dictionary: KeyDictionary = new KeyDictionary()) {
    this.dictionary = dictionary;
    this.codes = codesFor(0, Math.max(1024, capacity));
  }

  /** A column that another thread has filled, which fills it no more. */
  static of({ dictionary, codes, count }: PlainKeyColumn): KeyColumn {
    const column = new KeyColumn(0, KeyDictionary.of(dictionary));
    column.codes = codes;
    column.count = count;
    column.#mostCode = largestIn(codes);
    return column;
  }

  /** The column for another thread, without room to spare; for `of`. */
  plain(): PlainKeyColumn {
    const { count, dictionary } = this;
    const codes = codesFor(dictionary.count, count);
    codes.set(this.codes.subarray(0, count));
    return { dictionary: dictionary.plain(), codes, count };
  }

  /** Adds the value of the next row. */
  push(code: number): void {
    if (this.count === this.codes.length || code > this.#mostCode) this.#fit(1);
    this.codes[this.count++] = code;
  }

  /** Adds the values of the next rows. */
  append(codes: Uint32Array): void {
    this.#fit(codes.length);
    // Of one value all codes are 0, which they are already: memory that nobody writes to is none.
    if (this.dictionary.count > 1) this.codes.set(codes, this.count);
    this.count += codes.length;
  }

  /** Adds the values of another column, which the dictionary learns. */
  appendColumn({ dictionary, codes, count }: KeyColumn): void {
    const translated = this.dictionary.codesOf(dictionary);
    this.#fit(count);
    const { codes: own, count: start } = this;
    if (this.dictionary.count > 1) for (let row = 0; row < count; row++) own[start + row] = translated[codes[row]];
    this.count += count;
  }

  /** Makes room for more rows, whose codes may be any that the dictionary has given. */
  #fit(more: number): void {
    const valueCount = this.dictionary.count;
    const needed = this.count + more;
    const { length } = this.codes;
    if (needed <= length && valueCount - 1 <= this.#mostCode) return;
    const roomier = codesFor(valueCount, needed <= length ? length : Math.max(needed, 2 * length));
    roomier.set(this.codes.subarray(0, this.count));
    this.codes = roomier;
    this.#mostCode = largestIn(roomier);
  }
}
