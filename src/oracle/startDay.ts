import { yearOf } from '../calendar/day.js';
import { MOST_HELD_MOVES, OPEN_DAY_SEARCH_DAYS } from '../rules/constants.js';
import { mix } from '../rules/mix.js';
import { SKIP_REASONS } from '../rules/reasons.js';
import { exclusionOn } from '../rules/windows.js';
import { isHeld } from './history.js';
import type { Organization, Proposal, ScheduleRow, StartStep } from './model.js';

/** A start day and how it was found (Rules 5, from ideal day to start day). */
export interface Start {
  readonly day: number;
  readonly step: StartStep;
  readonly heldDays: number;
  /** The closed day that step 6 found; null when it was open, or excluded so that nothing was looked for. */
  readonly closedDay: number | null;
  /** `no_open_day` when there is no open day to move to, else null. */
  readonly skipReason: string | null;
}

/** Tells whether a day is too late for an email (Rules 1, deadline). */
export function isPastDeadline(proposal: Proposal, day: number): boolean {
  return proposal.deadline !== null && day > proposal.deadline;
}

/** Tells whether a day is excluded for an email; for one that ignores windows none is (Rules 4, 5). */
export function isExcludedFor(proposal: Proposal, day: number): boolean {
  return proposal.respectsWindows && exclusionOn(proposal.contact, day) !== null;
}

/** Finds the day an email gets before limits and balance move it (Rules 5, from ideal day to start day). */
export function findStart(organization: Organization, proposal: Proposal, ownedRow: ScheduleRow | null): Start {
  const found = stepDay(organization, proposal, ownedRow);
  const heldDays = countHeldDays(organization, proposal, found.day);
  const day = found.day + heldDays;
  const start = { step: found.step, heldDays, closedDay: null, skipReason: null };
  if (organization.capacity.openDays.isOpen(day) || isExcludedFor(proposal, day)) return { ...start, day };
  const openDay = nextOpenDay(organization, proposal, day) ?? lastOpenDay(organization, proposal, day);
  if (openDay === null) return { ...start, day, closedDay: day, skipReason: SKIP_REASONS.noOpenDay };
  return { ...start, day: openDay, closedDay: day };
}

/** Steps 1 to 4. */
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

/** Step 5: how many days a start moves on because rows that are not owned hold them. */
function countHeldDays(organization: Organization, proposal: Proposal, day: number): number {
  let moves = 0;
  while (
    moves < MOST_HELD_MOVES &&
    isHeld(organization, proposal, day + moves) &&
    !isPastDeadline(proposal, day + moves + 1)
  ) {
    moves++;
  }
  return moves;
}

/** Step 6, forward: the first open day that is free, with no excluded day on the way; null when there is none. */
function nextOpenDay(organization: Organization, proposal: Proposal, closedDay: number): number | null {
  const { openDays } = organization.capacity;
  for (let day = closedDay + 1; day <= closedDay + OPEN_DAY_SEARCH_DAYS; day++) {
    if (isPastDeadline(proposal, day) || isExcludedFor(proposal, day)) return null;
    if (openDays.isOpen(day) && !isHeld(organization, proposal, day)) return day;
  }
  return null;
}

/** Step 6, back: the last open day that is free and not excluded, from today on; null when there is none. */
function lastOpenDay(organization: Organization, proposal: Proposal, closedDay: number): number | null {
  const { openDays } = organization.capacity;
  for (let day = closedDay - 1; day >= Math.max(organization.today, closedDay - OPEN_DAY_SEARCH_DAYS); day--) {
    if (openDays.isOpen(day) && !isExcludedFor(proposal, day) && !isHeld(organization, proposal, day)) return day;
  }
  return null;
}
