/** The codes that enter `mix` and break ties in orders (Rules 3, type codes). */
export const TYPE_CODES = { birthday: 1, effective_date: 2, aep: 3, post_window: 4, followup: 5 } as const;

/** The type code of a campaign is this plus its instance id (Rules 3, type codes). */
export const CAMPAIGN_CODE_BASE = 100;

/** The follow-up email types by what the contact did since the initial email, from nothing to most (Rules 10). */
export const FOLLOWUP_TYPES = [
  'followup_1_cold',
  'followup_2_clicked_no_hq',
  'followup_3_hq_no_yes',
  'followup_4_hq_with_yes',
] as const;

/** The email type of the `i`-th configured aep date, counting from 0: `aep`, `aep_2`, `aep_3` (Rules 5). */
export function aepType(i: number): string {
  return i === 0 ? 'aep' : `aep_${i + 1}`;
}

/** Tells whether an email type, in lower case, is that of an aep date after the first, configured now or not (Rules 5). */
export function isAepDateType(emailType: string): boolean {
  return /^aep_[0-9]+$/.test(emailType);
}

/** The email type of a campaign instance (Rules 6). */
export function campaignType(typeName: string, instanceId: number): string {
  return `campaign_${typeName}_${instanceId}`;
}

/** Tells whether an email type, in any case, is a follow-up's. */
export function isFollowupType(emailType: string): boolean {
  return emailType.toLowerCase().startsWith('followup_');
}

/** What the status of an `email_schedules` row means for a run (Rules 1). */
export type StatusClass = 'owned' | 'history' | 'ended' | 'other';

const HISTORY_STATUSES = ['scheduled', 'processing', 'accepted', 'deferred', 'sent', 'delivered'];
const ENDED_STATUSES = ['bounced', 'dropped', 'cancelled'];

/** A status as it is compared: trimmed, in lower case; null where there is none (Rules 1). */
export function comparedStatus(status: string | null): string | null {
  return status === null ? null : status.trim().toLowerCase();
}

/** The class of a status: owned rows are replaced by a run, history and ended rows never change (Rules 1). */
export function statusClass(status: string | null): StatusClass {
  const compared = comparedStatus(status);
  if (compared === null) return 'other';
  if (compared === 'pre-scheduled' || compared === 'skipped') return 'owned';
  if (HISTORY_STATUSES.includes(compared)) return 'history';
  return ENDED_STATUSES.includes(compared) ? 'ended' : 'other';
}

/** Tells whether a row of this status has reached its contact: `sent` or `delivered` (Rules 10, initial emails). */
export function isSentStatus(status: string | null): boolean {
  const compared = comparedStatus(status);
  return compared === 'sent' || compared === 'delivered';
}

/**
 * The email types, besides those of campaigns, that follow-ups follow (Rules 10): not the later aep dates.
 */
export const FOLLOWED_TYPES: readonly string[] = ['birthday', 'effective_date', 'aep', 'post_window'];
