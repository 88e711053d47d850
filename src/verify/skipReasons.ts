import { FAILED_UNDERWRITING } from '../columns/contacts.js';
import { ofForm } from '../columns/schedules.js';
import { SKIP_REASONS, suppressionOf } from '../rules/reasons.js';
import { isForFailedContacts } from '../rules/underwriting.js';
import { exclusionOn } from '../rules/windows.js';
import type { Audit } from './audit.js';
import { isFull } from './frequency.js';
import type { FindingKind } from './kinds.js';
import { reasonToSuppress } from './suppressed.js';

/** Where a skipped email would have gone: its start day, or the day it stands on (Rules 7). */
function skippedDay(audit: Audit, row: number): number {
  return audit.plan.organization.schedules.scheduledDay[row];
}

function exclusionFault(audit: Audit, row: number, contact: number, reason: string): FindingKind | null {
  const exclusion = audit.respectsWindows(row) ? exclusionOn(audit.windowed(contact), skippedDay(audit, row)) : null;
  if (exclusion === null) return 'exclusion_does_not_hold';
  return exclusion.reason === reason ? null : 'wrong_exclusion';
}

/** Tells whether failed underwriting stops a row's email, by the organization's setting or the campaign's (Rules 5). */
function isStopped(audit: Audit, row: number, contact: number, by: string): boolean {
  const { contacts, planned, schedules } = audit.plan.organization;
  if ((contacts.flags[contact] & FAILED_UNDERWRITING) === 0) return false;
  const campaign = audit.campaignOf(row);
  if (by === 'campaign') return campaign?.type?.skipsFailed === true;
  if (!audit.plan.run.config.organization.exclude_failed_underwriting_global) return false;
  const type = schedules.type[row];
  const kind = type < planned.types.length ? planned.types[type].kind : 'campaign';
  const found = campaign?.type ?? null;
  const campaignType = found === null ? null : { name: found.name, skipsFailedUnderwriting: found.skipsFailed };
  return !isForFailedContacts({ kind, campaignType });
}

/** Tells whether another campaign of the contact, of that instance, is to be sent on the day of a skipped one (Rules 9). */
function hasConflict(audit: Audit, row: number, contact: number, instanceId: number): boolean {
  const { schedules } = audit.plan.organization;
  const { first } = schedules;
  for (let other = first[contact]; other < first[contact + 1]; other++) {
    if (other === row || !audit.isToBeSent(other) || audit.dayOf(other) !== skippedDay(audit, row)) continue;
    if (ofForm(schedules, other, 'instanceId') === instanceId || audit.campaignOf(other)?.instance?.id === instanceId)
      return true;
  }
  return false;
}

/**
 * What is wrong with the reason for which a row is skipped, judged by the rules and by the rows that are there; null when it
 * holds (Rules 5; 7; 9).
 *
 * @param reason the row's skip_reason
 */
export function skipReasonFault(audit: Audit, row: number, contact: number, reason: string | null): FindingKind | null {
  if (reason === null || reason === '') return 'skip_without_reason';
  const [kind, ...details] = reason.split(':');
  if (suppressionOf(reason) !== null) {
    return reasonToSuppress(audit, row, contact) === null ? 'suppression_does_not_hold' : null;
  }
  if (reason === SKIP_REASONS.noOpenDay) {
    const isOpen = audit.plan.run.capacity.openDays.isOpen(skippedDay(audit, row));
    return isOpen ? 'closed_day_does_not_hold' : null;
  }
  if (reason === SKIP_REASONS.dailyCap) {
    return audit.plan.run.config.load_balancing.excess === 'skip' ? null : 'cap_does_not_hold';
  }
  if (kind === 'exclusion' && details.length === 2) return exclusionFault(audit, row, contact, reason);
  if (kind === 'underwriting' && (details[0] === 'organization' || details[0] === 'campaign') && details.length === 1)
    return isStopped(audit, row, contact, details[0]) ? null : 'underwriting_does_not_hold';
  if (kind === 'conflict' && details.length === 2 && details[0] === 'campaign' && /^[0-9]{1,16}$/.test(details[1]))
    return hasConflict(audit, row, contact, Number(details[1])) ? null : 'conflict_does_not_hold';
  if (reason === SKIP_REASONS.frequencyLimit)
    return isFull(audit, contact, skippedDay(audit, row)) ? null : 'frequency_does_not_hold';
  return 'unknown_skip_reason';
}
