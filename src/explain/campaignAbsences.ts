import type { CampaignInstance } from '../columns/campaigns.js';
import { UNREADABLE_STATE } from '../columns/contacts.js';
import { REASON } from '../plan/reasons.js';
import { campaignType } from '../rules/emailTypes.js';
import type { Absence, AbsenceReason } from './absenceFacts.js';
import { enrolmentsIn } from './events.js';
import { rowsOfCampaign } from './history.js';
import { dayText, dayTextOrNull, requireAgreement, rowFacts, type Subject } from './subject.js';

/**
 * Why a contact has no email of each campaign instance that plans none for it (Rules 6), by instance id.
 *
 * @throws Error when a reason is found for an email that is planned, or none for one that is not
 */
export function campaignAbsences(subject: Subject): Absence[] {
  const { instances, running } = subject.plan.organization;
  const found: Absence[] = [];
  for (const instance of instances) {
    const campaign = running.indexOf(instance);
    const reason = campaign < 0 ? restingReason(subject, instance) : runningReason(subject, instance, campaign);
    if (reason === null) continue;
    const email_type = campaignType(instance.type.name, instance.id);
    found.push({ ...reason, email_type, kind: 'campaign', campaign_instance_id: instance.id });
  }
  return found;
}

/** Why an instance does not run today (Rules 6). */
function restingReason(subject: Subject, instance: CampaignInstance): AbsenceReason {
  const { today } = subject.plan.run;
  const { type, startDay, endDay, hasReadableDates } = instance;
  if (!type.isActive) return { reason: 'campaign_type_inactive', campaign_type: type.name };
  if (!hasReadableDates) return { reason: 'campaign_unreadable', problem: problemOf(subject, instance) };
  if (startDay !== null && today < startDay)
    return { reason: 'campaign_not_started', active_start_date: dayText(startDay) };
  requireAgreement(endDay !== null && today > endDay, subject, `campaign ${instance.id} does not run today`);
  return { reason: 'campaign_over', active_end_date: dayText(endDay) };
}

/** What cannot be read of an instance, as its issue has it. */
function problemOf({ plan }: Subject, { type, id }: CampaignInstance): string | null {
  const emailType = campaignType(type.name, id);
  const issue = plan.organization.issues.issues.find(
    (one) => one.kind === 'unreadable_campaign' && one.detail?.startsWith(`${emailType}: `) === true,
  );
  return issue?.detail?.slice(emailType.length + 2) ?? null;
}

/** Why a running instance plans nothing for a contact (Rules 6), null when it plans an email. */
function runningReason(subject: Subject, instance: CampaignInstance, campaign: number): AbsenceReason | null {
  const { views, organization } = subject.plan;
  const type = organization.planned.firstCampaign + campaign;
  const candidate = subject.candidates.find((one) => views.candidateType[one] === type);
  const reason = audienceReason(subject, instance, campaign) ?? historyReason(subject, campaign);
  const claim = `${organization.planned.types[type].name} is ${reason?.reason ?? 'a candidate'}`;
  requireAgreement((candidate === undefined) === (reason !== null), subject, claim);
  return candidate === undefined ? reason : lateReason(subject, instance, candidate);
}

/** Why a contact is not in a campaign's audience (Rules 6, audience; Rules 2 for an unknown state). */
function audienceReason(subject: Subject, instance: CampaignInstance, campaign: number): AbsenceReason | null {
  const { organization, run } = subject.plan;
  const { states, carriers } = instance;
  if (instance.type?.targetsAll !== true && enrolmentsIn(subject, campaign).count === 0)
    return { reason: 'not_enrolled' };
  const { state } = subject.windowed;
  if (state === null) {
    const isSent = states === null && carriers === null && run.config.organization.send_without_zipcode_for_universal;
    if (!isSent) return { reason: 'unknown_state' };
    const isUnreadable = (organization.contacts.flags[subject.contact] & UNREADABLE_STATE) !== 0;
    return isUnreadable && instance.type.respectsWindows ? { reason: 'unreadable_state' } : null;
  }
  if (states !== null && !states.has(state)) {
    return { reason: 'filtered_by_state', states: [...states] };
  }
  const code = organization.contacts.carrier[subject.contact];
  if (carriers !== null && !(code >= 0 && carriers.has(organization.contacts.carriers[code]))) {
    return { reason: 'filtered_by_carrier', carriers: [...carriers] };
  }
  return null;
}

function historyReason(subject: Subject, campaign: number): AbsenceReason | null {
  const rows = rowsOfCampaign(subject, campaign);
  if (rows.length === 0) return null;
  return { reason: 'history_has_it', events: [{ event_date: null, rows: rows.map((row) => rowFacts(subject, row)) }] };
}

/** Why a candidate comes too late to become a row (Rules 6, deadline). */
function lateReason(subject: Subject, instance: CampaignInstance, candidate: number): AbsenceReason | null {
  const { views, run, kernel } = subject.plan;
  const reason = views.candidateReason[candidate];
  if (reason !== REASON.expired && reason !== REASON.outsideActiveWindow) return null;
  const isExpired = reason === REASON.expired;
  const deadline = kernel.deadlineOf(candidate);
  const ideal = kernel.idealOf(candidate);
  const isLate = isExpired ? deadline < run.today : instance.endDay !== null && ideal > instance.endDay;
  requireAgreement(isLate, subject, `campaign ${instance.id} comes too late`);
  return {
    reason: isExpired ? 'expired' : 'outside_active_window',
    event_date: dayText(views.candidateEvent[candidate]),
    ideal_date: dayText(ideal),
    deadline: dayTextOrNull(deadline),
    active_end_date: dayTextOrNull(instance.endDay),
  };
}
