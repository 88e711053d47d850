import type { Plan } from '../plan/plan.js';
import { balanceGroups } from './balanceGroups.js';
import { groupedDays } from './groupedDays.js';
import type { Groups, Placements } from './groups.js';
import { daySeats, type SendDays } from './sendDays.js';

/** The numbers of a group in the kernel's memory, see assembly/groups.ts. */
const GROUP_NUMBERS = 5;

/** Candidates that were grouped together: those up to `end` that no batch before has. */
interface Batch {
  readonly end: number;
  /** How many groups they are in. */
  readonly count: number;
}

/** What the daily cap needs of a plan. */
type Balanced = Pick<Plan, 'kernel' | 'views' | 'count' | 'run'>;

/**
 * Gives the emails of a plan their days within the caps, as far as there are seats, in place (Rules 9, daily cap).
 *
 * @param history emails of history by days from `today` on
 * @returns how many emails get another day
 */
export function applyDailyCap(plan: Balanced, days: SendDays, today: number, history: Int32Array): number {
  const { kernel, views, run } = plan;
  const seats = daySeats(days, today, history);
  kernel.countDays();
  const isGrouped = groupedDays(views.dayCount, seats);
  if (isGrouped === null) return 0;
  views.isGroupedDay.set(isGrouped);
  const { batches, groups } = groupCandidates(plan);
  const placements = balanceGroups(groups, seats, run.config.load_balancing.excess);
  let moved = 0;
  let first = 0;
  let firstGroup = 0;
  for (const { end, count } of batches) {
    setPlacements(plan, placements, firstGroup, count);
    moved += kernel.placeCandidates(first, end);
    first = end;
    firstGroup += count;
  }
  return moved;
}

/** Groups all candidates of the marked days, as many at a time as there is room for groups. */
function groupCandidates({ kernel, views, count }: Balanced): { batches: Batch[]; groups: Groups } {
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
