type ColumnArray = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** A typed array that grows while rows come in. */
export class GrowingColumn<Values extends ColumnArray> {
  length = 0;
  #values: Values;
  readonly #create: new (length: number) => Values;

  constructor(create: new (length: number) => Values) {
    this.#create = create;
    this.#values = new create(1024);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new this.#create(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  /** The values so far, a view that later pushes may leave behind. */
  values(): Values {
    return this.#values.subarray(0, this.length) as Values;
  }
}
