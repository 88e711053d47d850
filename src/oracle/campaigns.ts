import { yearOf } from '../calendar/day.js';
import { CAMPAIGN_CODE_BASE, campaignType } from '../rules/emailTypes.js';
import type { Issue } from '../rules/records.js';
import { hasCampaignHistory } from './history.js';
import type { CampaignInstance, CampaignType, Contact, Enrolment, Organization, Proposal } from './model.js';

/** An instance that runs today. */
type RunningInstance = CampaignInstance & { readonly type: CampaignType };

/** A contact's campaign emails, and the campaigns that come too late or too early for it (Rules 6). */
export function campaignProposals(
  organization: Organization,
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

function isRunning(instance: CampaignInstance, today: number): instance is RunningInstance {
  return (
    instance.type?.active === true &&
    (instance.activeStart === null || instance.activeStart <= today) &&
    (instance.activeEnd === null || today <= instance.activeEnd)
  );
}

/** Tells whether a contact is in the audience of an instance (Rules 6, audience; Rules 2 for an unknown state). */
function isInAudience(
  organization: Organization,
  contact: Contact,
  instance: RunningInstance,
  enrolments: readonly Enrolment[],
): boolean {
  if (!instance.type.targetsAll && enrolments.length === 0) return false;
  if (contact.state === null) {
    const isUniversal = instance.states === null && instance.carriers === null;
    return isUniversal && organization.config.organization.send_without_zipcode_for_universal;
  }
  if (instance.states !== null && !instance.states.has(contact.state)) return false;
  return instance.carriers === null || (contact.carrier !== null && instance.carriers.has(contact.carrier));
}

/** The trigger date that counts for an instance, or null when no enrolment has one (Rules 6, several enrolments). */
function triggerDayOf(enrolments: readonly Enrolment[], daysBefore: number, today: number): number | null {
  const days = enrolments
    .map((enrolment) => enrolment.triggerDay)
    .filter((day) => day !== null)
    .sort((a, b) => a - b);
  const toCome = days.find((day) => day >= today || day - daysBefore >= today);
  return toCome ?? days.at(-1) ?? null;
}

/** The event and ideal day of a campaign's email, and whether the event is also its deadline (Rules 6, event). */
function daysOf(
  contact: Contact,
  instance: RunningInstance,
  triggerDay: number | null,
  today: number,
): { eventDay: number; idealDay: number; endsWithEvent: boolean } {
  const { type, spreadStart, spreadEnd } = instance;
  if (type.spreadsEvenly && spreadStart !== null && spreadEnd !== null && spreadEnd >= spreadStart) {
    const day = spreadStart + (contact.id % (spreadEnd - spreadStart + 1));
    return { eventDay: day, idealDay: day, endsWithEvent: false };
  }
  if (triggerDay !== null) {
    const idealDay = triggerDay - type.daysBeforeEvent;
    return { eventDay: triggerDay, idealDay, endsWithEvent: type.daysBeforeEvent >= 0 };
  }
  const day = instance.activeStart ?? today;
  return { eventDay: day, idealDay: day, endsWithEvent: false };
}

function campaignProposal(
  organization: Organization,
  contact: Contact,
  instance: RunningInstance,
  enrolments: readonly Enrolment[],
): Proposal {
  const { type } = instance;
  const triggerDay = triggerDayOf(enrolments, type.daysBeforeEvent, organization.today);
  const { eventDay, idealDay, endsWithEvent } = daysOf(contact, instance, triggerDay, organization.today);
  const ends = [instance.activeEnd, endsWithEvent ? eventDay : null].filter((day) => day !== null);
  return {
    contact,
    kind: 'campaign',
    emailType: campaignType(type.name, instance.id),
    typeCode: CAMPAIGN_CODE_BASE + instance.id,
    eventDay,
    idealDay,
    deadline: ends.length === 0 ? null : Math.min(...ends),
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
  instance: CampaignInstance,
  today: number,
): 'expired' | 'outside_active_window' | null {
  if (proposal.deadline !== null && proposal.deadline < today) return 'expired';
  if (instance.activeEnd !== null && proposal.idealDay > instance.activeEnd) return 'outside_active_window';
  return null;
}
