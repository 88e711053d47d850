import { KeyDictionary } from './pages/keyDictionary.js';
import { sharedBytes } from './pages/sharedBytes.js';

/** The largest code that takes two bytes. */
const MOST_NARROW = 65_535;

/** The codes of one column for all rows, in memory that all threads see, two bytes each until a code needs four. */
export class KeyColumn {
  readonly dictionary = new KeyDictionary();
  count = 0;
  codes: Uint16Array | Uint32Array;

  /** @param capacity how many rows are expected */
  constructor(capacity: number) {
    this.codes = new Uint16Array(sharedBytes(2 * Math.max(1024, capacity)));
  }

  /** Adds the value of the next row. */
  push(code: number): void {
    if (this.count === this.codes.length || (code > MOST_NARROW && this.codes.BYTES_PER_ELEMENT === 2)) this.#fit(1);
    this.codes[this.count++] = code;
  }

  /** Adds the values of the next rows. */
  append(codes: Uint32Array): void {
    this.#fit(codes.length);
    this.codes.set(codes, this.count);
    this.count += codes.length;
  }

  /** Makes room for more rows, whose codes may be any that the dictionary has given. */
  #fit(more: number): void {
    const isWide = this.codes.BYTES_PER_ELEMENT === 4 || this.dictionary.count > MOST_NARROW + 1;
    let length = this.codes.length;
    if (this.count + more > length) length = Math.max(this.count + more, 2 * length);
    else if (isWide === (this.codes.BYTES_PER_ELEMENT === 4)) return;
    const bytes = sharedBytes(length * (isWide ? 4 : 2));
    const roomier = isWide ? new Uint32Array(bytes) : new Uint16Array(bytes);
    roomier.set(this.codes.subarray(0, this.count));
    this.codes = roomier;
  }
}
