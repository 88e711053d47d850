import { TYPE_CODES } from '../rules/emailTypes.js';
import { type ExclusionWindow, windowsAround } from '../rules/windows.js';
import { hasHistory } from './history.js';
import type { Candidate, Contact, PlainOrganization, Proposal } from './model.js';
import { templatesOf } from './templates.js';

/**
 * The emails that make up for a contact's exclusion windows (Rules 8).
 *
 * @param others the contact's candidates of the other kinds
 */
export function postWindowProposals(
  organization: PlainOrganization,
  contact: Contact,
  others: readonly Candidate[],
): Proposal[] {
  if (!organization.config.organization.enable_post_window_emails || contact.state === null) return [];
  return windowsThatOweAnEmail(organization, contact, others)
    .filter((window) => !hasHistory(organization, contact.id, 'post_window', window.year, window.end))
    .map((window) => postWindowProposal(organization, contact, window));
}

function windowsThatOweAnEmail(
  organization: PlainOrganization,
  contact: Contact,
  others: readonly Candidate[],
): ExclusionWindow[] {
  const spreadDays = organization.config.load_balancing.catch_up_spread_days;
  const windows = new Map<number, ExclusionWindow>();
  for (const candidate of others) {
    if (candidate.excludedBy === null || candidate.kind === 'followup') continue;
    windows.set(candidate.excludedBy.year, candidate.excludedBy);
  }
  for (const window of windowsAround(contact, organization.today, spreadDays)) windows.set(window.year, window);
  return [...windows.values()].sort((a, b) => a.year - b.year);
}

function postWindowProposal(organization: PlainOrganization, contact: Contact, window: ExclusionWindow): Proposal {
  const { config } = organization;
  return {
    contact,
    kind: 'post_window',
    emailType: 'post_window',
    typeCode: TYPE_CODES.post_window,
    eventDay: window.end,
    idealDay: window.end + 1,
    deadline: window.end + 1 + config.load_balancing.catch_up_spread_days,
    priority: config.priorities.post_window,
    respectsWindows: true,
    ...templatesOf(config, 'post_window', 'post_window'),
    eventYear: window.year,
    instanceId: null,
    instance: null,
    window,
    followed: null,
  };
}
