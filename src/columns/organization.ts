import type { Config } from '../rules/config.js';
import {
  type CampaignInstance,
  type CampaignType,
  type Enrolments,
  readCampaignInstances,
  readCampaignTypes,
  readEnrolments,
  runsOn,
} from './campaigns.js';
import { ContactIndex, type Contacts, readContacts } from './contacts.js';
import { IssueLog } from './issueLog.js';
import { type PlannedTypes, plannedTypes } from './plannedTypes.js';
import { EmailTypes, readSchedules, type Schedules } from './schedules.js';
import { readSignals, type Signals } from './signals.js';
import type { OrganizationSource } from './source.js';
import { TextDictionary } from './texts.js';

/** Everything a run knows of an organization, as columns. */
export interface Organization {
  readonly contacts: Contacts;
  readonly campaignTypes: ReadonlyMap<string, CampaignType>;
  readonly instances: readonly CampaignInstance[];
  /** The instances that run today, ascending by id: the campaigns of the run. */
  readonly running: readonly CampaignInstance[];
  readonly planned: PlannedTypes;
  readonly enrolments: Enrolments;
  readonly emailTypes: EmailTypes;
  readonly schedules: Schedules;
  readonly signals: Signals;
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
 */
export function loadOrganization(
  source: OrganizationSource,
  config: Config,
  today: number,
  onProgress: LoadProgress = () => {},
): Organization {
  const issues = new IssueLog();
  const texts = new TextDictionary();
  const contacts = readContacts(source.contacts, today, issues, (rowsDone) => onProgress('contacts', rowsDone));
  const index = new ContactIndex(contacts.id);
  const campaignTypes = readCampaignTypes(source.campaign_types);
  const instances = readCampaignInstances(source.campaign_instances, campaignTypes);
  const running = instances.filter((instance) => runsOn(instance, today));
  const planned = plannedTypes(config, running);
  const campaignOf = new Map(running.map((instance, i) => [instance.id, i]));
  const enrolments = readEnrolments(source.contact_campaigns, index, contacts.count, campaignOf);
  const typeNames = planned.types.map((type) => type.name);
  const emailTypes = new EmailTypes(typeNames, campaignTypes.values(), instances);
  const instanceOf = new Map(instances.map((instance, i) => [instance.id, i]));
  const schedules = readSchedules(
    source.email_schedules,
    index,
    contacts.count,
    emailTypes,
    instanceOf,
    texts,
    (rowsDone) => onProgress('email_schedules', rowsDone),
  );
  const signals = readSignals(source.tracking_clicks, source.contact_events, index, contacts.count);
  const tables = { contacts, campaignTypes, instances, running, planned, enrolments, emailTypes, schedules, signals };
  return { ...tables, texts, issues };
}
