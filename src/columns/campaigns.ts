import type { Table } from 'apache-arrow';
import type { DateOrder } from '../rules/dates.js';
import { campaignType } from '../rules/emailTypes.js';
import {
  isLiveEnrolment,
  readDate,
  readDaysBefore,
  readFlag,
  readInteger,
  readPriority,
  readTargetCarriers,
  readTargetStates,
  readText,
} from '../rules/fields.js';
import { quoted, quoteValue } from '../rules/quote.js';
import { numberVector, tableOf, valuesOf, withTable } from './arrowTable.js';
import type { ContactIndex } from './contactIndex.js';
import { GrowingColumn } from './growing.js';
import type { IssueLog } from './issueLog.js';
import { NULL_INT32 } from './nulls.js';
import { type RowSource, selectColumns } from './source.js';
import { stableOrder } from './stableOrder.js';

/** A campaign type (Rules 6). */
export interface CampaignType {
  readonly name: string;
  readonly respectsWindows: boolean;
  readonly enablesFollowups: boolean;
  readonly daysBefore: number;
  readonly targetsAll: boolean;
  /** Null takes the configured priority of campaigns. */
  readonly priority: number | null;
  readonly isActive: boolean;
  readonly spreads: boolean;
  readonly skipsFailed: boolean;
}

/** A campaign instance of a known type (Rules 6); days are null where the instance has none. */
export interface CampaignInstance {
  readonly id: number;
  readonly type: CampaignType;
  /** Whether all of its dates that are not blank can be read; without that it does not run. */
  readonly hasReadableDates: boolean;
  readonly emailTemplate: string | null;
  readonly smsTemplate: string | null;
  readonly startDay: number | null;
  readonly endDay: number | null;
  readonly spreadStartDay: number | null;
  readonly spreadEndDay: number | null;
  /** Two capital letters each; null filters nothing. */
  readonly states: ReadonlySet<string> | null;
  /** Carriers in lower case; null filters nothing. */
  readonly carriers: ReadonlySet<string> | null;
}

const TYPE_FIELDS = [
  ...['name', 'respect_exclusion_windows', 'enable_followups', 'days_before_event', 'target_all_contacts', 'priority'],
  ...['active', 'spread_evenly', 'skip_failed_underwriting'],
];

/** Reads the campaign types by name; of two with one name the first counts (Rules 6). */
export function readCampaignTypes(source: RowSource | null): Map<string, CampaignType> {
  const types = new Map<string, CampaignType>();
  const { places, rows } = selectColumns(source, TYPE_FIELDS);
  for (const row of rows) {
    const [name, respects, followups, daysBefore, targetsAll, priority, active, spreads, skips] = places.map(
      (at) => row[at],
    );
    const text = readText(name);
    if (text === null || types.has(text)) continue;
    types.set(text, {
      name: text,
      respectsWindows: readFlag(respects),
      enablesFollowups: readFlag(followups),
      daysBefore: readDaysBefore(daysBefore),
      targetsAll: readFlag(targetsAll),
      priority: readPriority(priority),
      isActive: readFlag(active),
      spreads: readFlag(spreads),
      skipsFailed: readFlag(skips),
    });
  }
  return types;
}

const INSTANCE_FIELDS = [
  ...['id', 'campaign_type', 'email_template', 'sms_template', 'active_start_date', 'active_end_date'],
  ...['spread_start_date', 'spread_end_date', 'target_states', 'target_carriers'],
];

const DATE_FIELDS = ['active_start_date', 'active_end_date', 'spread_start_date', 'spread_end_date'] as const;

/** The type of exactly a name, or else the first of this name trimmed and in any case (Rules 6). */
function typeNamed(name: string | null, types: ReadonlyMap<string, CampaignType>): CampaignType | null {
  if (name === null) return null;
  const exact = types.get(name);
  if (exact !== undefined) return exact;
  const compared = name.trim().toLowerCase();
  for (const type of types.values()) if (type.name.trim().toLowerCase() === compared) return type;
  return null;
}

/**
 * Reads the campaign instances of known types in ascending order of id, a whole number from 0 on, and notes what cannot be read
 * of them; of two with one id the first counts (Rules 6).
 *
 * @param types in the order of their rows
 */
