import type { Config } from './config.js';
import { SKIP_REASONS } from './reasons.js';

/** An email of a contact that failed underwriting. */
export interface UnderwrittenEmail {
  readonly kind: string;
  /** The type of its campaign; null when it is no campaign's. */
  readonly campaignType: { readonly name: string; readonly skipsFailedUnderwriting: boolean } | null;
}

/** Tells whether the organization lets contacts that failed underwriting have an email all the same (Rules 5, underwriting). */
export function isForFailedContacts({ kind, campaignType }: UnderwrittenEmail): boolean {
  return kind === 'aep' || campaignType?.name.toLowerCase() === 'aep';
}

/**
 * Why a contact that failed underwriting does not get an email, null when it does (Rules 5, underwriting): the organization's
 * reason comes first.
 */
export function underwritingReason(config: Config, email: UnderwrittenEmail): string | null {
  const skipsAll = config.organization.exclude_failed_underwriting_global;
  if (skipsAll && !isForFailedContacts(email)) return SKIP_REASONS.underwritingOrganization;
  return email.campaignType?.skipsFailedUnderwriting === true ? SKIP_REASONS.underwritingCampaign : null;
}
