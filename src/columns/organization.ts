import type { Config } from '../rules/config.js';
import { campaignType } from '../rules/emailTypes.js';
import {
  type CampaignInstance,
  type CampaignType,
  type Enrolments,
  readCampaignInstances,
  readCampaignTypes,
  readEnrolments,
  runsWithin,
} from './campaigns.js';
import { ContactIndex } from './contactIndex.js';
import { type Contacts, readContacts } from './contacts.js';
import { IssueLog } from './issueLog.js';
import { type PlannedTypes, plannedTypes } from './plannedTypes.js';
import { readSchedules } from './readSchedules.js';
import { EmailTypes, type Schedules } from './schedules.js';
import { readSignals, type Signals } from './signals.js';
import type { OrganizationSource } from './source.js';
import { SuppressionRows, type Suppressions } from './suppressions.js';
import { TextDictionary } from './texts.js';

/** Everything a run knows of an organization, as columns. */
export interface Organization {
  readonly contacts: Contacts;
  readonly campaignTypes: ReadonlyMap<string, CampaignType>;
  readonly instances: readonly CampaignInstance[];
  /** The instances that run today, or on any day of a period, ascending by id: the campaigns of the run. */
  readonly running: readonly CampaignInstance[];
  readonly planned: PlannedTypes;
  readonly enrolments: Enrolments;
  readonly emailTypes: EmailTypes;
  readonly schedules: Schedules;
  readonly signals: Signals;
  readonly suppressions: Suppressions;
  /** The texts that schedule rows hold, found and planned. */
  readonly texts: TextDictionary;
  readonly issues: IssueLog;
}

/** Is told how far loading has come. */
export type LoadProgress = (table: 'contacts' | 'email_schedules', rowsDone: number) => void;

/**
 * Loads an organization's tables into columns, each table once (Rules 2, 6 and 10).
 *
 * @param today the run's day
 * @param lastDay the last day, when days from `today` on are to be planned one after the other: what counts on any of them is
 *   loaded, birth dates and campaigns that on `today` itself do not count among it
 */
export function loadOrganization(
  source: OrganizationSource,
  config: Config,
  today: number,
  onProgress: LoadProgress = () => {},
  lastDay: number = today,
): Organization {
  const issues = new IssueLog();
  const texts = new TextDictionary();
  const { dates: order } = config.reading;
  const campaignTypes = readCampaignTypes(source.campaign_types);
  const instances = readCampaignInstances(source.campaign_instances, campaignTypes, order, issues);
  const known = {
    emailTypes: instances.map(({ id, type }) => campaignType(type.name, id)),
    typeNames: [...campaignTypes.keys()],
  };
  const span = { firstDay: today, lastDay };
  const suppressionRows = new SuppressionRows(source.suppressions, { order, known, ...span }, issues);
  const contacts = readContacts(
    source.contacts,
    { today: lastDay, order, suppressions: suppressionRows },
    issues,
    (rowsDone) => onProgress('contacts', rowsDone),
  );
  const index = new ContactIndex(contacts.id);
  const running = instances.filter((instance) => runsWithin(instance, today, lastDay));
  const planned = plannedTypes(config, running);
  const campaignOf = new Map(running.map((instance, i) => [instance.id, i]));
  const enrolments = readEnrolments(source.contact_campaigns, index, contacts.count, campaignOf, order, issues);
  const typeNames = planned.types.map((type) => type.name);
  const emailTypes = new EmailTypes(typeNames, campaignTypes.values(), instances);
  const instanceOf = new Map(instances.map((instance, i) => [instance.id, i]));
  const schedules = readSchedules(source.email_schedules, {
    contacts: index,
    contactCount: contacts.count,
    types: emailTypes,
    instanceOf,
    texts,
    templates: planned.types.flatMap(({ emailTemplate, smsTemplate }) =>
      [emailTemplate, smsTemplate].filter((text) => text !== null),
    ),
    order,
    onRow: (rowsDone) => onProgress('email_schedules', rowsDone),
  });
  const signals = readSignals(source.tracking_clicks, source.contact_events, index, contacts.count, order);
  const suppressions = suppressionRows.ofContacts(index, contacts.count);
  const tables = { contacts, campaignTypes, instances, running, planned, enrolments, emailTypes, schedules, signals };
  return { ...tables, suppressions, texts, issues };
}
