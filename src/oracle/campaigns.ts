import { yearOf } from '../calendar/day.js';
import { CAMPAIGN_CODE_BASE, campaignType } from '../rules/emailTypes.js';
import type { Issue } from '../rules/records.js';
import { type TriggeredCampaign, triggeredDeadline, triggerThatCounts } from '../rules/triggers.js';
import { hasCampaignHistory } from './history.js';
import type { Contact, Enrolment, PlainCampaignInstance, PlainOrganization, Proposal } from './model.js';

/** A contact's campaign emails, and the campaigns that come too late or too early for it (Rules 6). */
export function campaignProposals(
  organization: PlainOrganization,
  contact: Contact,
): { proposals: Proposal[]; issues: Issue[] } {
  const proposals: Proposal[] = [];
  const issues: Issue[] = [];
  for (const instance of organization.instances) {
    if (!isRunning(instance, organization.today)) continue;
    const enrolments = (organization.enrolmentsOf.get(contact.id) ?? []).filter(
      (enrolment) => enrolment.instanceId === instance.id,
    );
    if (!isInAudience(organization, contact, instance, enrolments)) continue;
    if (hasCampaignHistory(organization, contact.id, instance)) continue;

    const proposal = campaignProposal(organization, contact, instance, enrolments);
    const problem = problemWith(proposal, instance, organization.today);
    if (problem === null) proposals.push(proposal);
    else issues.push({ contact_id: contact.id, kind: problem, detail: proposal.emailType });
  }
  return { proposals, issues };
}

/** Tells whether an instance runs on a day (Rules 6). */
export function isRunning(instance: PlainCampaignInstance, today: number): boolean {
  return (
    instance.type.active &&
    instance.hasReadableDates &&
    (instance.activeStart === null || instance.activeStart <= today) &&
    (instance.activeEnd === null || today <= instance.activeEnd)
  );
}

/** Tells whether a contact is in the audience of an instance (Rules 6, audience; Rules 2 for an unknown state). */
export function isInAudience(
  organization: PlainOrganization,
  contact: Contact,
  instance: PlainCampaignInstance,
  enrolments: readonly Enrolment[],
): boolean {
  if (!instance.type.targetsAll && enrolments.length === 0) return false;
  if (contact.state === null) {
    const isUniversal = instance.states === null && instance.carriers === null;
    if (!isUniversal || !organization.config.organization.send_without_zipcode_for_universal) return false;
    // The state that cannot be read may be one that forbids the others.
    return !contact.hasUnreadableState || !instance.type.respectsWindows;
  }
  if (instance.states !== null && !instance.states.has(contact.state)) return false;
  return instance.carriers === null || (contact.carrier !== null && instance.carriers.has(contact.carrier));
}

/** What an instance says of emails that trigger dates give their days. */
function triggered({ type, activeEnd }: PlainCampaignInstance): TriggeredCampaign {
  return { daysBeforeEvent: type.daysBeforeEvent, endDay: activeEnd };
}

/** The event, the ideal day and the deadline of a campaign's email (Rules 6, event and deadline). */
function daysOf(
  contact: Contact,
  instance: PlainCampaignInstance,
  triggerDay: number | null,
  today: number,
): { eventDay: number; idealDay: number; deadline: number | null } {
  const { type, spreadStart, spreadEnd, activeEnd } = instance;
  if (type.spreadsEvenly && spreadStart !== null && spreadEnd !== null && spreadEnd >= spreadStart) {
    const day = spreadStart + (contact.id % (spreadEnd - spreadStart + 1));
    return { eventDay: day, idealDay: day, deadline: activeEnd };
  }
  if (triggerDay !== null) {
    const idealDay = triggerDay - type.daysBeforeEvent;
    return { eventDay: triggerDay, idealDay, deadline: triggeredDeadline(triggered(instance), triggerDay) };
  }
  const day = instance.activeStart ?? today;
  return { eventDay: day, idealDay: day, deadline: activeEnd };
}

function campaignProposal(
  organization: PlainOrganization,
  contact: Contact,
  instance: PlainCampaignInstance,
  enrolments: readonly Enrolment[],
): Proposal {
  const { type } = instance;
  const triggerDays = enrolments.map((enrolment) => enrolment.triggerDay).filter((day) => day !== null);
  const triggerDay = triggerThatCounts(triggered(instance), triggerDays, organization.today);
  const { eventDay, idealDay, deadline } = daysOf(contact, instance, triggerDay, organization.today);
  return {
    contact,
    kind: 'campaign',
    emailType: campaignType(type.name, instance.id),
    typeCode: CAMPAIGN_CODE_BASE + instance.id,
    eventDay,
    idealDay,
    deadline,
    priority: type.priority,
    respectsWindows: type.respectsWindows,
    emailTemplate: instance.emailTemplate,
    smsTemplate: instance.smsTemplate,
    eventYear: yearOf(eventDay),
    instanceId: instance.id,
    instance,
    window: null,
    followed: null,
  };
}

function problemWith(
  proposal: Proposal,
  instance: PlainCampaignInstance,
  today: number,
): 'expired' | 'outside_active_window' | null {
  if (proposal.deadline !== null && proposal.deadline < today) return 'expired';
  if (instance.activeEnd !== null && proposal.idealDay > instance.activeEnd) return 'outside_active_window';
  return null;
}
