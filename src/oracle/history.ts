import { NEAR_EVENT_DAYS } from '../rules/constants.js';
import { campaignType, isFollowupType } from '../rules/emailTypes.js';
import { keepsBookedDay } from '../rules/reasons.js';
import type { CampaignInstance, Organization, Proposal, ScheduleRow } from './model.js';

function rowsOf(organization: Organization, contactId: number): readonly ScheduleRow[] {
  return organization.schedulesOf.get(contactId) ?? [];
}

function pastRowsOf(organization: Organization, contactId: number): ScheduleRow[] {
  return rowsOf(organization, contactId).filter((row) => row.statusClass === 'history' || row.statusClass === 'ended');
}

/** Tells whether history has a yearly or post-window email already (Rules 5, history has it). */
export function hasHistory(
  organization: Organization,
  contactId: number,
  emailType: string,
  eventYear: number,
  eventDay: number,
): boolean {
  return pastRowsOf(organization, contactId).some((row) => {
    if (row.type !== emailType.toLowerCase()) return false;
    if (row.eventYear !== null) return row.eventYear === eventYear;
    return row.sentDay !== null && Math.abs(row.sentDay - eventDay) <= NEAR_EVENT_DAYS;
  });
}

/** Tells whether history has a campaign's email already (Rules 5, history has it). */
export function hasCampaignHistory(organization: Organization, contactId: number, instance: CampaignInstance): boolean {
  const names = [campaignType(instance.type.name, instance.id), `campaign_${instance.type.name}`];
  return pastRowsOf(organization, contactId).some((row) => {
    if (isFollowupType(row.type)) return false;
    if (row.instanceId !== null) return row.instanceId === instance.id;
    return names.some((name) => name.toLowerCase() === row.type);
  });
}

/** The row whose plan a candidate keeps, or null (Rules 5, its owned row). */
export function ownedRowOf(organization: Organization, proposal: Proposal): ScheduleRow | null {
  const owned = rowsOf(organization, proposal.contact.id).filter((row) => row.statusClass === 'owned');
  // The rows are in the order of their ids, so the first that fits has the smallest.
  if (proposal.kind === 'followup') return owned.find((row) => isFollowupType(row.type)) ?? null;
  const ofType = owned.filter((row) => row.type === proposal.emailType.toLowerCase());
  return (
    ofType.find((row) => row.eventYear === proposal.eventYear) ?? ofType.find((row) => row.eventYear === null) ?? null
  );
}

/** The day that an owned row promised, null for none (Rules 1, booked day). */
export function bookedDayOf(ownedRow: ScheduleRow | null, today: number): number | null {
  if (ownedRow === null || ownedRow.scheduledDay === null || ownedRow.scheduledDay < today) return null;
  const isBooked = ownedRow.status === 'pre-scheduled' || keepsBookedDay(ownedRow.skipReason);
  return isBooked ? ownedRow.scheduledDay : null;
}

/** Tells whether a row that is not owned holds a contact's email type on a day (Rules 5, last). */
export function isHeld(organization: Organization, proposal: Proposal, day: number): boolean {
  return rowsOf(organization, proposal.contact.id).some(
    (row) => row.statusClass !== 'owned' && row.type === proposal.emailType.toLowerCase() && row.scheduledDay === day,
  );
}
