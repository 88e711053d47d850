import type { Config } from '../rules/config.js';
import { SKIP_REASONS } from '../rules/reasons.js';
import type { Proposal } from './model.js';

/** Why a failed contact does not get an email, or null when it may (Rules 5, underwriting). */
export function underwritingReason(config: Config, proposal: Proposal): string | null {
  if (!proposal.contact.failedUnderwriting) return null;
  const type = proposal.instance?.type ?? null;
  const isAep = proposal.kind === 'aep' || type?.name.toLowerCase() === 'aep';
  if (config.organization.exclude_failed_underwriting_global && !isAep) return SKIP_REASONS.underwritingOrganization;
  return type?.skipsFailedUnderwriting === true ? SKIP_REASONS.underwritingCampaign : null;
}
