import { KeyDictionary } from './pages/keyDictionary.js';
import { sharedBytes } from './pages/sharedBytes.js';

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
    if (code > 65535 && this.codes instanceof Uint16Array) {
      const wider = new Uint32Array(sharedBytes(4 * this.codes.length));
      wider.set(this.codes.subarray(0, this.count));
      this.codes = wider;
    }
    if (this.count === this.codes.length) {
      const { BYTES_PER_ELEMENT } = this.codes;
      const bytes = sharedBytes(this.count * 2 * BYTES_PER_ELEMENT);
      const longer = BYTES_PER_ELEMENT === 2 ? new Uint16Array(bytes) : new Uint32Array(bytes);
      longer.set(this.codes);
      this.codes = longer;
    }
    this.codes[this.count++] = code;
  }
}
