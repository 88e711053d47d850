import { yearOf } from '../calendar/day.js';
import { mix } from '../rules/mix.js';
import { findStart, type Start } from '../rules/startDay.js';
import { exclusionOn } from '../rules/windows.js';
import { isHeld } from './history.js';
import type { PlainOrganization, Proposal, ScheduleRow } from './model.js';

/** Tells whether a day is excluded for an email; for one that ignores windows none is (Rules 4, 5). */
export function isExcludedFor(proposal: Proposal, day: number): boolean {
  return proposal.respectsWindows && exclusionOn(proposal.contact, day) !== null;
}

/** Finds the day an email gets before limits and balance move it (Rules 5, from ideal day to start day). */
export function startOf(organization: PlainOrganization, proposal: Proposal, ownedRow: ScheduleRow | null): Start {
  const { today, config, capacity } = organization;
  const { contact, kind, typeCode, eventDay, idealDay, deadline } = proposal;
  return findStart({
    today,
    idealDay,
    deadline,
    ownedRow,
    catchUp:
      kind === 'followup'
        ? null
        : {
            spreadDays: config.load_balancing.catch_up_spread_days,
            scrambled: mix(contact.id, typeCode, yearOf(eventDay)),
          },
    isExcluded: (day) => isExcludedFor(proposal, day),
    isHeld: (day) => isHeld(organization, proposal, day),
    isOpen: (day) => capacity.openDays.isOpen(day),
  });
}
