import { yearOf } from '../calendar/day.js';
import { lastDayOf } from '../rules/lastDay.js';
import { SKIP_REASONS } from '../rules/reasons.js';
import { smoothingObstacle, smoothingShift } from '../rules/smoothing.js';
import { type CrowdedDay, type OverloadedDay, placeEmails } from './dailyCap.js';
import type { Candidate, PlainOrganization } from './model.js';
import { groupBy } from './order.js';
import { isExcludedFor } from './startDay.js';

/**
 * Spreads the policy anniversary emails of crowded days over the days around them (Rules 9, smoothing).
 *
 * @returns how many emails moved
 */
export function applySmoothing(organization: PlainOrganization, candidates: readonly Candidate[]): number {
  const { limits } = organization;
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
    if (count <= limits.smoothingLimit) continue;
    for (const candidate of ofDay) {
      const year = yearOf(candidate.eventDay);
      const newDay = day + smoothingShift(candidate.contact.id, year, limits.smoothingWindowDays).offsetDays;
      if (smoothingObstacle(newDay, daysFor(organization, candidate)) !== null) continue;
      if (newDay !== candidate.sendDay) moved++;
      candidate.sendDay = newDay;
    }
  }
  return moved;
}

/** What is known of the days for an email. */
function daysFor({ today, capacity }: PlainOrganization, candidate: Candidate) {
  return {
    today,
    deadline: candidate.deadline,
    isOpen: (day: number) => capacity.openDays.isOpen(day),
    isExcluded: (day: number) => isExcludedFor(candidate, day),
  };
}

/** Gives every email a day within the caps, as far as there are seats (Rules 9, daily cap). */
export function placeOnDays(
  organization: PlainOrganization,
  candidates: readonly Candidate[],
): { overloadedDays: OverloadedDay[]; crowdedDays: CrowdedDay[]; moved: number } {
  const { today, capacity, config } = organization;
  const planned = candidates.filter((candidate) => candidate.status === 'pre-scheduled');
  for (const candidate of planned) {
    candidate.balancedFrom = candidate.sendDay;
    candidate.lastDay = lastDayOf({ ...daysFor(organization, candidate), startDay: candidate.sendDay });
  }
  const history = organization.schedules.filter((row) => row.statusClass === 'history' && row.sentDay !== null);
  const historyByDay = groupBy(history, (row) => row.sentDay);
  const { placements, overloadedDays, crowdedDays } = placeEmails(
    planned.map((candidate) => ({
      candidate,
      startDay: candidate.sendDay,
      lastDay: Number(candidate.lastDay),
      bookedDay: candidate.bookedDay,
      priority: candidate.priority,
      contactId: candidate.contact.id,
      typeCode: candidate.typeCode,
      eventDay: candidate.eventDay,
    })),
    {
      today,
      isOpen: (day) => capacity.openDays.isOpen(day),
      capOn: (day) => capacity.capOn(day),
      thresholdOn: (day) => capacity.thresholdOn(day),
      historyOn: (day) => historyByDay.get(day)?.length ?? 0,
    },
    config.load_balancing.excess,
  );

  for (const { email, day, isSkipped } of placements) {
    email.candidate.sendDay = day;
    if (!isSkipped) continue;
    email.candidate.status = 'skipped';
    email.candidate.skipReason = SKIP_REASONS.dailyCap;
  }
  const moved = planned.filter(({ sendDay, balancedFrom }) => sendDay !== balancedFrom).length;
  return { overloadedDays, crowdedDays, moved };
}
