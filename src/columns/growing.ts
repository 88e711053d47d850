type ColumnArray = Float64Array | Int32Array | Uint32Array | Uint8Array;

interface ColumnType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike): ColumnArray;
}

/** A typed array that grows while rows come in. */
export class GrowingColumn<Values extends ColumnArray> {
  length = 0;
  #values: Values;
  readonly #create: new (
    length: number,
  ) => Values;

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

/**
 * Columns of one length that grow together: there is one check of the room a row, and none a value.
 *
 * ```
 * const columns = new GrowingColumns({ id: Float64Array, day: Int32Array });
 * const row = columns.addRow();
 * columns.at.day[row] = 12;
 * ```
 */
export class GrowingColumns<Types extends Record<string, ColumnType>> {
  /** How many rows there are. */
  count = 0;
  /** The columns with room to spare; others after the next `addRow`. */
  at: { [Name in keyof Types]: InstanceType<Types[Name]> };
  private capacity = 0;

  /** @param allocate gives the columns' memory, zeros; the thread's own when left out */
  constructor(
    private readonly types: Types,
    private readonly allocate: (byteLength: number) => ArrayBufferLike = (byteLength) => new ArrayBuffer(byteLength),
  ) {
    this.at = {} as { [Name in keyof Types]: InstanceType<Types[Name]> };
    this.grow(1024);
  }

  /** Makes room for so many rows; memory that is not used in the end costs nothing but addresses. */
  reserve(rowCount: number): void {
    if (rowCount > this.capacity) this.grow(Math.ceil(rowCount));
  }

  /** Adds a row of zeros and returns its place. */
  addRow(): number {
    if (this.count === this.capacity) this.grow(this.capacity * 2);
    return this.count++;
  }

  /** Adds so many rows of zeros and returns the place of the first. */
  addRows(rowCount: number): number {
    if (this.count + rowCount > this.capacity) this.grow(Math.max(this.capacity * 2, this.count + rowCount));
    this.count += rowCount;
    return this.count - rowCount;
  }

  /** The columns without room to spare: views that later rows may leave behind. */
  values(): { [Name in keyof Types]: InstanceType<Types[Name]> } {
    const values = { ...this.at };
    for (const name of Object.keys(this.types) as (keyof Types)[]) {
      values[name] = this.at[name].subarray(0, this.count) as InstanceType<Types[typeof name]>;
    }
    return values;
  }

  /** The columns for another thread: copies without room to spare, which would go there as well. */
  plain(): { [Name in keyof Types]: InstanceType<Types[Name]> } {
    const values = this.values();
    for (const name of Object.keys(this.types) as (keyof Types)[]) {
      values[name] = values[name].slice() as InstanceType<Types[typeof name]>;
    }
    return values;
  }

  private grow(capacity: number): void {
    const larger = {} as { [Name in keyof Types]: InstanceType<Types[Name]> };
    for (const name of Object.keys(this.types) as (keyof Types)[]) {
      const type = this.types[name];
      const values = new type(this.allocate(capacity * type.BYTES_PER_ELEMENT)) as InstanceType<Types[typeof name]>;
      if (this.count > 0) values.set(this.at[name]);
      larger[name] = values;
    }
    this.at = larger;
    this.capacity = capacity;
  }
}
