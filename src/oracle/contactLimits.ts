import { isFollowupType } from '../rules/emailTypes.js';
import { fullPeriod } from '../rules/frequency.js';
import { conflictReason, SKIP_REASONS } from '../rules/reasons.js';
import { rowsOf } from './history.js';
import type { Candidate, PlainOrganization } from './model.js';
import { firstDifference, groupBy } from './order.js';

/** Skips what is too much for one contact: campaigns of one day, then too many emails (Rules 9, contact limits). */
export function applyContactLimits(organization: PlainOrganization, candidates: readonly Candidate[]): void {
  for (const own of groupBy(candidates, (candidate) => candidate.contact.id).values()) {
    skipConflicts(own.filter((candidate) => candidate.status === 'pre-scheduled'));
    skipTooFrequent(
      organization,
      own.filter((candidate) => candidate.status === 'pre-scheduled'),
    );
  }
}

function skip(candidate: Candidate, reason: string): void {
  candidate.status = 'skipped';
  candidate.skipReason = reason;
}

/** Leaves one campaign a day, the one of smallest priority and instance id (Rules 9, conflict). */
function skipConflicts(candidates: readonly Candidate[]): void {
  const campaigns = candidates.filter((candidate) => candidate.kind === 'campaign');
  for (const ofDay of groupBy(campaigns, (campaign) => campaign.sendDay).values()) {
    const [winner, ...losers] = ofDay.sort((a, b) =>
      firstDifference(a.priority - b.priority, Number(a.instanceId) - Number(b.instanceId)),
    );
    for (const loser of losers) skip(loser, conflictReason(Number(winner.instanceId)));
  }
}

/** Skips emails that would make too many in any period, the less important first (Rules 9, frequency). */
function skipTooFrequent(organization: PlainOrganization, candidates: readonly Candidate[]): void {
  const { max_emails_per_period: most, frequency_period_days: period } = organization.config.frequency;
  if (most === 0 || candidates.length === 0) return;
  const taken = rowsOf(organization, candidates[0].contact.id)
    .filter((row) => row.statusClass === 'history' && !isFollowupType(row.type))
    .map((row) => row.sentDay)
    .filter((day) => day !== null);

  // The sort is stable: what is equal in all of this stays in the order of the configuration.
  const inOrder = candidates
    .filter((candidate) => candidate.kind !== 'followup')
    .sort((a, b) =>
      firstDifference(a.priority - b.priority, a.sendDay - b.sendDay, a.typeCode - b.typeCode, a.eventDay - b.eventDay),
    );
  for (const candidate of inOrder) {
    if (fullPeriod(taken, candidate.sendDay, most, period) !== null) {
      skip(candidate, SKIP_REASONS.frequencyLimit);
    } else {
      taken.push(candidate.sendDay);
    }
  }
}
