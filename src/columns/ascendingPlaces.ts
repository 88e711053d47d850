/** So many places are gone through one by one before a search. */
const NEAR = 8;

/** Places that ascend, and which of them is the last up to another. Asked in ascending order it answers fastest. */
export class AscendingPlaces {
  count = 0;
  #values: Uint32Array;
  /** The one that was found last. */
  #last = 0;

  /** @param capacity how many are expected; those that do not come cost nothing but addresses */
  constructor(capacity = 0) {
    this.#values = new Uint32Array(Math.max(256, capacity));
  }

  /** Adds a place behind all others. */
  push(place: number): void {
    if (this.count === this.#values.length) {
      const larger = new Uint32Array(2 * this.count);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.count++] = place;
  }

  /** All places for another thread, without room to spare. */
  plain(): Uint32Array {
    return this.#values.slice(0, this.count);
  }

  /** The place that was added as the i-th, counted from 0. */
  at(i: number): number {
    return this.#values[i];
  }

  /** Which of them is the last that does not lie behind a place, -1 when all do. */
  lastUpTo(place: number): number {
    const values = this.#values;
    const { count } = this;
    if (count === 0 || values[0] > place) return -1;
    let start = values[this.#last] <= place ? this.#last : 0;
    let end = Math.min(count, start + NEAR);
    if (end < count && values[end] <= place) end = count;
    while (end - start > 1) {
      const middle = (start + end) >>> 1;
      if (values[middle] <= place) start = middle;
      else end = middle;
    }
    this.#last = start;
    return start;
  }

  /** Which of them a place is, -1 for none. */
  indexOf(place: number): number {
    const i = this.lastUpTo(place);
    return i >= 0 && this.#values[i] === place ? i : -1;
  }
}
