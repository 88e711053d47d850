import { formatIsoDay } from '../../calendar/iso.js';
import { isInAudience, isRunning } from '../../oracle/campaigns.js';
import { rowsOf } from '../../oracle/history.js';
import type { Contact, OracleResult, PlainCampaignInstance, PlainOrganization } from '../../oracle/model.js';
import { aepType, campaignType, isFollowupType } from '../../rules/emailTypes.js';
import { anchorDate } from '../../rules/windows.js';
import type { ExpectedFacts } from '../expectedFacts.js';
import { whyAbsent } from '../why.js';

/** An email that a contact could be expected to get and does not. */
export interface AbsentEmail {
  readonly contact_id: number;
  /** `followup` stands for all four of them; null for a contact that gets nothing at all. */
  readonly email_type: string | null;
  /** At least one sentence. */
  readonly why: readonly string[];
}

/**
 * The emails that contacts could be expected to get and do not, with the reason (Rules 2, 5, 6, 8, 10): of the types birthday,
 * effective_date, aep dates, post_window and follow-ups, and of every campaign instance; contacts that were rejected last.
 */
export function absentEmails(result: OracleResult, factsOf: (contactId: number) => ExpectedFacts): AbsentEmail[] {
  const { organization, rows } = result;
  const present = new Set(rows.map((row) => presenceKey(row.contact_id, row.email_type)));
  const types = typesOf(organization);
  const absent: AbsentEmail[] = [];
  for (const contact of organization.contacts) {
    const facts = factsOf(contact.id);
    for (const { emailType, instance } of types) {
      if (present.has(presenceKey(contact.id, emailType))) continue;
      const why = reasonsOf(emailType, instance, contact, facts);
      absent.push({ contact_id: contact.id, email_type: emailType, why });
    }
  }
  return [...absent, ...rejectedContacts(result, factsOf)];
}

function presenceKey(contactId: number, emailType: string): string {
  return `${contactId} ${isFollowupType(emailType) ? 'followup' : emailType}`;
}

interface ExpectedType {
  readonly emailType: string;
  readonly instance: PlainCampaignInstance | null;
}

function typesOf({ config, instances }: PlainOrganization): ExpectedType[] {
  const aepTypes = config.aep.map((_, i) => aepType(i));
  const names = ['birthday', 'effective_date', ...aepTypes, 'post_window', 'followup'];
  return [
    ...names.map((emailType) => ({ emailType, instance: null })),
    ...instances.map((instance) => ({ emailType: campaignType(instance.type.name, instance.id), instance })),
  ];
}

function reasonsOf(
  emailType: string,
  instance: PlainCampaignInstance | null,
  contact: Contact,
  facts: ExpectedFacts,
): readonly string[] {
  const { organization } = facts;
  if (instance !== null && !isRunning(instance, organization.today)) {
    return [`The campaign does not run on ${formatIsoDay(organization.today)}.`];
  }
  const outside = instance === null ? null : audienceReason(instance, contact, organization);
  if (outside !== null) return [outside];
  const known = whyAbsent({ contact_id: contact.id, email_type: emailType }, facts);
  if (known.length > 0) return known;
  if (emailType === 'post_window') return [postWindowReason(contact, organization)];
  if (emailType === 'followup') return [followupReason(facts)];
  const past = rowsOf(organization, contact.id).filter(
    (row) => row.type === emailType && (row.statusClass === 'history' || row.statusClass === 'ended'),
  );
  const ids = past.map((row) => `row ${row.id}`).join(', ');
  return [`History has it already, this one and the next: ${ids}.`];
}

/** Why a contact is not in the audience of a campaign that runs, null when it is (Rules 6, audience). */
function audienceReason(
  instance: PlainCampaignInstance,
  contact: Contact,
  organization: PlainOrganization,
): string | null {
  const enrolments = (organization.enrolmentsOf.get(contact.id) ?? []).filter(
    (enrolment) => enrolment.instanceId === instance.id,
  );
  if (isInAudience(organization, contact, instance, enrolments)) return null;
  if (!instance.type.targetsAll && enrolments.length === 0) return 'The contact is not enrolled in the campaign.';
  if (contact.state === null) return 'The state of the contact is unknown, and the campaign is not for everybody.';
  return 'The filters of the campaign, by state and carrier, leave the contact out.';
}

function postWindowReason(contact: Contact, { config }: PlainOrganization): string {
  if (!config.organization.enable_post_window_emails) return 'Post-window emails are turned off.';
  if (contact.rule === null) return `${contact.state} has no windows.`;
  if (contact.rule.kind === 'year_round') return `${contact.state} forbids every day, which is no window that ends.`;
  if (anchorDate(contact) === null)
    return `${contact.state} has windows, but the contact has no date to anchor them to.`;
  return 'No window excludes an email of it, is open or has just closed, unless history has the email of that window already.';
}

function followupReason({ organization: { config }, issues }: ExpectedFacts): string {
  const refused = issues.find((issue) => issue.kind === 'refused_by_index' && isFollowupType(issue.detail ?? ''));
  if (refused !== undefined) return `The issue ${refused.kind} is counted instead.`;
  if (!config.followups.enabled) return 'Follow-ups are turned off.';
  const days = config.followups.lookback_days;
  return `No email that reached the contact in the last ${days} days owes it a follow-up.`;
}

/** The contacts that get nothing, because they were rejected (Rules 2). */
function rejectedContacts(
  { organization, issues }: OracleResult,
  factsOf: (contactId: number) => ExpectedFacts,
): AbsentEmail[] {
  const accepted = new Set(organization.contacts.map((contact) => contact.id));
  const ids = new Set<number>();
  for (const { contact_id: id, kind } of issues) {
    if (kind === 'invalid_email' && id !== null && !accepted.has(id)) ids.add(id);
  }
  return [...ids].map((id) => {
    const facts = factsOf(id);
    return { contact_id: id, email_type: null, why: whyAbsent({ contact_id: id, email_type: null }, facts) };
  });
}
