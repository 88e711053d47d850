import type { Plan } from '../plan/plan.js';
import { REASON } from '../plan/reasons.js';

/** A day and how many emails it holds. */
export interface DayLoad {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** The emails planned for the day. */
  readonly planned: number;
  /** The history rows of that sent day. */
  readonly history: number;
}

/** What balancing did. */
export interface Balance {
  readonly movedBySmoothing: number;
  readonly movedByCap: number;
  /** Every day from today on that holds an email, ascending. */
  readonly days: readonly DayLoad[];
  /** The days that stay over the threshold, because what they hold cannot move. */
  readonly overloadedDays: readonly DayLoad[];
}

/**
 * Balances the days of a plan, in place (Rules 9): smoothing, then the daily cap, then the contact limits once more for the
 * contacts whose emails moved.
 */
export function balanceDays(plan: Plan): Balance {
  const { kernel } = plan;
  const movedBySmoothing = kernel.smoothDays();
  const movedByCap = kernel.capDays();
  // The load of an overloaded day is judged as the cap leaves it, before the last contact limits thin it out.
  const capped = countDays(plan);
  const lastPlanned = capped.findLastIndex((load) => load.planned > 0);
  const { threshold } = plan.run.limits;
  const overloadedDays = capped.slice(0, lastPlanned + 1).filter((load) => load.planned + load.history > threshold);
  if (movedBySmoothing + movedByCap === 0) return { movedBySmoothing, movedByCap, days: capped, overloadedDays };
  kernel.limitMovedContacts();
  return { movedBySmoothing, movedByCap, days: countDays(plan), overloadedDays };
}

/** Counts the scheduled candidates and history rows of every day from today on that holds any. */
function countDays({ kernel, views, count, run }: Plan): DayLoad[] {
  const { historyPerDay } = views;
  let planned = views.dayCount;
  if (kernel.countDays() > 0) {
    // The cap has moved some further than the kernel counts.
    let last = 0;
    for (let i = 0; i < count; i++) last = Math.max(last, views.candidateSend[i] - run.today);
    planned = new Uint32Array(last + 1);
    for (let i = 0; i < count; i++) {
      if (views.candidateReason[i] === REASON.scheduled) planned[views.candidateSend[i] - run.today]++;
    }
  }
  const days: DayLoad[] = [];
  for (let offset = 0; offset < planned.length; offset++) {
    const history = historyPerDay[offset] ?? 0;
    if (planned[offset] + history > 0) days.push({ day: run.today + offset, planned: planned[offset], history });
  }
  return days;
}
