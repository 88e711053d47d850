import type { Plan } from '../plan/plan.js';
import { REASON } from '../plan/reasons.js';
import { applyDailyCap } from './placeGroups.js';
import { type SendDays, sendDays } from './sendDays.js';

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
  /** The days that end over their threshold. */
  readonly overloadedDays: readonly DayLoad[];
  /** What days take by their caps, from today on. */
  readonly sendDays: SendDays;
}

/**
 * Balances the days of a plan, in place (Rules 9): smoothing, then the daily cap, then the contact limits once more for the
 * contacts whose emails moved.
 */
export function balanceDays(plan: Plan): Balance {
  const { kernel, views, run } = plan;
  const days = sendDays(run.capacity, run.today, views.dayCount.length);
  const movedBySmoothing = kernel.smoothDays();
  const movedByCap = applyDailyCap(plan, days, run.today, plan.history);
  plan.starting.set(views.dayCount);
  // The load of an overloaded day is judged as the cap leaves it, before the last contact limits thin it out.
  const capped = countDays(plan);
  const overloadedDays = overloaded(capped, days, lastPlacedDay(plan));
  if (movedBySmoothing + movedByCap > 0) kernel.limitMovedContacts();
  const loads = movedBySmoothing + movedByCap > 0 ? countDays(plan) : capped;
  return { movedBySmoothing, movedByCap, days: loads, overloadedDays, sendDays: days };
}

/** Counts the scheduled candidates and history rows of every day from today on that holds any. */
function countDays({ kernel, views, run, history }: Plan): DayLoad[] {
  kernel.countDays();
  const days: DayLoad[] = [];
  for (let offset = 0; offset < history.length; offset++) {
    const planned = views.dayCount[offset];
    if (planned + history[offset] > 0) days.push({ day: run.today + offset, planned, history: history[offset] });
  }
  return days;
}

/** The last day that the daily cap gave anybody, also those that it skipped; before today when there is nobody. */
function lastPlacedDay({ views, count, run }: Plan): number {
  const { candidateReason, candidateSend } = views;
  let last = run.today - 1;
  for (let i = 0; i < count; i++) {
    if (candidateReason[i] !== REASON.scheduled && candidateReason[i] !== REASON.dailyCap) continue;
    if (candidateSend[i] > last) last = candidateSend[i];
  }
  return last;
}

/** The open days over their threshold among the days up to a last one. */
function overloaded(loads: readonly DayLoad[], { firstDay, isOpen, threshold }: SendDays, lastDay: number): DayLoad[] {
  return loads.filter(({ day, planned, history }) => {
    const i = day - firstDay;
    return day <= lastDay && isOpen[i] === 1 && planned + history > threshold[i];
  });
}
