import { isFollowupType } from '../rules/emailTypes.js';
import { isOfCampaign, isOfEvent } from '../rules/history.js';
import type { PlainCampaignInstance, PlainOrganization, Proposal, ScheduleRow } from './model.js';

/** The rows of `email_schedules` of a contact, in the order of their ids. */
export function rowsOf(organization: PlainOrganization, contactId: number): readonly ScheduleRow[] {
  return organization.schedulesOf.get(contactId) ?? [];
}

function pastRowsOf(organization: PlainOrganization, contactId: number): ScheduleRow[] {
  return rowsOf(organization, contactId).filter((row) => row.statusClass === 'history' || row.statusClass === 'ended');
}

/** Tells whether history has a yearly or post-window email already (Rules 5, history has it). */
export function hasHistory(
  organization: PlainOrganization,
  contactId: number,
  emailType: string,
  eventYear: number,
  eventDay: number,
): boolean {
  return pastRowsOf(organization, contactId).some((row) => {
    return row.type === emailType.toLowerCase() && isOfEvent(row, eventYear, eventDay);
  });
}

/** Tells whether history has a campaign's email already (Rules 5, history has it). */
export function hasCampaignHistory(
  organization: PlainOrganization,
  contactId: number,
  instance: PlainCampaignInstance,
): boolean {
  const named = { id: instance.id, typeName: instance.type.name };
  return pastRowsOf(organization, contactId).some((row) => isOfCampaign(row, named));
}

/** The row whose plan a candidate keeps, or null (Rules 5, its owned row). */
export function ownedRowOf(organization: PlainOrganization, proposal: Proposal): ScheduleRow | null {
  const owned = rowsOf(organization, proposal.contact.id).filter((row) => row.statusClass === 'owned');
  // The rows are in the order of their ids, so the first that fits has the smallest.
  if (proposal.kind === 'followup') return owned.find((row) => isFollowupType(row.type)) ?? null;
  const ofType = owned.filter((row) => row.type === proposal.emailType.toLowerCase());
  return (
    ofType.find((row) => row.eventYear === proposal.eventYear) ?? ofType.find((row) => row.eventYear === null) ?? null
  );
}

/** Tells whether a row that is not owned holds a contact's email type on a day (Rules 5, last). */
export function isHeld(organization: PlainOrganization, proposal: Proposal, day: number): boolean {
  return rowsOf(organization, proposal.contact.id).some(
    (row) => row.statusClass !== 'owned' && row.type === proposal.emailType.toLowerCase() && row.scheduledDay === day,
  );
}
