import { inOrder, stableOrder } from '../columns/stableOrder.js';
import type { DaySeats, Excess, Groups, Placements } from './groups.js';
import { type HeldSeats, heldSeats } from './heldSeats.js';
import { Needs } from './needs.js';
import { Takes } from './takes.js';

/**
 * Gives every candidate its day (Rules 9, daily cap): walks the open days over groups, and tells for each group how many of
 * its candidates go on which day.
 *
 * @param groups all pre-scheduled candidates; those of days that nobody can be moved from, or to, may be left out
 */
export function balanceGroups(groups: Groups, days: DaySeats, excess: Excess): Placements {
  return new Walk(groups, days, excess).run();
}

/** The groups in the order in which a day takes them but for their booked days: by priority, last day, start, booked day. */
function orderOfTaking({ count, priority, start, last, booked }: Groups, dayCount: number): Uint32Array {
  const ranks = [...new Set(priority.subarray(0, count))].sort((a, b) => a - b);
  const rankOf = new Map(ranks.map((value, rank) => [value, rank]));
  const rank = new Uint32Array(count);
  const noneLast = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    rank[i] = rankOf.get(priority[i]) ?? 0;
    noneLast[i] = booked[i] < 0 ? dayCount : booked[i];
  }
  const byBooked = stableOrder(noneLast, dayCount + 1).order;
  const byStart = stableOrder(start.subarray(0, count), dayCount, byBooked).order;
  const byLast = stableOrder(last.subarray(0, count), dayCount, byStart).order;
  return stableOrder(rank, ranks.length, byLast).order;
}

/** The walk of the days. Groups are known by their places in the order of taking. */
class Walk {
  private readonly order: Uint32Array;
  private readonly priority: Int32Array;
  private readonly start: Int32Array;
  private readonly last: Int32Array;
  private readonly booked: Int32Array;
  /** How many candidates of a group are not placed yet. */
  private readonly left: Uint32Array;
  private readonly takes: Takes;
  private readonly held: HeldSeats;
  private readonly needs: Needs;
  /** The groups that wait, ascending. */
  private waiting: Uint32Array;
  private waitingGroups = 0;
  /** How many candidates wait. */
  private waitingCount = 0;
  /** Whether any group has a booked day. */
  private readonly isAnyBooked: boolean;

  constructor(
    groups: Groups,
    private readonly days: DaySeats,
    private readonly excess: Excess,
  ) {
    const dayCount = days.seats.length;
    this.order = orderOfTaking(groups, dayCount);
    this.priority = inOrder(groups.priority, this.order);
    this.start = inOrder(groups.start, this.order);
    this.last = inOrder(groups.last, this.order);
    this.booked = inOrder(groups.booked, this.order);
    this.left = inOrder(groups.size, this.order);
    this.isAnyBooked = this.booked.some((day) => day >= 0);
    this.takes = new Takes(this.order);
    this.held = heldSeats(groups, days.seats);
    this.needs = new Needs(days, this.held.perDay, this.last, this.left);
    this.waiting = new Uint32Array(groups.count);
  }

  run(): Placements {
    const dayCount = this.days.seats.length;
    const { order, first } = stableOrder(this.start, dayCount);
    for (let day = 0; day < dayCount; day++) {
      this.held.release(day);
      if (first[day] < first[day + 1]) this.await(order.subarray(first[day], first[day + 1]));
      if (this.waitingCount > 0 && this.days.isOpen[day] === 1) this.fill(day);
    }
    return this.takes.placements();
  }

  /** Has groups wait whose start has come: puts them, ascending, between those that wait. */
  private await(starting: Uint32Array): void {
    const { waiting, left, last, needs } = this;
    let to = this.waitingGroups + starting.length;
    let from = this.waitingGroups;
    this.waitingGroups = to;
    for (let i = starting.length; i > 0; ) {
      const isLater = from > 0 && waiting[from - 1] > starting[i - 1];
      waiting[--to] = isLater ? waiting[--from] : starting[--i];
    }
    for (const group of starting) {
      this.waitingCount += left[group];
      needs.addWaiting(last[group], left[group]);
    }
  }

  /** Places those that go on a day (Rules 9, daily cap, 1 to 3). */
  private fill(day: number): void {
    const { seats, threshold, history } = this.days;
    if (this.waitingCount + history[day] <= threshold[day]) {
      for (let i = 0; i < this.waitingGroups; i++) this.take(this.waiting[i], day, this.left[this.waiting[i]]);
    } else {
      this.needs.lookAt(day);
      const excess = this.excess === 'skip' ? 0 : this.needs.excess();
      const promised = Math.min(this.countBooked(day), threshold[day] - history[day]);
      const room = Math.min(this.waitingCount, Math.max(seats[day] + excess, promised));
      this.needs.limitTo(room);
      this.takeInOrder(day, room);
      if (this.excess === 'skip') this.skipLast(day);
    }
    this.forgetPlaced();
  }

  private countBooked(day: number): number {
    const { waiting, booked, left } = this;
    let count = 0;
    if (!this.isAnyBooked) return count;
    for (let i = 0; i < this.waitingGroups; i++) if (booked[waiting[i]] === day) count += left[waiting[i]];
    return count;
  }

  private take(group: number, day: number, size: number): void {
    if (size === 0) return;
    this.left[group] -= size;
    this.waitingCount -= size;
    this.needs.remove(this.last[group], size);
    this.takes.add(group, day, size);
  }

  /**
   * Takes `room` candidates: of each priority first those that are booked for the day, then those that are not booked for a
   * later one, then the others, the latest booked first; passing over those that leave too little room for others.
   */
  private takeInOrder(day: number, room: number): void {
    const { waiting, waitingGroups, priority, booked } = this;
    let left = room;
    const takeFrom = (group: number) => {
      const size = this.needs.allow(this.last[group], Math.min(this.left[group], left));
      left -= size;
      this.take(group, day, size);
    };
    for (let start = 0, end = 0; start < waitingGroups && left > 0; start = end) {
      while (end < waitingGroups && priority[waiting[end]] === priority[waiting[start]]) end++;
      if (this.isAnyBooked) {
        for (let i = start; i < end && left > 0; i++) if (booked[waiting[i]] === day) takeFrom(waiting[i]);
      }
      for (let i = start; i < end && left > 0; i++) if (booked[waiting[i]] < day) takeFrom(waiting[i]);
      if (left === 0 || !this.isAnyBooked) continue;
      const later = waiting.slice(start, end).filter((group) => booked[group] > day);
      // Sorting is stable: those that are booked for one day stay in their order.
      for (const group of later.sort((a, b) => booked[b] - booked[a] || a - b)) {
        if (left > 0) takeFrom(group);
      }
    }
  }

  /** Skips those that could go on no day but this one. */
  private skipLast(day: number): void {
    for (let i = 0; i < this.waitingGroups; i++) {
      const group = this.waiting[i];
      if (this.last[group] !== day || this.left[group] === 0) continue;
      const size = this.left[group];
      this.left[group] = 0;
      this.waitingCount -= size;
      this.needs.remove(day, size);
      this.takes.skip(group, day, size);
    }
  }

  /** Closes the gaps that groups leave of whom nobody waits any more. */
  private forgetPlaced(): void {
    const { waiting, left } = this;
    let kept = 0;
    for (let i = 0; i < this.waitingGroups; i++) if (left[waiting[i]] > 0) waiting[kept++] = waiting[i];
    this.waitingGroups = kept;
  }
}
