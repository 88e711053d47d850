import type { StateRuleKind } from './states.js';

/** The skip reasons that name nothing (Rules 5, 9). */
export const SKIP_REASONS = {
  noOpenDay: 'no_open_day',
  dailyCap: 'daily_cap',
  frequencyLimit: 'frequency_limit',
  underwritingOrganization: 'underwriting:organization',
  underwritingCampaign: 'underwriting:campaign',
} as const;

const SUPPRESSED = 'suppressed:';
const EXCLUSION = 'exclusion:';
const CONFLICT = 'conflict:campaign:';

/** The reason of contacts whose addresses bounce (Rules 2, suppressions). */
export const BOUNCED = 'bounced';

/** The skip reason of a suppressed candidate (Rules 5, suppression). @param reason as `readSuppressionReason` reads it */
export function suppressedReason(reason: string): string {
  return SUPPRESSED + reason;
}

/** The skip reason of an excluded candidate (Rules 7). @param state two letters, null when unknown */
export function exclusionReason(kind: StateRuleKind, state: string | null): string {
  return `${EXCLUSION}${kind}:${state}`;
}

/** The skip reason of a campaign that yields to another one of its day (Rules 9, conflict). */
export function conflictReason(winningInstanceId: number): string {
  return CONFLICT + winningInstanceId;
}

/** The reason of the suppression in a skip reason, null when it is another one's. */
export function suppressionOf(reason: string): string | null {
  return reason.startsWith(SUPPRESSED) ? reason.slice(SUPPRESSED.length) : null;
}

/** The instance that won the day, from a skip reason; null when it is no conflict's (Rules 9, conflict). */
export function winnerOfConflict(reason: string): number | null {
  return reason.startsWith(CONFLICT) ? Number(reason.slice(CONFLICT.length)) : null;
}

/** Tells whether a row skipped for this reason still has its day booked (Rules 1, booked day). */
export function keepsBookedDay(reason: string | null): boolean {
  return reason !== null && (reason.startsWith('conflict:') || reason === SKIP_REASONS.frequencyLimit);
}
