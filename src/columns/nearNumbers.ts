import { AscendingPlaces } from './ascendingPlaces.js';
import { GrowingColumns } from './growing.js';

/** Stands for a number that is kept elsewhere. */
const FAR = 0xffff;

/** Near numbers as data that goes from thread to thread. */
export interface PlainNumbers {
  readonly values: Uint16Array;
  readonly farPlaces: Uint32Array;
  readonly farNumbers: Float64Array;
}

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

  /** The numbers for another thread, without room to spare. */
  plain(): PlainNumbers {
    return {
      values: this.#values.slice(0, this.length),
      farPlaces: this.#farPlaces.plain(),
      farNumbers: this.#farNumbers.plain().number,
    };
  }

  /** Adds the numbers of another thread, of the same base. */
  appendPlain({ values, farPlaces, farNumbers }: PlainNumbers): void {
    const start = this.#addPlaces(values.length);
    this.#values.set(values, start);
    for (let i = 0; i < farPlaces.length; i++) this.#addFar(start + farPlaces[i], farNumbers[i]);
  }

  /** Adds what numbers of another thread, of the same base, mean here. */
  appendMeaning({ values, farPlaces, farNumbers }: PlainNumbers, meaning: (number: number) => number): void {
    const start = this.#addPlaces(values.length);
    const base = this.#base;
    let nextFar = 0;
    for (let i = 0; i < values.length; i++) {
      const isFar = farPlaces[nextFar] === i;
      const number = meaning(isFar ? farNumbers[nextFar++] : values[i] + base);
      if (number - base >= 0 && number - base < FAR) this.#values[start + i] = number - base;
      else this.#addFar(start + i, number);
    }
  }

  /** Adds the first `count` numbers of a column. */
  append(numbers: Int32Array, count: number): void {
    const start = this.#addPlaces(count);
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

  /** Makes room for numbers behind all others. @returns where it begins */
  #addPlaces(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.#values.length) this.#grow();
    return start;
  }

  #addFar(place: number, number: number): void {
    this.#values[place] = FAR;
    this.#farPlaces.push(place);
    const row = this.#farNumbers.addRow();
    this.#farNumbers.at.number[row] = number;
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
