import type { DaySeats } from './groups.js';

/**
 * How many of those that wait have to go today, by last day (Rules 9, daily cap, 2): `need`, `over`, the day's excess, and how
 * many may be taken of those that could wait longer.
 *
 * Only last days matter before which somebody has to go today, and of these only those before which more have to than before
 * any earlier one: who is taken leaves room for the others then. They are the *tight* days; `slack` is how many with later
 * last days may still be taken.
 */
export class Needs {
  /** By last day: how many wait, and how many are not placed yet, waiting or not. */
  private readonly waiting: Int32Array;
  private readonly unplaced: Int32Array;
  /** No waiting candidate has a later last day. */
  private latest = 0;
  private day = 0;
  /** The last days of waiting candidates of which some have to go today, ascending, and how many. */
  private readonly neededUntil: number[] = [];
  private readonly needed: number[] = [];
  private readonly tightUntil: number[] = [];
  private readonly slack: number[] = [];

  /**
   * @param held by day, how many seats are held by candidates whose start is after the day at hand
   * @param last the last days of all groups
   * @param size how many candidates each has
   */
  constructor(
    private readonly days: DaySeats,
    private readonly held: Int32Array,
    last: Int32Array,
    size: Uint32Array,
  ) {
    this.waiting = new Int32Array(days.seats.length);
    this.unplaced = new Int32Array(days.seats.length);
    for (let group = 0; group < last.length; group++) this.unplaced[last[group]] += size[group];
  }

  /** Has candidates wait. */
  addWaiting(last: number, size: number): void {
    this.waiting[last] += size;
    this.latest = Math.max(this.latest, last);
  }

  /** Notes that candidates wait no more. */
  remove(last: number, size: number): void {
    this.waiting[last] -= size;
    this.unplaced[last] -= size;
  }

  /** Turns to a day: works out `need` of all last days of those that wait. */
  lookAt(day: number): void {
    this.day = day;
    const { waiting, held, neededUntil, needed } = this;
    const { seats } = this.days;
    neededUntil.length = 0;
    needed.length = 0;
    let need = 0;
    for (let last = day; last <= this.latest; last++) {
      need += waiting[last];
      if (last > day) need -= seats[last] - held[last];
      if (waiting[last] === 0 || need <= 0) continue;
      neededUntil.push(last);
      needed.push(need);
    }
  }

  /** How many must go today beyond its seats, spread over the days up to where they are too many. */
  excess(): number {
    const { neededUntil, needed, day, unplaced } = this;
    const { seats, isOpen } = this.days;
    let excess = 0;
    let over = 0;
    let openDays = 0;
    let at = day;
    for (let i = 0; i < needed.length; i++) {
      for (; at <= neededUntil[i]; at++) {
        over += unplaced[at] - seats[at];
        openDays += isOpen[at];
      }
      excess = Math.max(excess, Math.min(needed[i] - seats[day], Math.ceil(over / openDays)));
    }
    return excess;
  }

  /** Works out what may be taken when so many are taken in all. */
  limitTo(room: number): void {
    const { neededUntil, needed, tightUntil, slack } = this;
    tightUntil.length = 0;
    slack.length = 0;
    let least = room;
    for (let i = 0; i < needed.length; i++) {
      const left = room - Math.min(room, needed[i]);
      if (left >= least) continue;
      least = left;
      tightUntil.push(neededUntil[i]);
      slack.push(left);
    }
  }

  /** Takes up to `wanted` candidates of a last day, as many as leave room for those that have to go; returns how many. */
  allow(last: number, wanted: number): number {
    const { tightUntil, slack } = this;
    let end = 0;
    let allowed = wanted;
    while (end < tightUntil.length && tightUntil[end] < last) allowed = Math.min(allowed, slack[end++]);
    if (allowed > 0) for (let i = 0; i < end; i++) slack[i] -= allowed;
    return allowed;
  }
}
