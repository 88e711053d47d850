import { yearOf } from '../calendar/day.js';
import { mix } from '../rules/mix.js';
import { exclusionOn } from '../rules/windows.js';
import { isHeld } from './history.js';
import type { Organization, Proposal, ScheduleRow, StartStep } from './model.js';

/** A start day and how it was found (Rules 5, from ideal day to start day). */
export interface Start {
  readonly day: number;
  readonly step: StartStep;
  readonly heldDays: number;
}

const MOST_HELD_DAYS = 7;

/** Tells whether a day is too late for an email (Rules 1, deadline). */
export function isPastDeadline(proposal: Proposal, day: number): boolean {
  return proposal.deadline !== null && day > proposal.deadline;
}

/** Tells whether a day is excluded for an email, one that ignores windows included (Rules 4, 5). */
export function isExcludedFor(proposal: Proposal, day: number): boolean {
  return proposal.respectsWindows && exclusionOn(proposal.contact, day) !== null;
}

/** Finds the day an email gets before limits and balance move it (Rules 5, from ideal day to start day). */
export function findStart(organization: Organization, proposal: Proposal, ownedRow: ScheduleRow | null): Start {
  const { day, step } = stepDay(organization, proposal, ownedRow);
  let heldDays = 0;
  while (
    heldDays < MOST_HELD_DAYS &&
    isHeld(organization, proposal, day + heldDays) &&
    !isPastDeadline(proposal, day + heldDays + 1)
  ) {
    heldDays++;
  }
  return { day: day + heldDays, step, heldDays };
}

function stepDay(
  organization: Organization,
  proposal: Proposal,
  ownedRow: ScheduleRow | null,
): { day: number; step: StartStep } {
  const isPossible = (day: number) => day >= organization.today && !isPastDeadline(proposal, day);
  if (proposal.idealDay >= organization.today) return { day: proposal.idealDay, step: 'ideal' };
  if (ownedRow !== null) {
    const { plannedDay, scheduledDay } = ownedRow;
    if (plannedDay !== null && isPossible(plannedDay)) return { day: plannedDay, step: 'kept_planned_day' };
    if (ownedRow.status === 'pre-scheduled' && scheduledDay !== null && isPossible(scheduledDay)) {
      return { day: scheduledDay, step: 'kept_send_day' };
    }
  }
  return { day: catchUpDay(organization, proposal), step: 'catch_up' };
}

function catchUpDay(organization: Organization, proposal: Proposal): number {
  const { today, config } = organization;
  if (proposal.kind === 'followup') return isPastDeadline(proposal, today + 1) ? today : today + 1;

  const spread = config.load_balancing.catch_up_spread_days;
  const days = proposal.deadline === null ? spread : Math.min(spread, proposal.deadline - today + 1);
  const target = mix(proposal.contact.id, proposal.typeCode, yearOf(proposal.eventDay)) % days;
  let day = today;
  while (modulo(day, days) !== target) day++;

  for (let free = day; free >= today; free--) {
    if (!isExcludedFor(proposal, free)) return free;
  }
  return day;
}

/** The remainder that is never negative, for days before 1970 too. */
function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
