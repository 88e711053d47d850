import { END_DAY, FIRST_DAY } from '../calendar/day.js';
import { parseIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import type { ConfigInput } from '../rules/config.js';
import { dailyLimits } from '../rules/limits.js';
import type { Issue, OrganizationRecords } from '../rules/records.js';
import { applyDailyCap, applySmoothing } from './balance.js';
import { campaignProposals } from './campaigns.js';
import { applyContactLimits } from './contactLimits.js';
import { followupProposal } from './followups.js';
import { knownConfig } from './knownConfig.js';
import type { Candidate, Contact, OracleResult, Organization } from './model.js';
import { compareText, firstDifference, groupBy, nullFirst } from './order.js';
import { postWindowProposals } from './postWindow.js';
import { readCampaignTypes, readEnrolments, readInstances } from './readCampaigns.js';
import { readContacts } from './readContacts.js';
import { readReactions, readSchedules } from './readSchedules.js';
import { compareCandidates, plannedRow, refuseCollisions } from './rows.js';
import { settle } from './settle.js';
import { yearlyProposals } from './yearly.js';

/** How the reference model is run. */
export interface OracleOptions {
  /** The run's day, as a day number or `YYYY-MM-DD`. */
  readonly today: number | string;
  readonly config?: ConfigInput;
  /** The columns of each unique index of `email_schedules`; by default that of a table a run makes itself. */
  readonly uniqueIndexes?: readonly (readonly string[])[];
}

/** The unique index of `email_schedules` in a database without any (Rules 11). */
export const DEFAULT_UNIQUE_INDEXES: readonly (readonly string[])[] = [
  ['contact_id', 'email_type', 'scheduled_send_date'],
];

/**
 * The reference model: what a run must leave behind, worked out rule by rule (Rules 1 to 11).
 *
 * It is slow and obvious on purpose; everything fast is measured against it.
 *
 * @throws SendplanError `bad_input` when `today` is no day of the years 1900 to 2199
 * @throws SendplanError `bad_config` when `resolveConfig` refuses the configuration
 */
export function oracle(input: OrganizationRecords, options: OracleOptions): OracleResult {
  const { organization, issues } = readOrganization(input, options);

  const candidates: Candidate[] = [];
  for (const contact of organization.contacts) {
    const own = candidatesOf(organization, contact);
    candidates.push(...own.candidates);
    issues.push(...own.issues);
  }

  applyContactLimits(organization, candidates);
  const movedBySmoothing = applySmoothing(organization, candidates);
  const { overloadedDays, moved: movedByCap } = applyDailyCap(organization, candidates);
  applyContactLimits(organization, candidates);

  const inOrder = candidates.sort(compareCandidates);
  const { accepted, issues: refusals } = refuseCollisions(
    inOrder.map((candidate) => plannedRow(candidate, organization.config)),
    organization.schedules,
    options.uniqueIndexes ?? DEFAULT_UNIQUE_INDEXES,
  );
  return {
    rows: accepted,
    issues: [...issues, ...refusals].sort(compareIssues),
    overloadedDays,
    movedBySmoothing,
    movedByCap,
    limits: organization.limits,
    candidates: inOrder,
    organization,
  };
}

function readOrganization(
  input: OrganizationRecords,
  options: OracleOptions,
): { organization: Organization; issues: Issue[] } {
  const today = readToday(options.today);
  const config = knownConfig(options.config);
  const { contacts, issues } = readContacts(input.contacts, today, config);
  const types = readCampaignTypes(input.campaign_types ?? [], config);
  const schedules = readSchedules(input.email_schedules ?? []);
  const known = schedules.filter((row) => row.contactId !== null);
  const organization = {
    today,
    config,
    limits: dailyLimits(config, input.contacts.length),
    contacts,
    types,
    instances: readInstances(input.campaign_instances ?? [], types),
    enrolmentsOf: groupBy(readEnrolments(input.contact_campaigns ?? []), (enrolment) => enrolment.contactId),
    schedules,
    schedulesOf: groupBy(known, (row) => Number(row.contactId)),
    reactionsOf: readReactions(input.tracking_clicks ?? [], input.contact_events ?? []),
  };
  return { organization, issues };
}

/**
 * The day of a run as a number.
 *
 * @throws SendplanError `bad_input` when it is no day of the years 1900 to 2199
 */
export function readToday(today: number | string): number {
  const day = typeof today === 'string' ? parseIsoDay(today) : today;
  if (day !== null && Number.isInteger(day) && day >= FIRST_DAY && day < END_DAY) return day;
  throw new SendplanError('bad_input', `today is ${JSON.stringify(today)}, which is no day of the years 1900 to 2199`, {
    hint: 'Give a date as YYYY-MM-DD, or whole days since 1970-01-01.',
  });
}

/** A contact's candidates with their start days, before any limit (Rules 5 to 8, 10). */
function candidatesOf(organization: Organization, contact: Contact): { candidates: Candidate[]; issues: Issue[] } {
  const { proposals, issues } = campaignProposals(organization, contact);
  if (contact.state !== null) {
    // The aep dates come in the order of the configuration, which breaks the last ties of Rules 9.
    proposals.unshift(...yearlyProposals(organization, contact));
    const followup = followupProposal(organization, contact);
    if (followup !== null) proposals.push(followup);
  }
  const settleAll = (of: typeof proposals) =>
    of.map((proposal) => settle(organization, proposal)).filter((candidate) => candidate !== null);
  const others = settleAll(proposals);
  return { candidates: [...others, ...settleAll(postWindowProposals(organization, contact, others))], issues };
}

function compareIssues(a: Issue, b: Issue): number {
  return firstDifference(
    nullFirst(a.contact_id, b.contact_id, (left, right) => left - right),
    compareText(a.kind, b.kind),
    nullFirst(a.detail, b.detail, compareText),
  );
}
