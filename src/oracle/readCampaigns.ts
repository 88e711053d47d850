import type { Config } from '../rules/config.js';
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
import type { CampaignInstanceRecord, CampaignTypeRecord, EnrolmentRecord, Issue } from '../rules/records.js';
import type { Enrolment, PlainCampaignInstance, PlainCampaignType } from './model.js';

/** Reads the campaign types; of several with one name the first counts (Rules 6). */
export function readPlainCampaignTypes(records: readonly CampaignTypeRecord[], config: Config): PlainCampaignType[] {
  const types: PlainCampaignType[] = [];
  for (const record of records) {
    const name = readText(record.name);
    if (name === null || types.some((type) => type.name === name)) continue;
    types.push({
      name,
      active: readFlag(record.active),
      respectsWindows: readFlag(record.respect_exclusion_windows),
      enablesFollowups: readFlag(record.enable_followups),
      targetsAll: readFlag(record.target_all_contacts),
      spreadsEvenly: readFlag(record.spread_evenly),
      skipsFailedUnderwriting: readFlag(record.skip_failed_underwriting),
      daysBeforeEvent: readDaysBefore(record.days_before_event),
      priority: readPriority(record.priority) ?? config.priorities.campaign,
    });
  }
  return types;
}

/** The type of exactly this name, or else the first of this name trimmed and in any case (Rules 6). */
function typeNamed(name: string | null, types: readonly PlainCampaignType[]): PlainCampaignType | null {
  if (name === null) return null;
  const compared = (text: string) => text.trim().toLowerCase();
  return (
    types.find((type) => type.name === name) ?? types.find((type) => compared(type.name) === compared(name)) ?? null
  );
}

const DATE_COLUMNS = ['active_start_date', 'active_end_date', 'spread_start_date', 'spread_end_date'] as const;

/**
 * Reads the campaign instances of known types in the order of their ids, and says what cannot be read; of several with one id
 * the first counts (Rules 6).
 */
export function readInstances(
  records: readonly CampaignInstanceRecord[],
  types: readonly PlainCampaignType[],
  config: Config,
): { instances: PlainCampaignInstance[]; issues: Issue[] } {
  const instances: PlainCampaignInstance[] = [];
  const issues: Issue[] = [];
  const seen = new Set<number>();
  for (const record of records) {
    const id = readInteger(record.id);
    if (id === null || id < 0 || seen.has(id)) continue;
    seen.add(id);
    const type = typeNamed(readText(record.campaign_type), types);
    if (type === null) {
      const detail = `campaign instance ${id}: ${quoteValue(record.campaign_type)}`;
      issues.push({ contact_id: null, kind: 'unknown_campaign_type', detail });
      continue;
    }
    const emailType = campaignType(type.name, id);
    const dates = DATE_COLUMNS.map((column) => readDate(record[column], config.reading.dates));
    const broken = DATE_COLUMNS.filter((_, i) => dates[i].invalid);
    if (broken.length > 0) {
      const values = broken.map((column) => `${column} ${quoteValue(record[column])}`).join(', ');
      issues.push({ contact_id: null, kind: 'unreadable_campaign', detail: `${emailType}: ${values}` });
    }
    const targets = readTargetStates(record.target_states);
    for (const element of targets.unknown) {
      const detail = `${emailType}: ${quoted(element)}`;
      issues.push({ contact_id: null, kind: 'unknown_target_state', detail });
    }
    const [activeStart, activeEnd, spreadStart, spreadEnd] = dates.map((date) => date.day);
    instances.push({
      id,
      type,
      hasReadableDates: broken.length === 0,
      emailTemplate: readText(record.email_template),
      smsTemplate: readText(record.sms_template),
      activeStart,
      activeEnd,
      spreadStart,
      spreadEnd,
      states: targets.states,
      carriers: readTargetCarriers(record.target_carriers),
    });
  }
  return { instances: instances.sort((a, b) => a.id - b.id), issues };
}

/**
 * Reads the enrolments that count (Rules 6, audience): those whose status does, and whose trigger date is blank or can be read.
 *
 * @param isAsked tells whether an enrolment of this contact in this instance is looked at: only then is a trigger date that
 *   cannot be read worth an issue
 */
export function readPlainEnrolments(
  records: readonly EnrolmentRecord[],
  config: Config,
  isAsked: (contactId: number, instanceId: number) => boolean,
): { enrolments: Enrolment[]; issues: Issue[] } {
  const enrolments: Enrolment[] = [];
  const issues: Issue[] = [];
  for (const record of records) {
    const contactId = readInteger(record.contact_id);
    const instanceId = readInteger(record.campaign_instance_id);
    if (contactId === null || instanceId === null || !isLiveEnrolment(record.status)) continue;
    const trigger = readDate(record.trigger_date, config.reading.dates);
    if (!trigger.invalid) {
      enrolments.push({ contactId, instanceId, triggerDay: trigger.day });
    } else if (isAsked(contactId, instanceId)) {
      const detail = `campaign instance ${instanceId}: ${quoteValue(record.trigger_date)}`;
      issues.push({ contact_id: contactId, kind: 'unreadable_trigger', detail });
    }
  }
  return { enrolments, issues };
}
