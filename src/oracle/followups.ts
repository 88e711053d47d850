import {
  campaignType,
  FOLLOWED_TYPES,
  FOLLOWUP_TYPES,
  isFollowupType,
  isSentStatus,
  TYPE_CODES,
} from '../rules/emailTypes.js';
import { rowsOf } from './history.js';
import type { Contact, Decision, PlainCampaignType, PlainOrganization, Proposal, ScheduleRow } from './model.js';
import { templatesOf } from './templates.js';

type SentRow = ScheduleRow & { readonly sentDay: number };

const TYPE_OF_DECISION: Readonly<Record<Decision, string>> = {
  nothing: FOLLOWUP_TYPES[0],
  clicked: FOLLOWUP_TYPES[1],
  answered: FOLLOWUP_TYPES[2],
  answered_yes: FOLLOWUP_TYPES[3],
};

/** The follow-up of the latest email that was sent to a contact of known state, if it owes one (Rules 10). */
export function followupProposal(organization: PlainOrganization, contact: Contact): Proposal | null {
  const { config } = organization;
  if (!config.followups.enabled) return null;
  const initial = latestInitialRow(organization, contact);
  if (initial === null || wasFollowed(organization, contact, initial)) return null;

  const decidedBy = decisionSince(organization, contact, initial.sentDay);
  const emailType = TYPE_OF_DECISION[decidedBy];
  return {
    contact,
    kind: 'followup',
    emailType,
    typeCode: TYPE_CODES.followup,
    eventDay: initial.sentDay,
    idealDay: initial.sentDay + config.followups.delay_days,
    deadline: initial.sentDay + config.followups.lookback_days,
    priority: initial.priority ?? config.priorities.followup,
    respectsWindows: true,
    ...templatesOf(config, 'followup', emailType),
    eventYear: null,
    instanceId: initial.instanceId,
    instance: null,
    window: null,
    followed: { row: initial, decidedBy },
  };
}

function latestInitialRow(organization: PlainOrganization, contact: Contact): SentRow | null {
  let latest: SentRow | null = null;
  // The rows are in the order of their ids, so of one day the last has the largest.
  for (const row of rowsOf(organization, contact.id)) {
    if (isInitial(organization, row) && (latest === null || row.sentDay >= latest.sentDay)) latest = row;
  }
  return latest;
}

function isInitial(organization: PlainOrganization, row: ScheduleRow): row is SentRow {
  if (!isSentStatus(row.status)) return false;
  const firstDay = organization.today - organization.config.followups.lookback_days;
  if (row.sentDay === null || row.sentDay < firstDay || row.sentDay > organization.today) return false;
  return FOLLOWED_TYPES.includes(row.type) || campaignTypesOf(organization, row).some((type) => type.enablesFollowups);
}

/** The campaign types that a row may be an email of: by its instance id, or else by its email type (Rules 10). */
function campaignTypesOf(organization: PlainOrganization, row: ScheduleRow): PlainCampaignType[] {
  const { instances, types } = organization;
  if (isFollowupType(row.type)) return [];
  const isItsName = (name: string) => name.toLowerCase() === row.type;
  if (row.instanceId !== null) {
    return instances.filter((instance) => instance.id === row.instanceId).map((instance) => instance.type);
  }
  const named = instances.filter((instance) => isItsName(campaignType(instance.type.name, instance.id)));
  return [...named.map((instance) => instance.type), ...types.filter((type) => isItsName(`campaign_${type.name}`))];
}

/** Tells whether a follow-up was sent, or given up, after an initial email (Rules 10). */
function wasFollowed(organization: PlainOrganization, contact: Contact, initial: SentRow): boolean {
  return rowsOf(organization, contact.id).some(
    (row) =>
      isFollowupType(row.type) &&
      (row.statusClass === 'history' || row.statusClass === 'ended') &&
      row.sentDay !== null &&
      row.sentDay > initial.sentDay,
  );
}

/** What a contact did on a day or after it that says most about it (Rules 10, the kind). */
function decisionSince(organization: PlainOrganization, contact: Contact, day: number): Decision {
  const since = (organization.reactionsOf.get(contact.id) ?? []).filter((reaction) => reaction.day >= day);
  const did = (kind: Decision) => since.some((reaction) => reaction.kind === kind);
  if (did('answered_yes')) return 'answered_yes';
  if (did('answered')) return 'answered';
  return did('clicked') ? 'clicked' : 'nothing';
}
