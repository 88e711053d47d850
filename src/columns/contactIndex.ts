/** Finds contacts by id: a table of all ids while they are dense, a binary search otherwise. */
export class ContactIndex {
  readonly #ids: Float64Array;
  readonly #dense: Int32Array | null = null;

  /** @param ids ascending */
  constructor(ids: Float64Array) {
    this.#ids = ids;
    const largest = ids.length === 0 ? 0 : ids[ids.length - 1];
    if (largest > ids.length * 4 + 1024) return;
    this.#dense = new Int32Array(largest + 1).fill(-1);
    for (let i = 0; i < ids.length; i++) this.#dense[ids[i]] = i;
  }

  /**
   * Puts the indexes of the first `count` ids into `into`, from `first` on.
   *
   * @param unknown what stands for a contact that cannot be planned
   */
  indexesOf(ids: ArrayLike<number>, count: number, unknown: number, into: Uint32Array, first: number): void {
    const dense = this.#dense;
    for (let i = 0; i < count; i++) {
      const id = ids[i];
      const index = dense === null ? this.indexOf(id) : id >= 0 && id < dense.length ? dense[id] : -1;
      into[first + i] = index < 0 ? unknown : index;
    }
  }

  /** The index of the contact with an id, -1 when there is none that can be planned. */
  indexOf(id: number): number {
    const dense = this.#dense;
    if (dense !== null) return id >= 0 && id < dense.length ? dense[id] : -1;
    let start = 0;
    let end = this.#ids.length;
    while (start < end) {
      const middle = (start + end) >>> 1;
      if (this.#ids[middle] < id) start = middle + 1;
      else end = middle;
    }
    return this.#ids[start] === id ? start : -1;
  }
}
