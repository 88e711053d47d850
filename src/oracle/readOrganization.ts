import { END_DAY, FIRST_DAY } from '../calendar/day.js';
import { parseIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import { Capacity } from '../rules/capacity.js';
import type { Config } from '../rules/config.js';
import { dailyLimits } from '../rules/limits.js';
import type { Issue, OrganizationRecords } from '../rules/records.js';
import { isRunning } from './campaigns.js';
import type { PlainOrganization } from './model.js';
import { groupBy } from './order.js';
import { readInstances, readPlainCampaignTypes, readPlainEnrolments } from './readCampaigns.js';
import { readPlainContacts } from './readContacts.js';
import { readPlainSchedules, readReactions } from './readSchedules.js';
import { readSuppressions } from './suppressed.js';

/**
 * Reads everything that a run looks at, and says what cannot be read (Rules 1, 2, 6, 10).
 *
 * @throws SendplanError `missing_column` when suppressions do not say whom they are for
 */
export function readOrganization(
  input: OrganizationRecords,
  today: number,
  config: Config,
): { organization: PlainOrganization; issues: Issue[] } {
  const { contacts, issues: contactIssues } = readPlainContacts(input.contacts, today, config);
  const types = readPlainCampaignTypes(input.campaign_types ?? [], config);
  const { instances, issues: campaignIssues } = readInstances(input.campaign_instances ?? [], types, config);
  const accepted = new Set(contacts.map((contact) => contact.id));
  const running = new Set(instances.filter((one) => isRunning(one, today)).map((one) => one.id));
  const { enrolments, issues: enrolmentIssues } = readPlainEnrolments(
    input.contact_campaigns ?? [],
    config,
    (contactId, instanceId) => accepted.has(contactId) && running.has(instanceId),
  );
  const { suppressions, issues: suppressionIssues } = readSuppressions(input.suppressions ?? [], today, config, {
    types,
    instances,
  });
  const schedules = readPlainSchedules(input.email_schedules ?? [], config);
  const known = schedules.filter((row) => row.contactId !== null);
  const limits = dailyLimits(config, input.contacts.length);
  const organization = {
    today,
    config,
    limits,
    capacity: new Capacity(config, limits),
    contacts,
    types,
    instances,
    enrolmentsOf: groupBy(enrolments, (enrolment) => enrolment.contactId),
    schedules,
    schedulesOf: groupBy(known, (row) => Number(row.contactId)),
    reactionsOf: readReactions(input.tracking_clicks ?? [], input.contact_events ?? [], config),
    suppressions,
  };
  return { organization, issues: [...contactIssues, ...campaignIssues, ...enrolmentIssues, ...suppressionIssues] };
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
