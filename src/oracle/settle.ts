import { exclusionOn } from '../rules/windows.js';
import { ownedRowOf } from './history.js';
import type { Candidate, Organization, Proposal } from './model.js';
import { findStart } from './startDay.js';

/**
 * Gives a proposal its start day, or skips it for underwriting or exclusion (Rules 5, 7).
 *
 * Null when there is no candidate: a post-window email whose day is excluded (Rules 8).
 */
export function settle(organization: Organization, proposal: Proposal): Candidate | null {
  const underwriting = underwritingReason(organization, proposal);
  if (underwriting !== null) {
    const day = Math.max(proposal.idealDay, organization.today);
    return {
      startDay: day,
      step: 'underwriting',
      ownedRow: null,
      heldDays: 0,
      excludedBy: null,
      sendDay: day,
      status: 'skipped',
      skipReason: underwriting,
      ...proposal,
    };
  }

  const ownedRow = ownedRowOf(organization, proposal);
  const { day, step, heldDays } = findStart(organization, proposal, ownedRow);
  const exclusion = proposal.respectsWindows ? exclusionOn(proposal.contact, day) : null;
  if (exclusion !== null && proposal.kind === 'post_window') return null;
  // The proposal comes last because V8 copies it thirty times as fast as in front of so many other fields.
  return {
    startDay: day,
    step,
    ownedRow,
    heldDays,
    excludedBy: exclusion?.window ?? null,
    sendDay: day,
    status: exclusion === null ? 'pre-scheduled' : 'skipped',
    skipReason: exclusion?.reason ?? null,
    ...proposal,
  };
}

/** Why a failed contact does not get an email, or null when it may (Rules 5, underwriting). */
function underwritingReason(organization: Organization, proposal: Proposal): string | null {
  if (!proposal.contact.failedUnderwriting) return null;
  const type = proposal.instance?.type ?? null;
  const isAep = proposal.kind === 'aep' || type?.name.toLowerCase() === 'aep';
  if (organization.config.organization.exclude_failed_underwriting_global && !isAep) return 'underwriting:organization';
  return type?.skipsFailedUnderwriting === true ? 'underwriting:campaign' : null;
}
