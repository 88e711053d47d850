import type { Plan } from '../plan/plan.js';
import { type Balance, dayLoads, overloadedDays } from './balance.js';
import { balanceGroups } from './balanceGroups.js';
import { groupedDays } from './groupedDays.js';
import type { DaySeats, Excess, Groups, Placements } from './groups.js';
import { type GroupedCandidates, groupCandidates, placeCandidates } from './placeGroups.js';
import { sendDays } from './sendDays.js';

/*
 * A book whose contacts are planned in ranges, one after the other or at different places, and balanced as one (Rules 9): what is
 * global are counts. Ranges hand in their counts, get back those of all and hand in their groups, and get back the days of these.
 * Ranges count days from the same day on; they may know of different numbers of days.
 */

/** What a range hands in first, by days from the run's day on. */
export interface RangeCounts {
  /** The rows of its contacts table, the rejected ones included. */
  readonly contactRows: number;
  /** Emails of history, of every contact, known or not. */
  readonly history: Int32Array;
  /** Policy anniversary emails by the days that smoothing judges, those of history included. */
  readonly smoothed: Int32Array;
}

/** What a range hands in when it knows the counts of all. */
export interface RangeGroups {
  /** How many emails each day has when smoothing is done. */
  readonly starting: Uint32Array;
  /** All of its scheduled candidates, in contact order. */
  readonly groups: Groups;
}

/** What a balanced range tells. */
export interface RangeBalance {
  readonly balance: Balance;
  /** How many emails each day holds as the daily cap leaves it, before the last contact limits. */
  readonly capped: Uint32Array;
}

const NEVER_CROWDED = 2147483647;

/** Adds counts by days, as long as the longer of the two. */
export function addDays(a: Int32Array, b: Int32Array): Int32Array {
  const sum = new Int32Array(Math.max(a.length, b.length));
  sum.set(a);
  for (let i = 0; i < b.length; i++) sum[i] += b[i];
  return sum;
}

/** Counts a planned range; its plan has served then. */
export function countRange(plan: Plan): RangeCounts {
  const { kernel, views, organization, history } = plan;
  // Smoothing counts the emails of history itself, and moves none where no day is crowded.
  kernel.setNumber('smoothingLimit', NEVER_CROWDED);
  kernel.smoothDays();
  return { contactRows: organization.contacts.rowCount, history, smoothed: views.smoothingHistogram.slice() };
}

/** The counts of ranges together. */
export function sumCounts(ranges: readonly RangeCounts[]): RangeCounts {
  return ranges.reduce((sum, range) => ({
    contactRows: sum.contactRows + range.contactRows,
    history: addDays(sum.history, range.history),
    smoothed: addDays(sum.smoothed, range.smoothed),
  }));
}

/** A planned range whose days are smoothed and whose candidates are in groups. */
export interface GroupedRange extends RangeGroups {
  readonly plan: Plan;
  readonly movedBySmoothing: number;
  readonly grouped: GroupedCandidates;
}

/**
 * Smooths the days of a planned range and groups its candidates, in place.
 *
 * @param own what the range counted; @param all what all ranges counted
 */
export function groupRange(plan: Plan, own: RangeCounts, all: RangeCounts): GroupedRange {
  const { kernel, views } = plan;
  // Its own emails of history are counted by smoothing.
  const { smoothingHistogram } = views;
  for (let i = 0; i < smoothingHistogram.length; i++) smoothingHistogram[i] += all.smoothed[i] - own.smoothed[i];
  const movedBySmoothing = kernel.smoothDays();
  plan.starting.set(views.dayCount);
  views.isGroupedDay.fill(1);
  const grouped = groupCandidates(plan);
  return { plan, movedBySmoothing, grouped, groups: grouped.groups, starting: views.dayCount.slice() };
}

/** Gives the groups of all ranges, in the order of their contacts, their days (Rules 9, daily cap). @returns those of each range */
export function balanceRanges(ranges: readonly RangeGroups[], seats: DaySeats, excess: Excess): Placements[] {
  const starting = new Uint32Array(seats.seats.length);
  for (const range of ranges) for (let i = 0; i < range.starting.length; i++) starting[i] += range.starting[i];
  const isGrouped = groupedDays(starting, seats) ?? new Uint8Array(starting.length);
  const taken = ranges.map(({ groups }) => {
    const places: number[] = [];
    for (let i = 0; i < groups.count; i++) if (isGrouped[groups.start[i]] === 1) places.push(i);
    return places;
  });
  const placements = balanceGroups(takenGroups(ranges, taken), seats, excess);
  let firstGroup = 0;
  return ranges.map(({ groups }, range) => {
    const own = placementsOf(groups, taken[range], placements, firstGroup);
    firstGroup += taken[range].length;
    return own;
  });
}

/** The groups at some places of each range, one range after the other. */
function takenGroups(ranges: readonly RangeGroups[], taken: readonly (readonly number[])[]): Groups {
  const count = taken.reduce((sum, places) => sum + places.length, 0);
  const columns = (['priority', 'start', 'last', 'booked', 'size'] as const).map((name) => {
    const values = new Int32Array(count);
    let i = 0;
    ranges.forEach(({ groups }, range) => {
      for (const place of taken[range]) values[i++] = groups[name][place];
    });
    return values;
  });
  const [priority, start, last, booked, size] = columns;
  return { count, priority, start, last, booked, size: new Uint32Array(size.buffer) };
}

/** The placements of all groups of a range: of those that were walked over what they got, of the others the day that they start on. */
function placementsOf(groups: Groups, taken: readonly number[], all: Placements, firstGroup: number): Placements {
  const first = new Uint32Array(groups.count + 1);
  const day: number[] = [];
  const size: number[] = [];
  const isSkipped: number[] = [];
  let next = 0;
  for (let group = 0; group < groups.count; group++) {
    first[group] = day.length;
    if (taken[next] !== group) {
      day.push(groups.start[group]);
      size.push(groups.size[group]);
      isSkipped.push(0);
      continue;
    }
    const walked = firstGroup + next++;
    for (let i = all.first[walked]; i < all.first[walked + 1]; i++) {
      day.push(all.day[i]);
      size.push(all.size[i]);
      isSkipped.push(all.isSkipped[i]);
    }
  }
  first[groups.count] = day.length;
  return {
    first,
    day: Int32Array.from(day),
    size: Uint32Array.from(size),
    isSkipped: Uint8Array.from(isSkipped),
  };
}

/** Gives the candidates of a range the days of their groups and applies the contact limits once more, in place (Rules 9). */
export function placeRange({ plan, movedBySmoothing, grouped }: GroupedRange, placements: Placements): RangeBalance {
  const { kernel, views, run } = plan;
  const days = sendDays(run.capacity, run.today, views.dayCount.length);
  const movedByCap = placeCandidates(plan, grouped, placements, views.isGroupedDay.slice());
  const capped = views.dayCount.slice();
  const overloaded = overloadedDays(dayLoads(plan), days, run.today + views.dayCount.length);
  if (movedBySmoothing + movedByCap > 0) kernel.limitMovedContacts();
  return {
    balance: { movedBySmoothing, movedByCap, days: dayLoads(plan), overloadedDays: overloaded, sendDays: days },
    capped,
  };
}