export function readCampaignInstances(
  source: RowSource | null,
  types: ReadonlyMap<string, CampaignType>,
  order: DateOrder,
  issues: IssueLog,
): readonly CampaignInstance[] {
  const instances: CampaignInstance[] = [];
  const seen = new Set<number>();
  const { places, rows } = selectColumns(source, INSTANCE_FIELDS);
  for (const row of rows) {
    const [id, typeName, email, sms, start, end, spreadStart, spreadEnd, states, carriers] = places.map(
      (at) => row[at],
    );
    const instanceId = readInteger(id);
    if (instanceId === null || instanceId < 0 || seen.has(instanceId)) continue;
    seen.add(instanceId);
    const type = typeNamed(readText(typeName), types);
    if (type === null) {
      issues.add(null, 'unknown_campaign_type', `campaign instance ${instanceId}: ${quoteValue(typeName)}`);
      continue;
    }
    const emailType = campaignType(type.name, instanceId);
    const values = [start, end, spreadStart, spreadEnd];
    const dates = values.map((value) => readDate(value, order));
    const broken = DATE_FIELDS.map((name, i) => `${name} ${quoteValue(values[i])}`).filter((_, i) => dates[i].invalid);
    if (broken.length > 0) issues.add(null, 'unreadable_campaign', `${emailType}: ${broken.join(', ')}`);
    const targets = readTargetStates(states);
    for (const element of targets.unknown) {
      issues.add(null, 'unknown_target_state', `${emailType}: ${quoted(element)}`);
    }
    instances.push({
      id: instanceId,
      type,
      hasReadableDates: broken.length === 0,
      emailTemplate: readText(email),
      smsTemplate: readText(sms),
      startDay: dates[0].day,
      endDay: dates[1].day,
      spreadStartDay: dates[2].day,
      spreadEndDay: dates[3].day,
      states: targets.states,
      carriers: readTargetCarriers(carriers),
    });
  }
  return instances.sort((a, b) => a.id - b.id);
}

/** Tells whether an instance runs on a day (Rules 6): its type is active and the day lies in its active period. */
export function runsOn(instance: CampaignInstance, day: number): boolean {
  return (
    instance.type.isActive &&
    instance.hasReadableDates &&
    (instance.startDay === null || instance.startDay <= day) &&
    (instance.endDay === null || day <= instance.endDay)
  );
}

/** Tells whether an instance runs on any of the days from `first` to `last`, both included (Rules 6). */
export function runsWithin(instance: CampaignInstance, first: number, last: number): boolean {
  const day = Math.max(first, instance.startDay ?? first);
  return day <= last && runsOn(instance, day);
}

/**
 * The enrolments of contacts in campaign instances that count, grouped by contact and ascending by campaign within one: an
 * Arrow table with the columns `campaign` and `trigger_day` (Int32, nullable). `first[i] .. first[i + 1]` are contact i's.
 */
export interface Enrolments {
  readonly table: Table;
  readonly first: Uint32Array;
  readonly campaign: Int32Array;
  readonly trigger: Int32Array;
}

/**
 * Reads the live enrolments in the given campaigns; one whose trigger date cannot be read counts nowhere and is an issue (Rules
 * 6, audience).
 *
 * @param campaignOf the campaign index by instance id
 */
export function readEnrolments(
  source: RowSource | null,
  contacts: ContactIndex,
  contactCount: number,
  campaignOf: ReadonlyMap<number, number>,
  order: DateOrder,
  issues: IssueLog,
): Enrolments {
  const contact = new GrowingColumn(Uint32Array);
  const campaign = new GrowingColumn(Uint32Array);
  const trigger = new GrowingColumn(Int32Array);
  const { places, rows } = selectColumns(source, ['contact_id', 'campaign_instance_id', 'trigger_date', 'status']);
  const [contactAt, instanceAt, triggerAt, statusAt] = places;
  for (const row of rows) {
    if (!isLiveEnrolment(row[statusAt])) continue;
    const contactId = readInteger(row[contactAt]);
    const index = contacts.indexOf(contactId ?? -1);
    const instanceId = readInteger(row[instanceAt]);
    const campaignIndex = campaignOf.get(instanceId ?? Number.NaN);
    if (index < 0 || campaignIndex === undefined) continue;
    const { day, invalid } = readDate(row[triggerAt], order);
    if (invalid) {
      issues.add(contactId, 'unreadable_trigger', `campaign instance ${instanceId}: ${quoteValue(row[triggerAt])}`);
      continue;
    }
    contact.push(index);
    campaign.push(campaignIndex);
    trigger.push(day ?? NULL_INT32);
  }
  const byCampaign = stableOrder(campaign.values(), campaignOf.size);
  const byContact = stableOrder(contact.values(), contactCount, byCampaign.order);
  const columns = {
    campaign: Int32Array.from(byContact.order, (i) => campaign.values()[i]),
    trigger: Int32Array.from(byContact.order, (i) => trigger.values()[i]),
  };
  const table = tableOfEnrolments(columns);
  return {
    table,
    first: byContact.first,
    campaign: valuesOf(table, 'campaign', Int32Array),
    trigger: valuesOf(table, 'trigger_day', Int32Array),
  };
}

function tableOfEnrolments({ campaign, trigger }: Pick<Enrolments, 'campaign' | 'trigger'>): Table {
  return tableOf({ campaign: numberVector(campaign), trigger_day: numberVector(trigger) });
}

/** Enrolments over columns that another place has read: their Arrow table is made when it is asked for. */
export function enrolmentsOver(columns: Omit<Enrolments, 'table'>): Enrolments {
  const { first, campaign, trigger } = columns;
  return withTable({ first, campaign, trigger }, () => tableOfEnrolments(columns));
}
