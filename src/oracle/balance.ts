import { yearOf } from '../calendar/day.js';
import { TYPE_CODES } from '../rules/emailTypes.js';
import { mix } from '../rules/mix.js';
import type { Candidate, Organization, OverloadedDay } from './model.js';
import { firstDifference, groupBy } from './order.js';
import { isExcludedFor, isPastDeadline } from './startDay.js';

/**
 * Spreads the policy anniversary emails of crowded days over the days around them (Rules 9, smoothing).
 *
 * @returns how many emails moved
 */
export function applySmoothing(organization: Organization, candidates: readonly Candidate[]): number {
  const { smoothingLimit, smoothingWindowDays } = organization.limits;
  const crowd = candidates.filter(
    (candidate) =>
      candidate.status === 'pre-scheduled' && candidate.kind === 'effective_date' && candidate.step === 'ideal',
  );
  const history = organization.schedules.filter(
    (row) => row.statusClass === 'history' && row.type === 'effective_date' && row.plannedDay !== null,
  );
  const historyByDay = groupBy(history, (row) => row.plannedDay);

  let moved = 0;
  for (const [day, ofDay] of groupBy(crowd, (candidate) => candidate.startDay)) {
    const count = ofDay.length + (historyByDay.get(day)?.length ?? 0);
    if (count <= smoothingLimit) continue;
    for (const candidate of ofDay) {
      const scrambled = mix(candidate.contact.id, TYPE_CODES.effective_date, yearOf(candidate.eventDay));
      const newDay = day + (scrambled % smoothingWindowDays) - Math.floor(smoothingWindowDays / 2);
      if (newDay < organization.today || isPastDeadline(candidate, newDay) || isExcludedFor(candidate, newDay))
        continue;
      if (newDay !== candidate.sendDay) moved++;
      candidate.sendDay = newDay;
    }
  }
  return moved;
}

/** Moves the emails that are too many for a day to the next one, day by day (Rules 9, daily cap). */
export function applyDailyCap(
  organization: Organization,
  candidates: readonly Candidate[],
): { overloadedDays: OverloadedDay[]; moved: number } {
  const { cap, threshold } = organization.limits;
  const planned = candidates.filter((candidate) => candidate.status === 'pre-scheduled');
  const byDay = groupBy(planned, (candidate) => candidate.sendDay);
  const history = organization.schedules.filter((row) => row.statusClass === 'history' && row.sentDay !== null);
  const historyByDay = groupBy(history, (row) => row.sentDay);

  const overloadedDays: OverloadedDay[] = [];
  const moved = new Set<Candidate>();
  let lastDay = Math.max(...byDay.keys());
  for (let day = organization.today; day <= lastDay; day++) {
    const ofDay = byDay.get(day) ?? [];
    const historyCount = historyByDay.get(day)?.length ?? 0;
    if (ofDay.length + historyCount <= threshold) continue;

    const inOrder = [...ofDay].sort((a, b) => compareForCap(a, b, day));
    const immovable = inOrder.filter((candidate) => !isMovable(candidate, day)).length;
    const keep = Math.max(immovable, cap - historyCount);
    const rest = inOrder.slice(keep);
    for (const candidate of rest) {
      candidate.sendDay = day + 1;
      moved.add(candidate);
    }
    // Taken from all of them again, so that what is equal stays in the order of the configuration.
    const onNextDay = planned.filter((candidate) => candidate.sendDay === day + 1);
    if (onNextDay.length > 0) {
      byDay.set(day + 1, onNextDay);
      lastDay = Math.max(lastDay, day + 1);
    }

    const load = inOrder.length - rest.length + historyCount;
    if (load > threshold) overloadedDays.push({ day, load });
  }
  return { overloadedDays, moved: moved.size };
}

/** Tells whether an email may go out a day later (Rules 9, movable). */
function isMovable(candidate: Candidate, day: number): boolean {
  return !isPastDeadline(candidate, day + 1) && !isExcludedFor(candidate, day + 1);
}

/** The order in which a day keeps its emails: immovable first, then the important (Rules 9, daily cap). */
function compareForCap(a: Candidate, b: Candidate, day: number): number {
  return firstDifference(
    Number(isMovable(a, day)) - Number(isMovable(b, day)),
    a.priority - b.priority,
    a.contact.id - b.contact.id,
    a.typeCode - b.typeCode,
    a.eventDay - b.eventDay,
  );
}
