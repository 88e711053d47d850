import { yearOf } from '../calendar/day.js';
import { BALANCE_HORIZON_DAYS } from '../rules/constants.js';
import { TYPE_CODES } from '../rules/emailTypes.js';
import { mix } from '../rules/mix.js';
import { SKIP_REASONS } from '../rules/reasons.js';
import { type OverloadedDay, placeEmails } from './dailyCap.js';
import type { Candidate, Organization } from './model.js';
import { groupBy } from './order.js';
import { isExcludedFor, isPastDeadline } from './startDay.js';

/**
 * Spreads the policy anniversary emails of crowded days over the days around them (Rules 9, smoothing).
 *
 * @returns how many emails moved
 */
export function applySmoothing(organization: Organization, candidates: readonly Candidate[]): number {
  const { limits, today, capacity } = organization;
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
      const newDay = day + smoothingShift(candidate, limits.smoothingWindowDays);
      const isPossible =
        newDay >= today &&
        !isPastDeadline(candidate, newDay) &&
        capacity.openDays.isOpen(newDay) &&
        !isExcludedFor(candidate, newDay);
      if (!isPossible) continue;
      if (newDay !== candidate.sendDay) moved++;
      candidate.sendDay = newDay;
    }
  }
  return moved;
}

/** By how many days smoothing moves a policy anniversary email (Rules 9, smoothing). */
export function smoothingShift(candidate: Candidate, windowDays: number): number {
  const scrambled = mix(candidate.contact.id, TYPE_CODES.effective_date, yearOf(candidate.eventDay));
  return (scrambled % windowDays) - Math.floor(windowDays / 2);
}

/** The last day that an email could go out (Rules 9, daily cap, last day). */
export function lastDayOf(organization: Organization, candidate: Candidate, startDay: number): number {
  const horizon = organization.today + BALANCE_HORIZON_DAYS;
  let lastDay = startDay;
  for (let day = startDay + 1; day <= horizon; day++) {
    if (isPastDeadline(candidate, day) || isExcludedFor(candidate, day)) break;
    if (organization.capacity.openDays.isOpen(day)) lastDay = day;
  }
  return lastDay;
}

/** Gives every email a day within the caps, as far as there are seats (Rules 9, daily cap). */
export function applyDailyCap(
  organization: Organization,
  candidates: readonly Candidate[],
): { overloadedDays: OverloadedDay[]; moved: number } {
  const { today, capacity, config } = organization;
  const planned = candidates.filter((candidate) => candidate.status === 'pre-scheduled');
  for (const candidate of planned) {
    candidate.balancedFrom = candidate.sendDay;
    candidate.lastDay = lastDayOf(organization, candidate, candidate.sendDay);
  }
  const history = organization.schedules.filter((row) => row.statusClass === 'history' && row.sentDay !== null);
  const historyByDay = groupBy(history, (row) => row.sentDay);
  const { placements, overloadedDays } = placeEmails(
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
  return { overloadedDays, moved: planned.filter(({ sendDay, balancedFrom }) => sendDay !== balancedFrom).length };
}
