import { exclusionOn } from '../rules/windows.js';
import { bookedDayOf, ownedRowOf } from './history.js';
import type { Candidate, Organization, Proposal, StartStep } from './model.js';
import { findStart } from './startDay.js';
import { suppressionOf } from './suppressed.js';
import { underwritingReason } from './underwriting.js';

/**
 * Gives a proposal its start day, or skips it: for a suppression, underwriting, exclusion or for want of an open day, in
 * this order (Rules 5, 7).
 *
 * Null when there is no candidate: a post-window email whose day is excluded (Rules 8).
 */
export function settle(organization: Organization, proposal: Proposal): Candidate | null {
  const suppressed = suppressionOf(organization, proposal);
  if (suppressed !== null) {
    const skipped = skippedAtOnce(organization, proposal, 'suppressed', suppressed.reason);
    return { ...skipped, suppression: suppressed.suppression };
  }
  const underwriting = underwritingReason(organization.config, proposal);
  if (underwriting !== null) return skippedAtOnce(organization, proposal, 'underwriting', underwriting);

  const ownedRow = ownedRowOf(organization, proposal);
  const { day, step, heldDays, closedDay, skipReason } = findStart(organization, proposal, ownedRow);
  const exclusion = proposal.respectsWindows ? exclusionOn(proposal.contact, day) : null;
  if (exclusion !== null && proposal.kind === 'post_window') return null;
  const reason = exclusion?.reason ?? skipReason;
  // The proposal comes last because V8 copies it thirty times as fast as in front of so many other fields.
  return {
    startDay: day,
    step,
    ownedRow,
    heldDays,
    closedDay,
    bookedDay: bookedDayOf(ownedRow, organization.today),
    suppression: null,
    excludedBy: exclusion?.window ?? null,
    sendDay: day,
    balancedFrom: null,
    lastDay: null,
    status: reason === null ? 'pre-scheduled' : 'skipped',
    skipReason: reason,
    ...proposal,
  };
}

/**
 * A candidate that no start day is looked for: it is dated its ideal day, or, when that has passed, what its owned row was
 * planned for, else today (Rules 5, underwriting).
 */
function skippedAtOnce(organization: Organization, proposal: Proposal, step: StartStep, skipReason: string): Candidate {
  const { today } = organization;
  const ownedRow = ownedRowOf(organization, proposal);
  const day = proposal.idealDay >= today ? proposal.idealDay : (ownedRow?.plannedDay ?? today);
  return {
    startDay: day,
    step,
    ownedRow,
    heldDays: 0,
    closedDay: null,
    bookedDay: null,
    suppression: null,
    excludedBy: null,
    sendDay: day,
    balancedFrom: null,
    lastDay: null,
    status: 'skipped',
    skipReason,
    ...proposal,
  };
}
