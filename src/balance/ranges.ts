import type { Plan } from '../plan/plan.js';
import type { RunRules } from '../plan/runRules.js';
import { type Balance, dayLoads, loadsOf, overloadedDays } from './balance.js';
import { balanceGroups } from './balanceGroups.js';
import { groupedDays } from './groupedDays.js';
import type { DaySeats, Excess, Groups, Placements } from './groups.js';
import { type GroupedCandidates, groupCandidates, placeCandidates } from './placeGroups.js';
import { daySeats, sendDays } from './sendDays.js';

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

/** Counts a planned range, and leaves its plan as it is. */
export function countRange(plan: Plan): RangeCounts {
  const { kernel, views, organization, history, run } = plan;
  const planned = views.smoothingHistogram.slice();
  // Smoothing counts the emails of history itself, and moves none where no day is crowded.
  kernel.setNumber('smoothingLimit', NEVER_CROWDED);
  kernel.smoothDays();
  kernel.setNumber('smoothingLimit', run.limits.smoothingLimit);
  const smoothed = views.smoothingHistogram.slice();
  views.smoothingHistogram.set(planned);
  return { contactRows: organization.contacts.rowCount, history, smoothed };
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

/**
 * `balanceRanges` by the history of all ranges.
 *
 * @param history as `sumCounts` has it
 */
export function balanceBook(
  history: Int32Array,
  ranges: readonly RangeGroups[],
  { config, today, capacity }: Pick<RunRules, 'config' | 'today' | 'capacity'>,
): Placements[] {
  const dayCount = ranges.reduce((most, { starting }) => Math.max(most, starting.length), history.length);
  const seats = daySeats(sendDays(capacity, today, dayCount), today, addDays(history, new Int32Array(dayCount)));
  return balanceRanges(ranges, seats, config.load_balancing.excess);
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

/**
 * What balancing the ranges of a book did, as `balanceDays` tells it of one plan.
 *
 * @param placements of each range; @param history of all ranges
 */
export function sumBalances(
  ranges: readonly RangeBalance[],
  placements: readonly Placements[],
  history: Int32Array,
  { today, capacity }: Pick<RunRules, 'today' | 'capacity'>,
): Balance {
  const dayCount = ranges.reduce((most, { capped }) => Math.max(most, capped.length), history.length);
  const capped = new Uint32Array(dayCount);
  const planned = new Uint32Array(dayCount);
  let lastDay = today - 1;
  for (const [i, range] of ranges.entries()) {
    for (let day = 0; day < range.capped.length; day++) capped[day] += range.capped[day];
    for (const load of range.balance.days) planned[load.day - today] += load.planned;
    for (const day of placements[i].day) lastDay = Math.max(lastDay, today + day);
  }
  const days = sendDays(capacity, today, dayCount);
  const ofHistory = addDays(history, new Int32Array(dayCount));
  return {
    movedBySmoothing: ranges.reduce((sum, { balance }) => sum + balance.movedBySmoothing, 0),
    movedByCap: ranges.reduce((sum, { balance }) => sum + balance.movedByCap, 0),
    days: loadsOf(planned, ofHistory, today),
    overloadedDays: overloadedDays(loadsOf(capped, ofHistory, today), days, lastDay),
    sendDays: days,
  };
}
