import type { ConfigInput } from '../rules/config.js';
import type { Issue, OrganizationRecords } from '../rules/records.js';
import { applySmoothing, placeOnDays } from './balance.js';
import { campaignProposals } from './campaigns.js';
import { applyContactLimits } from './contactLimits.js';
import { followupProposal } from './followups.js';
import { knownConfig } from './knownConfig.js';
import type { Candidate, Contact, OracleResult, PlainOrganization } from './model.js';
import { compareText, firstDifference, nullFirst } from './order.js';
import { postWindowProposals } from './postWindow.js';
import { readOrganization, readToday } from './readOrganization.js';
import { compareCandidates, refuseCollisions, rowOfCandidate } from './rows.js';
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
 * @throws SendplanError `missing_column` when suppressions do not say whom they are for
 * @example
 * import { oracle } from 'sendplan/testing';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const { rows } = oracle({ contacts }, { today: '2025-06-13' });
 * for (const row of rows) console.log(row.email_type, row.scheduled_send_date, row.status); // aep 2025-09-15 pre-scheduled | birthday 2025-07-06 pre-scheduled
 */
export function oracle(input: OrganizationRecords, options: OracleOptions): OracleResult {
  const today = readToday(options.today);
  const { organization, issues } = readOrganization(input, today, knownConfig(options.config));

  const candidates: Candidate[] = [];
  for (const contact of organization.contacts) {
    const own = candidatesOf(organization, contact);
    candidates.push(...own.candidates);
    issues.push(...own.issues);
  }

  applyContactLimits(organization, candidates);
  const movedBySmoothing = applySmoothing(organization, candidates);
  const { overloadedDays, crowdedDays, moved: movedByCap } = placeOnDays(organization, candidates);
  applyContactLimits(organization, candidates);

  const inOrder = candidates.sort(compareCandidates);
  const { accepted, issues: refusals } = refuseCollisions(
    inOrder.map((candidate) => rowOfCandidate(candidate, organization)),
    organization.schedules,
    options.uniqueIndexes ?? DEFAULT_UNIQUE_INDEXES,
  );
  return {
    rows: accepted,
    issues: [...issues, ...refusals].sort(compareIssues),
    overloadedDays,
    crowdedDays,
    movedBySmoothing,
    movedByCap,
    limits: organization.limits,
    candidates: inOrder,
    organization,
  };
}

/** A contact's candidates with their start days, before any limit (Rules 5 to 8, 10). */
function candidatesOf(organization: PlainOrganization, contact: Contact): { candidates: Candidate[]; issues: Issue[] } {
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
