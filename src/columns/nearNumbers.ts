import { AscendingPlaces } from './ascendingPlaces.js';
import { GrowingColumns } from './growing.js';

/** Stands for a number that is kept elsewhere. */
const FAR = 0xffff;

/** Whole numbers that are mostly less than 65,535 above a base, in two bytes each; the others take twelve bytes more. */
export class NearNumbers {
  length = 0;
  #values: Uint16Array;
  readonly #base: number;
  readonly #farPlaces = new AscendingPlaces();
  readonly #farNumbers = new GrowingColumns({ number: Float64Array });

  /** @param capacity how many are expected; those that do not come cost nothing but addresses */
  constructor(capacity: number, base: number) {
    this.#values = new Uint16Array(Math.max(1024, capacity));
    this.#base = base;
  }

  /** Adds the first `count` numbers of a column. */
  append(numbers: Int32Array, count: number): void {
    const start = this.length;
    this.length += count;
    if (this.length > this.#values.length) this.#grow();
    const values = this.#values;
    const base = this.#base;
    for (let i = 0; i < count; i++) {
      const value = numbers[i] - base;
      if (value >= 0 && value < FAR) values[start + i] = value;
      else this.#addFar(start + i, numbers[i]);
    }
  }

  /** Puts the numbers at some places into a column. */
  fill(places: Uint32Array, into: Int32Array): void {
    const values = this.#values;
    const base = this.#base;
    for (let i = 0; i < places.length; i++) {
      const value = values[places[i]];
      into[i] = value === FAR ? this.#farAt(places[i]) : value + base;
    }
  }

  #addFar(place: number, number: number): void {
    this.#values[place] = FAR;
    this.#farPlaces.push(place);
    this.#farNumbers.at.number[this.#farNumbers.addRow()] = number;
  }

  #farAt(place: number): number {
    return this.#farNumbers.at.number[this.#farPlaces.indexOf(place)];
  }

  #grow(): void {
    const larger = new Uint16Array(2 * this.length);
    larger.set(this.#values);
    this.#values = larger;
  }
}
