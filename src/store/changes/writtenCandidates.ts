import { ROW_ACTION, type ScheduleDiff } from './diffSchedules.js';

/** The candidate of every so many places is kept; those between are found from there. */
const PLACES_PER_MARK = 256;
/** All are kept where no more of them are written than one of so many: those between two marks would be far apart. */
const CANDIDATES_PER_PLACE = 8;

/** The candidates whose rows a diff writes, by their place among them; where most are written, without a list of all. */
export class WrittenCandidates {
  readonly #action: Uint8Array;
  readonly #placesPerMark: number;
  readonly #marks: Uint32Array;
  /** The place that was last asked for, and its candidate. */
  #place = 0;
  #candidate = 0;

  constructor({ action, inserted, replaced }: Pick<ScheduleDiff, 'action' | 'inserted' | 'replaced'>) {
    const count = inserted + replaced;
    this.#action = action;
    this.#placesPerMark = count * CANDIDATES_PER_PLACE <= action.length ? 1 : PLACES_PER_MARK;
    this.#marks = new Uint32Array(Math.ceil(count / this.#placesPerMark));
    let place = 0;
    for (let candidate = 0; candidate < action.length; candidate++) {
      if (action[candidate] < ROW_ACTION.insert) continue;
      if (place % this.#placesPerMark === 0) this.#marks[place / this.#placesPerMark] = candidate;
      place++;
    }
    if (place > 0) this.#candidate = this.#marks[0];
  }

  /** The candidate at a place, of which there are as many as rows are inserted and replaced. */
  at(place: number): number {
    const candidate = this.#find(place, this.#place, this.#candidate);
    this.#place = place;
    this.#candidate = candidate;
    return candidate;
  }

  /** The candidates at some places, in any order; ascending ones are found fastest. */
  fill(places: Uint32Array, candidates: Uint32Array): void {
    let place = this.#place;
    let candidate = this.#candidate;
    for (let i = 0; i < places.length; i++) {
      candidate = this.#find(places[i], place, candidate);
      place = places[i];
      candidates[i] = candidate;
    }
    this.#place = place;
    this.#candidate = candidate;
  }

  /** @param knownPlace a place whose candidate is known */
  #find(place: number, knownPlace: number, knownCandidate: number): number {
    const action = this.#action;
    const placesPerMark = this.#placesPerMark;
    let at = knownPlace;
    let candidate = knownCandidate;
    if (place < at || place - at >= placesPerMark) {
      const mark = Math.floor(place / placesPerMark);
      at = mark * placesPerMark;
      candidate = this.#marks[mark];
    }
    while (at < place) {
      candidate++;
      if (action[candidate] >= ROW_ACTION.insert) at++;
    }
    return candidate;
  }
}
