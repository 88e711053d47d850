import type { Plan } from '../plan/plan.js';
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
  plan.starting.set(views.dayCount);
  const { moved: movedByCap, lastDay } = applyDailyCap(plan, days, run.today, plan.history);
  // The load of an overloaded day is judged as the cap leaves it, before the last contact limits thin it out.
  const overloaded = overloadedDays(dayLoads(plan), days, lastDay);
  if (movedBySmoothing + movedByCap > 0) kernel.limitMovedContacts();
  return { movedBySmoothing, movedByCap, days: dayLoads(plan), overloadedDays: overloaded, sendDays: days };
}

/** Every day from today on that holds an email. */
export function dayLoads({ views, run, history }: Plan): DayLoad[] {
  return loadsOf(views.dayCount, history, run.today);
}

/** The days that hold an email. @param planned emails by days from today on, as `history` is */
export function loadsOf(planned: Uint32Array, history: Int32Array, today: number): DayLoad[] {
  const days: DayLoad[] = [];
  for (let offset = 0; offset < history.length; offset++) {
    if (planned[offset] + history[offset] === 0) continue;
    days.push({ day: today + offset, planned: planned[offset], history: history[offset] });
  }
  return days;
}

/** The open days over their threshold, among those up to the last one that holds or skips an email. */
export function overloadedDays(
  loads: readonly DayLoad[],
  { firstDay, isOpen, threshold }: SendDays,
  lastCappedDay: number,
): DayLoad[] {
  const lastDay = loads.reduce((last, { day, planned }) => (planned > 0 ? Math.max(last, day) : last), lastCappedDay);
  return loads.filter(({ day, planned, history }) => {
    const i = day - firstDay;
    return day <= lastDay && isOpen[i] === 1 && planned + history > threshold[i];
  });
}
