import type { Plan } from '../plan/plan.js';
import { balanceGroups } from './balanceGroups.js';
import { groupedDays } from './groupedDays.js';
import type { Groups, Placements } from './groups.js';
import { daySeats, type SendDays } from './sendDays.js';

/** The numbers of a group in the kernel's memory, see assembly/groups.ts. */
const GROUP_NUMBERS = 5;

/** Candidates that were grouped together: those up to `end` that no batch before has. */
export interface Batch {
  readonly end: number;
  /** How many groups they are in. */
  readonly count: number;
}

/** Candidates in groups, as many at a time as there was room for groups. */
export interface GroupedCandidates {
  readonly batches: readonly Batch[];
  /** Of all batches, one after the other. */
  readonly groups: Groups;
}

/** What the daily cap did. */
export interface DailyCapMoves {
  /** How many emails got another day. */
  readonly moved: number;
  /** The last day that was looked at, also one that emails were skipped on; before today when there is none. */
  readonly lastDay: number;
}

/** What the daily cap needs of a plan. */
type Balanced = Pick<Plan, 'kernel' | 'views' | 'count' | 'run'>;

/**
 * Gives the emails of a plan their days within the caps, as far as there are seats, in place (Rules 9, daily cap). `dayCount`
 * has how many each day starts with, and afterwards how many it holds.
 *
 * @param history emails of history by days from `today` on
 */
export function applyDailyCap(plan: Balanced, days: SendDays, today: number, history: Int32Array): DailyCapMoves {
  const { views, run } = plan;
  const seats = daySeats(days, today, history);
  const isGrouped = groupedDays(views.dayCount, seats);
  if (isGrouped === null) return { moved: 0, lastDay: today - 1 };
  views.isGroupedDay.set(isGrouped);
  const grouped = groupCandidates(plan);
  const placements = balanceGroups(grouped.groups, seats, run.config.load_balancing.excess);
  const moved = placeCandidates(plan, grouped, placements, isGrouped);
  return { moved, lastDay: today + placements.day.reduce((last, day) => Math.max(last, day), -1) };
}

/**
 * Gives grouped candidates the days of their groups, in place, and counts the emails of these days.
 *
 * @param isGrouped 1 for the days whose candidates were grouped
 * @returns how many got another day
 */
export function placeCandidates(
  plan: Balanced,
  { batches, groups }: GroupedCandidates,
  placements: Placements,
  isGrouped: Uint8Array,
): number {
  let first = 0;
  let firstGroup = 0;
  for (const { end, count } of batches) {
    setPlacements(plan, placements, firstGroup, count);
    plan.kernel.placeCandidates(first, end);
    first = end;
    firstGroup += count;
  }
  countPlaced(plan.views.dayCount, isGrouped, placements);
  return countMoved(groups, placements);
}

/** How many candidates have another day than the one that their group starts on. */
function countMoved({ count, start }: Groups, { first, day, size }: Placements): number {
  let moved = 0;
  for (let group = 0; group < count; group++) {
    for (let i = first[group]; i < first[group + 1]; i++) if (day[i] !== start[group]) moved += size[i];
  }
  return moved;
}

/** Counts the emails of grouped days as they were placed. */
function countPlaced(dayCount: Uint32Array, isGrouped: Uint8Array, { day, size, isSkipped }: Placements): void {
  for (let i = 0; i < dayCount.length; i++) if (isGrouped[i] === 1) dayCount[i] = 0;
  for (let i = 0; i < day.length; i++) if (isSkipped[i] === 0) dayCount[day[i]] += size[i];
}

/** Groups all candidates of the marked days, as many at a time as there is room for groups; they have no day until they are placed. */
export function groupCandidates({ kernel, views, count }: Balanced): GroupedCandidates {
  const batches: Batch[] = [];
  const pieces: Int32Array[] = [];
  for (let first = 0; first < count; ) {
    const end = kernel.groupCandidates(first);
    const groupCount = kernel.countGroups();
    batches.push({ end, count: groupCount });
    pieces.push(views.groups.slice(0, groupCount * GROUP_NUMBERS));
    first = end;
  }
  return { batches, groups: groupsOf(pieces) };
}

function groupsOf(pieces: readonly Int32Array[]): Groups {
  const count = pieces.reduce((sum, piece) => sum + piece.length, 0) / GROUP_NUMBERS;
  const columns = Array.from({ length: GROUP_NUMBERS }, () => new Int32Array(count));
  let group = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += GROUP_NUMBERS) {
      for (let column = 0; column < GROUP_NUMBERS; column++) columns[column][group] = piece[at + column];
      group++;
    }
  }
  const [priority, start, last, booked, size] = columns;
  return { count, priority, start, last, booked, size: new Uint32Array(size.buffer) };
}

/** Hands the placements of a batch's groups to the kernel. */
function setPlacements({ views }: Balanced, placements: Placements, firstGroup: number, count: number): void {
  const { first, day, size, isSkipped } = placements;
  const start = first[firstGroup];
  const end = first[firstGroup + count];
  for (let group = 0; group < count; group++) views.groupCursor[group] = first[firstGroup + group] - start;
  for (let i = start; i < end; i++) views.placementDay[i - start] = day[i] * 2 + isSkipped[i];
  views.placementSize.set(size.subarray(start, end));
}
