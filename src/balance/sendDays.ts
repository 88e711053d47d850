import type { Capacity } from '../rules/capacity.js';
import type { DaySeats } from './groups.js';

const LARGEST_INT32 = 2147483647;

/** What days take by their caps, history included (Rules 9, caps), by days from `firstDay` on. */
export interface SendDays {
  readonly firstDay: number;
  /** 1 for an open day. */
  readonly isOpen: Uint8Array;
  readonly cap: Int32Array;
  readonly threshold: Int32Array;
}

/** The caps of so many days from a first one on. */
export function sendDays(capacity: Capacity, firstDay: number, dayCount: number): SendDays {
  const days = {
    firstDay,
    isOpen: new Uint8Array(dayCount),
    cap: new Int32Array(dayCount),
    threshold: new Int32Array(dayCount),
  };
  for (let i = 0; i < dayCount; i++) {
    if (!capacity.openDays.isOpen(firstDay + i)) continue;
    days.isOpen[i] = 1;
    days.cap[i] = Math.min(LARGEST_INT32, capacity.capOn(firstDay + i));
    days.threshold[i] = Math.min(LARGEST_INT32, capacity.thresholdOn(firstDay + i));
  }
  return days;
}

/**
 * What days still take from a day on, beside the history that they have (Rules 9, seats).
 *
 * @param history emails of history by days from `today` on, as many days as there are
 */
export function daySeats(days: SendDays, today: number, history: Int32Array): DaySeats {
  const start = today - days.firstDay;
  const end = start + history.length;
  const cap = days.cap.subarray(start, end);
  return {
    isOpen: days.isOpen.subarray(start, end),
    seats: cap.map((most, i) => Math.max(0, most - history[i])),
    threshold: days.threshold.subarray(start, end),
    history,
  };
}
