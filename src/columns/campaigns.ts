import type { Table } from 'apache-arrow';
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
import { numberVector, tableOf, valuesOf } from './arrowTable.js';
import type { ContactIndex } from './contacts.js';
import { GrowingColumn } from './growing.js';
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

/** A campaign instance (Rules 6); days are null where the instance has none. */
export interface CampaignInstance {
  readonly id: number;
  /** Null when no campaign type has the name the instance gives. */
  readonly type: CampaignType | null;
  readonly typeName: string;
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

/** Reads the campaign instances in ascending order of id, a whole number from 0 on; of two with one id the first counts (Rules 6). */
export function readCampaignInstances(
  source: RowSource | null,
  types: ReadonlyMap<string, CampaignType>,
): readonly CampaignInstance[] {
  const instances = new Map<number, CampaignInstance>();
  const { places, rows } = selectColumns(source, INSTANCE_FIELDS);
  for (const row of rows) {
    const [id, type, email, sms, start, end, spreadStart, spreadEnd, states, carriers] = places.map((at) => row[at]);
    const instanceId = readInteger(id);
    if (instanceId === null || instanceId < 0 || instances.has(instanceId)) continue;
    const typeName = readText(type) ?? '';
    instances.set(instanceId, {
      id: instanceId,
      type: types.get(typeName) ?? null,
      typeName,
      emailTemplate: readText(email),
      smsTemplate: readText(sms),
      startDay: readDate(start).day,
      endDay: readDate(end).day,
      spreadStartDay: readDate(spreadStart).day,
      spreadEndDay: readDate(spreadEnd).day,
      states: readTargetStates(states).states,
      carriers: readTargetCarriers(carriers),
    });
  }
  return [...instances.values()].sort((a, b) => a.id - b.id);
}

/** Tells whether an instance runs on a day (Rules 6): its type is active and the day lies in its active period. */
export function runsOn(instance: CampaignInstance, day: number): boolean {
  return (
    instance.type?.isActive === true &&
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
 * Reads the live enrolments in the given campaigns (Rules 6, audience); an unreadable trigger date is none.
 *
 * @param campaignOf the campaign index by instance id
 */
export function readEnrolments(
  source: RowSource | null,
  contacts: ContactIndex,
  contactCount: number,
  campaignOf: ReadonlyMap<number, number>,
): Enrolments {
  const contact = new GrowingColumn(Uint32Array);
  const campaign = new GrowingColumn(Uint32Array);
  const trigger = new GrowingColumn(Int32Array);
  const { places, rows } = selectColumns(source, ['contact_id', 'campaign_instance_id', 'trigger_date', 'status']);
  const [contactAt, instanceAt, triggerAt, statusAt] = places;
  for (const row of rows) {
    if (!isLiveEnrolment(row[statusAt])) continue;
    const index = contacts.indexOf(readInteger(row[contactAt]) ?? -1);
    const campaignIndex = campaignOf.get(readInteger(row[instanceAt]) ?? Number.NaN);
    if (index < 0 || campaignIndex === undefined) continue;
    contact.push(index);
    campaign.push(campaignIndex);
    trigger.push(readDate(row[triggerAt]).day ?? NULL_INT32);
  }
  const byCampaign = stableOrder(campaign.values(), campaignOf.size);
  const order = stableOrder(contact.values(), contactCount, byCampaign.order);
  const table = tableOf({
    campaign: numberVector(Int32Array.from(order.order, (i) => campaign.values()[i])),
    trigger_day: numberVector(Int32Array.from(order.order, (i) => trigger.values()[i])),
  });
  return {
    table,
    first: order.first,
    campaign: valuesOf(table, 'campaign', Int32Array),
    trigger: valuesOf(table, 'trigger_day', Int32Array),
  };
}
