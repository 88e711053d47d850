import { stableOrder } from '../columns/stableOrder.js';
import type { Groups } from './groups.js';

/** The seats that candidates hold whose starts are yet to come. */
export interface HeldSeats {
  /** By day, how many of its seats are held. */
  readonly perDay: Int32Array;
  /** Gives back what candidates hold whose start is `day`; to be called for every day in turn. */
  release(day: number): void;
}

/**
 * Has all candidates hold seats (Rules 9, daily cap): in the order of the latest start and the earliest last day, each holds
 * the latest seat from its start to its last day that none holds yet, if there is one.
 *
 * What candidates with starts after a day hold does not depend on those before, which come later in this order: so all of it
 * is worked out once, and given back day by day.
 */
export function heldSeats({ count, start, last, size }: Groups, seats: Int32Array): HeldSeats {
  const dayCount = seats.length;
  const perDay = new Int32Array(dayCount);
  // By day plus 1: the same while the day has a seat left, else a step towards the latest one before it that has; 0 is none.
  const step = Uint32Array.from({ length: dayCount + 1 }, (_, at) => (at > 0 && seats[at - 1] === 0 ? at - 1 : at));
  const latestFree = (day: number): number => {
    let at = day + 1;
    while (step[at] !== at) {
      step[at] = step[step[at]];
      at = step[at];
    }
    return at - 1;
  };
  const byLast = stableOrder(last.subarray(0, count), dayCount).order;
  const { order, first } = stableOrder(start.subarray(0, count), dayCount, byLast);
  // Who holds where, in the order in which seats were taken; `takenBefore[day]` is where those with that start begin.
  const takenDay: number[] = [];
  const takenSeats: number[] = [];
  const takenBefore = new Uint32Array(dayCount + 1);
  for (let day = dayCount - 1; day >= 0; day--) {
    takenBefore[day] = takenDay.length;
    for (let i = first[day]; i < first[day + 1]; i++) {
      let wanted = size[order[i]];
      while (wanted > 0) {
        const free = latestFree(last[order[i]]);
        if (free < day) break;
        const taken = Math.min(wanted, seats[free] - perDay[free]);
        perDay[free] += taken;
        if (perDay[free] === seats[free]) step[free + 1] = free;
        takenDay.push(free);
        takenSeats.push(taken);
        wanted -= taken;
      }
    }
  }
  return {
    perDay,
    release(day) {
      while (takenDay.length > takenBefore[day]) perDay[Number(takenDay.pop())] -= Number(takenSeats.pop());
    },
  };
}
