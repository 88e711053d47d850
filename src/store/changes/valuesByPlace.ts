import { AscendingPlaces } from '../../columns/ascendingPlaces.js';
import { GrowingColumns } from '../../columns/growing.js';

type ValueTypes = Record<string, typeof Float64Array | typeof Int32Array>;

/** Values of some rows as data that goes from thread to thread: their places, and a column each. */
export type PlainValues<Types extends ValueTypes> = { readonly places: Uint32Array } & ReturnType<
  GrowingColumns<Types>['values']
>;

/** Values of some rows, by their places. */
export class ValuesByPlace<Types extends ValueTypes> {
  readonly #places = new AscendingPlaces();
  readonly #columns: GrowingColumns<Types>;

  constructor(types: Types) {
    this.#columns = new GrowingColumns(types);
  }

  get count(): number {
    return this.#places.count;
  }

  /** The columns; others after the next `add`. */
  get columns(): GrowingColumns<Types>['at'] {
    return this.#columns.at;
  }

  /** Makes room for the values of a row behind all others, and returns where in the columns they go. */
  add(place: number): number {
    this.#places.push(place);
    return this.#columns.addRow();
  }

  /** The values for another thread, without room to spare. */
  plain(): PlainValues<Types> {
    return { places: this.#places.plain(), ...this.#columns.plain() };
  }

  /** Adds another thread's values. @param start how many rows there are before its first */
  append(start: number, values: PlainValues<Types>): void {
    const { places } = values;
    for (let i = 0; i < places.length; i++) {
      const at = this.add(start + places[i]);
      for (const name of Object.keys(this.columns)) this.columns[name][at] = values[name][i];
    }
  }

  /** Where in the columns the values of a row are, -1 for a row without. */
  indexOf(place: number): number {
    return this.#places.indexOf(place);
  }
}
