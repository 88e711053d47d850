import { KeyDictionary } from './pages/keyDictionary.js';

/** The codes of one column for all rows, two bytes each until a code needs four. */
export class KeyColumn {
  readonly dictionary = new KeyDictionary();
  count = 0;
  codes: Uint16Array | Uint32Array;

  /** @param capacity how many rows are expected */
  constructor(capacity: number) {
    this.codes = new Uint16Array(Math.max(1024, capacity));
  }

  /** Adds the value of the next row. */
  push(code: number): void {
    if (code > 65535 && this.codes instanceof Uint16Array) {
      const wider = new Uint32Array(this.codes.length);
      wider.set(this.codes.subarray(0, this.count));
      this.codes = wider;
    }
    if (this.count === this.codes.length) {
      const longer =
        this.codes instanceof Uint16Array ? new Uint16Array(this.count * 2) : new Uint32Array(this.count * 2);
      longer.set(this.codes);
      this.codes = longer;
    }
    this.codes[this.count++] = code;
  }
}
