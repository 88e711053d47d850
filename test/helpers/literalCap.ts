import type { DaySeats, Excess, Groups } from '../../src/balance/groups.js';

/** What the daily cap uses of a candidate (Rules 9), and where it stands in the order of contacts. */
export interface LiteralCandidate {
  readonly group: number;
  readonly place: number;
  readonly priority: number;
  /** Days count from the first on; `b` is null for none. */
  readonly s: number;
  readonly e: number;
  readonly b: number | null;
  day: number | null;
  isSkipped: boolean;
}

/** The candidates of groups, one by one, those of alike groups in the order of the groups. */
export function candidatesOf(groups: Groups): LiteralCandidate[] {
  return Array.from({ length: groups.count }, (_, group) =>
    Array.from({ length: groups.size[group] }, (): LiteralCandidate => {
      const { priority, start, last, booked } = groups;
      const b = booked[group] < 0 ? null : booked[group];
      const days = { s: start[group], e: last[group], b, day: null, isSkipped: false };
      return { group, place: 0, priority: priority[group], ...days };
    }),
  )
    .flat()
    .map((candidate, place) => ({ ...candidate, place }));
}

/** How many open days there are among the days `[start, end]`. */
function openDays({ isOpen }: DaySeats, start: number, end: number): number {
  return isOpen.subarray(start, end + 1).reduce((sum, open) => sum + open, 0);
}

/** The seats, by day, that those with s > t hold: the latest s first, then e; each the latest seat from s to e. */
function holdSeats(candidates: readonly LiteralCandidate[], t: number, seats: Int32Array): number[] {
  const held = Array.from(seats, () => 0);
  const holders = candidates.filter(({ s }) => s > t).sort((x, y) => y.s - x.s || x.e - y.e);
  for (const { s, e } of holders) {
    for (let day = e; day >= s; day--) {
      if (held[day] >= seats[day]) continue;
      held[day]++;
      break;
    }
  }
  return held;
}

/** The order in which a day takes those that wait. */
function compareOnDay(x: LiteralCandidate, y: LiteralCandidate, t: number): number {
  const classOf = ({ b }: LiteralCandidate) => (b === t ? 0 : b === null || b < t ? 1 : 2);
  const none = Number.POSITIVE_INFINITY;
  if (x.priority !== y.priority) return x.priority - y.priority;
  if (classOf(x) !== classOf(y)) return classOf(x) - classOf(y);
  if (classOf(x) === 2 && x.b !== y.b) return Number(y.b) - Number(x.b);
  if (x.e !== y.e) return x.e - y.e;
  if (x.s !== y.s) return x.s - y.s;
  if (x.b !== y.b) return (x.b ?? none) - (y.b ?? none);
  return x.place - y.place;
}

/** The daily cap, sentence by sentence (Rules 9), candidate by candidate. */
export function literalCap(groups: Groups, days: DaySeats, excess: Excess): LiteralCandidate[] {
  const { seats, threshold, history, isOpen } = days;
  const candidates = candidatesOf(groups);
  const sumOf = (values: readonly number[] | Int32Array, start: number, end: number) =>
    Array.from(values.slice(start, end + 1)).reduce((sum, value) => sum + value, 0);
  for (let t = 0; candidates.some(({ day }) => day === null); t++) {
    if (isOpen[t] !== 1) continue;
    const waiting = candidates.filter(({ s, day }) => day === null && s <= t);
    const N = waiting.length;
    if (N + history[t] <= threshold[t]) {
      for (const candidate of waiting) candidate.day = t;
      continue;
    }
    const unplaced = candidates.filter(({ day }) => day === null);
    const held = holdSeats(unplaced, t, seats);
    const lastDays = [...new Set(waiting.map(({ e }) => e))];
    const need = (u: number) =>
      waiting.filter(({ e }) => e <= u).length - (sumOf(seats, t + 1, u) - sumOf(held, t + 1, u));
    const over = (u: number) => unplaced.filter(({ e }) => e <= u).length - sumOf(seats, t, u);
    const excesses = lastDays.map((u) => Math.min(need(u) - seats[t], Math.ceil(over(u) / openDays(days, t, u))));
    const excessOfDay = excess === 'skip' ? 0 : Math.max(0, ...excesses);
    const promised = Math.min(waiting.filter(({ b }) => b === t).length, threshold[t] - history[t]);
    const n = Math.min(N, Math.max(seats[t] + excessOfDay, promised));
    const must = (u: number) => Math.min(n, Math.max(0, need(u)));
    const taken: LiteralCandidate[] = [];
    for (const candidate of waiting.sort((x, y) => compareOnDay(x, y, t))) {
      const free = n - taken.length - 1;
      const isTooMany =
        free < 0 || lastDays.some((u) => u < candidate.e && free < must(u) - taken.filter(({ e }) => e <= u).length);
      if (!isTooMany) taken.push(candidate);
    }
    for (const candidate of taken) candidate.day = t;
    if (excess === 'send') continue;
    for (const candidate of waiting) {
      if (candidate.e !== t || candidate.day !== null) continue;
      candidate.day = t;
      candidate.isSkipped = true;
    }
  }
  return candidates;
}

/** The placements of groups, candidate by candidate, as `literalCap` gives them. */
export function placedOneByOne(
  groups: Groups,
  placed: {
    readonly first: Uint32Array;
    readonly day: Int32Array;
    readonly size: Uint32Array;
    readonly isSkipped: Uint8Array;
  },
): { readonly day: number; readonly isSkipped: boolean }[] {
  const { first, day, size, isSkipped } = placed;
  return Array.from({ length: groups.count }, (_, group) =>
    Array.from({ length: first[group + 1] - first[group] }, (_, i) => first[group] + i).flatMap((row) =>
      Array.from({ length: size[row] }, () => ({ day: day[row], isSkipped: isSkipped[row] === 1 })),
    ),
  ).flat();
}
