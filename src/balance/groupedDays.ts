import type { DaySeats } from './groups.js';

/**
 * Marks the days whose candidates the daily cap has to look at (Rules 9, daily cap): those that may be overloaded or that
 * somebody may be moved to, and those whose own candidates hold the seats that are left for them. Of all others everybody goes on
 * the day that he starts on.
 *
 * How many may wait for a day follows from the counts of the days before: a day keeps what it has seats for. Whether those that
 * wait find seats is settled on the day up to which so many are left by the candidates of the days in between: no day after it
 * can change what has to go before.
 *
 * @param dayCount scheduled candidates by the day that they start on
 * @returns 1 for each such day; null when there is none
 */
export function groupedDays(dayCount: Uint32Array, { seats, threshold, history, isOpen }: DaySeats): Uint8Array | null {
  const isGrouped = new Uint8Array(dayCount.length);
  let isAny = false;
  // How many may wait before the day; and how many of those that waited on days before find no seat on the days since, when all
  // who start on these have seats first.
  let waiting = 0;
  let seatless = 0;
  for (let day = 0; day < dayCount.length; day++) {
    const total = waiting + dayCount[day];
    const isOver = total > 0 && (isOpen[day] === 0 || total + history[day] > threshold[day]);
    if (isOver || waiting > 0 || seatless > 0) {
      isGrouped[day] = 1;
      isAny = true;
    }
    if (seatless > 0) seatless = Math.max(0, seatless + dayCount[day] - seats[day]);
    waiting = isOver ? total - Math.min(total, seats[day]) : 0;
    if (isOver) seatless = Math.max(seatless, total);
  }
  return isAny ? isGrouped : null;
}
