/**
 * Candidates that the daily cap cannot tell apart, counted (Rules 9, daily cap): those of equal priority, start, last day and
 * booked day, in contact order. All columns have at least `count` elements; days count from the first day on.
 *
 * Several groups may be alike: they are then one in the order in which they stand, as when ranges of contacts hand in theirs
 * one after the other.
 */
export interface Groups {
  readonly count: number;
  readonly priority: Int32Array;
  readonly start: Int32Array;
  readonly last: Int32Array;
  /** -1 is none. */
  readonly booked: Int32Array;
  readonly size: Uint32Array;
}

/**
 * What days take (Rules 9, caps), by days from the first on; the last day of every group is among them. Closed days have seats
 * and a threshold of 0.
 */
export interface DaySeats {
  /** 1 for an open day. */
  readonly isOpen: Uint8Array;
  /** How many more emails a day takes. */
  readonly seats: Int32Array;
  readonly threshold: Int32Array;
  readonly history: Int32Array;
}

/** What becomes of emails that no distribution gives a seat: they are sent all the same, or skipped (Rules 9, daily cap). */
export type Excess = 'send' | 'skip';

/**
 * The days of every group: its candidates, in their order, are placed as `first[g] .. first[g + 1]` tell, so many on each day.
 */
export interface Placements {
  readonly first: Uint32Array;
  /** Days from the first on, ascending within a group. */
  readonly day: Int32Array;
  readonly size: Uint32Array;
  /** 1 where the candidates are skipped on that day for want of a seat; these are a group's last. */
  readonly isSkipped: Uint8Array;
}
