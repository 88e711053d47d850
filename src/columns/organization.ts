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
import { type FoundSchedules, readSchedules, type ScheduleMeaning } from './readSchedules.js';
import { inOrderOfContacts } from './scheduleOrder.js';
import type { EmailTypes, Schedules } from './schedules.js';
import { readSignals, type Signals } from './signals.js';
import type { OrganizationSource } from './source.js';
import { SuppressionRows, type Suppressions } from './suppressions.js';
import type { TextDictionary } from './texts.js';

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
 * Begins to have the rows of `email_schedules` read beside this thread; null where this thread is to read them. What it gives is called
 * once this thread has read all else, and may read some of the rows itself; null of it, too, leaves them all to this thread.
 *
 * @param onRow is told how far it has come, whenever this thread waits
 */
export type ReadBeside = (
  meaning: ScheduleMeaning,
  onRow: (rowsDone: number) => void,
) => (() => Promise<FoundSchedules | null>) | null;

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
  const campaigns = readCampaigns(source, config, { firstDay: today, lastDay });
  const tables = readTablesOfContacts(source, campaigns, onProgress);
  return withSchedules(tables, readSchedules(source.email_schedules, campaigns.meaning, ofSchedules(onProgress)));
}

/** As `loadOrganization`, with the rows of `email_schedules` read beside this thread where that can be. */
export async function loadOrganizationBeside(
  source: OrganizationSource,
  config: Config,
  today: number,
  onProgress: LoadProgress,
  readBeside: ReadBeside,
): Promise<Organization> {
  const onRow = ofSchedules(onProgress);
  const campaigns = readCampaigns(source, config, { firstDay: today, lastDay: today });
  const finish = readBeside(campaigns.meaning, onRow);
  const tables = readTablesOfContacts(source, campaigns, onProgress);
  const found = (await finish?.()) ?? readSchedules(source.email_schedules, campaigns.meaning, onRow);
  return withSchedules(tables, found);
}

function ofSchedules(onProgress: LoadProgress): (rowsDone: number) => void {
  return (rowsDone) => onProgress('email_schedules', rowsDone);
}

/** The days that are planned. */
interface Span {
  readonly firstDay: number;
  readonly lastDay: number;
}

type CampaignTables = Pick<Organization, 'campaignTypes' | 'instances' | 'running' | 'planned' | 'issues'>;

/** What is read first. */
interface Campaigns {
  readonly tables: CampaignTables;
  /** What the rows of `email_schedules` are understood by. */
  readonly meaning: ScheduleMeaning;
  readonly span: Span;
}

function readCampaigns(source: OrganizationSource, config: Config, span: Span): Campaigns {
  const issues = new IssueLog();
  const { dates: order } = config.reading;
  const campaignTypes = readCampaignTypes(source.campaign_types);
  const instances = readCampaignInstances(source.campaign_instances, campaignTypes, order, issues);
  const running = instances.filter((instance) => runsWithin(instance, span.firstDay, span.lastDay));
  const planned = plannedTypes(config, running);
  const meaning = {
    typeNames: planned.types.map((type) => type.name),
    campaignTypes: [...campaignTypes.values()],
    instances,
    templates: planned.types.flatMap(({ emailTemplate, smsTemplate }) =>
      [emailTemplate, smsTemplate].filter((text) => text !== null),
    ),
    order,
  };
  return { tables: { campaignTypes, instances, running, planned, issues }, meaning, span };
}

type TablesOfContacts = CampaignTables & Pick<Organization, 'contacts' | 'enrolments' | 'signals' | 'suppressions'>;

/** Reads all but the rows of `email_schedules`. */
function readTablesOfContacts(
  source: OrganizationSource,
  { tables, meaning: { order }, span }: Campaigns,
  onProgress: LoadProgress,
): { readonly tables: TablesOfContacts; readonly index: ContactIndex } {
  const { campaignTypes, instances, running, issues } = tables;
  const known = {
    emailTypes: instances.map(({ id, type }) => campaignType(type.name, id)),
    typeNames: [...campaignTypes.keys()],
  };
  const suppressionRows = new SuppressionRows(source.suppressions, { order, known, ...span }, issues);
  const contacts = readContacts(
    source.contacts,
    { today: span.lastDay, order, suppressions: suppressionRows },
    issues,
    (rowsDone) => onProgress('contacts', rowsDone),
  );
  const index = new ContactIndex(contacts.id);
  const campaignOf = new Map(running.map((instance, i) => [instance.id, i]));
  const enrolments = readEnrolments(source.contact_campaigns, index, contacts.count, campaignOf, order, issues);
  const signals = readSignals(source.tracking_clicks, source.contact_events, index, contacts.count, order);
  const suppressions = suppressionRows.ofContacts(index, contacts.count);
  return { tables: { ...tables, contacts, enrolments, signals, suppressions }, index };
}

function withSchedules(
  { tables, index }: ReturnType<typeof readTablesOfContacts>,
  { types: emailTypes, texts, ...found }: FoundSchedules,
): Organization {
  return { ...tables, emailTypes, texts, schedules: inOrderOfContacts(found, index, tables.contacts.count) };
}
